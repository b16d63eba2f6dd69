"""Business rules on seasonal sales: their window, reduction and completeness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from engine.diagnostics.codes import rows as codes
from engine.language.syntax import Comparator
from engine.offers.check import Case, Check, comparable
from engine.offers.columns import WireColumn
from engine.offers.text_expressions import joined
from engine.program.numbers import ordered

START = "DiscountComponentStartDate"
END = "DiscountComponentEndDate"
REFERENCE = "DiscountComponentSalesReferencePrice"
REDUCTION = "DiscountComponentDiscountValue"


def sale_checks(case: Case) -> Iterator[Check]:
    """All checks of this family that can find something."""
    yield from _window(case)
    yield from _lead_time(case)
    yield from _reduction(case)
    yield from _completeness(case)
    yield from _repeated_hour(case)


def _window(case: Case) -> Iterator[Check]:
    start, end = case.value(START), case.value(END)
    if start and end:
        yield case.check(
            codes.SALE_WINDOW, ordered(Comparator.LESS_EQUAL, end.expr, start.expr), START, END
        )


def _lead_time(case: Case) -> Iterator[Check]:
    """A sale that runs already was sent before, or nothing can be done about it."""
    start = case.value(START)
    if start:
        hours = int(case.figure(codes.SALE_SENT_LATE))
        soon = case.now + timedelta(hours=hours)
        late = (start.expr > _instant(case.now)) & (start.expr < _instant(soon))
        yield case.check(codes.SALE_SENT_LATE, late, START, hours=pl.lit(str(hours)))


def _instant(value: object) -> pl.Expr:
    return pl.lit(value, dtype=pl.Datetime("us", "UTC"))


def _reduction(case: Case) -> Iterator[Check]:
    reduction = case.value(REDUCTION)
    if reduction:
        least = case.figure(codes.REDUCTION_TOO_SMALL)
        given, limit = comparable(reduction, least)
        shown = pl.lit(f"{least.normalize():f}")
        yield case.check(codes.REDUCTION_TOO_SMALL, given < limit, REDUCTION, least=shown)


def _completeness(case: Case) -> Iterator[Check]:
    columns = {name: case.value(name) for name in (START, END, REFERENCE, REDUCTION)}
    if not any(columns.values()):
        return
    lacks = {name: _is_null(column) for name, column in columns.items()}
    no_reduction = lacks.pop(REDUCTION)
    begun = pl.any_horizontal([~lack for lack in lacks.values()])
    yield case.check(codes.SALE_WITHOUT_REDUCTION, begun & no_reduction)
    missing = joined([pl.when(lack).then(pl.lit(name)) for name, lack in lacks.items()], ", ")
    incomplete = ~no_reduction & pl.any_horizontal(list(lacks.values()))
    yield case.check(codes.SALE_INCOMPLETE, incomplete, missing=missing)


def _is_null(column: WireColumn | None) -> pl.Expr:
    return column.expr.is_null() if column else pl.lit(value=True)


def _repeated_hour(case: Case) -> Iterator[Check]:
    """In autumn an hour occurs twice on the clocks, and its local time fits two instants."""
    found = {n: c.expr for n in (START, END) if (c := case.value(n))}
    if not found:
        return
    twice = {name: _occurs_twice(instant, case.channel.zone) for name, instant in found.items()}
    names = joined([pl.when(t).then(pl.lit(name)) for name, t in twice.items()], ", ")
    yield case.check(
        codes.SALE_TIME_TWICE,
        pl.any_horizontal(list(twice.values())),
        names=names,
    )


def _occurs_twice(instant: pl.Expr, zone: str) -> pl.Expr:
    local = instant.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    # A local time that clocks show is null here only where they show it twice.
    once = local.dt.replace_time_zone(zone, ambiguous="null")
    return local.is_not_null() & once.is_null()
