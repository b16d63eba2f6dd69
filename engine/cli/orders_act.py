"""`feedwright orders act`: wanted actions on orders, decided by the rules; nothing is sent."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from engine.cli.options import (
    at_option,
    checked_rules,
    format_option,
    now_utc,
    open_project,
    project_option,
)

if TYPE_CHECKING:
    from engine.orders.decision import Decision
    from engine.orders.policy import Policy


@click.command("act")
@click.argument("wanted", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--orders",
    "orders_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="The orders that WANTED names, as JSON lines.",
)
@project_option
@at_option
@click.option("--action", metavar="NAME", help="The wanted action, as the rules call it.")
@click.option("--channel", metavar="NAME", help="The sales channel; an order says its own.")
@click.option(
    "--state", metavar="NAME", help="The state: the rules', the channel's or Lengow's name."
)
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option(
    "--order",
    "order_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="The order, as Octopia or Lengow writes it in JSON; `-` is stdin.",
)
@click.option("--order-id", metavar="ID", help="The order's id, where no --order says it.")
@click.option("--account", metavar="ID", help="The seller's id at Octopia, or Lengow's account.")
@format_option
def command(
    wanted: Path | None,
    orders_file: Path | None,
    project_folder: Path | None,
    at: datetime | None,
    action: str | None,
    channel: str | None,
    state: str | None,
    params: tuple[str, ...],
    order_file: Path | None,
    order_id: str | None,
    account: str | None,
    style: str,
) -> None:
    """Decide whether --action may be done with an order, and show the requests it makes.

    The order is a file (--order), or what is said of it: --channel and --state. Or decide all of
    WANTED: JSON lines with `order`, `action` and `parameters`, or a CSV with the columns `order`,
    `action` and one for each parameter; the orders themselves stand in --orders. Nothing is sent.

    Exit codes: 0 allowed (all of them), 1 something is denied or manual, 2 could not run.
    """
    from engine.orders.act import Said, decide_one
    from engine.orders.policy import order_policy

    if wanted is not None:
        single = (action, channel, state, order_file, order_id, account, *params)
        if orders_file is None or any(single):
            raise click.UsageError("WANTED takes --orders, and nothing that is said of one order")
        project = open_project(project_folder)
        policy = order_policy(project, checked_rules(project), at or now_utc())
        sys.exit(0 if _many(policy, wanted, orders_file, style) else 1)
    if action is None:
        raise click.UsageError("name the wanted action with --action")
    if order_file is None and channel is None:
        raise click.UsageError("name the order with --order, or say --channel and --state")
    if order_file is not None and (state or order_id):
        raise click.UsageError("the order of --order says its state and id itself")
    project = open_project(project_folder)
    policy = order_policy(project, checked_rules(project), at or now_utc())
    text = _read(order_file) if order_file is not None else None
    said = Said(action, params, channel, state, order_id, account, str(order_file or ""), text)
    decision = decide_one(policy, said)
    _print(decision, style)
    sys.exit(0 if decision.ruling == "allowed" else 1)


def _many(policy: Policy, wanted: Path, orders: Path, style: str) -> bool:
    """Decide every row of `wanted`; whether all of it is allowed."""
    import msgspec

    from engine.cli.progress import counting
    from engine.orders.batch import Batch
    from engine.orders.order_index import OrderIndex
    from engine.orders.wanted import read_wanted
    from engine.preview.decisions import decided_line

    if str(wanted) == str(orders) == "-":
        raise click.UsageError("only one of WANTED and --orders can be stdin")
    counts: Counter[tuple[str, str]] = Counter()
    with OrderIndex() as index:
        with _opened(orders) as lines:
            for told in index.fill(lines, str(orders)):
                click.echo(f"{told.span.file}:{told.span.line}: {told.code} {told.says}", err=True)
        with _opened(wanted) as lines, counting("wanted actions") as count:
            for decided in Batch(policy, index).decide(read_wanted(lines, str(wanted))):
                counts[decided.decision.ruling.value, decided.decision.code or ""] += 1
                if style == "json":
                    line = msgspec.json.encode(decided.as_json()) + b"\n"
                else:
                    line = decided_line(decided).encode()
                sys.stdout.buffer.write(line)
                count(1)
    sys.stdout.buffer.flush()
    for (ruling, code), number in sorted(counts.items()):
        click.echo(f"{number} {ruling}{f' {code}' if code else ''}", err=True)
    return all(ruling == "allowed" for ruling, _ in counts)


def _opened(path: Path) -> AbstractContextManager[IO[bytes]]:
    from engine.errors import ProjectError

    if str(path) == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return path.open("rb")
    except OSError as fault:
        raise ProjectError(f"{path}: {fault.strerror or fault}") from None


def _read(path: Path) -> bytes:
    from engine.errors import ProjectError

    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ProjectError(f"{path}: {fault.strerror or fault}") from None


def _print(decision: Decision, style: str) -> None:
    from engine.preview.decisions import decision_text

    if style == "json":
        click.echo(json.dumps(decision.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(decision_text(decision), nl=False)
