"""`feedwright orders plan`: what a push would send about orders, decided by the rules."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import (
    at_option,
    format_option,
    html_option,
    now_utc,
    open_project,
    plan_file,
    plan_file_option,
    project_option,
    seller_option,
)
from engine.cli.outputs import refuse_overwriting
from engine.cli.show import tell

if TYPE_CHECKING:
    from engine.outbox.plan import Plan


@click.command("plan")
@click.argument(
    "wanted", type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)
)
@click.option(
    "--orders",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The orders that WANTED names, as JSON lines; else they are read from the marketplace.",
)
@project_option
@at_option
@seller_option
@click.option(
    "--corrects",
    metavar="ID",
    help="The message in whose place the only wanted action stands: of the same order and action, and "
    "refused, or withdrawn before it was sent. Money is not corrected unasked.",
)
@plan_file_option
@format_option
@html_option
def command(
    wanted: Path,
    orders: Path | None,
    project_folder: Path | None,
    at: datetime | None,
    seller: str | None,
    corrects: str | None,
    out: Path | None,
    style: str,
    html: Path | None,
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
    refuse_overwriting(project)
    now = at or now_utc()
    source = orders or seller_sender(sending_settings(project), seller)
    made = plan_wanted(
        project, wanted, source, seller=seller, at=now, clock=SystemClock(), corrects=corrects
    )
    folder = sending_settings(project).plans
    with plan_file(out, folder, "orders", ".json") as (path, file):
        file.write(made.text())
    tell(made, None, path, style, html, project)
    sys.exit(_code(made))


def _code(made: Plan) -> int:
    from engine.outbox.order_plan import SENT, Planned, messages_of

    if any(guard.halts for guard in made.guards):
        return 3
    whole = all(p.planned in {*SENT, Planned.KNOWN} for p in messages_of(made))
    return 0 if whole and not made.content["denied"] else 1
