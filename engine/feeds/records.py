"""Records that are read one by one (JSON, XML, XLSX), gathered into batches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import polars as pl
from msgspec import Struct

from engine.feeds.part import MOST_ROWS

Cell = str | list[str] | None


class Record(Struct, frozen=True):
    """The cells of one record by column, or what is wrong with it."""

    cells: Mapping[str, Cell]
    problem: str | None = None


def gathered(
    records: Iterable[Record],
    wanted: Collection[str],
    lists: frozenset[str],
    row: int = 1,
) -> Iterator[pl.DataFrame]:
    """Batches of `records`, numbered from `row`, with `__problem` and a column for each of `wanted`."""
    held: list[Record] = []
    for record in records:
        held.append(record)
        if len(held) >= MOST_ROWS:
            yield _frame(held, wanted, lists, row)
            row += len(held)
            held = []
    if held:
        yield _frame(held, wanted, lists, row)


def _frame(
    records: list[Record],
    wanted: Collection[str],
    lists: frozenset[str],
    first: int,
) -> pl.DataFrame:
    columns = {
        name: pl.Series(
            name,
            [r.cells.get(name) for r in records],
            dtype=pl.List(pl.String) if name in lists else pl.String,
        )
        for name in wanted
    }
    rows = pl.Series("__row", range(first, first + len(records)), dtype=pl.Int64)
    problems = pl.Series("__problem", [r.problem for r in records], dtype=pl.String)
    return pl.DataFrame([*columns.values(), rows, problems])
