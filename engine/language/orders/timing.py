"""Stretches of time in which the rules of a channel do not change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

from msgspec import Struct

from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.declarations import Declarations, moment
from engine.language.scope import parts_of

ORDERS = "orders"
FAR = datetime.max.replace(tzinfo=UTC)


class Stretch(Struct, frozen=True):
    """From `start` until `end` (UTC, None: open); `waits` names a milestone nobody knows yet.

    One whose beginning is to be confirmed never begins; one whose end is never ends.
    """

    start: datetime | None
    end: datetime | None
    waits: tuple[str, ...] = ()
    never: bool = False

    def covers(self, start: datetime | None) -> bool:
        """Whether it is in force from `start` on, for as long as nothing changes."""
        begun = self.start is None or (start is not None and self.start <= start)
        over = self.end is not None and start is not None and self.end <= start
        return begun and not over and not self.never

    def meets(self, other: Stretch) -> bool:
        """Whether the two have an instant in common."""
        starts = [x.start for x in (self, other) if x.start is not None]
        ends = [x.end for x in (self, other) if x.end is not None]
        apart = bool(starts and ends and max(starts) >= min(ends))
        return not (apart or self.never or other.never)

    def edges(self) -> Iterator[datetime]:
        """Where it begins and ends."""
        return (at for at in (self.start, self.end) if at is not None and not self.never)


def stretch(start: s.Moment | None, end: s.Moment | None, found: Declarations) -> Stretch:
    """The stretch between two moments of the rules."""
    first, first_waits = moment(start, found)
    last, last_waits = moment(end, found)
    waits = tuple(w for w in (first_waits, last_waits) if w)
    return Stretch(first, last, waits, never=first_waits is not None)


def order_windows(channel: r.ChannelRules | None, found: Declarations) -> list[Stretch]:
    """When orders go through `channel`, by hand or by themselves; none where nobody says."""
    windows = channel.windows if channel else ()
    return [stretch(w.start, w.end, found) for w in windows if w.subject.text == ORDERS]


def compared_instants(conditions: Iterable[r.Bound | None]) -> Iterator[datetime]:
    """The instants that conditions compare `now` with."""
    for condition in conditions:
        stack = [condition] if condition is not None else []
        while stack:
            part = stack.pop()
            if isinstance(part, r.Compare):
                sides = (part.left, part.right)
                if any(isinstance(side, r.NowValue) for side in sides):
                    values = (x.value for x in sides if isinstance(x, r.Constant))
                    yield from (v for v in values if isinstance(v, datetime) and v != FAR)
            stack += parts_of(part)


def periods(edges: Iterable[datetime]) -> list[tuple[datetime | None, datetime | None]]:
    """The stretches between `edges`, the first and the last one open."""
    return list(pairwise([None, *sorted(set(edges)), None]))
