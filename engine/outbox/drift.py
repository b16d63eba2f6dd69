"""Drift: offers that the marketplace shows otherwise than it confirmed them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct

from engine.octopia.reads import OctopiaReads
from engine.outbox.journal import Journal
from engine.transport.outcome import Sender


class Drift(Struct, frozen=True):
    """An offer that is not as it was confirmed: what, what was confirmed, what is shown."""

    sku: str
    what: str
    confirmed: str
    shown: str


def find_drift(journal: Journal, sender: Sender, channel: str, remote: str) -> list[Drift] | str:
    """Every offer of a channel that drifted, or why the offers could not be read whole.

    Nothing is corrected: whoever changed it may have had a reason.
    """
    found = OctopiaReads(sender).offers(remote)
    if found.incomplete is not None:
        return found.incomplete
    shown = {item["sellerExternalReference"]: item for item in found.items}
    return list(_drifted(journal, channel, shown))


def _drifted(journal: Journal, channel: str, shown: dict[str, Any]) -> Iterator[Drift]:
    for sku, known in sorted(journal.book.offers(channel).items()):
        value, item = known.value, shown.get(sku)
        if item is None:
            if value.quantity:
                yield Drift(sku, "offer", "on sale", "missing")
            continue
        if value.quantity == 0 and item.get("quantity") != 0:
            yield Drift(sku, "quantity", "0", str(item.get("quantity")))
        price = item.get("integrationPrice")
        price = price.get("price") if isinstance(price, dict) else price
        differs = value.price is not None and (
            price is None or Decimal(price) != Decimal(value.price)
        )
        if differs:
            yield Drift(sku, "price", str(value.price), str(price))
    for sku in sorted(set(shown) - set(journal.book.offers(channel))):
        if shown[sku].get("quantity"):
            yield Drift(sku, "offer", "unknown here", "on sale")
