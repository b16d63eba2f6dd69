"""The tests that rule files carry."""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.syntax.expressions import Expression
from engine.language.syntax.nodes import Instant, Name, Node, Text


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
