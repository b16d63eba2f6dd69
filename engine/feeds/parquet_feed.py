"""Parquet feeds, read in parts: numbers, dates and yes or no as the text that stands for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import polars as pl
from msgspec import Struct, field

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.feed_settings import FeedSettings
from engine.feeds.part import Part, Unread

# Rows of a part, which goes through the rules by itself. Each part reads its row group anew up to its last
# row, so that many small ones take long.
ROWS_AT_ONCE = 24_000
# A damaged page may be noticed so late that Polars stops in the middle.
_FAULTS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


class ParquetFeed(Struct):
    """An open Parquet feed: its rows from `first`, counted from 0, to `behind`, which is not among them."""

    source: ByteSource
    settings: FeedSettings
    first: int = 0
    behind: int | None = None
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    parts_at_once: ClassVar[int] = 1
    _types: dict[str, pl.DataType] = field(default_factory=dict)
    _file: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        shown = self.source.shown
        unpacked = self.source.packed is None and self.source.name != "-"
        if not (unpacked and Path(shown).is_file()):
            raise FeedError(f"{shown}: Parquet is read from a file that is not packed")
        try:
            self._file = _which(shown)
            self._types = dict(pl.scan_parquet(shown, glob=False).collect_schema())
        except _FAULTS as fault:
            self.source.close()
            raise FeedError(f"{shown}: no readable Parquet: {_said(fault)}") from None
        self.columns = tuple(self._types)
        self.notes.append(f"Parquet of {len(self.columns)} columns")

    @property
    def lists(self) -> frozenset[str]:
        """The columns that hold lists."""
        return frozenset(name for name, kind in self._types.items() if isinstance(kind, pl.List))

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and the `wanted` columns that the feed has."""
        for unread in self.parts(wanted):
            yield unread().frame

    def parts(self, wanted: Collection[str]) -> Iterator[Unread]:
        """The same in parts that are still to be read, each by any thread; rows count from 1."""
        shown = self.source.shown
        with self.source:
            kinds = {n: k for n, k in self._types.items() if n in wanted}
            cells = [_as_text(name, kind, shown) for name, kind in kinds.items()]
            rows = pl.scan_parquet(shown, glob=False)
            behind = self.behind
            if behind is None:
                behind = self._collected(rows.select(pl.len())).item()
            for start in range(self.first, behind, ROWS_AT_ONCE):
                count = min(ROWS_AT_ONCE, behind - start)
                part = rows.slice(start, count).select(cells)
                yield partial(self._read, part, start - self.first + 1, count)

    def heard(self, part: Part) -> None:
        """Nothing is told of damage here: texts of Parquet are texts."""

    def _read(self, rows: pl.LazyFrame, number: int, count: int) -> Part:
        """A part of so many rows, the first of them with this number."""
        numbers = pl.int_range(number, number + count, dtype=pl.Int64, eager=True)
        none = pl.Series("__problem", dtype=pl.String).extend_constant(None, count)
        # Put beside each other: also where no column is read there are rows.
        return Part(pl.DataFrame([*self._collected(rows), numbers.alias("__row"), none]))

    def _collected(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """What is read now, from the file that was opened."""
        try:
            read = rows.collect()
        except _FAULTS as fault:
            self._see_unchanged()
            raise FeedError(f"{self.source.shown}: cannot be read on: {_said(fault)}") from None
        self._see_unchanged()
        return read

    def _see_unchanged(self) -> None:
        """Each part opens the file anew: of two files, rows of both would be taken for one feed's."""
        shown = self.source.shown
        if _which(shown) != self._file:
            raise FeedError(
                f"{shown}: was replaced or changed while it was read; read it again once it is whole"
            )


def _which(path: str) -> tuple[int, ...]:
    """What tells a file from another one at the same path, and from itself before a change; () of none."""
    try:
        about = Path(path).stat()
    except OSError:
        return ()
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


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
