"""`feedwright orders list`: which orders wait for the seller, read from the marketplace now."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.journal import sending_of
from engine.cli.options import channel_option, format_option, project_option, seller_option

if TYPE_CHECKING:
    from engine.sending.order_list import ListedOrder


@click.command("list")
@project_option
@seller_option
@channel_option
@click.option(
    "--state",
    "states",
    multiple=True,
    metavar="STATE",
    help="Orders in this state; may be said again. WaitingAcceptance and InPreparation if not said.",
)
@format_option
def command(
    project_folder: Path | None,
    seller: str | None,
    channel: str | None,
    states: tuple[str, ...],
    style: str,
) -> None:
    """List the orders that wait for the seller, those to be shipped first at the top; no customer is shown.

    Exit codes: 0 all were read, 1 there may be others, 2 could not run.
    """
    from engine.outbox.account import seller_sender
    from engine.sending.order_list import WAITING, list_orders

    sending = sending_of(project_folder)
    sender = seller_sender(sending, seller)
    found = list_orders(sender, sending.seller(seller), channel, states or WAITING)
    if style == "json":
        told = {"orders": [o.as_json() for o in found.orders], "incomplete": found.incomplete}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        for order in found.orders:
            click.echo(_line(order))
    number = len(found.orders)
    click.echo("1 order" if number == 1 else f"{number} orders", err=True)
    if found.incomplete is not None:
        click.echo(f"feedwright: there may be others: {found.incomplete}", err=True)
    sys.exit(0 if found.incomplete is None else 1)


def _line(order: ListedOrder) -> str:
    """An order: `SC-1  InPreparation  ship by 2026-11-27 12:00 UTC  2 x LU-1005`."""
    from engine.diagnostics.visible import visible

    due = "" if order.ship_by is None else f"ship by {order.ship_by:%Y-%m-%d %H:%M %Z}"
    lines = ", ".join(
        f"{'?' if quantity is None else quantity} x {visible(sku)}" for sku, quantity in order.lines
    )
    return "  ".join(part for part in (visible(order.id), visible(order.state), due, lines) if part)
