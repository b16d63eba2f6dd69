"""Random rules on random rows: the compiled program and the oracle say the same of each row.

The campaign runs as `pytest -m campaign tests/properties/test_oracle.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from checking.kernels import python_alone
from hypothesis import HealthCheck, given, settings
from oracle import compiled
from oracle.interpreter import Fault, Result, in_shown_unit, interpret, stopping
from oracle.strategies import Case, cases
from oracle.words import ATTRIBUTES, LISTED

from engine.program.numbers import CompileError

NOW = datetime(2025, 7, 28, 12, tzinfo=UTC)
_BY_NAME = {attribute.name: attribute for attribute in (*ATTRIBUTES, *LISTED)}
_UNHURRIED = settings(
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def agree(case: Case) -> None:
    """Both say the same of each row, or the rules need numbers that are refused."""
    try:
        results = compiled.run(case.rules, case.feed, NOW)
    except CompileError:
        return
    for row, result in zip(case.feed, results, strict=True):
        assert _told(result) == _expected(interpret(case.rules, row, NOW)), row


def _told(result: Result) -> tuple[str, dict[str, Any], list[Fault]]:
    return result.outcome, dict(sorted(result.values.items())), sorted(_without_echo(result))


def _without_echo(result: Result) -> set[Fault]:
    """The faults, but for those that another one explains.

    An attribute lacks a value because something else is wrong; a cell in another currency is no
    number of its field, or out of its bounds.
    """
    others = stopping(result.faults) - {fault for fault in result.faults if fault[0] == "R201"}
    foreign = {place for code, place in result.faults if code == "R104"}
    echoes = {"R201"} if others else set()
    return {
        (code, place)
        for code, place in result.faults
        if code not in echoes and (code == "R104" or place not in foreign)
    }


def _expected(result: Result) -> tuple[str, dict[str, Any], list[Fault]]:
    values = {name: _shown(name, value) for name, value in result.values.items()}
    return _told(Result(result.outcome, values, result.faults))


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(name, one) for one in value]
    return in_shown_unit(value, _BY_NAME[name])


@settings(_UNHURRIED, max_examples=200)
@given(cases())
def test_program_and_oracle_agree(case: Case) -> None:
    agree(case)


@settings(_UNHURRIED, max_examples=60)
@given(cases())
def test_they_agree_without_kernels(case: Case) -> None:
    with python_alone():
        agree(case)


@pytest.mark.campaign
@settings(_UNHURRIED, max_examples=20_000)
@given(cases())
def test_they_agree_at_length(case: Case) -> None:
    agree(case)
