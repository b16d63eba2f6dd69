"""Checked rules: names bound, kinds known, one slice for each channel and period.

Numbers in here are exact Decimals in the unit of computation: money in currency units, percent as a
fraction (20% is 0.2), quantities in the base unit, durations in seconds (calendar ones in months).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.diagnostics.place import Span
from engine.language.syntax import (
    Comparator,
    HitPolicy,
    Operator,
    RoundingMode,
    SendWindow,
    Test,
    TestTable,
)
from engine.language.vocabulary import Attribute, Function
from engine.values.field import Field, SourceSchema
from engine.values.kinds import Kind

Scalar = str | Decimal | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Bound:
    """An expression whose names are bound.

    `missing`: it may have no value (the source's cell is empty, or the attribute is omitted).
    `fails`: it may be a failed conversion; nothing that fails reaches an attribute.
    """

    span: Span
    kind: Kind
    missing: bool
    fails: bool


@dataclass(frozen=True, slots=True)
class Constant(Bound):
    """A literal, or a milestone with a known instant. Instants are aware, in UTC."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class FieldValue(Bound):
    """The value of a source field in this row."""

    field: Field


@dataclass(frozen=True, slots=True)
class LetValue(Bound):
    """A `let`, or what an override inherits, by its name in the slice."""

    name: str


@dataclass(frozen=True, slots=True)
class AttributeValue(Bound):
    """The value of another attribute of the same offer; missing where that one is omitted."""

    name: str


@dataclass(frozen=True, slots=True)
class NowValue(Bound):
    """The instant of the run."""


@dataclass(frozen=True, slots=True)
class Compute(Bound):
    """Exact arithmetic; a quotient stays a fraction until it is rounded.

    `x / 0` is a failure. Date + duration and instant + duration are written with ADD/SUBTRACT too;
    date - date and instant - instant give a duration.
    """

    operator: Operator
    left: Bound
    right: Bound


@dataclass(frozen=True, slots=True)
class Negate(Bound):
    """The opposite number."""

    value: Bound


@dataclass(frozen=True, slots=True)
class Compare(Bound):
    """A comparison of two values of one kind; BEFORE and AFTER are LESS and GREATER by now."""

    comparator: Comparator
    left: Bound
    right: Bound


@dataclass(frozen=True, slots=True)
class OneOf(Bound):
    """Whether the value is (or with `negated` is not) one of the items."""

    value: Bound
    items: tuple[Bound, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Present(Bound):
    """Whether the value is present (or with `present` False, missing). Never missing itself."""

    value: Bound
    present: bool


@dataclass(frozen=True, slots=True)
class Opposite(Bound):
    """Logical not."""

    condition: Bound


@dataclass(frozen=True, slots=True)
class AllOf(Bound):
    """Logical and; with a missing side it is no where the other is no, else missing."""

    conditions: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Bound):
    """Logical or; with a missing side it is yes where the other is yes, else missing."""

    conditions: tuple[Bound, ...]


class Repair(StrEnum):
    """What a `Repaired` value repairs."""

    MISSING = "default"
    FAILURE = "on error"


@dataclass(frozen=True, slots=True)
class Repaired(Bound):
    """`value default alternative` or `value on error alternative`."""

    repair: Repair
    value: Bound
    alternative: Bound


@dataclass(frozen=True, slots=True)
class Round(Bound):
    """Rounded to a multiple of `step` (> 0), as spreadsheets do.

    HALF_UP takes a tie away from zero, UP goes away from zero, DOWN towards zero.
    """

    value: Bound
    mode: RoundingMode
    step: Decimal


@dataclass(frozen=True, slots=True)
class TakeFrom(Bound):
    """The cell of `column` in the row of `table` whose keys are equal; missing where no row is.

    Texts are compared without case and outer blanks, as a spreadsheet's look-up does.
    """

    table: Table
    column: str
    keys: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class CallOf(Bound):
    """A function applied; constant parameters are Constants."""

    function: Function
    arguments: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class DayEdge(Bound):
    """The first (or last, 23:59:59) second of a date on the clocks of `zone`, as an instant."""

    start: bool
    value: Bound
    zone: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One case: `span` covers its line."""

    condition: Bound
    value: Bound
    span: Span


@dataclass(frozen=True, slots=True)
class Choose(Bound):
    """The value of the first branch whose condition is yes, else `otherwise`.

    A condition that is missing does not fit.
    """

    branches: tuple[Branch, ...]
    otherwise: Bound


@dataclass(frozen=True, slots=True)
class Omitted(Bound):
    """`omit`."""


@dataclass(frozen=True, slots=True)
class Cleared(Bound):
    """`clear`."""


@dataclass(frozen=True, slots=True)
class Rejected(Bound):
    """`reject "..."`: where it is reached, the row makes no offer."""

    message: Template


Expression = (
    Constant
    | FieldValue
    | LetValue
    | AttributeValue
    | NowValue
    | Compute
    | Negate
    | Compare
    | OneOf
    | Present
    | Opposite
    | AllOf
    | AnyOf
    | Repaired
    | Round
    | TakeFrom
    | CallOf
    | DayEdge
    | Choose
    | Omitted
    | Cleared
    | Rejected
)


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with values in it: texts and expressions in turn. `span` covers the quotes."""

    span: Span
    parts: tuple[str | Bound, ...]


# --- tables -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a look-up table: all its cells read as `kind`; `optional` where one is empty."""

    name: str
    kind: Kind
    optional: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Table:
    """A look-up table. `rows` hold keys and cells in the order of `columns`; None where empty."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar | None, ...], ...]
    row_spans: tuple[Span, ...]
    span: Span

    def column(self, name: str) -> Column | None:
        """The column called `name`."""
        return next((c for c in self.columns if c.name == name), None)


# --- what a slice does --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LetStep:
    """A named value; names with `@` are values that an override inherits."""

    name: str
    value: Bound
    span: Span


@dataclass(frozen=True, slots=True)
class AttributeStep:
    """An attribute takes its value; omitted where that is missing. `clause`: the notice's words."""

    attribute: Attribute
    value: Bound
    span: Span
    clause: str = ""


@dataclass(frozen=True, slots=True)
class DecideRow:
    """A row of a decision table; results stand in the order of the step's attributes."""

    condition: Bound
    results: tuple[Bound, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class DecideStep:
    """Attributes take their values from the rows that fit.

    EVERY collects (listed attributes); FIRST takes the first; EXACTLY_ONE rejects a row of the feed
    for which two rows of the table fit. Where no row fits, FIRST and EXACTLY_ONE omit the attributes
    (the checker refuses that for required ones it can decide), EVERY gives an empty list, which
    counts as omitted.
    """

    attributes: tuple[Attribute, ...]
    policy: HitPolicy
    rows: tuple[DecideRow, ...]
    span: Span
    clause: str = ""
    guard: Bound | None = None  # of the `only when` around it


@dataclass(frozen=True, slots=True)
class ExcludeStep:
    """Where the condition is yes, the row is excluded, whatever else is wrong with it."""

    condition: Bound
    because: Template
    span: Span


class ConsequenceKind(StrEnum):
    """What follows a requirement that is not met."""

    REJECT = "reject"
    WARN = "warn"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class RequireStep:
    """Where the guard is yes and the condition is no, the consequence follows.

    Skipped where the condition or guard has no value (an omitted attribute). `drops` names the
    attribute that DROP leaves out; later requirements then see it as omitted.
    """

    condition: Bound
    guard: Bound | None
    consequence: ConsequenceKind
    message: Template
    span: Span
    drops: str | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class AlwaysStep:
    """A promise about each offer; a row that breaks it is rejected. Skipped as a requirement is."""

    condition: Bound
    text: str  # the condition as typed
    span: Span


Step = LetStep | AttributeStep | DecideStep | ExcludeStep | RequireStep | AlwaysStep


@dataclass(frozen=True, slots=True)
class Slice:
    """What one channel does from `start` until `end` (UTC, None: open).

    Steps stand in an order in which each uses only names of earlier ones; requirements and promises
    come last, in the order of the file. `leans_on` names unconfirmed milestones it depends on.
    """

    channel: str
    start: datetime | None
    end: datetime | None
    steps: tuple[Step, ...]
    leans_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """A channel as rules declare it, its windows with milestones resolved by name."""

    name: str
    extends: str | None
    windows: tuple[SendWindow, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MilestoneRules:
    """A milestone: its instant in UTC, or None while it is to be confirmed."""

    name: str
    at: datetime | None
    span: Span


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All that the rule files say, checked.

    `tests` keep their syntax: `ruletests/` evaluates their literals through the checker's own
    binding (`check_test_values`).
    """

    currency: str
    timezone: str
    source: SourceSchema
    channels: Mapping[str, ChannelRules]
    milestones: Mapping[str, MilestoneRules]
    tables: Mapping[str, Table]
    slices: tuple[Slice, ...]
    tests: tuple[Test | TestTable, ...] = ()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def slice_at(self, channel: str, at: datetime) -> Slice | None:
        """The slice of `channel` in force at `at` (aware), or None where it has no mapping then."""
        for one in self.slices:
            started = one.start is None or one.start <= at
            over = one.end is not None and one.end <= at
            if one.channel == channel and started and not over:
                return one
        return None
