"""The rows of a split, read on the worker that renders it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from engine.cluster.places import as_range, fetch, is_remote, name_of, open_file, size_of
from engine.cluster.splits import Piece, Split, settings_of
from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.csv_feed import CsvFeed
from engine.feeds.feed import Feed, open_feed
from engine.feeds.json_feed import JsonFeed
from engine.feeds.parquet_feed import ParquetFeed
from engine.feeds.part import MOST_ROWS
from engine.program.lacking import refuse_lacking
from engine.project import Project

if TYPE_CHECKING:
    from engine.program.program import Program


class RowsOfSplit(Struct):
    """The batches of a split; `last` is the number of the last row, counting from 1."""

    project: Project
    split: Split
    program: Program
    last: int = 0

    def batches(self) -> Iterator[pl.DataFrame]:
        """As of a feed, `__row` counting through all pieces.

        Raises:
            FeedError: a file is not there, is not the one that was cut, or lacks a column.
        """
        held: list[pl.DataFrame] = []
        for batch in self._one_by_one():
            held.append(batch)
            # Those of small files go together: the query costs milliseconds for each, however small.
            if sum(map(len, held)) >= MOST_ROWS:
                yield _together(held)
                held.clear()
        if held:
            yield _together(held)

    def _one_by_one(self) -> Iterator[pl.DataFrame]:
        wanted = self.program.source_columns
        for piece in self.split.pieces:
            before = self.last
            with open_piece(self.project, piece) as feed:
                refuse_lacking(self.program, feed)
                for batch in feed.batches(wanted):
                    if batch.height:
                        made = batch.with_columns(pl.col("__row").cast(pl.Int64) + before)
                        self.last = max(self.last, made["__row"].max() or 0)  # type: ignore[assignment]
                        yield made


def _together(held: list[pl.DataFrame]) -> pl.DataFrame:
    return held[0] if len(held) == 1 else pl.concat(held, how="diagonal")


@contextmanager
def open_piece(project: Project, piece: Piece) -> Iterator[Feed]:
    """The rows of a piece, as a feed of their own, numbered from 1.

    Raises:
        FeedError: the file is not there on this worker, or is not the one that was cut.
    """
    size = size_of(piece.file)
    if size != piece.size:
        raise FeedError(f"{piece.file}: had {piece.size} bytes when it was cut and has {size} now")
    settings = settings_of(project, piece.settings)
    if piece.end is None or not piece.encoding:
        with _here(piece) as (path, first, behind):
            if behind is None:
                yield open_feed(settings, path, project.root)
            else:
                source = ByteSource(as_range(path, 0, 0), name_of(path), path)
                opened = ParquetFeed(source, settings, first, behind)
                yield Feed(piece.file, settings, project.root, opened)
        return
    pinned = replace(settings, encoding=piece.encoding)
    stream = as_range(piece.file, piece.start, piece.end)
    source = ByteSource(stream, name_of(piece.file), piece.file)
    if not piece.delimiter:
        lines = replace(pinned, format="jsonl")
        yield Feed(piece.file, lines, project.root, JsonFeed(source, lines))
        return
    header = piece.columns if piece.start else settings.header
    pinned = replace(pinned, delimiter=piece.delimiter, header=header)
    yield Feed(piece.file, pinned, project.root, CsvFeed(source, pinned))


@contextmanager
def _here(piece: Piece) -> Iterator[tuple[str, int, int | None]]:
    """A file on this machine that holds the piece, and where in it: rows of a Parquet file, or all."""
    if not is_remote(piece.file):
        yield piece.file, piece.start, piece.end
        return
    with TemporaryDirectory(prefix="feedwright-") as folder:
        path = str(Path(folder) / name_of(piece.file))
        if piece.end is None:
            fetch(piece.file, path)
        else:
            _fetch_row_groups(piece, path)
        try:
            yield path, 0, None
        except FeedError as fault:
            raise FeedError(str(fault).replace(path, piece.file)) from None


def _fetch_row_groups(piece: Piece, to: str) -> None:
    """The row groups of a piece alone: of the rest of the file in a bucket nothing is read."""
    from pyarrow import parquet  # noqa: PLC0415 - comes with Spark

    with open_file(piece.file) as stream:
        file = parquet.ParquetFile(stream)
        first = 0
        with parquet.ParquetWriter(to, file.schema_arrow) as writer:
            for number in range(file.metadata.num_row_groups):
                if piece.start <= first < (piece.end or 0):
                    writer.write_table(file.read_row_group(number))
                first += file.metadata.row_group(number).num_rows
