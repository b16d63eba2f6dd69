"""Expressions whose names are bound and whose kinds are known."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from engine.diagnostics.place import Span
from engine.language.ruleset.tables import Scalar, Table
from engine.language.syntax import Comparator, Operator, RoundingMode
from engine.language.vocabulary import Function
from engine.values.field import Field
from engine.values.kinds import Kind


class Bound(Struct, frozen=True):
    """An expression whose names are bound.

    `missing`: it may have no value (the source's cell is empty, or the attribute is omitted).
    `fails`: it may be a failed conversion; nothing that fails reaches an attribute.
    """

    span: Span
    kind: Kind
    missing: bool
    fails: bool


class Constant(Bound, frozen=True):
    """A literal, or a milestone with a known instant. Instants are aware, in UTC."""

    value: Scalar


class FieldValue(Bound, frozen=True):
    """The value of a source field in this row."""

    field: Field


class LetValue(Bound, frozen=True):
    """A `let`, or what an override inherits, by its name in the slice."""

    name: str


class AttributeValue(Bound, frozen=True):
    """The value of another attribute of the same offer; missing where that one is omitted."""

    name: str


class NowValue(Bound, frozen=True):
    """The instant of the run."""


class Compute(Bound, frozen=True):
    """Exact arithmetic; a quotient stays a fraction until it is rounded.

    `x / 0` is a failure. Date + duration and instant + duration are written with ADD/SUBTRACT too;
    date - date and instant - instant give a duration.
    """

    operator: Operator
    left: Bound
    right: Bound


class Negate(Bound, frozen=True):
    """The opposite number."""

    value: Bound


class Compare(Bound, frozen=True):
    """A comparison of two values of one kind; BEFORE and AFTER are LESS and GREATER by now."""

    comparator: Comparator
    left: Bound
    right: Bound


class OneOf(Bound, frozen=True):
    """Whether the value is (or with `negated` is not) one of the items."""

    value: Bound
    items: tuple[Bound, ...]
    negated: bool


class Present(Bound, frozen=True):
    """Whether the value is present (or with `present` False, missing). Never missing itself."""

    value: Bound
    present: bool


class Opposite(Bound, frozen=True):
    """Logical not."""

    condition: Bound


class AllOf(Bound, frozen=True):
    """Logical and; with a missing side it is no where the other is no, else missing."""

    conditions: tuple[Bound, ...]


class AnyOf(Bound, frozen=True):
    """Logical or; with a missing side it is yes where the other is yes, else missing."""

    conditions: tuple[Bound, ...]


class Repair(StrEnum):
    """What a `Repaired` value repairs."""

    MISSING = "default"
    FAILURE = "on error"


class Repaired(Bound, frozen=True):
    """`value default alternative` or `value on error alternative`."""

    repair: Repair
    value: Bound
    alternative: Bound


class Round(Bound, frozen=True):
    """Rounded to a multiple of `step` (> 0), as spreadsheets do.

    HALF_UP takes a tie away from zero, UP goes away from zero, DOWN towards zero.
    """

    value: Bound
    mode: RoundingMode
    step: Decimal


class TakeFrom(Bound, frozen=True):
    """The cell of `column` in the row of `table` whose keys are equal; missing where no row is.

    Texts are compared without case and outer blanks, as a spreadsheet's look-up does.
    """

    table: Table
    column: str
    keys: tuple[Bound, ...]


class CallOf(Bound, frozen=True):
    """A function applied; constant parameters are Constants."""

    function: Function
    arguments: tuple[Bound, ...]


class DayEdge(Bound, frozen=True):
    """The first (or last, 23:59:59) second of a date on the clocks of `zone`, as an instant."""

    start: bool
    value: Bound
    zone: str


class Branch(Struct, frozen=True):
    """One case: `span` covers its line."""

    condition: Bound
    value: Bound
    span: Span


class Choose(Bound, frozen=True):
    """The value of the first branch whose condition is yes, else `otherwise`.

    A condition that is missing does not fit.
    """

    branches: tuple[Branch, ...]
    otherwise: Bound


class Omitted(Bound, frozen=True):
    """`omit`."""


class Cleared(Bound, frozen=True):
    """`clear`."""


class Rejected(Bound, frozen=True):
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


class Template(Struct, frozen=True):
    """A sentence with values in it: texts and expressions in turn. `span` covers the quotes."""

    span: Span
    parts: tuple[str | Bound, ...]
