"""Offers on their way out: one line of a plan each, and the parts that become packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from engine.outbox.book import OfferValue
from engine.outbox.canonical import digest

MOST_IN_PACKAGE = {"json": 50_000, "xml": 40_000}
UPSERT, UPDATE, FULL = "Upsert", "Update", "Full"


class OfferLine(msgspec.Struct, frozen=True):
    """An offer of a plan: what is sent, byte for byte, and where it comes from.

    `change` is new, changed, asserted (stock 0 said again) or withdrawn; `row` the feed's row,
    None for what vanished from it. `was_price` and `was_quantity` are what was confirmed of it last,
    None where nothing was.
    """

    sku: str
    change: str
    carrier: str
    type: str
    payload: str
    price: str | None
    quantity: int | None
    floor: bool
    row: int | None = None
    xml: str | None = None
    was_price: str | None = None
    was_quantity: int | None = None

    @property
    def value(self) -> OfferValue:
        """The offer as the book keeps it."""
        return OfferValue(self.sku, hash_of_offer(self), self.price, self.quantity, self.floor)


def hash_of_offer(offer: OfferLine) -> str:
    """The hash of what is sent of an offer."""
    sent = offer.xml if offer.carrier == "xml" and offer.xml is not None else offer.payload
    return digest(f"{offer.type} {sent}".encode())[:32]


class Part(msgspec.Struct, frozen=True):
    """What becomes one package."""

    number: int
    carrier: str
    type: str
    offers: tuple[OfferLine, ...]


def parts_of(offers: Iterable[OfferLine]) -> list[Part]:
    """The parts of a plan, none larger than a package may be; what is taken off sale goes first."""
    groups: dict[tuple[str, str], list[OfferLine]] = {}
    for offer in offers:
        groups.setdefault((offer.carrier, offer.type), []).append(offer)
    order = sorted(groups, key=lambda g: (g != ("json", UPDATE), g))
    pieces = (
        (carrier, type_, piece)
        for carrier, type_ in order
        for piece in _pieces(groups[carrier, type_], MOST_IN_PACKAGE[carrier])
    )
    return [Part(n, carrier, type_, piece) for n, (carrier, type_, piece) in enumerate(pieces)]


def _pieces(offers: list[OfferLine], most: int) -> Iterator[tuple[OfferLine, ...]]:
    given = iter(offers)
    while piece := tuple(islice(given, most)):
        yield piece
