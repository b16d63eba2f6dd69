"""The syntax tree: one frozen class for each grammar rule, with its span.

Names keep the spelling of the file. Numbers keep their exact value and are never floats.
`comments` of a file stand beside the tree, with their spans, for the formatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.diagnostics.place import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in the tree; `span` covers its words in the file."""

    span: Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name as typed: `Price`, `brand_policy`."""

    text: str


# --- literals -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text(Node):
    """`"Colissimo"`, escapes resolved. In messages, `{name}` stays as typed."""

    value: str


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`2`, `1.5`."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Money(Node):
    """`12.50 EUR`."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Percent(Node):
    """`20%`; `value` is 20."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    """`30 kg`; `unit` as typed."""

    amount: Decimal
    unit: str


class DurationUnit(StrEnum):
    """The units of a duration, singular."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """`15 minutes`, `1 day`."""

    amount: int
    unit: DurationUnit


@dataclass(frozen=True, slots=True)
class Date(Node):
    """`2025-07-29`."""

    value: date


@dataclass(frozen=True, slots=True)
class Instant(Node):
    """`2025-07-29 10:00 Europe/Paris`: wall-clock time and zone as typed; the checker resolves."""

    local: datetime
    zone: str
    zone_span: Span


@dataclass(frozen=True, slots=True)
class YesNo(Node):
    """`yes`, `no`."""

    value: bool


# --- expressions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """A name used as a value: field, let, milestone (snake_case), attribute or state (PascalCase)."""

    name: str


@dataclass(frozen=True, slots=True)
class Now(Node):
    """`now`: the instant of the run."""


@dataclass(frozen=True, slots=True)
class Inherited(Node):
    """`inherited`: the value that an override replaces."""


@dataclass(frozen=True, slots=True)
class Omit(Node):
    """`omit`: do not send the attribute."""


@dataclass(frozen=True, slots=True)
class Clear(Node):
    """`clear`: send an explicit empty value."""


@dataclass(frozen=True, slots=True)
class Reject(Node):
    """`reject "..."`: do not send the offer."""

    message: Text


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`max(0, stock)`."""

    function: Name
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Take(Node):
    """`take condition from brand_policy for brand`; several keys stand in parentheses."""

    column: Name
    table: Name
    keys: tuple[Expression, ...]


