"""Runs the cases of rule tests through the compiled program, one small batch a channel and instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from msgspec import Struct

from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.ruleset import Ruleset
from engine.language.vocabulary import Attribute
from engine.offers.mapping import Mapper
from engine.offers.results import Outcome, RowResult, Value
from engine.offers.rows import row_results
from engine.program.compiler import compile_slice
from engine.program.program import Probe, Program
from engine.ruletests.case import Case
from engine.ruletests.coverage import Coverage
from engine.ruletests.literals import literal_value
from engine.values.kinds import KindName

MakeMapper = Callable[[Program], Mapper]
Snapshots = Callable[[str, RowResult, Span], str | None]
_DAY = 86_400


class CaseResult(Struct, frozen=True):
    """A case with what it gave; `failures` say what was expected and what came out."""

    case: Case
    result: RowResult | None
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every expectation holds."""
        return not self.failures


class _NeverSeen:
    """Cases share their fixtures: the same reference again is no duplicate between tests."""

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.lit(None, pl.Int64).alias("__first"))


def run_cases(
    ruleset: Ruleset,
    cases: Iterable[Case],
    make_mapper: MakeMapper,
    snapshots: Snapshots,
    *,
    of_all: bool = False,
) -> tuple[list[CaseResult], Coverage]:
    """Run `cases`, in their order.

    Args:
        ruleset: checked rules.
        cases: from `cases_of`.
        make_mapper: what turns a program into a mapper of its channel.
        snapshots: compares a result with the snapshot of a name; answers what differs, or None.
        of_all: let the coverage count channels and periods that no case is about, too.
    """
    cases = list(cases)
    groups: dict[tuple[str, datetime], list[int]] = {}
    for number, case in enumerate(cases):
        groups.setdefault((case.channel, case.at), []).append(number)
    done: dict[int, CaseResult] = {}
    coverage = Coverage()
    for (channel, at), numbers in groups.items():
        members = [cases[n] for n in numbers]
        results = _run_group(ruleset, channel, at, members, make_mapper, coverage)
        for number, case, result in zip(numbers, members, results, strict=True):
            done[number] = _judged(ruleset, case, result, snapshots)
    if of_all:
        _expect_the_rest(ruleset, groups, coverage)
    return [done[n] for n in range(len(cases))], coverage


def _expect_the_rest(
    ruleset: Ruleset, ran: Iterable[tuple[str, datetime]], coverage: Coverage
) -> None:
    """Count the cases, rows and requirements of slices in which no case ran."""
    seen = [ruleset.slice_at(channel, at) for channel, at in ran]
    for part in ruleset.slices:
        if not any(part is one for one in seen):
            # Nothing runs, so any instant will do.
            at = part.start or datetime(2000, 1, 1, tzinfo=UTC)
            coverage.expect(compile_slice(part, at, probes=True).probes)


def _run_group(
    ruleset: Ruleset,
    channel: str,
    at: datetime,
    cases: Sequence[Case],
    make_mapper: MakeMapper,
    coverage: Coverage,
) -> list[RowResult | None]:
    part = ruleset.slice_at(channel, at)
    if part is None:
        return [None] * len(cases)
    lists = frozenset(
        ruleset.source.fields[name].reading.column
        for case in cases
        for name, cell in case.cells.items()
        if isinstance(cell, list) and name in ruleset.source.fields
    )
    program = compile_slice(part, at, lists=lists, probes=True)
    mapper = make_mapper(program)
    mapper.seen = _NeverSeen()
    mapped = mapper.map(_batch(ruleset, program, cases, lists))
    coverage.count(program.probes, mapped.ran)
    return list(row_results(program, mapped))


def _batch(
    ruleset: Ruleset,
    program: Program,
    cases: Sequence[Case],
    lists: frozenset[str],
) -> pl.DataFrame:
    columns: dict[str, Any] = {
        "__row": pl.Series(range(1, len(cases) + 1), dtype=pl.Int64),
        "__problem": pl.Series([None] * len(cases), dtype=pl.String),
        "__excluded": pl.Series([None] * len(cases), dtype=pl.String),
    }
    for name, field in ruleset.source.fields.items():
        column = field.reading.column
        if column in program.source_columns:
            cells = [case.cells.get(name) for case in cases]
            kind = pl.List(pl.String) if column in lists else pl.String
            listed = [[c] if column in lists and isinstance(c, str) else c for c in cells]
            columns[column] = pl.Series(listed, dtype=kind)
    for field in program.fields:
        currency = field.reading.currency_column
        if currency is not None:
            columns[currency] = pl.Series([field.kind.currency] * len(cases), dtype=pl.String)
    return pl.DataFrame(columns)


