"""Reading a JSON document that may hold anything: what fits is taken, the rest is told and kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.codes import Code
from engine.diagnostics.codes.orders import (
    ORDER_FIELD_MISSING,
    ORDER_FIELD_SET_ASIDE,
    ORDER_FIELD_UNREADABLE,
    UNKNOWN_ORDER_VALUE,
)
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Span
from engine.diagnostics.visible import visible
from engine.marketplace.facts import JsonObject, member, texts
from engine.orders.order import Unknown

MOST_BYTES = 8 * 1024 * 1024  # an order is a few kilobytes; a document beyond this is none
SHOWN = 60
NOTHING: JsonObject = {}


class UnreadableError(ValueError):
    """A text is no JSON document; the message says why, for a person."""


@cache
def _decoder() -> Any:
    import msgspec  # noqa: PLC0415 - checking rules reads no orders

    return msgspec.json.Decoder(float_hook=Decimal)


def parse_json(text: str | bytes) -> Any:
    """A JSON text as data, its numbers exact.

    Raises:
        UnreadableError: it is none, or too large or too deep for an order.
    """
    if len(text) > MOST_BYTES:
        raise UnreadableError(f"it is longer than {MOST_BYTES // 1024 // 1024} MB")
    bom = b"\xef\xbb\xbf" if isinstance(text, bytes) else "\ufeff"
    try:
        return _decoder().decode(text.removeprefix(bom))  # type: ignore[arg-type]  # one kind of both
    except UnicodeError:
        raise UnreadableError("it is not UTF-8") from None
    except RecursionError:
        raise UnreadableError("it is nested too deep") from None
    except ValueError as fault:
        raise UnreadableError(f"it is not JSON: {visible(str(fault))}") from None


def shown(value: Any) -> str:
    """A value of a document as a message may show it."""
    match value:
        case str():
            cut = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
            return f"“{visible(cut)}”"
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "an object"
        case list():
            return "a list"
        case int() if abs(value) >= 10**SHOWN:
            return f"a number of more than {SHOWN} digits"
    return str(value)[:SHOWN]


class Fields(Struct, frozen=True):
    """The fields known of an object, and those of the objects inside it."""

    known: frozenset[str]
    inside: Mapping[str, Fields]

    def gather_unknown(self, read: JsonObject, path: str, found: list[Unknown]) -> None:
        """Add the fields that are not known to `found`, here and inside, in the order written."""
        if not read.keys() <= self.known:
            strange = (key for key in read if key not in self.known)
            found += [Unknown(joined(path, visible(key)), read[key]) for key in strange]
        for key, fields in self.inside.items():
            value = read.get(key)
            if isinstance(value, dict):
                fields.gather_unknown(value, joined(path, key), found)
            elif isinstance(value, list):
                for at, item in enumerate(value):
                    if isinstance(item, dict):
                        fields.gather_unknown(item, f"{joined(path, key)}[{at}]", found)


def read_fields(read: JsonObject) -> Fields:
    """The known fields of a file such as `schemas/octopia/orders/order-document.json`."""
    table = member(read, "fields")
    paths = {path.replace("[]", ""): frozenset(texts(table, path)) for path in table}
    return _fields("", paths)


def _fields(path: str, paths: Mapping[str, frozenset[str]]) -> Fields:
    children = {key: joined(path, key) for key in sorted(paths[path])}
    inside = {key: _fields(child, paths) for key, child in children.items() if child in paths}
    return Fields(paths[path], inside)


def joined(path: str, key: str) -> str:
    """The path of the member `key` of the object at `path`."""
    return f"{path}.{key}" if path else key


class Reading(Struct):
    """One document on its way to an order: takes values out of it, and gathers what is wrong.

    `brief` leaves out what no decision needs: the details of lines, and what is unknown. A hundred
    thousand orders are read in half the time.
    """

    place: Span
    brief: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)

    def tell(self, code: Code, **facts: str) -> None:
        """Note a fault of the document."""
        self.diagnostics.append(Diagnostic(code, code.says.format(**facts), self.place))

    def needed(self, read: JsonObject, key: str, path: str = "") -> str | None:
        """The text at `key`, told where it is missing: without it there is no order."""
        value = read.get(key)
        text = _text(value)
        if text is None:
            self._tell_needed(value, joined(path, key))
        return text

    def text(self, read: JsonObject, key: str, path: str = "") -> str | None:
        """The text at `key`, a whole number as its digits; None where there is none."""
        value = read.get(key)
        text = _text(value)
        if text is None and value is not None and value != "":
            self._set_aside(value, joined(path, key), "a text")
        return text

    def whole(self, read: JsonObject, key: str, path: str) -> int | None:
        """The whole number at `key`, as a number or in digits."""
        value = read.get(key)
        if value is None:
            return None
        number = _whole(value)
        if number is None:
            self._set_aside(value, joined(path, key), "a whole number")
        return number

    def instant(self, read: JsonObject, key: str, path: str = "") -> datetime | None:
        """The instant at `key`, in UTC; a time without an offset is none."""
        value = read.get(key)
        if value is None or value == "":
            return None
        instant = _instant(value)
        if instant is None:
            wanted = "a date and time with its offset, such as 2025-08-01T07:00:00Z"
            self._set_aside(value, joined(path, key), wanted)
        return instant

    def object(self, read: JsonObject, key: str, path: str = "") -> JsonObject:
        """The object at `key`, empty where there is none."""
        value = read.get(key)
        if isinstance(value, dict):
            return value
        if value is not None:
            self._set_aside(value, joined(path, key), "an object")
        return NOTHING

    def objects(self, read: JsonObject, key: str, path: str = "") -> list[tuple[str, JsonObject]]:
        """The objects in the list at `key`, each with its path."""
        value = read.get(key)
        if value is None:
            return []
        here = joined(path, key)
        if not isinstance(value, list):
            self._set_aside(value, here, "a list")
            return []
        found: list[tuple[str, JsonObject]] = []
        for at, item in enumerate(value):
            if isinstance(item, dict):
                found.append((f"{here}[{at}]", item))
            else:
                self._set_aside(item, f"{here}[{at}]", "an object")
        return found

    def not_known(self, value: str, path: str) -> None:
        """Keep a value of a closed list that is not known."""
        self.tell(UNKNOWN_ORDER_VALUE, field=path, value=visible(value[:SHOWN]))
        self.unknown.append(Unknown(path, value))

    def _tell_needed(self, value: Any, path: str) -> None:
        if value is None or (isinstance(value, str) and not value.strip()):
            self.tell(ORDER_FIELD_MISSING, field=path)
        else:
            self.tell(ORDER_FIELD_UNREADABLE, field=path, value=shown(value), wanted="a text")

    def _set_aside(self, value: Any, path: str, wanted: str) -> None:
        self.tell(ORDER_FIELD_SET_ASIDE, field=path, value=shown(value), wanted=wanted)
        self.unknown.append(Unknown(path, value))


def _text(value: Any) -> str | None:
    """A text without blanks around, or the digits of an id written as a number."""
    if isinstance(value, str):
        text = value.strip()
        return text if text.isprintable() and text else None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**SHOWN:
        return str(value)
    return None


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < SHOWN:
        return int(value)
    if isinstance(value, Decimal) and abs(value) < 10**18 and value == value.to_integral_value():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value.strip())
        if instant.tzinfo is None or instant.tzinfo is UTC:
            return instant if instant.tzinfo else None
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
