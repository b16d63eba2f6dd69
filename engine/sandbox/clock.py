"""The sandbox's own time: it runs, stands still, or is set."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """A clock that a test may set; without that it runs with the machine's."""

    def __init__(self, now: datetime | None = None, *, running: bool = True) -> None:
        self._base = now or datetime.now(UTC)
        self._since = time.monotonic_ns()
        self.running = running

    def now(self) -> datetime:
        """The time."""
        if not self.running:
            return self._base
        gone = (time.monotonic_ns() - self._since) // 1000
        return self._base + timedelta(microseconds=gone)

    def set(self, now: datetime, *, running: bool | None = None) -> None:
        """Set the time, backwards too."""
        self._base, self._since = now, time.monotonic_ns()
        self.running = self.running if running is None else running

    def advance(self, seconds: int) -> None:
        """Let `seconds` go by at once."""
        self.set(self.now() + timedelta(seconds=seconds))


def written(moment: datetime) -> str:
    """An instant as Octopia writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def read_instant(text: str) -> datetime:
    """The instant in `text`.

    Raises:
        ValueError: there is none, or it says no offset.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant needs its offset, such as Z")
    return found
