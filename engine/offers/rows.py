"""The rows of a mapped batch as Python values: for previews, tests and pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from engine.offers.accounting import reasons_of
from engine.offers.mapping import MappedBatch
from engine.offers.results import Outcome, RowResult, Value
from engine.program.program import ROW, Made, Program
from engine.values.kinds import KindName


def row_results(program: Program, mapped: MappedBatch) -> Iterator[RowResult]:
    """Every row of the batch, in the order of the feed."""
    offers = _prepared(program, mapped.offers)
    others = _prepared(program, mapped.others)
    both = pl.concat([offers, others], how="diagonal").sort(ROW, maintain_order=True)
    for row in both.iter_rows(named=True):
        yield _result(program, row)


def _prepared(program: Program, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that a result needs, numbers of cells computed."""
    own = [ROW, "sku", "outcome", "package", "package_why", "payload", "xml", "reasons"]
    kept: list[str | pl.Expr] = [c for c in own if c in frame.columns]
    kept += [pl.col(m.column) for m in program.made.values()]
    kept += [pl.col(m.cleared) for m in program.made.values() if m.cleared]
    for number, entry in enumerate(program.entries):
        kept.append(pl.col(entry.applies).alias(f"entry.{number}"))
        kept += [m.value.expr.alias(f"entry.{number}.{name}") for name, m in entry.made.items()]
    return frame.select(kept)


def _result(program: Program, row: dict[str, Any]) -> RowResult:
    payload = row.get("payload")
    return RowResult(
        row=row[ROW],
        sku=row["sku"],
        outcome=Outcome(row.get("outcome") or Outcome.OFFER),
        attributes=_attributes(program, row),
        payload=json.loads(payload, parse_float=Decimal) if payload else None,
        xml=row.get("xml"),
        package=row.get("package"),
        package_why=row.get("package_why"),
        reasons=tuple(reasons_of(row["reasons"])),
    )


def _attributes(program: Program, row: dict[str, Any]) -> dict[str, Value | list[Value | None]]:
    found: dict[str, Value | list[Value | None]] = {}
    for name, made in program.made.items():
        if made.cleared and row[made.cleared]:
            found[name] = ""
        elif row[made.column] is not None:
            found[name] = _value(made, row[made.column])
    for number, entry in enumerate(program.entries):
        if row[f"entry.{number}"]:
            for name, made in entry.made.items():
                listed = found.setdefault(name, [])
                cell = row[f"entry.{number}.{name}"]
                if isinstance(listed, list):
                    listed.append(None if cell is None else _value(made, cell))
    return found


def _value(made: Made, raw: Any) -> Value:
    """A value in the attribute's unit: percent in points, durations in days."""
    if made.value.number is None:
        value: Value = raw
        return value
    number = Decimal(raw).scaleb(-made.value.scaled.scale)
    if made.attribute.kind.name in (KindName.INTEGER, KindName.DURATION):
        return Decimal(int(number))
    return number
