"""The safeguards, each with what takes it out: without one, lives must go wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import replace
from simulator.lengow_market import LengowMarket

from engine.lengow.client import LengowReads
from engine.octopia import paging, reads
from engine.octopia.reads import OctopiaReads
from engine.outbox import gate, opening, push
from engine.outbox.book import Book, Package, PackageState, PackageStep
from engine.outbox.canonical import hash_of
from engine.outbox.events import Event, Record, Step
from engine.outbox.journal import Journal
from engine.outbox.message import Message
from engine.outbox.moments import Moment
from engine.outbox.plan import Plan, Standing
from engine.transport.outcome import Answer, Call, Outcome, Reading, Sender

Removed = Callable[[], Any]


@contextmanager
def _sync() -> Iterator[None]:
    prepare = opening._prepare

    def lazily(connection: Any) -> None:
        prepare(connection)
        connection.execute("PRAGMA synchronous=OFF")

    with mock.patch.object(opening, "_prepare", lazily):
        yield


@contextmanager
def _discovery_clock() -> Iterator[None]:
    """The quarantine runs from the claim."""
    settle = push.settle
    journals: list[Journal] = []
    run = push.Push.run

    def noted(self: push.Push) -> Any:
        journals.append(self.journal)
        return run(self)

    def early(record: Record, *rest: Any) -> Any:
        claims = [e.at for e in journals[-1].entries(record.id) if e.event.step == Step.CLAIM]
        told = rest[1].since(claims[-1]) is not None
        return settle(replace(record, since=claims[-1]) if told else record, *rest)

    with mock.patch.object(push, "settle", early), mock.patch.object(push.Push, "run", noted):
        yield


def _lock() -> Any:
    def unlocked(path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT)

    return mock.patch.object(opening, "lock", unlocked)


def _fresh_read() -> Any:
    def permitted(*_: Any) -> bool:
        return True

    return mock.patch.object(push.Push, "_permits", permitted)


@contextmanager
def _filter_check() -> Iterator[None]:
    """Whatever is answered is taken to be about the order that was asked for."""
    listed = paging.read_list

    def unfiltered(*given: Any, **how: Any) -> Reading:
        return listed(*given, **{**how, "belongs": lambda _: True})

    def order(self: OctopiaReads, name: str) -> Reading:
        return self._single("order", name)

    with (
        mock.patch.object(reads, "read_list", unfiltered),
        mock.patch.object(OctopiaReads, "order", order),
    ):
        yield


def _page_check() -> Any:
    """The first page is taken for the whole list."""
    first = dict.fromkeys(paging._PAGES, paging._one_page)
    return mock.patch.object(paging, "_PAGES", first)


@contextmanager
def _lengow_filter_check() -> Iterator[None]:
    """Whatever Lengow answers is taken to be about the order and the action that were asked for."""
    send = LengowMarket.send

    def unfiltered(self: LengowMarket, call: Call) -> Outcome:
        outcome = send(self, call)
        query = dict(parse_qsl(urlsplit(call.path).query))
        named = {n: query[n] for n in ("marketplace_order_id", "action_type") if n in query}
        if isinstance(outcome, Answer) and isinstance(outcome.body, dict) and named:
            items = [{**item, **named} for item in outcome.body.get("results", ())]
            return replace(outcome, body={**outcome.body, "results": items})
        return outcome

    with mock.patch.object(LengowMarket, "send", unfiltered):
        yield


def _lengow_page_check() -> Any:
    """The first page is taken for the whole list."""
    listed = LengowReads._list

    def first(self: LengowReads, path: str, query: Mapping[str, str]) -> Reading:
        return replace(listed(LengowReads(_OnePage(self.sender)), path, query), incomplete=None)

    return mock.patch.object(LengowReads, "_list", first)


@dataclass(frozen=True, slots=True)
class _OnePage:
    """A sender whose lists end with their first page."""

    sender: Sender

    @property
    def seller(self) -> str:
        return self.sender.seller

    def renew(self) -> bool:
        return self.sender.renew()

    def blocked_seconds(self) -> int:
        return self.sender.blocked_seconds()

    def send(self, call: Call) -> Outcome:
        outcome = self.sender.send(call)
        if isinstance(outcome, Answer) and isinstance(outcome.body, dict):
            return replace(outcome, body={**outcome.body, "next": None, "count": None})
        return outcome


def _unique_id() -> Any:
    def another(self: Message) -> str:
        return hash_of([self.subject, self.kind, id(self)])

    return mock.patch.object(Message, "id", property(another))


def _expiry() -> Any:
    def never(*_: Any) -> bool:
        return False

    return mock.patch.object(push.Push, "_expired", never)


def _expiry_after_waiting() -> Any:
    """What was asked to come later, and did, is not held against its plan's expiry any more."""
    expired = push.Push._expired

    def once(self: push.Push, record: Record, now: Any) -> bool:
        return not record.turned_away and expired(self, record, now)

    return mock.patch.object(push.Push, "_expired", once)


def _repeat_limit() -> Any:
    def never(*_: Any) -> bool:
        return False

    return mock.patch.object(push.Push, "_stale", never)


def _one_in_flight() -> Any:
    def none(*_: Any) -> None:
        return None

    return mock.patch.object(Book, "in_flight", none)


def _earlier_commits() -> Any:
    """A commit that did not leave takes back those before it, which may have arrived."""
    after = Book.after

    def forgetting(self: Book, event: Event, at: Moment) -> Package:
        package = after(self, event, at)
        forgotten = event.step == PackageStep.UNCOMMIT
        return replace(package, state=PackageState.NAMED) if forgotten else package

    return mock.patch.object(Book, "after", forgetting)


def _serial() -> Any:
    def any_serial(plan: Plan, standing: Standing, now: Any) -> bool:
        return refuse(plan, replace(standing, serial=plan.serial), now)

    refuse = gate.refuse_unfit
    return mock.patch.object(gate, "refuse_unfit", any_serial)


OFFER_TEETH: Mapping[str, Removed] = {
    "one package in flight": _one_in_flight,
    "serial": _serial,
}
BREAKING_TEETH: Mapping[str, Removed] = {
    "one package in flight": _one_in_flight,
    "earlier commits": _earlier_commits,
}
LENGOW_TEETH: Mapping[str, Removed] = {
    "sync before send": _sync,
    "fresh read": _fresh_read,
    "filter check": _lengow_filter_check,
    "page check": _lengow_page_check,
    "unique id": _unique_id,
    "expiry": _expiry,
}
TEETH: Mapping[str, Removed] = {
    "sync before send": _sync,
    "discovery clock": _discovery_clock,
    "lock": _lock,
    "fresh read": _fresh_read,
    "filter check": _filter_check,
    "page check": _page_check,
    "unique id": _unique_id,
    "expiry": _expiry,
    "expiry after waiting": _expiry_after_waiting,
    "repeat limit": _repeat_limit,
}
