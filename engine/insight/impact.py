"""What a change of rules changes: two versions over one feed, each change at the rule behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from engine.insight.causes import Cause, Causes
from engine.insight.comparing import CAUSE, Compared, compare_values
from engine.insight.meaning import meaning
from engine.language import ruleset as r
from engine.offers.accounting import RankedReason, reasons_of
from engine.offers.mapping import GOOD, Mapper
from engine.offers.results import Outcome
from engine.program.program import ROW, Program
from engine.values.movement import Movement

EXAMPLES = 3
STOCK = "Stock"


@dataclass(frozen=True, slots=True)
class Side:
    """One version of the rules, ready to run."""

    part: r.Slice
    program: Program
    mapper: Mapper


@dataclass(frozen=True, slots=True)
class Example:
    """A row that changes: what it had, and what it has."""

    row: int
    sku: str | None
    old: str | None
    new: str | None


@dataclass(slots=True)
class Change:
    """The changes of one attribute that one rule causes."""

    attribute: str
    cause: Cause
    rows: int = 0
    added: int = 0  # offers that did not send the attribute and do now
    removed: int = 0  # offers that sent it and do no more
    movement: Movement | None = None
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Impact:
    """All that changes between two versions of the rules on one feed."""

    read: int = 0
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)  # old -> new -> rows
    touched: int = 0  # offers of both versions with another value
    emptied: int = 0  # offers whose stock falls to 0
    slips: dict[str, int] = field(default_factory=dict)  # attribute -> amounts x10, x100, x1000
    changes: dict[tuple[str, Cause], Change] = field(default_factory=dict)
    reasons: dict[tuple[str, str, str, int], RankedReason] = field(default_factory=dict)

    @property
    def moved(self) -> int:
        """Rows whose outcome changes."""
        return sum(
            n for old, news in self.outcomes.items() for new, n in news.items() if old != new
        )

    @property
    def any(self) -> bool:
        """Whether anything changes."""
        return bool(self.touched or self.moved)

    @property
    def lost(self) -> int:
        """Rows that made an offer and are rejected now."""
        return self.count(Outcome.OFFER, Outcome.REJECTED)

    def farthest(self, attribute: str) -> Decimal | None:
        """The largest relative change of the attribute in percent, None where it did not move."""
        moves = [c.movement for c in self.changes.values() if c.attribute == attribute]
        known = [m.farthest for m in moves if m is not None and m.farthest is not None]
        return max(known, default=None)

    def count(self, old: Outcome, new: Outcome) -> int:
        """Rows that had one outcome and have another."""
        return self.outcomes.get(old.value, {}).get(new.value, 0)

    def ranked(self) -> list[Change]:
        """The changes, those that touch most offers first."""
        return sorted(self.changes.values(), key=lambda c: (-c.rows, c.attribute, c.cause.name))

    def ranked_reasons(self, way: str) -> list[RankedReason]:
        """Why rows make no offer any more (`lost`) or made none before (`won`), most rows first."""
        told = [reason for key, reason in self.reasons.items() if key[0] == way]
        return sorted(told, key=lambda r: (-r.rows, r.example_row, r.example.code))


def same_meaning(old: Side, new: Side) -> bool:
    """Whether both versions mean the same, wherever their rules stand."""
    mapped = (old.mapper.package, old.mapper.delivery_modes) == (
        new.mapper.package,
        new.mapper.delivery_modes,
    )
    return mapped and meaning(old.part.steps) == meaning(new.part.steps)


@dataclass(slots=True)
class Comparison:
    """Compares two versions batch by batch; `impact` grows, memory does not."""

    old: Side
    new: Side
    impact: Impact = field(default_factory=Impact)
    _compared: tuple[Compared, ...] = field(init=False)
    _causes: Causes = field(init=False)

    def __post_init__(self) -> None:
        self._causes = Causes.of(self.old.part, self.new.part, self.old.program, self.new.program)
        self._compared = compare_values(self.old.mapper, self.new.mapper, self._causes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the feed that either version reads."""
        both = (*self.old.program.source_columns, *self.new.program.source_columns)
        return tuple(dict.fromkeys(both))

    def add(self, batch: pl.DataFrame) -> None:
        """Compare what both versions make of `batch`."""
        old, new = (s.mapper.judge(s.program.run(batch)) for s in (self.old, self.new))
        self.impact.read += batch.height
        self._outcomes(old, new)
        both = old[GOOD] & new[GOOD]
        if self._compared:
            self._values(self._side(old.filter(both), old=True), self._side(new.filter(both)))

    def _side(self, frame: pl.DataFrame, *, old: bool = False) -> pl.DataFrame:
        """What one version gives for the comparison, of the rows that both make an offer of."""
        wanted = [e for c in self._compared for e in (c.old if old else c.new)]
        wanted += self._causes.columns([c.name for c in self._compared], old=old)
        own: list[pl.Expr] = [] if old else [pl.col(ROW), pl.col("sku")]
        # Constants would give a frame of one row; the row number makes them as many as the others.
        return frame.select(pl.col(ROW).alias("__height"), *own, *wanted).drop("__height")

    # --- outcomes -------------------------------------------------------------------------------

    def _outcomes(self, old: pl.DataFrame, new: pl.DataFrame) -> None:
        frame = pl.DataFrame({"old": _outcome(old), "new": _outcome(new)})
        for was, becomes, rows in frame.group_by("old", "new").len().iter_rows():
            news = self.impact.outcomes.setdefault(was, {})
            news[becomes] = news.get(becomes, 0) + rows
        self._reasons(new.filter(old[GOOD] & ~new[GOOD]), self.new, "lost")
        self._reasons(old.filter(~old[GOOD] & new[GOOD]), self.old, "won")

    def _reasons(self, frame: pl.DataFrame, side: Side, way: str) -> None:
        """Why rows make no offer any more (`lost`), or made none before (`won`)."""
        if not frame.height:
            return
        told = side.mapper.others(frame).select(ROW, "sku", "reasons")
        for row, sku, text in told.iter_rows():
            for one in reasons_of(text):
                if one.severity != "error" and way == "lost":
                    continue
                key = (way, one.code, one.file or one.column or "", one.line or 0)
                known = self.impact.reasons.get(key)
                if known is None:
                    self.impact.reasons[key] = RankedReason(1, row, sku, one)
                else:
                    self.impact.reasons[key] = RankedReason(
                        known.rows + 1, known.example_row, known.example_sku, known.example
                    )

    # --- values ---------------------------------------------------------------------------------

    def _values(self, old: pl.DataFrame, new: pl.DataFrame) -> None:
        pair = pl.concat([old, new], how="horizontal")
        if not pair.height:
            return
        masks = pair.select(c.differs.alias(c.name) for c in self._compared)
        self.impact.touched += masks.select(pl.any_horizontal(pl.all()).sum()).item()
        for one in self._compared:
            changed = pair.filter(masks[one.name])
            if changed.height:
                self._attribute(one, changed)

    def _attribute(self, one: Compared, changed: pl.DataFrame) -> None:
        told = changed.select(
            pl.col(ROW).alias("row"),
            pl.col("sku").alias("sku"),
            one.old_text.alias("old"),
            one.new_text.alias("new"),
            one.cause.alias(CAUSE),
            *(m.alias(n) for n, m in one.movement.items()),
        )
        for (index,), group in told.group_by(CAUSE, maintain_order=True):
            cause = self._causes.of_index(one.name, index)
            key = (one.name, cause)
            change = self.impact.changes.setdefault(key, Change(one.name, cause))
            self._add(change, group, measured=bool(one.movement))
        self._warn(one, told)

    def _add(self, change: Change, group: pl.DataFrame, *, measured: bool) -> None:
        change.rows += group.height
        change.added += group["old"].null_count()
        change.removed += group["new"].null_count()
        if measured:
            change.movement = change.movement or Movement()
            change.movement.add(group)
        wanted = EXAMPLES - len(change.examples)
        if wanted > 0:
            rows = group.head(wanted).select("row", "sku", "old", "new").iter_rows()
            change.examples += [Example(*row) for row in rows]

    def _warn(self, one: Compared, told: pl.DataFrame) -> None:
        """Count what is likely a mistake: amounts ten times off, stock that falls to 0."""
        if "slip" in told.columns:
            slips = int(told["slip"].sum())
            if slips:
                self.impact.slips[one.name] = self.impact.slips.get(one.name, 0) + slips
        if one.name == STOCK and "to_zero" in told.columns:
            self.impact.emptied += int(told["to_zero"].sum())


def _outcome(frame: pl.DataFrame) -> pl.Series:
    outcome = (
        pl.when(pl.col(GOOD))
        .then(pl.lit(Outcome.OFFER.value))
        .when(pl.col("__excludes"))
        .then(pl.lit(Outcome.EXCLUDED.value))
        .otherwise(pl.lit(Outcome.REJECTED.value))
    )
    return frame.select(outcome.alias("outcome"))["outcome"]
