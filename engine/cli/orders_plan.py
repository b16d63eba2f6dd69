"""`feedwright orders plan`: what a push would send about orders, decided by the rules."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import at_option, now_utc, open_project, project_option

if TYPE_CHECKING:
    from engine.outbox.plan import Plan


@click.command("plan")
@click.argument("wanted", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--orders",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The orders that WANTED names, as JSON lines; else they are read from the marketplace.",
)
@project_option
@at_option
@click.option("--seller", metavar="ID", help="The seller; else the only one.")
@click.option(
    "--corrects",
    metavar="ID",
    help="The message in whose place the only wanted action stands: money is not corrected unasked.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The plan's file; else a new one in the folder of plans.",
)
def command(
    wanted: Path,
    orders: Path | None,
    project_folder: Path | None,
    at: datetime | None,
    seller: str | None,
    corrects: str | None,
    out: Path | None,
) -> None:
    """Plan the actions of WANTED that the rules allow, as messages; sends nothing.

    WANTED is as `feedwright orders act` takes it. The plan is good for 10 minutes.

    Exit codes: 0 all is planned or known, 1 something is denied, manual or excluded, 2 could not
    run, 3 a guard rail halts.
    """
    from engine.outbox.account import seller_sender
    from engine.outbox.moments import SystemClock
    from engine.outbox.settings import sending_settings
    from engine.sending.order_plans import plan_wanted

    project = open_project(project_folder)
    now = at or now_utc()
    source = orders or seller_sender(sending_settings(project), seller)
    made = plan_wanted(
        project, wanted, source, seller=seller, at=now, clock=SystemClock(), corrects=corrects
    )
    folder = sending_settings(project).plans
    path = out or folder / f"orders-{now_utc():%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(made.text())
    sys.exit(_told(made, path))


def _told(made: Plan, path: Path) -> int:
    from engine.outbox.order_plan import SENT, Planned, messages_of

    missing = len(made.content["denied"])
    for denied in made.content["denied"]:
        click.echo(f"{denied['decision']:<10}  line {denied['line']}: {denied['reason']}")
    for planned in messages_of(made):
        message = planned.message
        why = f": {planned.why}" if planned.why else ""
        click.echo(f"{planned.planned:<10}  {message.kind} of order {message.subject}{why}")
        missing += planned.planned not in {*SENT, Planned.KNOWN}
    for guard in made.guards:
        click.echo(f"HALTS  {guard.name}: {guard.says}")
    click.echo(f"plan {made.hash[:12]} in {path}")
    return 3 if made.guards else 1 if missing else 0
