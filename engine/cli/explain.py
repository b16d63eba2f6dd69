"""`feedwright explain`: the page of a diagnostic, or why a row of a feed is what it is."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import (
    CountType,
    at_option,
    channel_option,
    checked_sources,
    colour_wanted,
    format_among,
    now_utc,
    open_project,
    project_option,
)

if TYPE_CHECKING:
    from engine.offers.results import RowResult
    from engine.orders.order import OrderDocument


@click.command("explain")
@click.argument("what", metavar="[CODE | ATTRIBUTE | ACTION]", required=False)
@click.argument("feed", required=False)
@click.option("--sku", help="Explain the rows of FEED with this reference.")
@click.option("--row", type=CountType(min=1), help="Explain this row of FEED, from 1.")
@click.option("--order", metavar="ID", help="Explain ACTION on this order of the file FEED.")
@click.option("--state", metavar="NAME", help="Explain ACTION in this state on --channel.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="One of ACTION's.")
@channel_option
@at_option
@project_option
@format_among("text", "json", help_="For people, or one JSON object a row.")
def command(
    what: str | None,
    feed: str | None,
    sku: str | None,
    row: int | None,
    order: str | None,
    state: str | None,
    params: tuple[str, ...],
    channel: str | None,
    at: datetime | None,
    project_folder: Path | None,
    style: str,
) -> None:
    """Show what a diagnostic means, why a row of FEED is what it is, why an order's ACTION is denied.

    CODE shows the page of a diagnostic; without one, all of them are listed. A code may also be given by its name, `unknown-field`.

    A value is asked for with --sku or --row, as in `explain --sku LU-1005 Price FEED`: the rule
    line, the cells it read, the rows of tables, each value on the way, the case that was taken and
    what kept the others from it; for a row that makes no offer, why not.

    An action is asked for with --order, as in `explain --order ID cancel ORDERS_FILE`, or with
    --channel and --state: the rule and the clause, the first condition that failed, when that changes,
    what the other channels say.

    Exit codes: 0 explained; 1 the rules have errors; 2 there is no such code, attribute, row or order.
    """
    if order is not None or state is not None:
        _explain_action(what, feed, order, state, params, channel, at, project_folder, style)
        return
    if sku is None and row is None:
        if feed is not None:
            raise click.UsageError("say which row of the feed, with --sku or --row")
        _page(what) if what else _list()
        return
    if feed is None or what is None:
        raise click.UsageError("say of which FEED: `explain --sku S ATTRIBUTE FEED`")
    project = open_project(project_folder)
    ruleset, sources = checked_sources(project)
    from engine.pipeline import explain_rows, open_run

    def wanted(result: RowResult) -> bool:
        return (sku is None or result.sku == sku) and (row is None or result.row == row)

    run = open_run(project, ruleset, feed, channel=channel, at=at or now_utc())
    found = list(explain_rows(run, sources, wanted, what))
    if not found:
        which = f"the reference {sku}" if sku is not None else f"number {row}"
        click.echo(
            f"feedwright: no row of {feed} has {which}; rows without a readable reference are "
            "found by --row",
            err=True,
        )
        sys.exit(2)
    if style == "json":
        from engine.preview.terminal import payload_text

        for one in found:
            click.echo(payload_text(one.as_json(), indent=None))
        return
    from rich.console import Console

    from engine.preview.derivations import print_explanations

    print_explanations(Console(no_color=not colour_wanted(), highlight=False), found)


def _explain_action(
    action: str | None,
    orders: str | None,
    reference: str | None,
    state: str | None,
    params: tuple[str, ...],
    channel: str | None,
    at: datetime | None,
    project_folder: Path | None,
    style: str,
) -> None:
    if action is None or (reference is None) is not (orders is None):
        raise click.UsageError("say it as `explain --order ID ACTION ORDERS_FILE`")
    if (reference is None) is not (state is not None) or (state is not None and channel is None):
        raise click.UsageError("name an order with --order, or say --channel and --state")
    from engine.diagnostics.diagnostic import Diagnostic
    from engine.insight.action_explained import ActionExplainer
    from engine.orders.act import read_parameters
    from engine.orders.policy import order_policy
    from engine.orders.wish import Wish

    project = open_project(project_folder)
    ruleset, sources = checked_sources(project)
    policy = order_policy(project, ruleset, at or now_utc())
    parameters = read_parameters(params)
    if isinstance(parameters, Diagnostic):
        raise click.UsageError(parameters.says)
    order = _find_order(Path(orders), reference) if orders and reference else None
    wish = Wish(action, parameters, channel, state, order)
    found = ActionExplainer(policy, ruleset, sources).explain(wish)
    if style == "json":
        import json

        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    from rich.console import Console

    from engine.preview.actions import print_action

    console = Console(no_color=not colour_wanted(), highlight=False)
    print_action(console, found, ruleset.timezone)


def _find_order(path: Path, reference: str) -> OrderDocument:
    """The order in a file; the last of several documents of it."""
    from engine.errors import ProjectError
    from engine.orders.documents import read_orders

    try:
        lines = sys.stdin.buffer if str(path) == "-" else path.open("rb")
    except OSError as fault:
        raise ProjectError(f"{path}: {fault.strerror or fault}") from None
    found = None
    with lines:
        for read in read_orders(lines, str(path)):
            if read.document is not None and read.document.reference == reference:
                found = read.document
            elif read.document is None:
                told = read.diagnostics[0]
                place = f"{told.span.file}:{told.span.line}"
                click.echo(f"{place}: {told.code} {told.says}", err=True)
    if found is None:
        click.echo(f"feedwright: no order in {path} has the id {reference}", err=True)
        sys.exit(2)
    return found


def _list() -> None:
    """Every diagnostic, family by family."""
    from engine.diagnostics.codes import families

    for title, codes in families():
        click.echo(f"\n{title}")
        for code in codes:
            click.echo(f"  {code.number}  {code.severity.value:7}  {code.name}")
    click.echo("\n`feedwright explain CODE` shows what each means, a bad and a good example.")


def _page(code: str) -> None:
    from engine.diagnostics.codes import all_codes
    from engine.diagnostics.pages import page

    named = {one.name: number for number, one in all_codes().items()}
    text = page(named.get(code.lower(), code.upper()))
    if text is None:
        from rapidfuzz import process

        family = [c for c in all_codes() if c[0] == code[:1].upper()]
        known = (family or list(all_codes())) if code[1:].isdigit() else list(named)
        close = [c for c, *_ in process.extract(code, known, limit=3)]
        click.echo(
            f"feedwright: no diagnostic has the code {code}; closest: {', '.join(close)}. "
            "To explain a value: `explain --sku S ATTRIBUTE FEED`",
            err=True,
        )
        sys.exit(2)
    if colour_wanted():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text, nl=not text.endswith("\n"))
