"""The safeguards, each with what takes it out: without one, lives must go wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from engine.octopia.outcome import Reading
from engine.outbox import evidence, opening, push, readings
from engine.outbox.canonical import hash_of
from engine.outbox.events import Record, Step
from engine.outbox.journal import Journal
from engine.outbox.message import Message

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
    whole = readings.read_requests
    one = readings.read_order

    def requests(*given: Any) -> Reading:
        found = whole(*given)
        ignored = "filter was ignored" in (found.incomplete or "")
        return replace(found, incomplete=None) if ignored else found

    def order(sender: Any, path: str, name: str, headers: Any) -> Reading:
        found = one(sender, path, name, headers)
        if "another order" not in (found.incomplete or ""):
            return found
        other = sender._visible("ORDER-OF-OTHERS")[0]
        return Reading((other,))

    with (
        mock.patch.object(evidence, "read_requests", requests),
        mock.patch.object(evidence, "read_order", order),
    ):
        yield


@contextmanager
def _page_check() -> Iterator[None]:
    with (
        mock.patch.object(readings, "_full", return_value=False),
        mock.patch.object(readings, "_cursor", return_value=None),
    ):
        yield


def _unique_id() -> Any:
    def another(self: Message) -> str:
        return hash_of([self.subject, self.kind, id(self)])

    return mock.patch.object(Message, "id", property(another))


def _expiry() -> Any:
    def never(*_: Any) -> bool:
        return False

    return mock.patch.object(push.Push, "_expired", never)


TEETH: Mapping[str, Removed] = {
    "sync before send": _sync,
    "discovery clock": _discovery_clock,
    "lock": _lock,
    "fresh read": _fresh_read,
    "filter check": _filter_check,
    "page check": _page_check,
    "unique id": _unique_id,
    "expiry": _expiry,
}
