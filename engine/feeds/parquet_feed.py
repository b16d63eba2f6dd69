"""Parquet feeds, read in batches: numbers, dates and yes or no as the text that stands for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.feed_settings import FeedSettings
from engine.feeds.part import MOST_ROWS


@dataclass(slots=True)
class ParquetFeed:
    """An open Parquet feed."""

    source: ByteSource
    settings: FeedSettings
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    _types: dict[str, pl.DataType] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not Path(self.source.shown).is_file():
            raise FeedError(f"{self.source.shown}: Parquet is read from a file that is not packed")
        try:
            rows = pl.scan_parquet(self.source.shown, glob=False)
            self._types = dict(rows.collect_schema())
        except (pl.exceptions.PolarsError, OSError) as fault:
            self.source.close()
            raise FeedError(f"{self.source.shown}: no readable Parquet: {_said(fault)}") from None
        self.columns = tuple(self._types)
        self.notes.append(f"Parquet of {len(self.columns)} columns")

    @property
    def lists(self) -> frozenset[str]:
        """The columns that hold lists."""
        return frozenset(name for name, kind in self._types.items() if isinstance(kind, pl.List))

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and the `wanted` columns that the feed has."""
        with self.source:
            kinds = {n: k for n, k in self._types.items() if n in wanted}
            read = [_as_text(name, kind, self.source.shown) for name, kind in kinds.items()]
            yield from self._batches(read)

    def _batches(self, read: list[pl.Expr]) -> Iterator[pl.DataFrame]:
        total = pl.scan_parquet(self.source.shown, glob=False).select(pl.len())
        try:
            yield from self._rows(read, 0, total.collect().item())
        except pl.exceptions.PolarsError as fault:
            raise FeedError(f"{self.source.shown}: cannot be read on: {_said(fault)}") from None

    def _rows(self, read: list[pl.Expr], first: int, behind: int) -> Iterator[pl.DataFrame]:
        """The rows from `first` on, counted from 0, up to `behind`; they are numbered from 1."""
        rows = pl.scan_parquet(self.source.shown, glob=False)
        for start in range(first, behind, MOST_ROWS):
            count = min(MOST_ROWS, behind - start)
            number = start - first + 1
            numbers = pl.int_range(number, number + count, dtype=pl.Int64, eager=True)
            none = pl.Series("__problem", dtype=pl.String).extend_constant(None, count)
            # Put beside each other: also where no column is read there are rows.
            cells = rows.slice(start, count).select(read).collect()
            yield pl.DataFrame([*cells, numbers.alias("__row"), none])


def _as_text(name: str, kind: pl.DataType, shown: str) -> pl.Expr:
    """The column as texts, or lists of texts."""
    column = pl.col(name)
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String))
    if kind.is_nested() or kind == pl.Binary:
        raise FeedError(
            f"{shown}: the column `{name}` holds {kind}, which is no cell; leave it out"
        )
    if kind.is_float():
        return _plain_number(column, 7 if str(kind) == "Float32" else 15)
    return column.cast(pl.String)


def _plain_number(column: pl.Expr, digits: int) -> pl.Expr:
    """A binary number as it is meant: a whole one without a point, and no more digits than it has."""
    text = column.cast(pl.String)
    meant = column.round_sig_figs(digits).cast(pl.String)
    return (
        pl.when(text.str.len_bytes() > digits + 1)
        .then(meant)
        .otherwise(text)
        .str.strip_suffix(".0")
    )


def _said(fault: BaseException) -> str:
    return str(fault).partition("\n")[0]
