"""Expressions: what has a value."""

from __future__ import annotations

from enum import StrEnum

from engine.diagnostics.place import Span
from engine.language.syntax.nodes import Literal, Name, Node, Text


class Reference(Node, frozen=True):
    """A name used as a value: field, let, milestone (snake_case), attribute or state (PascalCase)."""

    name: str


class Now(Node, frozen=True):
    """`now`: the instant of the run."""


class Inherited(Node, frozen=True):
    """`inherited`: the value that an override replaces."""


class Omit(Node, frozen=True):
    """`omit`: do not send the attribute."""


class Clear(Node, frozen=True):
    """`clear`: send an explicit empty value."""


class Reject(Node, frozen=True):
    """`reject "..."`: do not send the offer."""

    message: Text


class Call(Node, frozen=True):
    """`max(0, stock)`."""

    function: Name
    arguments: tuple[Expression, ...]


class Take(Node, frozen=True):
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


class Arithmetic(Node, frozen=True):
    """`left + right`."""

    operator: Operator
    left: Expression
    right: Expression


class Negative(Node, frozen=True):
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


class Comparison(Node, frozen=True):
    """`left <= right`, `category is "Lamps"`, `now before soap_end`."""

    comparator: Comparator
    left: Expression
    right: Expression


class Membership(Node, frozen=True):
    """`category in ("Outlet", "Refurbished")`, `x not in (...)`."""

    value: Expression
    items: tuple[Expression, ...]
    negated: bool


class Presence(Node, frozen=True):
    """`weight present`, `weight missing`."""

    value: Expression
    present: bool


class Not(Node, frozen=True):
    """`not condition`."""

    condition: Expression


class And(Node, frozen=True):
    """`left and right`."""

    left: Expression
    right: Expression


class Or(Node, frozen=True):
    """`left or right`."""

    left: Expression
    right: Expression


class Default(Node, frozen=True):
    """`value default alternative`: repairs a missing value only."""

    value: Expression
    alternative: Expression


class OnError(Node, frozen=True):
    """`value on error alternative`: repairs a failing conversion only."""

    value: Expression
    alternative: Expression


class RoundingMode(StrEnum):
    """Rounding is always written."""

    HALF_UP = "half up"
    UP = "up"
    DOWN = "down"


class Rounded(Node, frozen=True):
    """`value rounded half up to 0.01 EUR`."""

    value: Expression
    mode: RoundingMode
    step: Expression


class DayBound(Node, frozen=True):
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
