"""What may stand in the body of a mapping."""

from __future__ import annotations

from enum import StrEnum

from engine.language.syntax.expressions import Comparator, Expression, Reject
from engine.language.syntax.nodes import Name, Node, Text


class Case(Node, frozen=True):
    """`when condition then value`."""

    condition: Expression
    value: Expression


class Cases(Node, frozen=True):
    """Cases in order, the first that fits; `otherwise` None where the file has none."""

    cases: tuple[Case, ...]
    otherwise: Expression | None


Value = Expression | Cases


class SourceClause(Node, frozen=True):
    """`source "..."`: the clause of the notice that the rules implement."""

    text: Text


class Let(Node, frozen=True):
    """`let full_price = ...`."""

    name: Name
    value: Value


class Assignment(Node, frozen=True):
    """An attribute takes a value: `Price = cost * 120%`."""

    attribute: Name
    value: Value


class OnlyWhen(Node, frozen=True):
    """`only when condition ... end`: its assignments are omitted where the condition is no."""

    condition: Expression
    body: tuple[Statement, ...]


class HitPolicy(StrEnum):
    """Which rows of a decision table count."""

    EXACTLY_ONE = "exactly one row"
    FIRST = "first row that fits"
    EVERY = "every row that fits"


class AnyCell(Node, frozen=True):
    """`any`: fits always."""


class MissingCell(Node, frozen=True):
    """`missing`: fits where the column's value is missing."""


class PresentCell(Node, frozen=True):
    """`present`: fits where the column has a value."""


class TestCell(Node, frozen=True):
    """`<= 30 kg`: the column's value compared."""

    comparator: Comparator
    value: Expression


class RangeCell(Node, frozen=True):
    """`2 kg to 30 kg`: both ends included."""

    low: Expression
    high: Expression


class ListCell(Node, frozen=True):
    """`"A", "B"` or a single literal: the column's value is one of them."""

    items: tuple[Expression, ...]


class NotCell(Node, frozen=True):
    """`not "A"`: fits where the cell inside does not."""

    cell: ConditionCell


ConditionCell = AnyCell | MissingCell | PresentCell | TestCell | RangeCell | ListCell | NotCell


class TableRow(Node, frozen=True):
    """A row of a table written in place: conditions left of `||`, results right of it."""

    conditions: tuple[ConditionCell, ...]
    results: tuple[Expression, ...]


class Decide(Node, frozen=True):
    """`decide A, B by first row that fits ... end`; inputs and results name the columns."""

    attributes: tuple[Name, ...]
    policy: HitPolicy
    inputs: tuple[Name, ...]
    results: tuple[Name, ...]
    rows: tuple[TableRow, ...]


class Exclude(Node, frozen=True):
    """`exclude when discontinued because "..."`."""

    condition: Expression
    because: Text


class Warn(Node, frozen=True):
    """`warn "..."`: the offer is made, with a warning."""

    message: Text


class Drop(Node, frozen=True):
    """`drop StrikedPrice with "..."`: the attribute is left out, with a warning."""

    attribute: Name
    message: Text


Consequence = Reject | Warn | Drop


class Require(Node, frozen=True):
    """`require condition when guard else reject "..."`; guard None where the file has none."""

    condition: Expression
    guard: Expression | None
    otherwise: Consequence


class Always(Node, frozen=True):
    """`always condition`: a promise about every offer."""

    condition: Expression


Statement = SourceClause | Let | Assignment | OnlyWhen | Decide | Exclude | Require | Always
