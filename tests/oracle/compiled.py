"""What a compiled program makes of rows, said as the oracle says it."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

import polars as pl
from oracle.expressions import CLEARED
from oracle.interpreter import Result, stopping
from oracle.reading import Row

from engine.language import ruleset as r
from engine.program.compiler import compile_slice
from engine.program.program import Fault, Made, Program

Cells = dict[str, Any]


def run(rules: r.Slice, rows: list[Row], now: datetime) -> list[Result]:
    """The result of each row, as the program of `rules` computes it."""
    program = compile_slice(rules, now)
    ran = program.run(_batch(rows))
    _check_lean(program, _batch(rows), ran)
    return [_result(program, cells) for cells in ran.to_dicts()]


def _batch(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "__row": pl.Series(range(1, len(rows) + 1), dtype=pl.Int64),
            "__problem": pl.Series([None] * len(rows), dtype=pl.String),
            "__excluded": pl.Series([None] * len(rows), dtype=pl.String),
            **{c: pl.Series([row[c] for row in rows], dtype=pl.String) for c in rows[0]},
        },
    )


def _check_lean(program: Program, batch: pl.DataFrame, ran: pl.DataFrame) -> None:
    """See that the lean stages stop the same rows, and give the others the same values."""
    rows = batch.lazy()
    for stage in program.lean_stages():
        rows = rows.with_columns(stage)
    lean = rows.collect(engine="in-memory")
    never = pl.lit(value=False)
    stops = pl.any_horizontal(never, *(pl.col(f.mask) for f in program.faults if f.stops))
    unsound = pl.any_horizontal(never, *program.lean.unsound).fill_null(value=False)
    full = ran.select(stops.fill_null(value=False).alias("stops"))["stops"]
    assert full.to_list() == lean.select(unsound.alias("stops"))["stops"].to_list()
    made = [one.column for one in program.made.values() if one.column]
    assert ran.filter(~full).select(made).equals(lean.filter(~full).select(made))


def _result(program: Program, cells: Cells) -> Result:
    if any(cells[one.mask] for one in program.exclusions):
        return Result("excluded")
    faults = {_fault(one) for one in program.faults if cells[one.mask]}
    if stopping(faults):
        return Result("rejected", faults=faults)
    values = {name: _value(made, cells) for name, made in program.made.items()}
    for entry in program.entries:
        if cells[entry.applies]:
            for name, made in entry.made.items():
                values[name] = [*values.get(name, []), _entry_value(made, cells)]
    return Result("offer", {k: v for k, v in values.items() if v is not None}, faults)


def _fault(fault: Fault) -> tuple[str, str]:
    if fault.cell is not None:
        return fault.code.number, fault.cell.name
    return fault.code.number, f"line {fault.rule.line}" if fault.rule else ""


def _value(made: Made, cells: Cells) -> Any:
    if made.cleared is not None and cells[made.cleared]:
        return CLEARED
    return _exact(made, cells[made.column])


def _entry_value(made: Made, cells: Cells) -> Any:
    """The cell of a table's row: a literal, or the column that it was computed into."""
    return _exact(
        made, pl.select(made.value.expr).item() if _literal(made) else _column(made, cells)
    )


def _literal(made: Made) -> bool:
    return not made.value.expr.meta.root_names()


def _column(made: Made, cells: Cells) -> Any:
    return cells[made.value.expr.meta.output_name()]


def _exact(made: Made, value: Any) -> Any:
    if made.value.number is None or value is None:
        return value
    return Fraction(value, 10**made.value.scaled.scale)
