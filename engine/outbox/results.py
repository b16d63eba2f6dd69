"""What became of each offer of a package: confirmed only where a result or the offer shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from engine.octopia.reads import OctopiaReads
from engine.outbox.book import OfferValue, Package
from engine.transport.outcome import Sender

INTEGRATED = "Integrated"
NOT_SHOWN = "no result, and the offer does not show it"


class Results(Struct, frozen=True):
    """The offers that were not confirmed, by reference, and why."""

    refused: Mapping[str, str]


def read_results(
    sender: Sender, package: Package, channel: str, *, results: bool = True
) -> Results | str:
    """What became of the offers of `package`, or why it cannot be told yet.

    Args:
        sender: reads.
        package: the package.
        channel: what the marketplace calls its channel.
        results: whether its own results are asked for; else only what the offers show.
    """
    reads = OctopiaReads(sender)
    told: dict[str, str] = {}
    if results and package.carrier == "json" and package.remote is not None:
        found = reads.package_results(package.remote)
        if found.incomplete is not None:
            return found.incomplete
        for item in found.items:
            sku = item["sellerExternalReference"]
            # Told twice: the worse counts.
            if told.get(sku, INTEGRATED) == INTEGRATED:
                told[sku] = _told(item)
    refused = {sku: why for sku, why in told.items() if why != INTEGRATED}
    unsaid = [value for value in package.offers if value.sku not in told]
    if not unsaid:
        return Results(refused)
    return _shown(reads, channel, unsaid, refused)


def _told(item: Mapping[str, Any]) -> str:
    status = str(item["integrationStatus"])
    if status == INTEGRATED:
        return INTEGRATED
    codes = [
        f"{r.get('resultCode', '')} {r.get('message') or ''}".strip()
        for r in item.get("results") or ()
    ]
    return f"{status}: {'; '.join(codes)}"[:300]


def _shown(
    reads: OctopiaReads, channel: str, unsaid: Sequence[OfferValue], refused: Mapping[str, str]
) -> Results | str:
    found = reads.offers(channel, [value.sku for value in unsaid])
    if found.incomplete is not None:
        return found.incomplete
    shown = {item["sellerExternalReference"]: item for item in found.items}
    missing = {v.sku: NOT_SHOWN for v in unsaid if not _shows(shown.get(v.sku), v)}
    return Results({**refused, **missing})


def _shows(item: Mapping[str, Any] | None, value: OfferValue) -> bool:
    if item is None:
        return False
    if value.quantity is not None and item.get("quantity") != value.quantity:
        return False
    return value.price is None or _amount(item.get("integrationPrice")) == Decimal(value.price)


def _amount(found: Any) -> Decimal | None:
    if isinstance(found, Mapping):
        found = found.get("price")
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return None
    return Decimal(found)
