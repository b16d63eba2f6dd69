"""Lists over pages, with the quirks of the real side, and on demand with lies."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from engine.sandbox.problems import RefusedError

MOST_ORDERS, MOST_BY_CURSOR, USUAL = 100, 1000, 20
Item = Mapping[str, Any]


class Lies(Struct, frozen=True):
    """How a read is not the truth; `lag` in seconds."""

    lag: int = 0
    missing_page: bool = False
    repeated_page: bool = False
    ignored_filter: bool = False


TRUTH = Lies()


class Page(Struct, frozen=True):
    """A page, and the cursor of the next one where there is one."""

    body: dict[str, Any]
    cursor: str | None = None


def index_page(items: Sequence[Item], query: Mapping[str, str], lies: Lies) -> Page:
    """A page by its number from 1; `limit` is ignored, and nothing says how many there are."""
    number = _whole(query, "pageIndex", 1, 1_000_000)
    size = _whole(query, "pageSize", USUAL, MOST_ORDERS)
    number = 1 if lies.repeated_page else number
    found = list(items[(number - 1) * size : number * size])
    if lies.missing_page and len(items) > size:
        found = []
    return Page({"itemsPerPage": size, "items": found})


def cursor_page(
    items: Sequence[Any],
    query: Mapping[str, str],
    lies: Lies,
    show: Callable[[Any], Item] = lambda item: item,
) -> Page:
    """A page after a cursor, its items as `show` shows them; the next one's stands in a header."""
    size = _whole(query, "limit", USUAL, MOST_BY_CURSOR)
    # Names of parameters are taken in any case, as the real side's links write them so.
    cursor = next((value for name, value in query.items() if name.lower() == "cursor"), None)
    start = 0 if lies.repeated_page else _start(cursor)
    found = [show(item) for item in items[start : start + size]]
    more = start + size < len(items)
    if lies.missing_page and len(items) > size:
        found = []
    following = urlsafe_b64encode(f"after:{start + size}".encode()).decode() if more else None
    return Page({"itemsPerPage": size, "items": found}, following)


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        word, _, number = urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if word == "after":
            return int(number)
    except ValueError:
        pass
    raise RefusedError(400, "The cursor is not valid.", {"cursor": ["not valid"]})


def _whole(query: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return usual
    if not text.isdecimal() or not 1 <= int(text[:9]) <= most:
        raise RefusedError(400, f"{name} is not valid.", {name: [f"must be from 1 to {most}"]})
    return int(text)
