"""Order documents, Octopia's and Lengow's, read into orders; what is wrong with them is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes.orders import BROKEN_ORDER, NO_KNOWN_ORDER
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE, Span
from engine.marketplace.facts import JsonObject
from engine.orders.lengow_orders import lengow_document, read_lengow_order
from engine.orders.octopia_orders import octopia_document, read_octopia_order
from engine.orders.order import OrderDocument
from engine.orders.reading import Reading, UnreadableError, parse_json, shown

OCTOPIA_ID = "orderId"
LENGOW_ID = "marketplace_order_id"


class OrderRead(Struct, frozen=True):
    """One order document: the order, None where it makes none, and what is wrong with it."""

    document: OrderDocument | None
    diagnostics: tuple[Diagnostic, ...]
    place: Span = NOWHERE


def read_orders(
    lines: Iterable[str | bytes], name: str, *, at: datetime | None = None, brief: bool = False
) -> Iterator[OrderRead]:
    """The orders in JSON lines, one after the other: memory holds a line at a time.

    Args:
        lines: a document, a list of documents, or a page of the marketplace's answer each; blank
            lines are skipped.
        name: the file's name, for messages.
        at: when the documents were written, for names that changed; without it, each document's
            own `updatedAt` or `updated_at` counts.
        brief: leave out what no decision needs (`Reading.brief`).
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield from read_order_text(line, line_place(name, number), at=at, brief=brief)


def read_order_text(
    text: str | bytes, place: Span = NOWHERE, *, at: datetime | None = None, brief: bool = False
) -> Iterator[OrderRead]:
    """The orders in one JSON text: a document, a list of them, or a page of an answer."""
    try:
        read = parse_json(text)
    except UnreadableError as fault:
        told = Diagnostic.of(BROKEN_ORDER, place, problem=fault)
        yield OrderRead(None, (told,), place)
        return
    for document in _documents(read):
        yield read_order(document, place, at=at, brief=brief)


def read_order(
    read: Any, place: Span = NOWHERE, *, at: datetime | None = None, brief: bool = False
) -> OrderRead:
    """The order in one document as data, its numbers exact (`reading.parse_json`)."""
    reading = Reading(place, brief)
    document = None
    if not isinstance(read, dict):
        reading.tell(BROKEN_ORDER, problem=f"expected an object, found {shown(read)}")
    elif OCTOPIA_ID in read and LENGOW_ID in read:
        problem = f"it has both `{OCTOPIA_ID}` and `{LENGOW_ID}`"
        reading.tell(NO_KNOWN_ORDER, problem=problem)
    elif OCTOPIA_ID in read:
        document = read_octopia_order(read, reading, at)
    elif LENGOW_ID in read:
        document = read_lengow_order(read, reading, at)
    else:
        problem = f"it has neither `{OCTOPIA_ID}` nor `{LENGOW_ID}`"
        reading.tell(NO_KNOWN_ORDER, problem=problem)
    return OrderRead(document, tuple(reading.diagnostics), place)


def line_place(name: str, number: int) -> Span:
    """The place of line `number` (from 1) of a file of JSON lines."""
    return Span(name, 0, 0, number, 1, number, 1)


def _documents(read: Any) -> list[Any]:
    """The documents in an answer: those of a list or of a page, else the text's own."""
    if isinstance(read, list):
        return read
    if isinstance(read, dict) and not _is_order(read):
        for page in (octopia_document().page, lengow_document().page):
            if isinstance(read.get(page), list):
                items: list[Any] = read[page]
                return items
    return [read]


def _is_order(read: JsonObject) -> bool:
    return OCTOPIA_ID in read or LENGOW_ID in read
