"""`feedwright plan`: what a push would send, and what the guard rails say; sends nothing."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from engine.cli.options import (
    CountType,
    at_option,
    channel_option,
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
from engine.cli.show import PAGE_ROWS, read, tell


@click.command("plan")
@click.argument("feed")
@project_option
@channel_option
@at_option
@seller_option
@click.option(
    "--canary",
    type=CountType(min=1),
    metavar="NUMBER",
    help="Take only so many new and changed offers: new rules are tried on a few first.",
)
@plan_file_option
@format_option
@html_option
def command(
    feed: str,
    project_folder: Path | None,
    channel: str | None,
    at: datetime | None,
    seller: str | None,
    canary: int | None,
    out: Path | None,
    style: str,
    html: Path | None,
) -> None:
    """Plan what a push of FEED would send: new, changed and withdrawn offers; sends nothing.

    The plan is good for 30 minutes, its stock for 15; `feedwright show` shows it again. Exit codes: 0 well, 1 errors in the rules,
    2 could not run, 3 a guard rail halts.
    """
    from engine.outbox.moments import SystemClock
    from engine.outbox.settings import sending_settings
    from engine.sending.offers import plan

    project = open_project(project_folder)
    refuse_overwriting(project)
    now = at or now_utc()
    folder = sending_settings(project).plans
    with plan_file(out, folder, "offers", ".jsonl") as (path, file):
        plan(
            project,
            feed,
            file,
            seller=seller,
            channel=channel,
            at=now,
            clock=SystemClock(),
            canary=canary,
        )
    made, moves = read(path, PAGE_ROWS if html is not None else 0)
    tell(made, moves, path, style, html, project)
    sys.exit(3 if any(g.halts for g in made.guards) else 0)
