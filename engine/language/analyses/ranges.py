"""Ranges of exact numbers, and what arithmetic makes of them. Always wide enough, never too narrow."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from msgspec import Struct
from msgspec.structs import replace

from engine.language.syntax import RoundingMode


class Range(Struct, frozen=True):
    """The numbers from `low` to `high`; None is without end.

    `step`: only its multiples can occur. An open end is itself not in the range.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False
    step: Fraction | None = None

    def __contains__(self, number: Fraction) -> bool:
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = (
            self.high is None or number < self.high or (number == self.high and not self.high_open)
        )
        return above and below and (self.step is None or number % self.step == 0)

    def union(self, other: Range) -> Range:
        """The smallest range that holds both."""
        low, low_open = _outer(self, other, low=True)
        high, high_open = _outer(self, other, low=False)
        return Range(low, high, low_open, high_open)

    def plus(self, other: Range) -> Range:
        """The sums."""
        return Range(
            None if self.low is None or other.low is None else self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
            self.low_open or other.low_open,
            self.high_open or other.high_open,
        )

    def negated(self) -> Range:
        """The opposite numbers."""
        low = None if self.high is None else -self.high
        high = None if self.low is None else -self.low
        return Range(low, high, self.high_open, self.low_open, self.step)

    def times(self, other: Range) -> Range:
        """The products; open ends stay open only where one side is a single number."""
        if other.low is not None and other.low == other.high:
            return self._scaled(other.low)
        if self.low is not None and self.low == self.high:
            return other._scaled(self.low)
        corners = [_product(a, b) for a in self._ends() for b in other._ends()]
        return Range(
            _finite(min(corners)),
            _finite(max(corners)),
        )

    def rounded(self, mode: RoundingMode, step: Fraction) -> Range:
        """The numbers rounded to multiples of `step`."""
        low = None if self.low is None else round_number(self.low, mode, step)
        high = None if self.high is None else round_number(self.high, mode, step)
        return Range(low, high, step=step)

    def _scaled(self, factor: Fraction) -> Range:
        if factor == 0:
            return single(Fraction(0))
        turned = self if factor > 0 else self.negated()
        size = abs(factor)
        low = None if turned.low is None else turned.low * size
        high = None if turned.high is None else turned.high * size
        return replace(turned, low=low, high=high, step=None)

    def _ends(self) -> tuple[_End, _End]:
        low = _End(-1, Fraction(0)) if self.low is None else _End(0, self.low)
        high = _End(1, Fraction(0)) if self.high is None else _End(0, self.high)
        return low, high


class _End(Struct, frozen=True, order=True):
    """A number, or (`beyond` 1 or -1) what lies past all numbers."""

    beyond: int
    number: Fraction


def _product(a: _End, b: _End) -> _End:
    if not a.beyond and not b.beyond:
        return _End(0, a.number * b.number)
    signs = [e.beyond or (e.number > 0) - (e.number < 0) for e in (a, b)]
    return _End(signs[0] * signs[1], Fraction(0))


def _finite(end: _End) -> Fraction | None:
    return None if end.beyond else end.number


def _outer(a: Range, b: Range, *, low: bool) -> tuple[Fraction | None, bool]:
    """The further of two ends; of two ends at one place, the closed one."""
    ends = [(x.low, x.low_open) if low else (x.high, x.high_open) for x in (a, b)]
    if any(number is None for number, _ in ends):
        return None, False
    known = [(n, is_open) for n, is_open in ends if n is not None]
    furthest = min(n for n, _ in known) if low else max(n for n, _ in known)
    return furthest, all(is_open for n, is_open in known if n == furthest)


def single(number: Fraction) -> Range:
    """The range of one number."""
    return Range(number, number)


def round_number(number: Fraction, mode: RoundingMode, step: Fraction) -> Fraction:
    """`number` rounded to a multiple of `step`, as rules do it."""
    steps = abs(number) / step
    match mode:
        case RoundingMode.HALF_UP:
            whole = floor(steps + Fraction(1, 2))
        case RoundingMode.UP:
            whole = ceil(steps)
        case RoundingMode.DOWN:
            whole = floor(steps)
    return whole * step if number >= 0 else -whole * step


def points_around(range_: Range, marks: set[Fraction]) -> list[Fraction]:
    """Numbers of the range, at least one for each part into which `marks` cut it.

    With a step every number is one that can occur. Those next to a mark come first: they make the
    better examples.
    """
    near = _on_grid(range_.step, marks) if range_.step else _between(range_, marks)
    ends = _ends_on_grid(range_, range_.step) - near if range_.step else set()
    inside = [n for some in (near, ends) for n in sorted(some) if n in range_]
    return inside or [_any(range_)]


def _on_grid(step: Fraction, marks: set[Fraction]) -> set[Fraction]:
    """The marks that can occur, and the numbers next to each mark."""
    found = set()
    for mark in marks:
        below = floor(mark / step) * step
        found |= {below - step, below, below + step}
    return found


def _ends_on_grid(range_: Range, step: Fraction) -> set[Fraction]:
    """The smallest and the largest number that can occur."""
    found = set()
    if range_.low is not None:
        first = ceil(range_.low / step) * step
        found.add(first + step if first == range_.low and range_.low_open else first)
    if range_.high is not None:
        last = floor(range_.high / step) * step
        found.add(last - step if last == range_.high and range_.high_open else last)
    return found


def _between(range_: Range, marks: set[Fraction]) -> set[Fraction]:
    cuts = sorted(marks | {n for n in (range_.low, range_.high) if n is not None})
    if not cuts:
        return set()
    middles = {(a + b) / 2 for a, b in pairwise(cuts)}
    return {*cuts, *middles, cuts[0] - 1, cuts[-1] + 1}


def _any(range_: Range) -> Fraction:
    if range_.low is not None and range_.high is not None:
        return (range_.low + range_.high) / 2
    if range_.low is not None:
        return range_.low + 1
    return range_.high - 1 if range_.high is not None else Fraction(0)
