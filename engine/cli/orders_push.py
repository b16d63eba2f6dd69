"""`feedwright orders push`: send a plan about orders, exactly as it was shown."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import open_project, project_option, tell

if TYPE_CHECKING:
    from engine.sending.orders import Outcome


@click.command("push")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@project_option
@click.option("--by", metavar="NAME", help="Who approves; else the name of the login.")
@click.option(
    "--first",
    is_flag=True,
    help="You looked at the actions of a sort that was never sent before.",
)
def command(plan: Path, project_folder: Path | None, by: str | None, *, first: bool) -> None:
    """Send PLAN and nothing else: each message looked at first, money once.

    Exit codes: 0 all is done, 1 something is open or held (`feedwright sync orders` goes on), or was
    refused or withdrawn, 2 could not run, 3 halted: stale, altered, foreign, expired, or the first
    of its sort.
    """
    from engine.cli.journal import sending_of
    from engine.outbox.account import masked_logs, open_sender
    from engine.outbox.moments import SystemClock
    from engine.sending.orders import push_orders, read_order_plan

    made = read_order_plan(plan)
    if not made.channel and not made.content["messages"]:
        click.echo("done: nothing was to be sent", err=True)
        return
    sending = sending_of(project_folder)
    sender = open_sender(
        sending.root, sending.seller(made.seller), made.channel, masked_logs(sending)
    )
    outcome = push_orders(
        open_project(project_folder),
        plan,
        sender,
        approver=by or getpass.getuser(),
        clock=SystemClock(),
        first=first,
    )
    sys.exit(told(outcome))


def told(outcome: Outcome) -> int:
    """Tell what is open and what came to nothing; the exit code."""
    from engine.cli.journal import line_of
    from engine.sending.orders import undone_text

    for record in outcome.undone:
        click.echo(undone_text(record))
        tell_words(outcome.said.get(record.id))
    for record in outcome.open:
        click.echo(line_of(record))
        tell_words(outcome.said.get(record.id))
        tell(note for note in (outcome.notes.get(record.id),) if note is not None)
    opened = {record.id for record in outcome.open}
    tell(note for of, note in outcome.notes.items() if of not in opened)
    tell_halts(outcome.halts)
    left = [f"{len(outcome.open)} open"] if outcome.open else []
    left += [f"{len(outcome.undone)} refused or withdrawn"] if outcome.undone else []
    click.echo(", ".join(left) or "done", err=True)
    return 1 if left else 0


def tell_words(said: str | None) -> None:
    """Say on stderr what the marketplace said, if it said something."""
    if said:
        click.echo(f"  saying     {said}", err=True)


def tell_halts(halts: Mapping[str, str]) -> None:
    """Say on stderr what halts all sending, and how a person ends it."""
    from engine.outbox.limits import ways_on_lines

    for name, why in sorted(halts.items()):
        click.echo(f"HALTED {name}: {why}", err=True)
        for line in ways_on_lines(name, stands=True):
            click.echo(line, err=True)
