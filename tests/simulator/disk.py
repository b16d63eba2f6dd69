"""Disks that fail, and what is left of a journal after the power went."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BESIDE = ("", "-wal", ".head")


class KilledError(BaseException):
    """The process dies here; nothing of it runs on."""


@dataclass(slots=True)
class Disk:
    """Counts what is written; fails, or kills the process, at the n-th write.

    `full` and `broken` are errors that the process sees; after `stuck` the write is on the disk,
    though the process was told that it is not.
    """

    at: int = 0
    how: str = ""
    commits_only: bool = False
    writes: int = 0
    durable: dict[str, bytes] = field(default_factory=dict)
    synchronous: Callable[[], int] = lambda: 2

    def connect(self, path: Path) -> sqlite3.Connection:
        """A connection that goes through this disk."""
        disk = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                word = sql.split(None, 1)[0]
                if word == "COMMIT" or (word in {"BEGIN", "INSERT"} and not disk.commits_only):
                    disk.before()
                    cursor = super().execute(sql, *values)
                    disk.after(word)
                    return cursor
                return super().execute(sql, *values)

        connection = sqlite3.connect(path, isolation_level=None, factory=Connection)
        self.synchronous = lambda: int(connection.execute("PRAGMA synchronous").fetchone()[0])
        return connection

    def before(self) -> None:
        self.writes += 1
        if self.writes != self.at:
            return
        if self.how == "killed before":
            raise KilledError
        if self.how == "full":
            raise sqlite3.OperationalError("database or disk is full")
        if self.how == "broken":
            raise sqlite3.OperationalError("disk I/O error")

    def after(self, word: str) -> None:
        if self.writes != self.at or word != "COMMIT":
            return
        if self.how == "killed after":
            raise KilledError
        if self.how == "stuck":
            raise sqlite3.OperationalError("disk I/O error")

    def synced(self, path: Path) -> None:
        """After a commit: what a loss of power leaves, if the commit was synced to the disk."""
        if self.synchronous() == 2:
            self.keep(path)

    def keep(self, path: Path) -> None:
        """What stands on the disk now survives a loss of power."""
        files = {b: path.with_name(path.name + b) for b in BESIDE}
        self.durable = {b: f.read_bytes() for b, f in files.items() if f.exists()}

    def lose_power(self, path: Path) -> None:
        """Only what was synced is left."""
        for beside in (*BESIDE, "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        for beside, content in self.durable.items():
            path.with_name(path.name + beside).write_bytes(content)
