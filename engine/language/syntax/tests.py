"""The tests that rule files carry."""

from __future__ import annotations

from engine.language.syntax.expressions import Expression
from engine.language.syntax.nodes import Instant, Name, Node, Text


class Change(Node, frozen=True):
    """`category = "Outlet"` after `but`; `value` None writes `missing`."""

    field: Name
    value: Expression | None


class Given(Node, frozen=True):
    """`given product "fixtures/lamp.json" but category = "Outlet"`; path None: from the changes."""

    kind: Name
    path: Text | None
    changes: tuple[Change, ...]


class ExpectValue(Node, frozen=True):
    """`expect Price = 90.00 EUR`; several values for an attribute that holds a list."""

    attribute: Name
    values: tuple[Expression, ...]


class ExpectOmitted(Node, frozen=True):
    """`expect DiscountComponentStartDate omitted`."""

    attribute: Name


class ExpectOutcome(Node, frozen=True):
    """`expect rejected "text in the reason"`, `expect excluded`, `expect warned`, `expect offer`."""

    outcome: Name
    containing: Text | None


class ExpectSnapshot(Node, frozen=True):
    """`expect snapshot "lamp_octopia"`."""

    name: Text


Expectation = ExpectValue | ExpectOmitted | ExpectOutcome | ExpectSnapshot


class Test(Node, frozen=True):
    """`test "name" on channel at instant ... end`."""

    name: Text
    channel: Name
    at: Instant | None
    given: tuple[Given, ...]
    expectations: tuple[Expectation, ...]


class TestRow(Node, frozen=True):
    """A row of a test table: given values left of `||`, expected ones right; None is `missing`."""

    given: tuple[Expression | None, ...]
    expected: tuple[Expression | ExpectedWord, ...]


class ExpectedWord(Node, frozen=True):
    """`omitted` or `rejected` in an expected cell."""

    word: str


class TestTable(Node, frozen=True):
    """`test table "rounding" on channel at instant using "fixtures/lamp.json" ... end`."""

    name: Text
    channel: Name
    at: Instant | None
    using: Text | None
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    rows: tuple[TestRow, ...]
