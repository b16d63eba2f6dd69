"""Reads that may prove something: whole, of the right order, in a shape that is known.

Presence is proof wherever it shows. Absence is proof only where nothing could hide: the answer was
200 and as expected, every page was read, and everything in it is really of this order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from engine.octopia.outcome import Answer, Call, NotSent, Reading, Sender

PAGE_SIZE = 100
MOST_PAGES = 200
_NEXT = re.compile(r"""<([^<>]*)>\s*;\s*rel\s*=\s*"?next"?""", re.IGNORECASE)
_SENT_WITH_BODIES = frozenset({"content-type"})


@dataclass(frozen=True, slots=True)
class RequestList:
    """A list of the requests that were made about an order; names are candidates."""

    path: str
    filter: str
    paging: str
    order: tuple[str, ...]


def read_order(
    sender: Sender, path: str, order: str, headers: tuple[tuple[str, str], ...]
) -> Reading:
    """The order `order`; `path` has `{order}` where its id goes."""
    call = Call("GET", path.replace("{order}", quote(order, safe="")), _for_reads(headers))
    answer, why = _ask(sender, call)
    if answer is None:
        return Reading(incomplete=why)
    body = answer.body
    if not isinstance(body, Mapping):
        return Reading(incomplete="the answer is no order", trace_id=answer.trace_id)
    if body.get("orderId") != order:
        return Reading(incomplete="the answer is about another order", trace_id=answer.trace_id)
    return Reading((body,), trace_id=answer.trace_id)


def read_requests(
    sender: Sender, source: RequestList, order: str, headers: tuple[tuple[str, str], ...]
) -> Reading:
    """Every request of a list about `order`; those of others are left out and spoil the proof."""
    items: list[Mapping[str, Any]] = []
    trace, spoilt = None, None
    for page in _pages(sender, source, order, headers):
        trace = page.trace_id or trace
        spoilt = spoilt or page.incomplete
        for item in page.items:
            about = {str(item[key]) for key in source.order if item.get(key) is not None}
            if about == {order}:
                items.append(item)
            else:
                spoilt = spoilt or "it holds requests of other orders: the filter was ignored"
    return Reading(tuple(items), spoilt, trace)


def _pages(
    sender: Sender, source: RequestList, order: str, headers: tuple[tuple[str, str], ...]
) -> Iterator[Reading]:
    """The pages, the last with why the list is not whole, if it is not."""
    by_cursor = source.paging == "cursor"
    query = {source.filter: order, "limit" if by_cursor else "pageSize": str(PAGE_SIZE)}
    before: tuple[Mapping[str, Any], ...] | None = None
    for number in range(1, MOST_PAGES + 1):
        asked = query if by_cursor else {**query, "pageIndex": str(number)}
        call = Call("GET", f"{source.path}?{urlencode(asked)}", _for_reads(headers))
        answer, why = _ask(sender, call)
        if answer is None:
            yield Reading(incomplete=why)
            return
        page = _page(answer)
        if page.items and page.items == before:
            page = Reading(page.items, "the same page came twice", page.trace_id)
        before = page.items
        cursor = _cursor(answer) if by_cursor else None
        yield page
        if page.incomplete is not None or (not cursor and not _full(answer, page)):
            return
        if by_cursor and (cursor is None or cursor == query.get("cursor")):
            yield Reading(incomplete="a full page names no next one")
            return
        query = {**query, "cursor": cursor} if cursor else query
    yield Reading(incomplete=f"more than {MOST_PAGES} pages")


def _ask(sender: Sender, call: Call) -> tuple[Answer | None, str]:
    outcome = sender.send(call)
    if isinstance(outcome, Answer):
        if outcome.status != 200:
            return None, f"the read was answered {outcome.status}"
        if outcome.fault is not None:
            return None, f"the read was answered, but {outcome.fault}"
        return outcome, ""
    if isinstance(outcome, NotSent):
        return None, f"the read was not sent: {outcome.reason}"
    return None, f"the read's answer was lost: {outcome.kind}"


def _page(answer: Answer) -> Reading:
    body = answer.body
    items = body.get("items") if isinstance(body, Mapping) else None
    if not isinstance(items, list) or not all(isinstance(i, Mapping) for i in items):
        return Reading(incomplete="a page has no list of `items`", trace_id=answer.trace_id)
    return Reading(tuple(items), trace_id=answer.trace_id)


def _full(answer: Answer, page: Reading) -> bool:
    """Whether another page may follow: the server may cut pages shorter than it was asked to."""
    said = answer.body.get("itemsPerPage")
    size = said if isinstance(said, int) and 0 < said < PAGE_SIZE else PAGE_SIZE
    return len(page.items) >= size


def _cursor(answer: Answer) -> str | None:
    """The cursor of the next page; the rest of the address is ours, whoever named another."""
    for found in _NEXT.finditer(answer.headers.get("link", "")):
        for name, value in parse_qsl(urlsplit(found[1]).query):
            if name.casefold() == "cursor":
                return value
    return None


def _for_reads(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((n, v) for n, v in headers if n.casefold() not in _SENT_WITH_BODIES)
