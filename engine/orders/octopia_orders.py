"""Orders as Octopia writes them (`GET /orders`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from msgspec import Struct

from engine.diagnostics.visible import visible
from engine.marketplace.facts import JsonObject, entries, member, text, texts
from engine.orders.closest import folded
from engine.orders.facts import read_facts
from engine.orders.order import ConnectorName, OrderDocument, OrderLine, Parcel, Shipper
from engine.orders.reading import SHOWN, Fields, Reading, read_fields
from engine.orders.situation import Situation, known_channel

DOCUMENT = "schemas/octopia/orders/order-document.json"
SUPPLY = "offer.supplyMode"


class OctopiaDocument(Struct, frozen=True):
    """What is known of Octopia's order documents."""

    fields: Fields
    seller_modes: frozenset[str]
    other_modes: frozenset[str]
    channels: Mapping[str, str]
    page: str


@cache
def octopia_document() -> OctopiaDocument:
    """What ships with Feedwright.

    Source: schemas/octopia/orders/order-document.json
    """
    return read_facts(DOCUMENT, _document)


def _document(read: JsonObject) -> OctopiaDocument:
    modes = member(read, "supply_modes")
    return OctopiaDocument(
        read_fields(read),
        frozenset(folded(m) for m in texts(modes, "seller")),
        frozenset(folded(m) for m in texts(modes, "others")),
        {folded(text(e, "id")): text(e, "channel") for e in entries(read, "channels")},
        text(member(read, "pages"), "field"),
    )


def read_octopia_order(
    read: JsonObject, reading: Reading, at: datetime | None
) -> OrderDocument | None:
    """The order in an Octopia document, None where it lacks what every action needs."""
    if not reading.brief:
        octopia_document().fields.gather_unknown(read, "", reading.unknown)
    reference = reading.needed(read, "orderId")
    state = reading.needed(read, "status")
    place = reading.object(read, "salesChannel")
    marketplace = reading.needed(place, "id", "salesChannel")
    if reference is None or state is None or marketplace is None:
        return None
    channel = known_channel(reading, "salesChannel.id", marketplace, octopia_document().channels)
    updated = reading.instant(read, "updatedAt")
    entries_ = reading.objects(read, "lines")
    shipper, said = _shipper([_supply_mode(entry) for _, entry in entries_])
    lines: tuple[OrderLine, ...] = ()
    if not reading.brief:
        situation = Situation.of(channel, state, at or updated)
        lines = tuple(_line(reading, entry, path, situation) for path, entry in entries_)
    return OrderDocument(
        reference=reference,
        number=reading.text(read, "reference"),
        connector=ConnectorName.OCTOPIA,
        marketplace=marketplace,
        channel=channel,
        state=state,
        lengow_only=False,
        lengow_status=None,
        account=reading.text(reading.object(read, "seller"), "id", "seller"),
        placed_at=reading.instant(read, "purchasedAt") or reading.instant(read, "createdAt"),
        updated_at=updated,
        ship_by=reading.instant(read, "shippedAtMax"),
        shipper=shipper,
        shipper_said=said,
        lines=lines,
        parcels=tuple(dict.fromkeys(p for line in lines for p in line.parcels)),
        unknown=tuple(reading.unknown),
    )


def _line(reading: Reading, read: JsonObject, path: str, situation: Situation) -> OrderLine:
    offer = reading.object(read, "offer", path)
    delivery = reading.object(read, "delivery", path)
    native = reading.text(read, "status", path)
    mode = reading.text(offer, "supplyMode", f"{path}.offer")
    known = octopia_document()
    if mode and folded(mode) not in known.seller_modes | known.other_modes:
        reading.not_known(mode, f"{path}.{SUPPLY}")
    return OrderLine(
        id=reading.text(read, "orderLineId", path),
        native=native,
        state=situation.line_state(reading, path, "status", native),
        sku=reading.text(offer, "sellerProductId", f"{path}.offer"),
        quantity=reading.whole(read, "quantity", path),
        supply_mode=mode,
        delivery_mode=reading.text(delivery, "mode", f"{path}.delivery"),
        ship_by=reading.instant(delivery, "shippedAtMax", f"{path}.delivery"),
        parcels=tuple(
            Parcel(
                reading.text(parcel, "parcelNumber", where),
                reading.text(parcel, "carrierName", where),
                reading.text(parcel, "trackingUrl", where),
            )
            for where, parcel in reading.objects(read, "parcels", path)
        ),
    )


def _supply_mode(read: JsonObject) -> str | None:
    offer = read.get("offer")
    mode = offer.get("supplyMode") if isinstance(offer, dict) else None
    return mode.strip() or None if isinstance(mode, str) and mode.isprintable() else None


def _shipper(modes: list[str | None]) -> tuple[Shipper, tuple[str, str]]:
    """Who ships the order: the seller only where every line says so."""
    seller = octopia_document().seller_modes
    for at, mode in enumerate(modes):
        if mode is not None and folded(mode) not in seller:
            return Shipper.OTHER, (f"lines[{at}].{SUPPLY}", f"“{visible(mode[:SHOWN])}”")
    for at, mode in enumerate(modes):
        if mode is None:
            return Shipper.UNSAID, (f"lines[{at}].{SUPPLY}", "nothing")
    if not modes:
        return Shipper.UNSAID, ("lines", "nothing")
    return Shipper.SELLER, (f"lines[0].{SUPPLY}", f"“{modes[0]}”")
