"""Tests of rules about orders: read into cases, each decided by the policy of its instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.orders.conditions import STATE
from engine.language.orders.order_tests import ACTION, CHANNEL, NONE, RESULT, SENDS, SUGGESTION
from engine.language.ruleset import Ruleset
from engine.language.ruleset.orders import OrderRules, OrderSlice
from engine.orders.decision import Decision, Ruling
from engine.orders.documents import read_order
from engine.orders.order import OrderDocument
from engine.orders.policy import Policy, order_policy
from engine.orders.wish import Wish
from engine.project import Project
from engine.ruletests.literals import literal_value
from engine.workspace import Workspace

MakePolicy = Callable[[datetime], Policy]
LoadFixture = Callable[[str, str], Mapping[str, Any]]
_NOTHING = "nothing"


class OrderCase(Struct, frozen=True):
    """One wish and what is expected of it; without an action, only where the order goes.

    `fault` says why the case cannot be tried at all.
    """

    name: str
    at: datetime
    wish: Wish
    expectations: tuple[s.OrderExpectation, ...]
    span: Span
    fault: str = ""

    @property
    def channel(self) -> str | None:
        """The channel that the test names, if it does."""
        return self.wish.channel


class OrderCaseResult(Struct, frozen=True):
    """A case with what was decided; `failures` say what was expected and what came out."""

    case: OrderCase
    decision: Decision | None
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every expectation holds."""
        return not self.failures


class PermissionCoverage(Struct):
    """The cells of each channel and period, and which of them a test decides."""

    rules: OrderRules
    reached: dict[int, set[tuple[str, str]]] = field(default_factory=dict)

    def count(self, case: OrderCase, decision: Decision) -> None:
        """Take in the cell by which a case was decided."""
        if decision.channel is None or decision.state is None:
            return
        for index, one in enumerate(self.rules.slices):
            if one.channel == decision.channel and one.holds_at(case.at):
                self.reached.setdefault(index, set()).add((decision.state, case.wish.action))

    def slices(self) -> Iterator[tuple[OrderSlice, int, list[tuple[str, str]]]]:
        """Each channel and period, how many of its cells are decided, and which are not."""
        for index, one in enumerate(self.rules.slices):
            hit = self.reached.get(index, set())
            missed = [cell for cell in one.cells if cell not in hit]
            yield one, len(one.cells) - len(missed), missed


def order_cases(rules: OrderRules, now: datetime, load: LoadFixture) -> Iterator[OrderCase]:
    """Every case of the tests about orders, in the order of the files.

    Args:
        rules: with the tests.
        now: for tests that have no `at` of their own.
        load: gives the document of a fixture from its path and the file that names it.
    """
    for test in rules.tests:
        match test:
            case s.OrderTest():
                yield _case(test, now, load)
            case s.OrderTestTable():
                yield from _rows(rules, test, now)


def run_order_cases(
    rules: OrderRules, cases: Iterator[OrderCase], make_policy: MakePolicy
) -> tuple[list[OrderCaseResult], PermissionCoverage]:
    """Decide `cases`, in their order."""
    policies: dict[datetime, Policy] = {}
    coverage = PermissionCoverage(rules)
    results = []
    for case in cases:
        if case.fault:
            results.append(OrderCaseResult(case, None, (case.fault,)))
            continue
        if case.at not in policies:
            policies[case.at] = make_policy(case.at)
        policy = policies[case.at]
        decision = policy.decide(case.wish) if case.wish.action else policy.route(case.wish)
        if case.expectations:
            coverage.count(case, decision)
        faults = (_fault(expected, decision) for expected in case.expectations)
        results.append(OrderCaseResult(case, decision, tuple(f for f in faults if f)))
    return results, coverage


def run_order_tests(
    project: Project, ruleset: Ruleset, now: datetime, *, only: str | None = None
) -> tuple[list[OrderCaseResult], PermissionCoverage | None]:
    """Run the tests about orders that the rule files carry.

    Returns:
        A result for each case, and which permissions they decide; None without rules about orders.

    Raises:
        ProjectError: a fixture cannot be read.
    """
    if ruleset.orders is None:
        return [], None
    every = order_cases(ruleset.orders, now, Workspace(project).fixture)
    cases = (c for c in every if only is None or only in c.name)
    return run_order_cases(ruleset.orders, cases, lambda at: order_policy(project, ruleset, at))


