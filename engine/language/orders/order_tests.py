"""Tests about orders, as far as they can be checked without running them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.diagnostics.codes import dates
from engine.diagnostics.codes import testing as codes
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.language import syntax as s
from engine.language.declarations import Declarations
from engine.language.instants import instant_of
from engine.language.orders.conditions import STATE
from engine.language.orders.naming import unknown_name
from engine.language.ruleset.orders import ActionRules, OrderRules

CHANNEL, ACTION, RESULT, SENDS, SUGGESTION = "channel", "action", "result", "sends", "suggestion"
OUTPUTS = (RESULT, SENDS, SUGGESTION, CHANNEL)
RESULTS = ("allowed", "denied", "manual")
NONE = "none"

OrderTests = s.OrderTest | s.OrderTestTable


def check_order_tests(rules: OrderRules, found: Declarations) -> None:
    """Report names in tests that nothing has, and what makes a test depend on the day it runs."""
    known = _Known(rules, found)
    for test in rules.tests:
        if test.channel is not None:
            known.name(test.channel, CHANNEL, rules.channels)
        if test.at is not None:
            found.report.extend(instant_of(test.at)[1])
        elif any(x.start is not None for x in rules.slices):
            helps = [Help("add `at`: `... on channel at 2025-08-01 09:00 Europe/Paris`")]
            notes = ["what may be done with orders changes in time"]
            found.report.add(
                Diagnostic.of(dates.TEST_WITHOUT_AT, test.name.span, notes=notes, helps=helps)
            )
        match test:
            case s.OrderTest():
                known.test(test)
            case s.OrderTestTable():
                known.table(test)
    found.report.extend(_untested(rules, found))


class _Known:
    """The names that tests may use."""

    def __init__(self, rules: OrderRules, found: Declarations) -> None:
        self.rules = rules
        self.report = found.report
        self.parameters = {
            name
            for one in rules.slices
            for action in one.actions.values()
            if isinstance(action, ActionRules)
            for name in action.parameters
        }

    def name(self, name: s.Name, what: str, known: Iterable[str]) -> None:
        """Report `name` where it is not among `known`."""
        known = list(known)
        if name.text not in known:
            unknown_name(self.report, name, what, known)

    def test(self, test: s.OrderTest) -> None:
        """Look at the lines of one test."""
        for given in test.given:
            for change in given.changes:
                self.value(change.field, change.value)
        if test.attempt is not None:
            self.name(test.attempt.action, ACTION, self.rules.actions)
            for change in test.attempt.parameters:
                self.name(change.field, "parameter", self.parameters)
        for expectation in test.expectations:
            match expectation:
                case s.ExpectSuggestion(action=name) | s.ExpectSentAs(action=name):
                    if name is not None:
                        self.name(name, ACTION, self.rules.actions)
                case s.ExpectChannel(channel=name):
                    self.name(name, CHANNEL, self.rules.channels)
                case s.ExpectDecision():
                    pass

    def value(self, field: s.Name, value: s.Expression | None) -> None:
        """Look at `field = value` of an order."""
        self.name(field, "field of an order", self.rules.source.fields)
        if field.text == STATE and isinstance(value, s.Reference):
            self.name(s.Name(value.span, value.name), STATE, self.rules.states)

    def table(self, table: s.OrderTestTable) -> None:
        """Look at the columns and cells of a table."""
        fields = [CHANNEL, ACTION, *self.rules.source.fields, *sorted(self.parameters)]
        for name in table.inputs:
            self.name(name, "column of orders", fields)
        for name in table.outputs:
            self.name(name, "column of results", OUTPUTS)
        for row in table.rows:
            for column, cell in zip(table.inputs, row.given, strict=False):
                self.cell(column.text, cell)
            for column, result in zip(table.outputs, row.expected, strict=False):
                self.cell(column.text, result)

    def cell(self, column: str, cell: s.Expression | s.ExpectedWord | None) -> None:
        """Look at one cell that holds a name."""
        if not isinstance(cell, s.Reference):
            return
        known: dict[str, Iterable[str]] = {
            CHANNEL: self.rules.channels,
            STATE: self.rules.states,
            ACTION: self.rules.actions,
            RESULT: RESULTS,
            SENDS: [*self.rules.actions, NONE],
            SUGGESTION: [*self.rules.actions, NONE, "nothing"],
        }
        if column in known:
            self.name(s.Name(cell.span, cell.name), column, known[column])


def _untested(rules: OrderRules, found: Declarations) -> Iterator[Diagnostic]:
    tried = {action for test in rules.tests for action in _tried(test)}
    for node in found.orders:
        if not isinstance(node, s.Action | s.OverrideAction | s.NoAction):
            continue
        if node.name.text not in tried:
            helps = [Help('add a test: `test "..." on channel at ...` with `try` and `expect`')]
            yield Diagnostic.of(codes.WITHOUT_TEST, node.name.span, helps=helps)


def _tried(test: OrderTests) -> Iterator[str]:
    match test:
        case s.OrderTest(attempt=attempt):
            if attempt is not None:
                yield attempt.action.text
        case s.OrderTestTable(inputs=inputs, rows=rows):
            columns = [n.text for n in inputs]
            index = columns.index(ACTION) if ACTION in columns else None
            for row in rows if index is not None else ():
                cell = row.given[index] if index is not None and index < len(row.given) else None
                if isinstance(cell, s.Reference):
                    yield cell.name
