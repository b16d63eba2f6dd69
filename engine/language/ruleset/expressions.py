"""Expressions whose names are bound and whose kinds are known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.diagnostics.place import Span
from engine.language.ruleset.tables import Scalar, Table
from engine.language.syntax import Comparator, Operator, RoundingMode
from engine.language.vocabulary import Function
from engine.values.field import Field
from engine.values.kinds import Kind


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
