"""What stands against a message: another one that excludes it, or the one in whose place it would stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.outbox.canonical import hash_of
from engine.outbox.events import Record, State
from engine.outbox.message import WHOLE_ORDER, Message
from engine.outbox.records import record_of

# Asks the journal's tables: the rows that a query finds.
Ask = Callable[..., list[Any]]


def against(ask: Ask, record: Record) -> str | None:
    """Why `record` may not be approved beside what the journal knows; None where it may."""
    return _corrected(ask, record) or _excluded(ask, record)


def alike(ask: Ask, message: Message) -> Record | None:
    """The record of the same wish as a correction: what holds, else the latest; None where there is none."""
    key = hash_of(message.natural_key)
    found = [
        one
        for one in _of_order(ask, message.subject)
        if (one.kind, one.channel) == (message.kind, message.channel)
        and hash_of(one.natural_key) == key
    ]
    return max(found, key=lambda one: (one.holds, one.approved.wall, one.id), default=None)


def _of_order(ask: Ask, order: str) -> list[Record]:
    rows = ask("SELECT record FROM message WHERE subject = ?", order)
    return [record_of(json.loads(text)) for (text,) in rows]


def _excluded(ask: Ask, record: Record) -> str | None:
    for group, line in record.claims:
        rows = ask(
            "SELECT message, line FROM exclusive WHERE subject = ? AND exclusive_group = ?",
            record.subject,
            group,
        )
        for other, at in rows:
            # A message about the whole order excludes those about any of its lines, and they it.
            if other != record.id and (WHOLE_ORDER in {at, line} or at == line):
                return f"message {other[:12]} excludes it"
    return None


def _corrected(ask: Ask, record: Record) -> str | None:
    """What may still have its effect, or has had it, is corrected by nothing: that would be done twice."""
    if record.corrects is None:
        return None
    name = f"message {record.corrects[:12]}"
    known = _of_order(ask, record.subject)
    replaced = next((other for other in known if other.id == record.corrects), None)
    if replaced is None:
        return f"{name}, in whose place it would stand, is none of this order"
    if replaced.holds:
        sent = " after it was sent" if replaced.state is State.WITHDRAWN else ""
        return (
            f"{name} is {replaced.state}{sent}; only what certainly had no effect is corrected: "
            "what was refused, or withdrawn before it was sent"
        )
    for other in known:
        if other.corrects == record.corrects and other.id != record.id and other.holds:
            return f"message {other.id[:12]}, which is {other.state}, stands in the place of {name}"
    return None
