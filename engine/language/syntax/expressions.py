"""Expressions: what has a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.diagnostics.place import Span
from engine.language.syntax.nodes import Literal, Name, Node, Text


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