class Operator(StrEnum):
    """Arithmetic operators."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left + right`."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """`-value`."""

    value: Expression


class Comparator(StrEnum):
    """Comparisons; `is` and `is not` test equality."""

    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IS = "is"
    IS_NOT = "is not"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left <= right`, `category is "Lamps"`, `now before soap_end`."""

    comparator: Comparator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """`category in ("Outlet", "Refurbished")`, `x not in (...)`."""

    value: Expression
    items: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Presence(Node):
    """`weight present`, `weight missing`."""

    value: Expression
    present: bool


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not condition`."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class And(Node):
    """`left and right`."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Or(Node):
    """`left or right`."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Default(Node):
    """`value default alternative`: repairs a missing value only."""

    value: Expression
    alternative: Expression


@dataclass(frozen=True, slots=True)
class OnError(Node):
    """`value on error alternative`: repairs a failing conversion only."""

    value: Expression
    alternative: Expression


class RoundingMode(StrEnum):
    """Rounding is always written."""

    HALF_UP = "half up"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Rounded(Node):
    """`value rounded half up to 0.01 EUR`."""

    value: Expression
    mode: RoundingMode
    step: Expression


@dataclass(frozen=True, slots=True)
class DayBound(Node):
    """`start of sale_start in Europe/Paris`, `end of ...`."""

    start: bool
    value: Expression
    zone: str
    zone_span: Span


Literal = Text | Number | Money | Percent | Quantity | Duration | Date | Instant | YesNo
Expression = (
    Literal
    | Reference
    | Now
    | Inherited
    | Omit
    | Clear
    | Reject
    | Call
    | Take
    | Arithmetic
    | Negative
    | Comparison
    | Membership
    | Presence
    | Not
    | And
    | Or
    | Default
    | OnError
    | Rounded
    | DayBound
)


# --- the body of a mapping ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`when condition then value`."""

    condition: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Cases in order, the first that fits; `otherwise` None where the file has none."""

    cases: tuple[Case, ...]
    otherwise: Expression | None


Value = Expression | Cases


@dataclass(frozen=True, slots=True)
class SourceClause(Node):
    """`source "..."`: the clause of the notice that the rules implement."""

    text: Text


@dataclass(frozen=True, slots=True)
class Let(Node):
    """`let full_price = ...`."""

    name: Name
    value: Value


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """An attribute takes a value: `Price = cost * 120%`."""

    attribute: Name
    value: Value


@dataclass(frozen=True, slots=True)
class OnlyWhen(Node):
    """`only when condition ... end`: its assignments are omitted where the condition is no."""

    condition: Expression
    body: tuple[Statement, ...]


class HitPolicy(StrEnum):
    """Which rows of a decision table count."""

    EXACTLY_ONE = "exactly one row"
    FIRST = "first row that fits"
    EVERY = "every row that fits"


@dataclass(frozen=True, slots=True)
class AnyCell(Node):
    """`any`: fits always."""


@dataclass(frozen=True, slots=True)
class MissingCell(Node):
    """`missing`: fits where the column's value is missing."""


@dataclass(frozen=True, slots=True)
class PresentCell(Node):
    """`present`: fits where the column has a value."""


@dataclass(frozen=True, slots=True)
class TestCell(Node):
    """`<= 30 kg`: the column's value compared."""

    comparator: Comparator
    value: Expression


@dataclass(frozen=True, slots=True)
class RangeCell(Node):
    """`2 kg to 30 kg`: both ends included."""

    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class ListCell(Node):
    """`"A", "B"` or a single literal: the column's value is one of them."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class NotCell(Node):
    """`not "A"`: fits where the cell inside does not."""

    cell: ConditionCell


ConditionCell = AnyCell | MissingCell | PresentCell | TestCell | RangeCell | ListCell | NotCell


@dataclass(frozen=True, slots=True)
class TableRow(Node):
    """A row of a table written in place: conditions left of `||`, results right of it."""

    conditions: tuple[ConditionCell, ...]
    results: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Decide(Node):
    """`decide A, B by first row that fits ... end`; inputs and results name the columns."""

    attributes: tuple[Name, ...]
    policy: HitPolicy
    inputs: tuple[Name, ...]
    results: tuple[Name, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Exclude(Node):
    """`exclude when discontinued because "..."`."""

    condition: Expression
    because: Text


@dataclass(frozen=True, slots=True)
class Warn(Node):
    """`warn "..."`: the offer is made, with a warning."""

    message: Text


@dataclass(frozen=True, slots=True)
class Drop(Node):
    """`drop StrikedPrice with "..."`: the attribute is left out, with a warning."""

    attribute: Name
    message: Text


Consequence = Reject | Warn | Drop


@dataclass(frozen=True, slots=True)
class Require(Node):
    """`require condition when guard else reject "..."`; guard None where the file has none."""

    condition: Expression
    guard: Expression | None
    otherwise: Consequence


@dataclass(frozen=True, slots=True)
class Always(Node):
    """`always condition`: a promise about every offer."""

    condition: Expression


Statement = SourceClause | Let | Assignment | OnlyWhen | Decide | Exclude | Require | Always


# --- the file -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timezone(Node):
    """`timezone Europe/Paris`."""

    zone: str


@dataclass(frozen=True, slots=True)
class Currency(Node):
    """`currency EUR`."""

    currency: str


@dataclass(frozen=True, slots=True)
class Use(Node):
    """`use "offers.rules"`: what stands there is known here too."""

    path: Text


@dataclass(frozen=True, slots=True)
class Read(Node):
    """`read product using "schemas/product.schema.json"`."""

    kind: Name
    path: Text


@dataclass(frozen=True, slots=True)
class Write(Node):
    """`write offer using "schemas/offer.schema.json"`."""

    kind: Name
    path: Text


@dataclass(frozen=True, slots=True)
class Milestone(Node):
    """`milestone soap_end = to be confirmed` has `at` None."""

    name: Name
    at: Instant | None


@dataclass(frozen=True, slots=True)
class SendWindow(Node):
    """`send offers automatically every 1 hour from a until b`; subject offers, orders or products."""

    subject: Name
    automatically: bool
    every: Duration | None
    start: Moment | None
    end: Moment | None


@dataclass(frozen=True, slots=True)
class EditWindow(Node):
    """`edit mappings from mapping_opens`."""

    subject: Name
    start: Moment | None
    end: Moment | None


# A moment of the timeline: an instant, or the name of a milestone.
Moment = Instant | Name


@dataclass(frozen=True, slots=True)
class Channel(Node):
    """`channel cdiscount_octopia extends cdiscount ... end`."""

    name: Name
    extends: Name | None
    windows: tuple[SendWindow | EditWindow, ...]


@dataclass(frozen=True, slots=True)
class TableFromCsv(Node):
    """`table units from "tables/units.csv" key unit`."""

    name: Name
    path: Text
    keys: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class TableInPlace(Node):
    """`table fees key country, mode ... end` with `| country | mode || fee |` rows."""

    name: Name
    keys: tuple[Name, ...]
    columns: tuple[Name, ...]
    rows: tuple[LiteralRow, ...]


@dataclass(frozen=True, slots=True)
class LiteralRow(Node):
    """A row of literals; None where the cell is empty."""

    cells: tuple[Literal | None, ...]


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """`mapping offer for cdiscount, cdiscount_octopia ... end`."""

    kind: Name
    channels: tuple[Name, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Override(Node):
    """`override offer for cdiscount_octopia from octopia_switch until ... end`."""

    kind: Name
    channels: tuple[Name, ...]
    start: Moment | None
    end: Moment | None
    body: tuple[Statement, ...]


# --- tests --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change(Node):
    """`category = "Outlet"` after `but`; `value` None writes `missing`."""

    field: Name
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Given(Node):
    """`given product "fixtures/lamp.json" but category = "Outlet"`; path None: from the changes."""

    kind: Name
    path: Text | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ExpectValue(Node):
    """`expect Price = 90.00 EUR`; several values for an attribute that holds a list."""

    attribute: Name
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ExpectOmitted(Node):
    """`expect DiscountComponentStartDate omitted`."""

    attribute: Name


@dataclass(frozen=True, slots=True)
class ExpectOutcome(Node):
    """`expect rejected "text in the reason"`, `expect excluded`, `expect warned`, `expect offer`."""

    outcome: Name
    containing: Text | None


@dataclass(frozen=True, slots=True)
class ExpectSnapshot(Node):
    """`expect snapshot "lamp_octopia"`."""

    name: Text


Expectation = ExpectValue | ExpectOmitted | ExpectOutcome | ExpectSnapshot


@dataclass(frozen=True, slots=True)
class Test(Node):
    """`test "name" on channel at instant ... end`."""

    name: Text
    channel: Name
    at: Instant | None
    given: tuple[Given, ...]
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class TestRow(Node):
    """A row of a test table: given values left of `||`, expected ones right; None is `missing`."""

    given: tuple[Expression | None, ...]
    expected: tuple[Expression | ExpectedWord, ...]


@dataclass(frozen=True, slots=True)
class ExpectedWord(Node):
    """`omitted` or `rejected` in an expected cell."""

    word: str


@dataclass(frozen=True, slots=True)
class TestTable(Node):
    """`test table "rounding" on channel at instant using "fixtures/lamp.json" ... end`."""

    name: Text
    channel: Name
    at: Instant | None
    using: Text | None
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    rows: tuple[TestRow, ...]


Declaration = (
    Timezone
    | Currency
    | Use
    | Read
    | Write
    | Milestone
    | Channel
    | TableFromCsv
    | TableInPlace
    | Mapping
    | Override
    | Test
    | TestTable
)


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """`# ...` up to the end of its line."""

    text: str


@dataclass(frozen=True, slots=True)
class RulesFile(Node):
    """A whole file: `rules 1`, its declarations in order, and its comments beside them."""

    version: int
    version_span: Span
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