# --- expectations -------------------------------------------------------------------------------


def _judged(
    ruleset: Ruleset,
    case: Case,
    result: RowResult | None,
    snapshots: Snapshots,
) -> CaseResult:
    if result is None:
        says = f"no mapping of {case.channel} is in force at {case.at:%Y-%m-%d %H:%M} UTC"
        return CaseResult(case, None, (says,))
    failures = [
        fault
        for expectation in case.expectations
        if (fault := _fault(ruleset, expectation, result, snapshots)) is not None
    ]
    outcomes = any(isinstance(e, s.ExpectOutcome) for e in case.expectations)
    if result.outcome is not Outcome.OFFER and not outcomes:
        why = "; ".join(f"{r.code} {r.message}" for r in result.reasons)
        return CaseResult(case, result, (f"the row is {result.outcome}: {why}",))
    return CaseResult(case, result, (*failures, *_misfits(result)))


def _misfits(result: RowResult) -> Iterator[str]:
    """Where what would be sent breaks its schema: a fault of Feedwright, found before it is planned."""
    from engine.offers.validation import offer_fault  # noqa: PLC0415 - slow to import

    fault = offer_fault(result.payload, result.xml, result.package)
    if fault is not None:
        yield f"what would be sent does not fit its schema: {fault.path}: {fault.message}"


def _fault(
    ruleset: Ruleset,
    expectation: s.Expectation,
    result: RowResult,
    snapshots: Snapshots,
) -> str | None:
    """What is not as expected, or None."""
    match expectation:
        case s.ExpectValue(attribute=name, values=values):
            return _value_fault(ruleset.attributes[name.text], values, result)
        case s.ExpectOmitted(attribute=name):
            value = result.attributes.get(name.text)
            return None if value is None else f"expected {name.text} omitted, got {shown(value)}"
        case s.ExpectOutcome(outcome=outcome, containing=containing):
            return _outcome_fault(outcome.text, containing.value if containing else "", result)
        case s.ExpectSnapshot(name=name, span=span):
            return snapshots(name.value, result, span)


def _outcome_fault(wanted: str, containing: str, result: RowResult) -> str | None:
    messages = [r.message for r in result.reasons if wanted != "warned" or r.severity == "warning"]
    came = "warned" if wanted == "warned" and messages else result.outcome.value
    if came != wanted:
        why = "".join(f"; {m}" for m in messages)
        return f"expected {wanted}, got {result.outcome}{why}"
    if containing and not any(containing in m for m in messages):
        return f"expected a reason with “{containing}”, got {'; '.join(messages) or 'none'}"
    return None


def _value_fault(
    attribute: Attribute,
    values: tuple[s.Expression, ...],
    result: RowResult,
) -> str | None:
    wanted = [_in_unit(attribute, literal_value(v)) for v in values]
    found = result.attributes.get(attribute.name)
    listed = found if isinstance(found, list) else [found]
    if listed == wanted:
        return None
    came = "nothing" if found is None else shown(found)
    return f"expected {attribute.name} = {', '.join(shown(w) for w in wanted)}, got {came}"


def _in_unit(attribute: Attribute, value: Any) -> Value | None:
    """An expected value in the attribute's unit: percent in points, durations in days."""
    if isinstance(value, Decimal):
        match attribute.kind.name:
            case KindName.PERCENT:
                return value * 100
            case KindName.DURATION:
                return value / _DAY
            case _:
                return value
    made: Value | None = value
    return made


def shown(value: Any) -> str:
    """A value as a person writes it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case list():
            return ", ".join(shown(v) for v in value)
        case _:
            return str(value)


__all__ = ["CaseResult", "Probe", "run_cases", "shown"]
