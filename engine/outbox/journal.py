"""The journal of one seller: the only truth about what was sent.

An SQLite file that keeps events, each with a checksum over itself and the checksum before it, so
that a changed, lost or added row shows. The records of messages and of what excludes what are
kept beside them for quick look-up, and hold nothing that the events do not add up to.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from msgspec import Struct

from engine.errors import JournalError
from engine.outbox.book import Book, PackageStep
from engine.outbox.canonical import canonical, digest
from engine.outbox.events import Event, Record, Step, StepError, approval, step
from engine.outbox.exclusion import against, alike
from engine.outbox.head import read_head, write_head
from engine.outbox.message import Message
from engine.outbox.moments import HOUR, Clock, Moment
from engine.outbox.plan import FEED, Plan, Standing
from engine.outbox.records import record_json, record_of

OPENED, PUSHED, HALTED, LIFTED = "opened", "pushed", "halted", "lifted"
GENESIS = "0" * 64
STEPS = frozenset(Step)
PACKAGE_STEPS = frozenset(PackageStep)


class Entry(Struct, frozen=True):
    """An event as the journal keeps it."""

    seq: int
    at: Moment
    event: Event
    checksum: str


class AlreadySentError(ValueError):
    """The wish is in the journal with another payload, or another message excludes it."""


class _Head(Struct):
    seq: int = 0
    checksum: str = GENESIS


class Journal:
    """One seller's journal, open; with the lock held if it may be written."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        clock: Clock,
        held: int | None,
        sync: Callable[[Path], None] | None = None,
    ) -> None:
        self.path = path
        self.clock = clock
        self._connection = connection
        self._held = held
        self._head = _Head()
        self._synced = sync
        self.seller = ""
        self.lineage = ""
        self.pushes: dict[str, tuple[int, str]] = {}  # by subject: how many, and the last plan
        self.halts: dict[str, str] = {}
        self.rules: dict[str, str] = {}  # by subject: the hash of those of the last plan
        self.feeds: dict[str, tuple[str, int]] = {}  # the same of its feed, and since when it is
        self.longest_lag = 0
        self.book = Book()
        self.lifted: dict[
            str, tuple[int, str]
        ] = {}  # since the last push: name, when, and what it said

    def close(self) -> None:
        """Close the file, then let go of the lock: the other order would let go of SQLite's too."""
        with suppress(sqlite3.Error):
            self._connection.close()
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading

    def entries(self, message: str | None = None) -> Iterator[Entry]:
        """The events in their order, all or those of one message."""
        where = "" if message is None else "WHERE message = ? "
        query = (
            "SELECT seq, wall, steady, boot, step, message, data, checksum FROM event "  # noqa: S608 - no outside text in it
            f"{where}ORDER BY seq"
        )
        with self._reading():
            rows = self._connection.execute(query, () if message is None else (message,))
            for seq, wall, steady, boot, what, of, data, checksum in rows:
                event = Event(what, of, json.loads(data))
                yield Entry(seq, Moment(wall, steady, boot), event, checksum)

    def record(self, message: str) -> Record | None:
        """The record of a message, None where it is not in the journal."""
        rows = self._rows("SELECT record FROM message WHERE id = ?", message)
        return record_of(json.loads(rows[0][0])) if rows else None

    def records(self, *states: str) -> list[Record]:
        """The records in one of `states` (all if none is named), in the order of their ids."""
        marks = ", ".join("?" * len(states))
        where = f"WHERE state IN ({marks}) " if states else ""
        rows = self._rows(f"SELECT record FROM message {where}ORDER BY id", *states)  # noqa: S608 - question marks only
        return [record_of(json.loads(text)) for (text,) in rows]

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._reading():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError, KeyError, TypeError, OverflowError) as fault:
            raise JournalError(f"{self.path}: cannot be read: {fault}") from None

    # Writing

    def append(self, *events: Event, version: int | None = None) -> list[Record]:
        """Write `events` in one transaction that is on the disk when this returns.

        Args:
            events: what happened, in order.
            version: the version that the first event's message must have: nobody else moved it.

        Returns:
            The record of each event's message, of those that are about one.

        Raises:
            StepError: an event cannot happen to its message; nothing was written.
            AlreadySentError: an approval that another message excludes; nothing was written.
            JournalError: it cannot be written; what is on the disk shows when it is opened again.
        """
        if self._held is None:
            raise JournalError(f"{self.path}: opened to be read only")
        at = self.clock.now()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            records, head = self._write(events, at, version)
            self._connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as fault:
            self._undo()
            raise JournalError(f"{self.path}: cannot be written: {fault}") from None
        except BaseException:
            self._undo()
            raise
        self._head = head
        for event in events:
            self._note(event, at)
        write_head(self.path, head.seq, head.checksum)
        if self._synced is not None:
            self._synced(self.path)
        return records

    def _undo(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")

    def _write(
        self, events: Sequence[Event], at: Moment, version: int | None
    ) -> tuple[list[Record], _Head]:
        head = _Head(self._head.seq, self._head.checksum)
        found = self._connection.execute("SELECT max(seq), checksum FROM event").fetchone()
        if (found[0] or 0) != head.seq or (found[1] or GENESIS) != head.checksum:
            raise JournalError(f"{self.path}: was written by another process; nothing is sent")
        records: list[Record] = []
        for event in events:
            if event.step in STEPS:
                records.append(self._move(event, at, version))
                version = None
            elif event.step in PACKAGE_STEPS:
                self.book.after(event, at)
            head = _Head(head.seq + 1, checksum_of(head.checksum, head.seq + 1, at, event))
            self._connection.execute(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    head.seq,
                    at.wall,
                    at.steady,
                    at.boot,
                    event.step,
                    event.message,
                    canonical(event.data).decode(),
                    head.checksum,
                ),
            )
        return records, head

    def _move(self, event: Event, at: Moment, version: int | None) -> Record:
        before = self.record(event.message or "")
        if version is not None and (before is None or before.version != version):
            raise StepError(f"message {event.message} was moved by another process")
        after = step(before, event, at)
        if before is None:
            self._exclude(after)
        elif not after.holds:
            self._connection.execute("DELETE FROM exclusive WHERE message = ?", (after.id,))
        self._connection.execute(
            "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?)",
            (after.id, after.subject, after.state, after.version, record_json(after)),
        )
        return after

    def _exclude(self, record: Record) -> None:
        why = self.against(record)
        if why is not None:
            raise AlreadySentError(f"{record.kind} of order {record.subject}: {why}")
        self._connection.executemany(
            "INSERT INTO exclusive VALUES (?, ?, ?, ?)",
            [(record.subject, group, line, record.id) for group, line in record.claims],
        )

    def alike(self, message: Message) -> Record | None:
        """The record of a message, or of the same wish in another's place; None where there is none."""
        return self.record(message.id) or alike(self._rows, message)

    def against(self, record: Record) -> str | None:
        """Why `record` may not be approved, if another message stands against it."""
        return against(self._rows, record)

    def _note(self, event: Event, at: Moment) -> None:
        """Keep what the events say about the seller's sending."""
        data = event.data
        if event.step in PACKAGE_STEPS:
            self.book.note(event, at)
        elif event.step == Step.CONFIRM:
            self.longest_lag = max(self.longest_lag, data.get("lag", 0))
        elif event.step == OPENED:
            self.seller, self.lineage = data["seller"], data["lineage"]
        elif event.step == PUSHED:
            self.pushes[data["of"]] = (data["serial"], data["plan"])
            self.rules[data["of"]] = data["rules"]
            feed = data.get("feed", "")
            if self.feeds.get(data["of"], ("", 0))[0] != feed:
                self.feeds[data["of"]] = (feed, at.wall)
            self.lifted = {}
        elif event.step == HALTED:
            self.halts[data["name"]] = data["why"]
        elif event.step == LIFTED:
            self.lifted[data["name"]] = (at.wall, self.halts.pop(data["name"], ""))

    # Sending as such

    def approve(self, record: Record) -> Record:
        """Bring a message into the journal; the same wish again is the same message.

        Raises:
            AlreadySentError: it is there with another payload, or another message excludes it.
        """
        known = self.record(record.id)
        if known is None:
            return self.append(approval(record))[0]
        if known.payload_hash != record.payload_hash:
            raise AlreadySentError(
                f"{record.kind} of order {record.subject} was sent with other content already"
            )
        return known

    def serial(self, of: str) -> int:
        """How many plans of a subject (`offers` of a channel, `orders` of one) were pushed."""
        return self.pushes.get(of, (0, ""))[0]

    def pushed(self, plan: Plan, approver: str) -> Event:
        """The event of a plan being pushed: earlier plans of its subject are stale from here on."""
        serial = self.serial(plan.subject) + 1
        data = {"of": plan.subject, "serial": serial, "plan": plan.hash, "approver": approver}
        made_from = {"rules": plan.content.get("rules", ""), "feed": plan.inputs.get(FEED, "")}
        return Event(PUSHED, None, {**data, **made_from})

    def standing(self, of: str, inputs: Mapping[str, str]) -> Standing:
        """What a plan of a subject is held against; a lifted guard rail lets one push through, for an hour."""
        now = self.clock.now().wall
        lately = {
            name: said for name, (wall, said) in self.lifted.items() if 0 <= now - wall <= HOUR
        }
        return Standing(
            self.seller,
            self.lineage,
            *self.pushes.get(of, (0, "")),
            self.halts,
            inputs,
            lately,
        )

    def halt(self, name: str, why: str) -> None:
        """Stop all sending until `lift`; a halt that stands already stays as it is."""
        if name not in self.halts:
            self.append(Event(HALTED, None, {"name": name, "why": why}))

    def lift(self, name: str, by: str, why: str) -> None:
        """A person lets sending go on.

        Raises:
            JournalError: there is no halt of that name.
        """
        if name not in self.halts:
            raise JournalError(f"{self.path}: no halt is called `{name}`")
        self.append(Event(LIFTED, None, {"name": name, "by": by, "why": why}))

    # Opening

    def load(self) -> None:
        """Go through all events: checksums, steps, and that the records add up to them.

        Raises:
            JournalError: something does not; nothing may be sent.
        """
        records: dict[str, Record] = {}
        head = _Head()
        for entry in self.entries():
            head = self._follow(head, entry)
            if entry.event.step in STEPS:
                key = entry.event.message or ""
                with self._whole(entry.seq):
                    records[key] = step(records.get(key), entry.event, entry.at)
            with self._whole(entry.seq):
                self._note(entry.event, entry.at)
        if not self.lineage:
            raise JournalError(f"{self.path}: is no journal of Feedwright, or was never begun")
        self._head = head
        self._agree(records)
        self._not_behind()

    @contextmanager
    def _whole(self, seq: int) -> Iterator[None]:
        try:
            yield
        except (StepError, ValueError, KeyError, TypeError) as fault:
            raise self._broken(seq, str(fault)) from None

    def _follow(self, head: _Head, entry: Entry) -> _Head:
        checksum = checksum_of(head.checksum, head.seq + 1, entry.at, entry.event)
        if entry.seq != head.seq + 1 or entry.checksum != checksum:
            raise self._broken(entry.seq, "the row is not what was written")
        return _Head(entry.seq, checksum)

    def _agree(self, records: dict[str, Record]) -> None:
        rows = self._rows("SELECT id, subject, state, version, record FROM message ORDER BY id")
        wanted = [
            (r.id, r.subject, r.state.value, r.version, record_json(r))
            for _, r in sorted(records.items())
        ]
        if rows != wanted:
            raise self._broken(self._head.seq, "the messages' records do not add up to the events")
        kept = set(self._rows("SELECT subject, exclusive_group, line, message FROM exclusive"))
        held = {(r.subject, *c, r.id) for r in records.values() if r.holds for c in r.claims}
        if kept != held:
            raise self._broken(self._head.seq, "what excludes what does not add up to the events")

    def _not_behind(self) -> None:
        """A journal that is older than it was is a copy put back: it forgets what was sent."""
        noted = read_head(self.path)
        if noted is None:
            return
        seq, checksum = noted
        rows = self._rows("SELECT checksum FROM event WHERE seq = ?", seq)
        if not rows or rows[0][0] != checksum:
            raise JournalError(
                f"{self.path}: it had {seq} entries and has not any more: an older copy was put "
                f"back, or its -wal file is gone. Nothing is sent; see `feedwright journal verify`"
            )

    def _broken(self, seq: int, why: str) -> JournalError:
        return JournalError(f"{self.path}: broken at entry {seq}: {why}; nothing is sent")


def checksum_of(before: str, seq: int, at: Moment, event: Event) -> str:
    """The checksum of an entry, over it and the one before."""
    own = [seq, at.wall, at.steady, at.boot, event.step, event.message]
    return digest(b"".join((before.encode(), canonical(own), canonical(event.data))))
