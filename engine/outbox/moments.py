"""Moments as the journal keeps them: two clocks and the boot they belong to.

The wall clock tells people when; it may jump. The steady clock tells how long, also while the
machine sleeps, but only within one boot. How long something waited is believed only where both
clocks agree and the machine was not started again.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

SECOND = 1_000  # moments count milliseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
MOST_DISAGREEMENT = 5 * MINUTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(Struct, frozen=True):
    """A moment: milliseconds on the wall clock (since 1970, UTC) and on the steady one."""

    wall: int
    steady: int
    boot: str

    def since(self, earlier: Moment) -> int | None:
        """The milliseconds since `earlier`, None where nobody can tell.

        Nobody can where the machine was started in between, or the two clocks tell times that
        are more than five minutes apart: one of them was moved.
        """
        if self.boot != earlier.boot or self.steady < earlier.steady:
            return None
        steady = self.steady - earlier.steady
        if abs(self.wall - earlier.wall - steady) > MOST_DISAGREEMENT:
            return None
        return steady

    @property
    def instant(self) -> datetime:
        """What the wall clock says."""
        return instant_of(self.wall)


def instant_of(wall: int) -> datetime:
    """The instant of a wall clock's milliseconds."""
    return _EPOCH + timedelta(milliseconds=wall)


def wall_of(instant: datetime) -> int:
    """The wall clock's milliseconds at an instant."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


class Clock(Protocol):
    """What tells the time and lets it pass; tests hand in their own."""

    def now(self) -> Moment:
        """This moment."""

    def sleep(self, milliseconds: int) -> None:
        """Let so much time pass."""


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        # Without a boot's name, each process is a boot of its own: waits start again, none is cut.
        return uuid.uuid4().hex


class SystemClock(Struct, frozen=True):
    """The machine's clocks."""

    boot: str = field(default_factory=_boot)

    def now(self) -> Moment:
        """This moment; the steady clock goes on while the machine sleeps, where it can."""
        steady = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        million = 1_000_000
        return Moment(
            time.time_ns() // million, time.clock_gettime_ns(steady) // million, self.boot
        )

    def sleep(self, milliseconds: int) -> None:
        """Sleep."""
        time.sleep(milliseconds / SECOND)
