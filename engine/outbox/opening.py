"""Opening a journal: on a local disk, by one process, whole; or not at all."""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from engine.errors import JournalError
from engine.outbox.events import Event
from engine.outbox.head import read_head
from engine.outbox.journal import HALTED, LIFTED, OPENED, Journal
from engine.outbox.local_disk import lock, refuse_network_disk
from engine.outbox.moments import Clock
from engine.outbox.settings import Sending

FORMAT = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
  seq INTEGER PRIMARY KEY, wall INTEGER NOT NULL, steady INTEGER NOT NULL, boot TEXT NOT NULL,
  step TEXT NOT NULL, message TEXT, data TEXT NOT NULL, checksum TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS event_of_message ON event (message, seq) WHERE message IS NOT NULL;
CREATE TABLE IF NOT EXISTS message (
  id TEXT PRIMARY KEY, subject TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS message_of_subject ON message (subject);
CREATE INDEX IF NOT EXISTS message_in_state ON message (state);
CREATE TABLE IF NOT EXISTS exclusive (
  subject TEXT NOT NULL, exclusive_group TEXT NOT NULL, line TEXT NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (subject, exclusive_group, line)
) STRICT;
"""

Connect = Callable[[Path], sqlite3.Connection]


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose transactions are begun and ended here alone."""
    return sqlite3.connect(path, isolation_level=None, timeout=5)


def open_journal(
    path: Path,
    clock: Clock,
    *,
    seller: str,
    opener: Connect = connect,
    synced: Callable[[Path], None] | None = None,
) -> Journal:
    """Open the journal of `seller` for writing, with the lock; begin it where there is none.

    Raises:
        JournalError: another process has it, it is broken, another seller's, or on no local disk.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as fault:
        raise JournalError(f"{path.parent}: cannot be made: {fault.strerror}") from None
    refuse_network_disk(path.parent)
    held = lock(path)
    journal = None
    try:
        connection = opener(path)
        journal = Journal(path, connection, clock, held, synced)
        _prepare(connection)
        connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA}COMMIT;")
        _sound(connection, path)
        if not connection.execute("SELECT 1 FROM event").fetchone():
            _begin(journal, seller)
        journal.load()
        _belongs(journal, seller)
    except sqlite3.Error as fault:
        _close(journal, held)
        raise JournalError(f"{path}: cannot be opened: {fault}; nothing is sent") from None
    except BaseException:
        _close(journal, held)
        raise
    return journal


def _belongs(journal: Journal, seller: str) -> None:
    if journal.seller != seller:
        raise JournalError(
            f"{journal.path}: is the journal of seller {journal.seller}, not {seller}"
        )


def _close(journal: Journal | None, held: int) -> None:
    if journal is None:
        os.close(held)
    else:
        journal.close()


def _prepare(connection: sqlite3.Connection) -> None:
    """A commit returns only when it is on the disk: `synchronous=FULL`, in WAL."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(journal: Journal, seller: str) -> None:
    if read_head(journal.path) is not None:
        raise JournalError(f"{journal.path}: had entries and is empty; nothing is sent")
    lineage = uuid.uuid4().hex
    journal.append(Event(OPENED, None, {"seller": seller, "lineage": lineage, "format": FORMAT}))
    folder = os.open(journal.path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sound(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise JournalError(f"{path}: the file is damaged ({found}); nothing is sent")


def read_journal(path: Path, clock: Clock) -> Journal:
    """Open a journal to look at it; nothing is locked, nothing can be written.

    Raises:
        JournalError: there is none, or it cannot be read.
    """
    if not path.is_file():
        raise JournalError(f"{path}: there is no journal; nothing was sent yet")
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    except sqlite3.Error as fault:
        raise JournalError(f"{path}: cannot be opened: {fault}") from None
    return Journal(path, connection, clock, None)


def standing_halts(path: Path, lineage: str) -> dict[str, str]:
    """The halts that stand in the journal of `lineage`: name and why; none where it cannot be read.

    Only looked up, for who plans or looks at a plan: a push opens the journal and goes through it.
    """
    if not path.is_file():
        return {}
    steps = (OPENED, HALTED, LIFTED)
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        with closing(connection):
            found = connection.execute(
                "SELECT step, data FROM event WHERE step IN (?, ?, ?) ORDER BY seq", steps
            ).fetchall()
    except sqlite3.Error:
        return {}
    halts: dict[str, str] = {}
    for step, text in found:
        data = json.loads(text)
        if step == OPENED and data["lineage"] != lineage:
            return {}
        if step == HALTED:
            halts[data["name"]] = data["why"]
        elif step == LIFTED:
            halts.pop(data["name"], None)
    return halts


@contextmanager
def seller_journal(sending: Sending, seller: str | None, clock: Clock) -> Iterator[Journal]:
    """The journal of a seller, open and locked."""
    own = sending.seller(seller).id
    with open_journal(sending.journal_path(own), clock, seller=own) as journal:
        yield journal
