"""What may stand in the body of a mapping."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.language.syntax.expressions import Comparator, Expression, Reject
from engine.language.syntax.nodes import Name, Node, Text


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
