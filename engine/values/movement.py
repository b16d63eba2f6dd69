"""How far numbers move: range and median of a change, in memory that does not grow."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_FLOOR, Decimal

import polars as pl
from msgspec import Struct, field

# Relative changes are counted in steps of a tenth of a percent; beyond tenfold all are alike.
STEPS_IN_ONE = 1_000
FARTHEST = 10 * STEPS_IN_ONE


class Movement(Struct):
    """The changes of a number: exact range, median to a tenth of a percent."""

    rows: int = 0
    lowest: Decimal | None = None
    highest: Decimal | None = None
    up: int = 0
    down: int = 0
    steps: Counter[int] = field(default_factory=Counter)

    def add(self, group: pl.DataFrame) -> None:
        """Count the rows of `group`: `delta` in units of 10**-`scale`, `step` in tenths of a percent.

        Rows whose value comes or goes have null there, and do not count.
        """
        moved = group.filter(pl.col("delta").is_not_null())
        if not moved.height:
            return
        scale = moved["scale"][0]
        low = Decimal(moved["delta"].min()).scaleb(-scale)  # type: ignore[arg-type]  # integers
        high = Decimal(moved["delta"].max()).scaleb(-scale)  # type: ignore[arg-type]
        self.rows += moved.height
        self.lowest = low if self.lowest is None else min(self.lowest, low)
        self.highest = high if self.highest is None else max(self.highest, high)
        self.up += int((moved["delta"] > 0).sum())
        self.down += int((moved["delta"] < 0).sum())
        counted = moved.filter(pl.col("step").is_not_null()).group_by("step").len()
        for step, rows in counted.iter_rows():
            self.steps[step] += rows

    def see(self, old: Decimal, new: Decimal) -> None:
        """Count one change of a value, in the same steps."""
        delta = new - old
        self.rows += 1
        self.lowest = delta if self.lowest is None else min(self.lowest, delta)
        self.highest = delta if self.highest is None else max(self.highest, delta)
        self.up += delta > 0
        self.down += delta < 0
        step = step_of(old, new)
        if step is not None:
            self.steps[step] += 1

    @property
    def median(self) -> Decimal | None:
        """The median relative change in percent, None where no old value was above 0."""
        return self._at(Decimal("0.5"))

    @property
    def farthest(self) -> Decimal | None:
        """The largest relative change in percent, by size, whatever its direction."""
        if not self.steps:
            return None
        return Decimal(max(map(abs, self.steps))).scaleb(-1)

    def _at(self, share: Decimal) -> Decimal | None:
        total = sum(self.steps.values())
        wanted, seen = total * share, 0
        for step in sorted(self.steps):
            seen += self.steps[step]
            if seen >= wanted:
                return Decimal(step).scaleb(-1)
        return None


def step_of(old: Decimal, new: Decimal) -> int | None:
    """How far a value moves, in tenths of a percent; None where it was not above 0."""
    if old <= 0:
        return None
    nearest = ((2 * STEPS_IN_ONE * (new - old) + old) / (2 * old)).to_integral_value(ROUND_FLOOR)
    return min(max(int(nearest), -FARTHEST), FARTHEST)
