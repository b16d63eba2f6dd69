"""Random rules on random rows: what the analyses claim of all products, holds of these.

The campaign runs as `pytest -m campaign tests/properties/test_analyses.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from oracle.expressions import CLEARED, REFUSED, Context, evaluate
from oracle.feed import SOURCE
from oracle.functions import FAILED
from oracle.interpreter import _Run
from oracle.strategies import Case, cases

from engine.language import ruleset as r
from engine.language.analyses.conditions import is_constant
from engine.language.analyses.coverage import Coverage, uncovered_in
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.space import Other, Point, Space
from engine.language.analyses.terms import Path, roots_of, steps_with_paths, subterms
from engine.values.kinds import KindName

NOW = datetime(2025, 7, 28, 12, tzinfo=UTC)
_UNHURRIED = settings(
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_NO_VALUE = (None, FAILED, CLEARED, REFUSED)


def refuses(context: Context, value: r.Bound) -> bool:
    """Whether `reject "..."` is reached on the way to `value`."""
    heard: list[int] = []
    evaluate(value, replace(context, reject=heard.append))
    return bool(heard)


def contexts(case: Case) -> Iterator[tuple[r.Step, Context]]:
    """Each step with what the oracle knows when it comes to it, for each row with sound cells."""
    for row in case.feed:
        run = _Run(case.rules, row, NOW)
        if run.faults:
            continue
        for step in case.rules.steps:
            yield step, run.context
            run._step(step)
            if is_refused(run):
                break


def is_refused(run: _Run) -> bool:
    """Whether `reject "..."` was reached: nothing more is said of such a row."""
    return any(code == "R208" for code, _ in run.faults)


def taken(path: Path, context: Context) -> bool:
    return all((evaluate(fit.condition, context) is True) is fit.fits for fit in path)


# --- claims of one expression -------------------------------------------------------------------


def claims_hold(case: Case) -> None:
    known = Knowledge.of(case.rules)
    for step, context in contexts(case):
        for root in roots_of(step):
            for value in subterms(root):
                if value.kind.name is KindName.YES_NO:
                    constant_holds(known, value, context)
                elif value.kind.numeric:
                    in_range(known, value, context)


def constant_holds(known: Knowledge, condition: r.Bound, context: Context) -> None:
    claim = is_constant(known, condition)
    if claim is None:
        return
    event("a constant condition")
    assert refuses(context, condition) or (evaluate(condition, context) is True) is claim


def in_range(known: Knowledge, value: r.Bound, context: Context) -> None:
    found = evaluate(value, context)
    if any(found is nothing for nothing in _NO_VALUE):
        return
    range_ = known.range_of(value)
    assert range_ is not None
    assert found in range_, (found, range_)


# --- claims of cases and rows -------------------------------------------------------------------


def rows_are_reached_as_claimed(case: Case) -> None:
    known = Knowledge.of(case.rules)
    for step, context in contexts(case):
        if any(refuses(context, root) for root in roots_of(step)):
            continue
        for value, path in steps_of(case.rules, step):
            if isinstance(value, r.Choose) and taken(path, context):
                conditions = [branch.condition for branch in value.branches]
                reached_as_claimed(known, conditions, path, context)


def steps_of(rules: r.Slice, step: r.Step) -> Iterator[tuple[r.Bound, Path]]:
    one = r.Slice(rules.channel, rules.start, rules.end, (step,))
    return steps_with_paths(one)


def reached_as_claimed(
    known: Knowledge, conditions: list[r.Bound], path: Path, context: Context
) -> None:
    coverage = Coverage.of(known, conditions, path)
    if coverage is None:
        return
    assert coverage.live, "the path was taken"
    rest = coverage.live
    for condition, fits in zip(conditions, coverage.rows, strict=True):
        found = evaluate(condition, context) is True
        if not fits & rest:
            event("a row that is never reached")
            assert not found
        if found:
            return
        rest &= ~fits
    assert rest, "no row fits this product"


# --- examples -----------------------------------------------------------------------------------


def examples_are_real(case: Case) -> None:
    """A combination of fields that no condition is said to fit, fits none."""
    known = Knowledge.of(case.rules)
    for step, context in contexts(case):
        for root in roots_of(step):
            tests = [v for v in subterms(root) if isinstance(v, r.Compare | r.OneOf | r.Present)]
            if tests:
                no_test_fits(known, tests[:3], context)


def no_test_fits(known: Knowledge, tests: list[r.Bound], context: Context) -> None:
    space = Space(known)
    for test in tests:
        space.learn(test)
    if not space.close():
        return
    found = space.witness(uncovered_in(space, tests), space.full)
    if not found:
        return
    event("an example of what no test fits")
    fields = {
        name: found[("field", name)] if ("field", name) in found else context.fields(name)
        for name in needed(known, tests)
    }
    read = {name: in_kind(value, SOURCE.fields[name].kind.name) for name, value in fields.items()}
    lets = {}
    mine = Context(read.__getitem__, NOW, lets, context.attributes)
    for name, value in known.lets.items():
        if known.roots(value) - {"now"} <= read.keys():
            lets[name] = evaluate(value, mine)
    for test in tests:
        assert evaluate(test, mine) is not True, (test, read)


def needed(known: Knowledge, tests: list[r.Bound]) -> frozenset[str]:
    roots = (known.roots(value) for value in (*tests, *known.lets.values()))
    return frozenset[str]().union(*roots) - {"now"}


def in_kind(point: Point | Any, name: KindName) -> Any:
    """A point as the oracle has the value."""
    match point:
        case Other():
            return "another text"
        case Fraction() if name is KindName.DATE:
            return date.fromordinal(int(point))
        case Fraction() if name is KindName.INSTANT:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(point))
        case _:
            return point


# --- the comparisons ----------------------------------------------------------------------------


@settings(_UNHURRIED, max_examples=150)
@given(cases())
def test_claims_of_all_products_hold_of_each(case: Case) -> None:
    claims_hold(case)
    rows_are_reached_as_claimed(case)


@settings(_UNHURRIED, max_examples=150)
@given(cases())
def test_examples_are_real(case: Case) -> None:
    examples_are_real(case)


@pytest.mark.campaign
@settings(_UNHURRIED, max_examples=20_000)
@given(cases())
def test_all_of_it_at_length(case: Case) -> None:
    claims_hold(case)
    rows_are_reached_as_claimed(case)
    examples_are_real(case)
