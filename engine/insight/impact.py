"""What a change of rules changes: two versions over one feed, each change at the rule behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
import polars as pl
from msgspec import Struct

from engine.insight.causes import Cause, Causes
from engine.insight.comparing import CAUSE, Compared, compare_values
from engine.insight.meaning import meaning
from engine.insight.pairing import Pair, pair
from engine.insight.side import Side
from engine.offers.accounting import RankedReason, reasons_of
from engine.offers.mapping import EXCLUDES, FIRST, SKU, STOPS
from engine.offers.results import Outcome
from engine.program.program import ROW
from engine.values.movement import Movement

EXAMPLES = 3
STOCK = "Stock"
OLD_SENT, NEW_SENT = "old_sent", "new_sent"
# Rows compared at once: so many that planning a comparison is little beside it.
AT_ONCE = 20_000


class Example(Struct, frozen=True):
    """A row that changes: what it had, and what it has."""

    row: int
    sku: str | None
    old: str | None
    new: str | None


class Change(Struct):
    """The changes of one attribute that one rule causes."""

    attribute: str
    cause: Cause
    rows: int = 0
    added: int = 0  # offers that did not send the attribute and do now
    removed: int = 0  # offers that sent it and do no more
    movement: Movement | None = None
    examples: list[Example] = msgspec.field(default_factory=list)


class Impact(Struct):
    """All that changes between two versions of the rules on one feed."""

    read: int = 0
    outcomes: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)  # old -> new -> rows
    touched: int = 0  # offers of both versions with another value
    emptied: int = 0  # offers whose stock falls to 0
    # attribute -> amounts x10, x100, x1000
    slips: dict[str, int] = msgspec.field(default_factory=dict)
    changes: dict[tuple[str, Cause], Change] = msgspec.field(default_factory=dict)
    reasons: dict[tuple[str, str, str, int], RankedReason] = msgspec.field(default_factory=dict)

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

    _pair: Pair = field(init=False)
    _held: list[pl.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._causes = Causes.of(self.old.part, self.new.part, self.old.program, self.new.program)
        self._compared = compare_values(self.old.mapper, self.new.mapper, self._causes)
        wanted = (self._wanted(old=True), self._wanted(old=False))
        self._pair = pair(self.old.mapper, self.new.mapper, wanted, self._causes.means_the_same)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the feed that either version reads."""
        return self._pair.source_columns

    def add(self, batch: pl.DataFrame) -> None:
        """Compare what both versions make of `batch`, now or with those that follow."""
        self._held.append(batch)
        if sum(map(len, self._held)) >= AT_ONCE:
            self._compare()

    def finish(self) -> Impact:
        """Compare what is held back; the whole impact."""
        if self._held:
            self._compare()
        return self.impact

    def _compare(self) -> None:
        batch = pl.concat(self._held, how="diagonal")
        self._held.clear()
        old, new = self._pair.run(batch)
        old, new = self.old.mapper.seen.mark(old), self.new.mapper.seen.mark(new)
        was, becomes = _good(old), _good(new)
        self.impact.read += batch.height
        self._outcomes(old, new)
        self._reasons(batch, new, was & ~becomes, self.new, "lost")
        self._reasons(batch, old, ~was & becomes, self.old, "won")
        if self._compared:
            flags = [EXCLUDES, STOPS, FIRST]
            both = pl.concat([old.drop(ROW, SKU, *flags), new.drop(flags)], how="horizontal")
            self._values(both.filter(was & becomes))

    def _wanted(self, *, old: bool) -> list[pl.Expr]:
        """What is asked of one version."""
        wanted = [e for c in self._compared for e in (c.old if old else c.new)]
        wanted += self._causes.columns([c.name for c in self._compared], old=old)
        return [pl.col(ROW), pl.col(SKU), pl.col(EXCLUDES), pl.col(STOPS), *wanted]

    # --- outcomes -------------------------------------------------------------------------------

    def _outcomes(self, old: pl.DataFrame, new: pl.DataFrame) -> None:
        frame = pl.DataFrame({"old": _outcome(old), "new": _outcome(new)})
        for was, becomes, rows in frame.group_by("old", "new").len().iter_rows():
            news = self.impact.outcomes.setdefault(was, {})
            news[becomes] = news.get(becomes, 0) + rows

    def _reasons(
        self, batch: pl.DataFrame, ran: pl.DataFrame, mask: pl.Series, side: Side, way: str
    ) -> None:
        """Why rows make no offer any more (`lost`), or made none before (`won`)."""
        if not mask.any():
            return
        rows = batch.filter(mask).with_columns(ran[FIRST].filter(mask))
        told = side.mapper.explain_others(rows).select(ROW, "sku", "reasons")
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

    def _values(self, pair: pl.DataFrame) -> None:
        if not pair.height:
            return
        masks = pair.select(c.differs.alias(c.name) for c in self._compared)
        self.impact.touched += masks.select(pl.any_horizontal(pl.all()).sum()).item()
        for one in self._compared:
            changed = pair.filter(masks[one.name])
            if changed.height:
                self._attribute(one, changed)

    def _attribute(self, one: Compared, changed: pl.DataFrame) -> None:
        """Count the changes of an attribute by their causes; only examples are written out."""
        told = changed.select(
            *(e.alias(n) for n, e in zip((OLD_SENT, NEW_SENT), one.sent, strict=True)),
            one.cause.alias(CAUSE),
            *(m.alias(n) for n, m in one.movement.items()),
        )
        for (index,), group in told.group_by(CAUSE, maintain_order=True):
            cause = self._causes.of_index(one.name, index)
            key = (one.name, cause)
            change = self.impact.changes.setdefault(key, Change(one.name, cause))
            _count(change, group, measured=bool(one.movement))
            wanted = EXAMPLES - len(change.examples)
            if wanted > 0:
                first = changed.filter(told[CAUSE] == index).head(wanted)
                rows = first.select(
                    ROW, "sku", one.old_text.alias("old"), one.new_text.alias("new")
                )
                change.examples += [Example(*row) for row in rows.iter_rows()]
        self._warn(one, told)

    def _warn(self, one: Compared, told: pl.DataFrame) -> None:
        """Count what is likely a mistake: amounts ten times off, stock that falls to 0."""
        if "slip" in told.columns:
            slips = int(told["slip"].sum())
            if slips:
                self.impact.slips[one.name] = self.impact.slips.get(one.name, 0) + slips
        if one.name == STOCK and "to_zero" in told.columns:
            self.impact.emptied += int(told["to_zero"].sum())


def _count(change: Change, group: pl.DataFrame, *, measured: bool) -> None:
    change.rows += group.height
    change.added += group.height - int(group[OLD_SENT].sum())
    change.removed += group.height - int(group[NEW_SENT].sum())
    if measured:
        change.movement = change.movement or Movement()
        change.movement.add(group)


def _good(frame: pl.DataFrame) -> pl.Series:
    """Which rows make an offer."""
    return ~(frame[EXCLUDES] | frame[STOPS]) & frame[FIRST].is_null()


def _outcome(frame: pl.DataFrame) -> pl.Series:
    outcome = (
        pl.when(_good(frame))
        .then(pl.lit(Outcome.OFFER.value))
        .when(pl.col(EXCLUDES))
        .then(pl.lit(Outcome.EXCLUDED.value))
        .otherwise(pl.lit(Outcome.REJECTED.value))
    )
    return frame.select(outcome.alias("outcome"))["outcome"]
