"""Lengow's API as a `Sender`, and what may be looked up through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from engine.lengow.endpoints import lengow
from engine.transport.clock import Clock, MachineClock
from engine.transport.connection import Address, Connection
from engine.transport.http import Limits
from engine.transport.outcome import Answer, Call, Outcome, Reading, Sender
from engine.transport.secrets import Mask
from engine.transport.tokens import Credentials

MOST_PAGES = 1_000
NEVER_ASKED = frozenset({"shipping_date", "delivery_date"})  # differ between equal requests


def connect(
    account: str,
    credentials: Credentials,
    *,
    address: Address | None = None,
    clock: Clock | None = None,
    limits: Limits | None = None,
    mask: Mask | None = None,
) -> Connection:
    """A connection for one account; nothing is sent yet.

    Args:
        account: the account's id.
        credentials: Lengow's access token and secret, with which tokens are asked for.
        address: where to reach the API, the usual place if not given.
        clock: the time, the machine's if not given.
        limits: of each exchange.
        mask: learns every secret, so that logs can hide them.

    Raises:
        ProjectError: the address is neither https nor on this machine.
    """
    return Connection(
        lengow(),
        account,
        credentials,
        clock or MachineClock(),
        headers={"Accept": "application/json"},
        seller_header=None,
        address=address,
        limits=limits,
        mask=mask,
    )


class LengowReads(Struct, frozen=True):
    """The reads, through any sender."""

    sender: Sender

    def actions(self, body: Mapping[str, Any]) -> Reading:
        """The actions that ask for what `body` (of a request) asks for, queued and done."""
        asked = {name: str(v) for name, v in body.items() if name not in NEVER_ASKED}
        return self._list("/v3.0/orders/actions/", asked)

    def orders(self, filters: Mapping[str, str]) -> Reading:
        """The orders that `filters` ask for; without dates those of the last seven days."""
        return self._list("/v3.0/orders", {"account_id": self.sender.seller, **filters})

    def _list(self, path: str, query: Mapping[str, str]) -> Reading:
        """All pages of a list, by their number until `next` says that there are no more."""
        size = lengow().named("orders").page_size
        found: list[Mapping[str, Any]] = []
        for number in range(1, MOST_PAGES + 1):
            paged = {**query, "page": str(number), "page_size": str(size)}
            outcome = self.sender.send(Call("GET", f"{path}?{urlencode(paged)}"))
            if not isinstance(outcome, Answer) or not outcome.well:
                return Reading(tuple(found), _told(outcome))
            items = outcome.body["results"]
            order = query.get("marketplace_order_id")
            if any(i.get("marketplace_order_id", order) != order for i in items if order):
                words = "it holds what was not asked for: filter ignored"
                return Reading(tuple(found), words, outcome.trace_id)
            if items and items[0] in found:
                return Reading(tuple(found), "a page was served again", outcome.trace_id)
            found += items
            if not outcome.body.get("next"):
                return Reading(tuple(found), _missing(outcome, len(found)), outcome.trace_id)
        return Reading(tuple(found), f"there are more than {MOST_PAGES} pages")


def _missing(page: Answer, found: int) -> str | None:
    count = page.body.get("count")
    if isinstance(count, int) and count != found:
        return f"{found} items were read, but {count} are said to be there"
    return None


def _told(outcome: Outcome) -> str:
    if isinstance(outcome, Answer):
        return outcome.fault or f"it was refused: {outcome.status}"
    return f"{outcome.detail or 'no answer'}"
