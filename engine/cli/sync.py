"""`feedwright sync`: one round of what `run` does again and again, for a schedule of your own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli.options import open_project, project_option, seller_option, tell


@click.group()
def command() -> None:
    """Take on what is not at its end, once: for cron and the like."""


@command.command()
@project_option
@seller_option
def orders(project_folder: Path | None, seller: str | None) -> None:
    """Look after messages about orders that are open: read, wait, send once more where allowed.

    Exit codes: 0 nothing is open, 1 something is, or was refused or withdrawn now, 2 could not run,
    3 halted.
    """
    from engine.cli.orders_push import told
    from engine.outbox.account import seller_sender
    from engine.outbox.moments import SystemClock
    from engine.outbox.settings import sending_settings
    from engine.sending.orders import sync_orders

    project = open_project(project_folder)
    sender = seller_sender(sending_settings(project), seller)
    sys.exit(told(sync_orders(project, sender, SystemClock())))


@command.command()
@project_option
@seller_option
def offers(project_folder: Path | None, seller: str | None) -> None:
    """Look after packages that are under way: read their state and results.

    Exit codes: 0 nothing is under way, 1 something is, or a package of the last plan was rejected as
    a whole, 2 could not run, 3 halted.
    """
    from engine.cli.orders_push import tell_halts
    from engine.outbox.account import seller_sender
    from engine.outbox.moments import SystemClock
    from engine.outbox.settings import sending_settings
    from engine.sending.offers import sync_offers

    project = open_project(project_folder)
    sender = seller_sender(sending_settings(project), seller)
    synced = sync_offers(project, sender, SystemClock())
    for package in (*synced.open, *synced.rejected):
        click.echo(f"{package.key}  {package.state}  {package.number} offers")
    tell(synced.notes)
    tell_halts(synced.halts)
    left = [f"{len(synced.open)} under way"] if synced.open else []
    left += [f"{len(synced.rejected)} rejected as a whole"] if synced.rejected else []
    click.echo(", ".join(left) or "nothing is under way", err=True)
    sys.exit(1 if synced.open or synced.rejected else 0)
