"""Facts about the marketplace: where each comes from, and how sure it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

JsonObject = Mapping[str, Any]


class UnusableError(ValueError):
    """A file of facts lacks something or says it wrongly; `key` names the place, "" the whole."""

    def __init__(self, reason: str, key: str = "") -> None:
        super().__init__(reason)
        self.key = key


class Fact(Struct, frozen=True):
    """How sure something is and who says so: tags of `schemas/octopia/sources.json`."""

    confidence: str = ""
    source: str = ""
    note: str = ""

    @property
    def certain(self) -> bool:
        """Whether an official page states it, or quotes of one are all there is."""
        return any(tag in {"D", "Dq"} for tag in tags(self.confidence))


def tags(text: str) -> tuple[str, ...]:
    """The tags of a list such as `D, C6`."""
    return tuple(tag.strip() for tag in text.split(",") if tag.strip())


def fact_of(entry: JsonObject) -> Fact:
    """The `confidence`, `source` and `note` of an entry."""
    return Fact(text(entry, "confidence"), text(entry, "source"), text(entry, "note"))


NOT_KNOWN = Fact()


def parse_object(content: str) -> JsonObject:
    """A JSON object with every number exact: Decimal or int.

    Raises:
        UnusableError: it is not JSON, not an object, or no computer should read it.
    """
    read = _parse(content)
    if not isinstance(read, dict):
        raise UnusableError("expected an object")
    return read


def _parse(content: str) -> Any:
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as fault:
        reason = f"not JSON at line {fault.lineno}, column {fault.colno}: {fault.msg.lower()}"
        raise UnusableError(reason) from None
    except (RecursionError, ValueError) as fault:
        reason = str(fault) if isinstance(fault, UnusableError) else "nested or numbered too far"
        raise UnusableError(reason) from None


def _no_number(word: str) -> Any:
    raise UnusableError(f"{word} is no number")


def text(entry: JsonObject, key: str, default: str = "") -> str:
    """The text at `key`, or `default` where there is none.

    Raises:
        UnusableError: what stands there is no text.
    """
    found = entry.get(key, default)
    if not isinstance(found, str):
        raise UnusableError(f"`{key}` must be a text", key)
    return found


def texts(entry: JsonObject, key: str) -> tuple[str, ...]:
    """The list of texts at `key`, empty where there is none.

    Raises:
        UnusableError: what stands there is no list of texts.
    """
    found = entry.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise UnusableError(f"`{key}` must be a list of texts", key)
    return tuple(found)


def entries(entry: JsonObject, key: str) -> tuple[JsonObject, ...]:
    """The list of objects at `key`, empty where there is none.

    Raises:
        UnusableError: what stands there is no list of objects.
    """
    found = entry.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise UnusableError(f"`{key}` must be a list of objects", key)
    return tuple(found)


def member(entry: JsonObject, key: str) -> JsonObject:
    """The object at `key`, empty where there is none.

    Raises:
        UnusableError: what stands there is no object.
    """
    found = entry.get(key, {})
    if not isinstance(found, dict):
        raise UnusableError(f"`{key}` must be an object", key)
    return found


def decimal(entry: JsonObject, key: str) -> Decimal | None:
    """The number at `key`, or None where there is none.

    Raises:
        UnusableError: what stands there is no number.
    """
    found = entry.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise UnusableError(f"`{key}` must be a number", key)
    return Decimal(found)


def amount(entry: JsonObject, key: str) -> Decimal:
    """The exact number written as a text at `key`: `"30.00"`.

    Raises:
        UnusableError: what stands there is none.
    """
    written = text(entry, key)
    if not written.replace(".", "", 1).isdecimal() or not written.isascii():
        raise UnusableError(f'`{key}` must be a number in quotes, such as "30.00"', key)
    return Decimal(written)
