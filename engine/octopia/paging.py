"""Lists over all their pages: read to the end, or said to be incomplete and why.

An order that is not in a list proves something only where the list was whole, so every doubt
counts: a page that failed or came twice, a filter that was ignored, a cursor that leads back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from requests.utils import parse_header_links

from engine.transport.endpoint import Endpoint, Paging
from engine.transport.outcome import Answer, Call, Lost, NotSent, Outcome, Reading, Sender

Item = Mapping[str, Any]
Query = Mapping[str, str]
MOST_PAGES = 10_000
CURSOR = "cursor"
PAST_THE_END = frozenset({400, 404, 416})


def read_list(
    sender: Sender,
    endpoint: Endpoint,
    query: Query,
    *,
    parts: tuple[str, ...] = (),
    belongs: Callable[[Item], bool],
    key: Callable[[Item], object] | None,
    keep: Callable[[Item], Item] = lambda item: item,
) -> Reading:
    """Every item of a list.

    Args:
        sender: makes the calls.
        endpoint: the list's.
        query: its filters.
        parts: what varies in its path.
        belongs: whether an item is one that the filters ask for; one that is not means that they
            were ignored, so the list holds something else than was asked for.
        key: what no two items have in common; None where two may be alike, so that only whole
            pages are told apart.
        keep: what is kept of an item, as there may be 50,000 of them.
    """
    found: list[Item] = []
    seen: set[object] = set()
    trace = None
    for page in _PAGES[endpoint.paging](sender, endpoint, path_of(endpoint, *parts), query):
        if isinstance(page, str):
            return Reading(tuple(found), page, trace)
        trace, items = page.trace_id, items_of(page)
        if not all(belongs(item) for item in items):
            return Reading(tuple(found), "it holds what was not asked for: filter ignored", trace)
        keys = [key(item) for item in items] if key else [_print_of(items)] if items else []
        if len(set(keys)) != len(keys) or not seen.isdisjoint(keys):
            words = "an item came twice: the list moved, or a page was served again"
            return Reading(tuple(found), words, trace)
        seen.update(keys)
        found += map(keep, items)
    return Reading(tuple(found), None, trace)


def _print_of(page: list[Item]) -> bytes:
    return hashlib.sha256(repr(page).encode()).digest()


def path_of(endpoint: Endpoint, *parts: str) -> str:
    """The path of a call to `endpoint`, with `parts` where its path varies."""
    path = endpoint.path
    for part in parts:
        path = path.replace("{}", quote(part, safe=""), 1)
    return path


def items_of(page: Answer) -> list[Item]:
    """The items of a page that fits its schema; a bare list is its own."""
    items: list[Item] = page.body["items"] if isinstance(page.body, dict) else page.body
    return items


def told(outcome: Outcome) -> str:
    """Why an outcome is no whole, believable answer, in words of ours: they may be kept."""
    match outcome:
        case NotSent():
            return f"not read: {outcome.reason}, {outcome.detail}"
        case Lost():
            return f"the answer was lost: {outcome.kind}, {outcome.detail}"
        case Answer():
            return outcome.fault or f"it was refused: {outcome.status}"


Pages = Iterator[Answer | str]  # a text, the last of all, says why a list was not read to its end


def ask(sender: Sender, path: str, query: Query) -> Outcome:
    """One GET."""
    return sender.send(Call("GET", f"{path}?{urlencode(query)}" if query else path))


def _one_page(sender: Sender, _: Endpoint, path: str, query: Query) -> Pages:
    outcome = ask(sender, path, query)
    yield outcome if isinstance(outcome, Answer) and outcome.well else told(outcome)


def _index_pages(sender: Sender, endpoint: Endpoint, path: str, query: Query) -> Pages:
    """Pages by their number, until one that is not full and an empty one after it.

    A page shorter than it could be, or empty, may be the last, or lack something: only nothing
    after it says that it was the last. Past the end some servers answer with an error, which says
    the same there.
    """
    ending = False
    for number in range(1, MOST_PAGES + 1):
        paged = {**query, "pageIndex": str(number), "pageSize": str(endpoint.page_size)}
        page = ask(sender, path, paged)
        if not isinstance(page, Answer) or not page.well:
            past_the_end = isinstance(page, Answer) and page.status in PAST_THE_END
            if not (ending and past_the_end):
                yield told(page)
            return
        items = items_of(page)
        if ending:
            if items:
                yield "a page was shorter than it could be, and others came after it"
            return
        yield page
        ending = len(items) < _served(page, endpoint.page_size)
    yield f"there are more than {MOST_PAGES} pages"


def _served(page: Answer, asked: int) -> int:
    """How many items a full page holds: the server may allow less than was asked for."""
    said = page.body.get("itemsPerPage") if isinstance(page.body, dict) else None
    return min(said, asked) if isinstance(said, int) and said > 0 else asked


def _cursor_pages(sender: Sender, endpoint: Endpoint, path: str, query: Query) -> Pages:
    """Pages by the cursor in each answer's Link header, until there is none."""
    cursors: set[str] = set()
    paged = {**query, "limit": str(endpoint.page_size)}
    for _ in range(MOST_PAGES):
        page = ask(sender, path, paged)
        if not isinstance(page, Answer) or not page.well:
            yield told(page)
            return
        yield page
        cursor = next_cursor(page)
        if cursor is None:
            return
        if not items_of(page):
            yield "a page is empty, and another follows it"
            return
        if cursor in cursors or not cursor:
            yield "the link to the next page leads back, or nowhere"
            return
        cursors.add(cursor)
        paged[CURSOR] = cursor
    yield f"there are more than {MOST_PAGES} pages"


def next_cursor(page: Answer) -> str | None:
    """The cursor of the next page, None on the last, "" where a link to a next one holds none.

    Only the cursor is taken from the link: wherever it leads, the token goes to our own address.
    """
    for link in parse_header_links(page.headers.get("link", "")):
        if "next" in link.get("rel", "").lower().split():
            query = parse_qsl(urlsplit(link["url"]).query)
            return next((value for name, value in query if name.lower() == CURSOR), "")
    return None


_PAGES = {
    Paging.NONE: _one_page,
    Paging.INDEX: _index_pages,
    Paging.CURSOR: _cursor_pages,
}
