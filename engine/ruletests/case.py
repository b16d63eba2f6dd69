"""Tests of rule files as cases: what each is given, and what it expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.ruleset import Ruleset
from engine.ruletests.cells import write_cell
from engine.ruletests.literals import literal_value

Cell = str | list[str] | None
LoadFixture = Callable[[str, str], Mapping[str, Any]]


class Case(Struct, frozen=True):
    """One row through one slice. `cells` are by the name of the field; None is an empty cell."""

    name: str
    channel: str
    at: datetime
    cells: Mapping[str, Cell]
    expectations: tuple[s.Expectation, ...]
    span: Span


def cases_of(ruleset: Ruleset, now: datetime, load_fixture: LoadFixture) -> Iterator[Case]:
    """Every case of the ruleset's tests, in the order of the files.

    Args:
        ruleset: with the tests.
        now: for tests that have no `at` of their own.
        load_fixture: gives the product of a fixture (by field name) from its path and the file
            that names it.
    """
    for test in ruleset.tests:
        match test:
            case s.Test():
                yield _case(ruleset, test, now, load_fixture)
            case s.TestTable():
                yield from _table_cases(ruleset, test, now, load_fixture)


def _case(ruleset: Ruleset, test: s.Test, now: datetime, load: LoadFixture) -> Case:
    cells: dict[str, Cell] = {}
    for given in test.given:
        if given.path is not None:
            cells |= _fixture_cells(load(given.path.value, test.span.file))
        cells |= _changed(ruleset, ((c.field, c.value) for c in given.changes))
    at = _at(test.at, now)
    return Case(test.name.value, test.channel.text, at, cells, test.expectations, test.span)


def _table_cases(
    ruleset: Ruleset,
    table: s.TestTable,
    now: datetime,
    load: LoadFixture,
) -> Iterator[Case]:
    base = _fixture_cells(load(table.using.value, table.span.file)) if table.using else {}
    channel_given = "channel" in {n.text for n in table.inputs} and not table.channel.text
    for number, row in enumerate(table.rows, start=1):
        given = list(zip(table.inputs, row.given, strict=True))
        channel = table.channel.text
        if channel_given:
            channel = next((_word(v) for n, v in given if n.text == "channel"), "")
            given = [(n, v) for n, v in given if n.text != "channel"]
        cells = base | _changed(ruleset, given)
        expected = tuple(
            expectation
            for name, value in zip(table.outputs, row.expected, strict=True)
            if (expectation := _expectation(name, value)) is not None
        )
        name = f"{table.name.value}, row {number}"
        yield Case(name, channel, _at(table.at, now), cells, expected, row.span)


def _expectation(name: s.Name, value: s.Expression | s.ExpectedWord) -> s.Expectation:
    match value:
        case s.ExpectedWord(word="omitted"):
            return s.ExpectOmitted(value.span, name)
        case s.ExpectedWord():
            return s.ExpectOutcome(value.span, s.Name(value.span, value.word), None)
        case _:
            return s.ExpectValue(value.span, name, (value,))


def _word(value: s.Expression | None) -> str:
    return value.name if isinstance(value, s.Reference) else ""


def _at(instant: s.Instant | None, now: datetime) -> datetime:
    value = literal_value(instant) if instant else None
    return value if isinstance(value, datetime) else now


def _changed(
    ruleset: Ruleset,
    changes: Iterator[tuple[s.Name, s.Expression | None]]
    | Sequence[tuple[s.Name, s.Expression | None]],
) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name, expression in changes:
        field = ruleset.source.fields.get(name.text)
        value = literal_value(expression) if expression is not None else None
        if field is not None:
            cells[name.text] = write_cell(field, value) if value is not None else None
    return cells


def _fixture_cells(product: Mapping[str, Any]) -> dict[str, Cell]:
    return {name: cell_text(value) for name, value in product.items()}


def cell_text(value: Any) -> Cell:
    """A value of a fixture (JSON) as the cell that a feed would hold."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case int() | Decimal():
            return f"{Decimal(value):f}"
        case list():
            return [str(cell_text(v) or "") for v in value]
        case _:
            return json.dumps(value, default=str)
