"""Orders as a seller's marketplace shows them now: what waits for the seller, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from engine.errors import ProjectError
from engine.lengow.client import LengowReads
from engine.octopia.reads import OctopiaReads
from engine.orders.documents import read_order
from engine.orders.states import state_table
from engine.outbox.account import first_channel, remote_channel
from engine.outbox.settings import LENGOW, Seller
from engine.transport.outcome import Reading, Sender

WAITING = ("WaitingAcceptance", "InPreparation")  # for the seller
NEVER = datetime.max.replace(tzinfo=UTC)


class ListedOrder(Struct, frozen=True):
    """An order, without anything about its customer."""

    id: str
    state: str
    ship_by: datetime | None
    lines: tuple[tuple[str, int | None], ...]  # SKU and quantity

    def as_json(self) -> Mapping[str, Any]:
        """The order as JSON data."""
        return {
            "order": self.id,
            "state": self.state,
            "ship_by": None if self.ship_by is None else self.ship_by.isoformat(),
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in self.lines],
        }


class Listing(Struct, frozen=True):
    """The orders that were read; `incomplete` says why there may be others, None where all were."""

    orders: tuple[ListedOrder, ...]
    incomplete: str | None


def list_orders(
    sender: Sender, seller: Seller, channel: str | None, states: tuple[str, ...]
) -> Listing:
    """The orders of a channel in one of `states` (common names), the first to be shipped first.

    Raises:
        ProjectError: there is no such state, or no such channel.
    """
    channel = channel or first_channel(seller)
    wanted = frozenset(_native(states, channel))
    reading = _read(sender, seller, channel, wanted)
    found = sorted(_documents(reading, channel, wanted), key=lambda o: (o.ship_by or NEVER, o.id))
    return Listing(tuple(found), reading.incomplete)


def _native(states: tuple[str, ...], channel: str) -> Iterator[str]:
    """What the channel calls the states."""
    table = state_table()
    for state in states:
        found = table.find(state, channel)
        if not found.names:
            known = ", ".join(n.name for n in table.on(channel)) or "none: the channel is not known"
            raise ProjectError(f"{channel} has no state `{state}`; its states: {known}")
        yield from (name.name for name in found.names)


def _read(sender: Sender, seller: Seller, channel: str, states: frozenset[str]) -> Reading:
    remote = remote_channel(channel, seller.connector)
    if seller.connector == LENGOW:
        return LengowReads(sender).orders({"marketplace": remote})
    filters = {"salesChannelId": remote, "status": ",".join(sorted(states))}
    return OctopiaReads(sender).orders(filters)


def _documents(reading: Reading, channel: str, wanted: frozenset[str]) -> Iterator[ListedOrder]:
    for item in reading.items:
        order = read_order(dict(item)).document
        if order is None:
            continue
        # Lengow's own word may mean several states: one of them is enough to be looked at.
        if wanted & {n.name for n in order.find_state(state_table(), channel).names}:
            yield ListedOrder(
                order.reference,
                order.state,
                order.ship_by,
                tuple((line.sku or "?", line.quantity) for line in order.lines),
            )
