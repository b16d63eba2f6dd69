"""Orders as Lengow writes them (`GET /v3.0/orders`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache

from msgspec import Struct

from engine.marketplace.facts import JsonObject, entries, member, text
from engine.orders.closest import folded
from engine.orders.facts import read_facts
from engine.orders.order import ConnectorName, OrderDocument, OrderLine, Parcel, Shipper
from engine.orders.reading import Fields, Reading, read_fields
from engine.orders.situation import Situation, known_channel
from engine.orders.states import state_table

DOCUMENT = "schemas/lengow/orders/order-document.json"


class LengowDocument(Struct, frozen=True):
    """What is known of Lengow's order documents."""

    fields: Fields
    by_marketplace: str
    channels: Mapping[str, str]
    statuses: frozenset[str]
    page: str


@cache
def lengow_document() -> LengowDocument:
    """What ships with Feedwright.

    Source: schemas/lengow/orders/order-document.json
    """
    return read_facts(DOCUMENT, _document)


def _document(read: JsonObject) -> LengowDocument:
    return LengowDocument(
        read_fields(read),
        text(member(read, "shipped_by_marketplace"), "type"),
        {folded(text(e, "id")): text(e, "channel") for e in entries(read, "channels")},
        frozenset(state_table().lengow_statuses),
        text(member(read, "pages"), "field"),
    )


def read_lengow_order(
    read: JsonObject, reading: Reading, at: datetime | None
) -> OrderDocument | None:
    """The order in a Lengow document, None where it lacks what every action needs."""
    if not reading.brief:
        lengow_document().fields.gather_unknown(read, "", reading.unknown)
    reference = reading.needed(read, "marketplace_order_id")
    marketplace = reading.needed(read, "marketplace")
    status = reading.text(read, "lengow_status")
    native = reading.text(read, "marketplace_status")
    state = native or status or reading.needed(read, "marketplace_status")
    if reference is None or marketplace is None or state is None:
        return None
    if status and folded(status) not in lengow_document().statuses:
        reading.not_known(status, "lengow_status")
    channel = known_channel(reading, "marketplace", marketplace, lengow_document().channels)
    updated = reading.instant(read, "updated_at")
    packages = reading.objects(read, "packages")
    lines: tuple[OrderLine, ...] = ()
    if not reading.brief:
        situation = Situation.of(channel, state, at or updated)
        lines = tuple(
            _line(reading, entry, path, situation)
            for package, found in packages
            for path, entry in reading.objects(found, "cart", package)
        )
    trackings = list(_trackings(reading, packages))
    shipper, said = _shipper(reading, read, trackings)
    return OrderDocument(
        reference=reference,
        number=None,
        connector=ConnectorName.LENGOW,
        marketplace=marketplace,
        channel=channel,
        state=state,
        lengow_only=native is None,
        lengow_status=status,
        account=reading.text(read, "account_id"),
        placed_at=reading.instant(read, "marketplace_order_date"),
        updated_at=updated,
        ship_by=None,
        shipper=shipper,
        shipper_said=said,
        lines=lines,
        parcels=tuple(_parcels(reading, trackings)),
        unknown=tuple(reading.unknown),
    )


def _line(reading: Reading, read: JsonObject, path: str, situation: Situation) -> OrderLine:
    native = reading.text(read, "marketplace_status", path)
    product = reading.object(read, "merchant_product_id", path)
    return OrderLine(
        id=reading.text(read, "marketplace_order_line_id", path),
        native=native,
        state=situation.line_state(reading, path, "marketplace_status", native),
        sku=reading.text(product, "id", f"{path}.merchant_product_id"),
        quantity=reading.whole(read, "quantity", path),
        supply_mode=None,
        delivery_mode=None,
        ship_by=None,
    )


def _trackings(
    reading: Reading, packages: list[tuple[str, JsonObject]]
) -> Iterator[tuple[str, JsonObject]]:
    for path, package in packages:
        delivery = reading.object(package, "delivery", path)
        yield from reading.objects(delivery, "trackings", f"{path}.delivery")


def _parcels(reading: Reading, trackings: list[tuple[str, JsonObject]]) -> Iterator[Parcel]:
    for path, tracking in trackings:
        number = reading.text(tracking, "number", path)
        if number is not None:
            carrier = reading.text(tracking, "carrier", path)
            yield Parcel(number, carrier, reading.text(tracking, "url", path))


def _shipper(
    reading: Reading, read: JsonObject, trackings: list[tuple[str, JsonObject]]
) -> tuple[Shipper, tuple[str, str]]:
    """Who ships the order: another where a tracking or the order's type says so."""
    flag = lengow_document().by_marketplace
    for path, kind in reading.objects(read, "order_types"):
        if kind.get("type") == flag:
            return Shipper.OTHER, (f"{path}.type", f"“{flag}”")
    said = [(path, t[flag]) for path, t in trackings if t.get(flag) is not None]
    for path, value in said:
        if value is not False:  # an unknown value is not the seller's leave to ship
            return Shipper.OTHER, (f"{path}.{flag}", "true" if value is True else "no yes or no")
    if said:
        return Shipper.SELLER, (f"{said[0][0]}.{flag}", "false")
    return Shipper.UNSAID, (f"packages[].delivery.trackings[].{flag}", "nothing")
