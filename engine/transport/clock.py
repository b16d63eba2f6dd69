"""The time as this folder reads it: handed in, so that tests hand in their own."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Milliseconds that only grow, and waiting for them to."""

    def milliseconds(self) -> int:
        """Milliseconds since some moment that is the same during the whole run."""

    def wait(self, milliseconds: int) -> None:
        """Return when so many have gone by."""


class MachineClock:
    """The machine's monotonic clock."""

    def milliseconds(self) -> int:
        """Milliseconds of the monotonic clock: a changed wall clock does not move it."""
        return time.monotonic_ns() // 1_000_000

    def wait(self, milliseconds: int) -> None:
        """Sleep."""
        time.sleep(milliseconds / 1000)
