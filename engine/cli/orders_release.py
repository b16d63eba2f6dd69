"""`feedwright orders release`: a person decides about what is held."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.journal import line_of, sending_of
from engine.cli.options import project_option, seller_option


@click.command("release")
@click.argument("message")
@project_option
@seller_option
@click.option("--by", required=True, metavar="NAME", help="Who decides.")
@click.option("--why", required=True, metavar="WORDS", help="Why, for the journal.")
@click.option(
    "--as",
    "decision",
    type=click.Choice(["release", "confirm", "withdraw"]),
    default="release",
    show_default=True,
    help="Send it once more; it was done; or give it up.",
)
def command(
    message: str, project_folder: Path | None, seller: str | None, by: str, why: str, decision: str
) -> None:
    """Decide about MESSAGE (the beginning of its id), which is held.

    What is released goes out at the next `feedwright sync orders`, after another look.
    """
    from engine.outbox.decisions import decide
    from engine.outbox.moments import SystemClock
    from engine.outbox.opening import open_journal

    sending = sending_of(project_folder)
    own = sending.seller(seller).id
    with open_journal(sending.journal_path(own), SystemClock(), seller=own) as journal:
        rights = sending.refund_rights
        click.echo(line_of(decide(journal, message, decision, by=by, why=why, rights=rights)))
