"""`feedwright migrate calls`: old calls of Lengow's order actions, on the new channel."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from msgspec import structs

from engine.cli.options import (
    at_option,
    checked_rules,
    format_among,
    now_utc,
    open_project,
    project_option,
)
from engine.cli.outputs import Output, OutputPath, refuse_overwriting

if TYPE_CHECKING:
    from engine.orders.migration import MigrationSummary


@click.command("calls")
@click.argument("calls", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--out",
    type=OutputPath(allow_dash=True),
    help="Write the new calls to this file, one JSON object a line.",
)
@format_among("text", "json", help_="For people, or one JSON object a call.")
@at_option
@project_option
def command(
    calls: Path, out: Path | None, style: str, at: datetime | None, project_folder: Path | None
) -> None:
    """Say of each call in CALLS (JSON lines, as sent to Lengow) what becomes of it on Octopia.

    Exit codes: 0 every call goes on, as it is or rewritten; 1 one cannot work; 2 could not run.
    """
    from engine.orders.migration import MigrationSummary, Outcome, migrate_calls
    from engine.orders.policy import Policy, order_policy
    from engine.orders.verdicts import PolicyVerdicts
    from engine.preview.migration import migrated_json, migrated_text

    project = open_project(project_folder)
    refuse_overwriting(project)
    settings = structs.replace(project.orders, connector="lengow")
    policy: Policy = order_policy(
        replace(project, orders=settings), checked_rules(project), at or now_utc()
    )
    summary = MigrationSummary()
    with ExitStack() as stack:
        lines = stack.enter_context(_open(calls))
        new = stack.enter_context(Output(out)) if out is not None else None
        free = project.orders.free_carriers
        for migrated in migrate_calls(lines, str(calls), PolicyVerdicts(policy), free_carrier=free):
            summary.add(migrated)
            told = migrated_json(migrated)
            text = json.dumps(told, ensure_ascii=False) + "\n" if style == "json" else ""
            click.echo(text or migrated_text(migrated), nl=False)
            if new is not None and migrated.new is not None:
                new.write(json.dumps(migrated.new, ensure_ascii=False).encode() + b"\n")
    _summarise(summary)
    sys.exit(1 if summary.outcomes[Outcome.IMPOSSIBLE] else 0)


def _open(path: Path) -> IO[bytes]:
    from engine.errors import ProjectError

    if str(path) == "-":
        return sys.stdin.buffer
    try:
        opened: IO[bytes] = path.open("rb")
    except OSError as fault:
        raise ProjectError(f"{path}: {fault.strerror or fault}") from None
    return opened


def _summarise(summary: MigrationSummary) -> None:
    from engine.orders.migration import Outcome

    total = sum(summary.outcomes.values())
    parts = ", ".join(f"{summary.outcomes[outcome]} {outcome.value}" for outcome in Outcome)
    click.echo(f"{total} calls: {parts}", err=True)
    for outcome, cause, count in summary.by_cause():
        click.echo(f"  {count:>6}  {outcome.value}: {cause}", err=True)
