"""`feedwright orders held`: what waits for a person, with its evidence."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli.journal import reading, sending_of
from engine.cli.options import project_option, seller_option


@click.command("held")
@project_option
@seller_option
def command(project_folder: Path | None, seller: str | None) -> None:
    """List the messages about orders that wait for a person, with what was seen.

    Exit codes: 0 nothing is held, 1 something is, 2 could not run.
    """
    from engine.outbox.events import State
    from engine.sending.orders import held_text

    with reading(sending_of(project_folder), seller) as journal:
        held = journal.records(State.HELD)
        for record in held:
            looks = [
                e.event.data["look"] for e in journal.entries(record.id) if "look" in e.event.data
            ]
            click.echo(held_text(record, looks[-1] if looks else {}))
    click.echo(f"{len(held)} held", err=True)
    sys.exit(1 if held else 0)
