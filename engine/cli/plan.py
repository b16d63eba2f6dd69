"""`feedwright plan`: what a push would send, and what the guard rails say; sends nothing."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import at_option, channel_option, now_utc, open_project, project_option

if TYPE_CHECKING:
    from engine.outbox.plan import Plan


@click.command("plan")
@click.argument("feed")
@project_option
@channel_option
@at_option
@click.option("--seller", metavar="ID", help="The seller; else the only one.")
@click.option(
    "--canary",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="Take only so many new and changed offers: new rules are tried on a few first.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The plan's file; else a new one in the folder of plans.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
def command(
    feed: str,
    project_folder: Path | None,
    channel: str | None,
    at: datetime | None,
    seller: str | None,
    canary: int | None,
    out: Path | None,
    style: str,
) -> None:
    """Plan what a push of FEED would send: new, changed and withdrawn offers; sends nothing.

    The plan is good for 30 minutes, its stock for 15. Exit codes: 0 well, 1 errors in the rules,
    2 could not run, 3 a guard rail halts.
    """
    from engine.outbox.moments import SystemClock
    from engine.outbox.settings import sending_settings
    from engine.sending.offers import plan

    project = open_project(project_folder)
    now = at or now_utc()
    folder = sending_settings(project).plans
    path = out or folder / f"offers-{now_utc():%Y%m%d-%H%M%S}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".part")
    try:
        # Payloads are nobody else's business.
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            made = plan(
                project,
                feed,
                file,
                seller=seller,
                channel=channel,
                at=now,
                clock=SystemClock(),
                canary=canary,
            )
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    if style == "json":
        click.echo(json.dumps({**made.body(), "hash": made.hash, "file": str(path)}, indent=2))
    else:
        _print(made, path)
    sys.exit(3 if any(g.halts for g in made.guards) else 0)


def _print(made: Plan, path: Path) -> None:
    counts = made.content["counts"]
    total = " + ".join(f"{number} {name}" for name, number in counts.items() if name not in GONE)
    click.echo(f"{made.content['rows']} rows = {total or 'none'}")
    gone = {name: counts[name] for name in GONE if counts.get(name)}
    if gone:
        click.echo("beside them: " + ", ".join(f"{n} {name}" for name, n in gone.items()))
    for guard in made.guards:
        click.echo(f"{'HALTS' if guard.halts else 'note'}  {guard.name}: {guard.says}")
    click.echo(f"seller {made.seller}, {made.channel}, serial {made.serial}")
    click.echo(f"plan {made.hash[:12]} in {path}")


GONE = ("withdrawn",)  # not rows of this feed