# --- cases --------------------------------------------------------------------------------------


def _case(test: s.OrderTest, now: datetime, load: LoadFixture) -> OrderCase:
    order: OrderDocument | None = None
    values: dict[str, Any] = {}
    fault = ""
    for given in test.given:
        if given.path is not None:
            read = read_order(dict(load(given.path.value, test.span.file)), given.path.span)
            order = read.document
            fault = "" if order else f"{given.path.value}: {read.diagnostics[0].says}"
        values |= {c.field.text: _value(c.value) for c in given.changes}
    parameters = test.attempt.parameters if test.attempt else ()
    wish = _wish(
        test.attempt.action.text if test.attempt else "",
        {c.field.text: _value(c.value) for c in parameters},
        test.channel.text if test.channel else None,
        values,
        order,
    )
    return OrderCase(test.name.value, _at(test.at, now), wish, test.expectations, test.span, fault)


def _rows(rules: OrderRules, table: s.OrderTestTable, now: datetime) -> Iterator[OrderCase]:
    fields = {CHANNEL, ACTION, *rules.source.fields}
    channel = table.channel.text if table.channel else None
    for number, row in enumerate(table.rows, start=1):
        given = {n.text: _value(v) for n, v in zip(table.inputs, row.given, strict=True)}
        parameters = {n: v for n, v in given.items() if n not in fields}
        wish = _wish(
            str(given.pop(ACTION, "") or ""),
            parameters,
            given.pop(CHANNEL, None) or channel,
            {n: v for n, v in given.items() if n in fields},
            None,
            permission_only=not parameters,
        )
        expected = tuple(
            expectation
            for name, value in zip(table.outputs, row.expected, strict=True)
            if (expectation := _expectation(name, value)) is not None
        )
        name = f"{table.name.value}, row {number}"
        yield OrderCase(name, _at(table.at, now), wish, expected, row.span)


def _wish(
    action: str,
    parameters: Mapping[str, Any],
    channel: str | None,
    values: Mapping[str, Any],
    order: OrderDocument | None,
    *,
    permission_only: bool = False,
) -> Wish:
    facts = {n: v for n, v in values.items() if n != STATE}
    state = values.get(STATE)
    return Wish(
        action,
        parameters,
        channel,
        str(state) if state is not None else None,
        order,
        facts=facts,
        permission_only=permission_only,
    )


def _value(value: s.Expression | None) -> Any:
    return literal_value(value) if value is not None else None


def _at(instant: s.Instant | None, now: datetime) -> datetime:
    value = literal_value(instant) if instant else None
    return value if isinstance(value, datetime) else now


def _expectation(name: s.Name, value: s.Expression | s.ExpectedWord) -> s.OrderExpectation | None:
    """What a cell of a table expects."""
    if isinstance(value, s.ExpectedWord):
        return None
    word = s.Name(value.span, str(literal_value(value)))
    named = None if word.text in (NONE, _NOTHING) else word
    if name.text == RESULT:
        return s.ExpectDecision(value.span, word, None)
    if name.text == SENDS:
        return s.ExpectSentAs(value.span, named)
    if name.text == SUGGESTION:
        return s.ExpectSuggestion(value.span, named)
    return s.ExpectChannel(value.span, word)


# --- expectations -------------------------------------------------------------------------------


def _fault(expected: s.OrderExpectation, decision: Decision) -> str | None:
    """What is not as expected, or None."""
    match expected:
        case s.ExpectDecision(decision=word, containing=containing):
            if decision.ruling.value != word.text:
                return f"expected {word.text}, got {decision.ruling.value}: {decision.reason}"
            if containing is not None and containing.value not in decision.reason:
                return f"expected a reason with “{containing.value}”, got: {decision.reason}"
            return None
        case s.ExpectSuggestion(action=action):
            found = decision.suggest.action if decision.suggest else None
            return _differs("suggestion", action, found)
        case s.ExpectSentAs(action=action):
            return _differs("sent as", action, decision.sends)
        case s.ExpectChannel(channel=channel):
            found = None if decision.ruling is Ruling.MANUAL else decision.channel
            return _differs("channel", channel, found)


def _differs(what: str, wanted: s.Name | None, found: str | None) -> str | None:
    if (wanted.text if wanted else None) == found:
        return None
    return f"expected {what} {wanted.text if wanted else _NOTHING}, got {found or _NOTHING}"
