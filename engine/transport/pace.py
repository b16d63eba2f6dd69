"""How fast requests go out: pauses between repeated reads, and a breaker that stops them all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from msgspec import Struct, field

from engine.transport.clock import Clock
from engine.transport.outcome import Answer, Lost, NotSent, NotSentReason, Outcome

READS = 5  # how often one read is tried
FIRST_PAUSE, LONGEST_PAUSE = 500, 30_000  # milliseconds
LONGEST_WISH = 15 * 60  # seconds of a Retry-After that are waited for

IN_A_ROW = 5
RECENT = 20
OPEN_FOR = 60_000  # milliseconds

TOO_MANY_REQUESTS = 429
SERVER_FAULTS = 500


def pause(attempt: int, random_below: Callable[[int], int]) -> int:
    """Milliseconds to wait after `attempt` (from 1) failed: doubling, any part of it, bounded.

    Any part, because the clients of a marketplace that was down would come back all at once.
    """
    longest = min(LONGEST_PAUSE, FIRST_PAUSE << min(attempt - 1, 16))
    return random_below(longest + 1)


def wished_pause(answer: Answer) -> int | None:
    """The seconds that a Retry-After asks for, None where it asks for nothing that is a number."""
    wish = answer.headers.get("retry-after", "").strip()
    return int(wish) if wish.isascii() and wish.isdecimal() and len(wish) <= 9 else None


def failed(outcome: Outcome) -> bool:
    """Whether an outcome tells of a marketplace, or a way to it, in trouble."""
    match outcome:
        case NotSent():
            # What was refused here says nothing about the marketplace.
            return outcome.reason is not NotSentReason.REFUSED_HERE
        case Lost():
            return True
        case Answer():
            return outcome.status == TOO_MANY_REQUESTS or outcome.status >= SERVER_FAULTS


class Breaker(Struct):
    """Opens after failures; while it is open nothing is sent, afterwards one read decides."""

    clock: Clock
    _row: int = 0
    _recent: deque[bool] = field(default_factory=lambda: deque(maxlen=RECENT))
    _open_until: int | None = None
    _probing: bool = False

    def wait(self) -> int:
        """Milliseconds until the one read that decides may go out; 0 where it may now."""
        if self._open_until is None:
            return 0
        return max(0, self._open_until - self.clock.milliseconds())

    def lets_through(self, *, read: bool) -> bool:
        """Whether a request may go out now; after a pause, only one read."""
        if self._open_until is None:
            return True
        self._probing = read and self.wait() == 0
        return self._probing

    def record(self, outcome: Outcome) -> None:
        """Count what became of a request."""
        bad = failed(outcome)
        if self._probing:
            self._probing = False
            self._close() if not bad else self._open()
            return
        self._row = self._row + 1 if bad else 0
        self._recent.append(bad)
        half = len(self._recent) == RECENT and 2 * sum(self._recent) >= RECENT
        if self._row >= IN_A_ROW or half:
            self._open()

    def _open(self) -> None:
        self._open_until = self.clock.milliseconds() + OPEN_FOR

    def _close(self) -> None:
        self._open_until, self._row = None, 0
        self._recent.clear()
