"""`feedwright push`: send a plan, exactly as it was shown, and on from where it stopped."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import now_utc, open_project, project_option, tell

if TYPE_CHECKING:
    from engine.sending.offers import Pushed


@click.command("push")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@project_option
@click.option("--by", metavar="NAME", help="Who approves; else the name of the login.")
@click.option(
    "--wait",
    "minutes",
    type=click.IntRange(0, 600),
    default=30,
    show_default=True,
    metavar="MINUTES",
    help="How long to wait for results.",
)
@click.option(
    "--first",
    is_flag=True,
    help="You looked at the first plan of a channel: its prices have nothing to be held against.",
)
def command(
    plan: Path, project_folder: Path | None, by: str | None, minutes: int, *, first: bool
) -> None:
    """Send PLAN and nothing else; what was sent before is not sent again.

    Exit codes: 0 all is at its end, 1 something is still under way (push the plan again, or run
    `feedwright sync offers`) or a package was rejected as a whole, 2 could not run, 3 halted: stale,
    altered, foreign, expired, a guard rail, or the first push to its channel.
    """
    from engine.outbox.account import masked_logs, open_sender, remote_channel
    from engine.outbox.moments import MINUTE, SystemClock
    from engine.outbox.offer_plan import read_offer_head
    from engine.outbox.settings import sending_settings
    from engine.sending.offers import push

    project = open_project(project_folder)
    made = read_offer_head(plan)
    remote = remote_channel(made.channel)
    sending = sending_settings(project)
    sender = open_sender(
        sending.root, sending.seller(made.seller), made.channel, masked_logs(sending)
    )
    pushed = push(
        project,
        plan,
        sender,
        remote_channel=remote,
        approver=by or getpass.getuser(),
        at=now_utc(),
        clock=SystemClock(),
        patience=minutes * MINUTE,
        first=first,
        tell=lambda words: click.echo(words, err=True),
    )
    click.echo(_came_to(pushed) if pushed.done else "not at its end yet")
    tell(pushed.notes)
    sys.exit(0 if pushed.done and not pushed.rejected else 1)


def _came_to(pushed: Pushed) -> str:
    if not pushed.offers:
        return "done: nothing was to be sent"
    said = f"done: {pushed.confirmed} of {pushed.offers} offers confirmed"
    if pushed.rejected:
        whole = "a package was" if pushed.rejected == 1 else f"{pushed.rejected} packages were"
        return f"{said}; {whole} rejected as a whole"
    if pushed.confirmed == pushed.offers:
        return said
    return f"{said}; `feedwright journal refused` says why not the others"
