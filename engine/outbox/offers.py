"""Offers on their way out: one line of a plan each, and the parts that become packages."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import IO, overload

import msgspec
from msgspec import Struct

from engine.offers.validation import (
    UPDATE,
    UPSERT,
    PayloadFault,
    element_fault,
    request_fault,
)
from engine.outbox.book import OfferValue
from engine.outbox.canonical import digest

MOST_IN_PACKAGE = {"json": 50_000, "xml": 40_000}
FULL = "Full"


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


def misfit_of(offer: OfferLine, *, where: bool = True) -> PayloadFault | None:
    """Where what would be sent of an offer does not fit its schema; None where it fits.

    `where`: see `request_fault`.

    Rules cannot bring that about: kinds and bounds are checked before. So it is a fault of Feedwright,
    or somebody else wrote the plan.
    """
    if offer.carrier == "xml":
        return element_fault(offer.xml or "")
    return request_fault(offer.payload, offer.type, where=where)


class StoredOffers(Sequence[OfferLine]):
    """The offers that stand in a file, each read when it is asked for: held are only their places."""

    def __init__(self, file: IO[bytes], places: array[int]) -> None:
        self._file, self._places = file, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> OfferLine: ...
    @overload
    def __getitem__(self, at: slice) -> list[OfferLine]: ...
    def __getitem__(self, at: int | slice) -> OfferLine | list[OfferLine]:
        """The offer, or the offers, at a place of the plan."""
        if isinstance(at, slice):
            return [self._read(place) for place in self._places[at]]
        return self._read(self._places[at])

    def _read(self, place: int) -> OfferLine:
        self._file.seek(place)
        return LINES.decode(self._file.readline())

    def of(self, numbers: array[int]) -> StoredOffers:
        """Those of these numbers, in their order."""
        return StoredOffers(self._file, array("Q", (self._places[n] for n in numbers)))


class Part(Struct, frozen=True):
    """What becomes one package."""

    number: int
    carrier: str
    type: str
    offers: Sequence[OfferLine]


def parts_of(offers: Sequence[OfferLine]) -> list[Part]:
    """The parts of a plan, none larger than a package may be; what is taken off sale goes first."""
    groups: dict[tuple[str, str], array[int]] = {}
    for number, offer in enumerate(offers):
        groups.setdefault((offer.carrier, offer.type), array("Q")).append(number)
    order = sorted(groups, key=lambda g: (g != ("json", UPDATE), g))
    pieces = (
        (carrier, type_, piece)
        for carrier, type_ in order
        for piece in _pieces(groups[carrier, type_], MOST_IN_PACKAGE[carrier])
    )
    return [Part(n, c, t, _chosen(offers, piece)) for n, (c, t, piece) in enumerate(pieces)]


def _chosen(offers: Sequence[OfferLine], numbers: array[int]) -> Sequence[OfferLine]:
    if isinstance(offers, StoredOffers):
        return offers.of(numbers)
    return [offers[number] for number in numbers]


def _pieces(numbers: array[int], most: int) -> Iterator[array[int]]:
    for first in range(0, len(numbers), most):
        yield numbers[first : first + most]


LINES = msgspec.json.Decoder(OfferLine)

__all__ = ["FULL", "UPDATE", "UPSERT", "OfferLine", "Part", "StoredOffers", "misfit_of", "parts_of"]
