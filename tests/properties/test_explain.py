"""Random rules on random rows: what an explanation shows is what counts, and all that counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from oracle.strategies import Case, cases

from engine.insight.derivation import Derivation
from engine.insight.explain import Explainer, Explanation
from engine.program.compiler import compile_slice
from engine.program.numbers import CompileError
from engine.program.program import Program

NOW = datetime(2025, 7, 28, 12, tzinfo=UTC)
_UNHURRIED = settings(
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _batch(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "__row": pl.Series(range(1, len(rows) + 1), dtype=pl.Int64),
            "__problem": pl.Series([None] * len(rows), dtype=pl.String),
            "__excluded": pl.Series([None] * len(rows), dtype=pl.String),
            **{c: pl.Series([row[c] for row in rows], dtype=pl.String) for c in rows[0]},
        },
    )


def _explainer(case: Case, program: Program, rows: list[dict[str, Any]]) -> Explainer:
    return Explainer(case.rules, program, program.run(_batch(rows)), {})


def _mentioned(found: Explanation, program: Program) -> set[str]:
    """The columns of the cells that an explanation mentions, with those of their currencies."""
    roots: list[Derivation] = [*([found.why] if found.why else []), *found.requirements]
    columns = {step.cell.column for root in roots for step in root.walk() if step.cell}
    currencies = {
        f.reading.currency_column
        for f in program.fields
        if f.reading.column in columns and f.reading.currency_column
    }
    return columns | currencies


def hold(case: Case) -> None:
    try:
        program = compile_slice(case.rules, NOW)
    except CompileError:
        assume(condition=False)
        return
    explainer = _explainer(case, program, case.feed)
    for index, row in enumerate(case.feed):
        for name, made in program.made.items():
            found = explainer.attribute(name, index)
            raw = explainer.frame[made.column][index]
            cleared = bool(made.cleared and explainer.frame[made.cleared][index])
            assert (found.value is None) == (raw is None or cleared), (name, row)
            kept = _mentioned(found, program)
            blanked = {c: (text if c in kept else None) for c, text in row.items()}
            again = _explainer(case, program, [blanked]).attribute(name, 0)
            assert (again.value, again.state) == (found.value, found.state), (name, row, blanked)


@settings(_UNHURRIED, max_examples=25)
@given(cases())
def test_what_is_not_mentioned_does_not_count(case: Case) -> None:
    hold(case)


@pytest.mark.campaign
@settings(_UNHURRIED, max_examples=2_000)
@given(cases())
def test_what_is_not_mentioned_does_not_count_at_length(case: Case) -> None:
    hold(case)
