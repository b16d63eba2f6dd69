"""Rows out of a block of CSV, every cell as text: by Polars where quotes are in order, else one by one.

Polars fills up rows that are too short and reads malformed quotes in its own way, silently. So each
line gets a mark behind its last cell: in a row of the right width the mark stands in a column of its
own. And a block in which a quote stands where none should is read by the csv module.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

_MARK = "\x1e"  # the record separator of ASCII
_LOST = "\ufffd"
_LINE_END = re.compile(rb"\r\n|\r|\n")
LONGEST_CELL = 64 << 20
_SPARE = 16  # how many cells too many are counted; beyond, the message says "more than"
_NOT_CLOSED = "a quote that opens in this row is not closed"
_NO_TEXT = "this row has bytes that are no text in the feed's encoding"
_FEW_QUOTES = 64  # on average one in so many bytes


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are parted and quoted; no `quote` means that quotes are text."""

    delimiter: str
    quote: str = '"'

    def reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """The csv module's reader of `lines`."""
        csv.field_size_limit(LONGEST_CELL)
        if not self.quote:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its cells, the offset behind it, and why it could not be read, if so."""

    cells: list[str]
    end: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows out of a block, how many bytes of it they take, and the first byte that is no text."""

    frame: pl.DataFrame
    used: int
    damage: int | None


# --- quotes -------------------------------------------------------------------------------------


def well_quoted(block: bytes, dialect: Dialect) -> bool:
    """Whether each quote opens a cell, closes it, or is doubled within one.

    `block` holds whole lines, which end with a line feed.
    """
    quote, delimiter = dialect.quote.encode(), dialect.delimiter.encode()
    count = block.count(quote) if quote else 0
    if count == 0:
        return True
    if count % 2:
        return False
    if count * _FEW_QUOTES > len(block):
        return _fits_grammar(block, dialect)
    ends = (delimiter, b"\n")
    before, *between, behind = block.split(quote)[::2]
    return (
        (not before or before.endswith(ends))
        and behind.startswith(ends)
        # What stands between two quoted cells; nothing stands between two quotes that are one.
        and all(not b or (b.startswith(ends) and b.endswith(ends)) for b in between)
    )


def _fits_grammar(block: bytes, dialect: Dialect) -> bool:
    """The same by a pattern: quicker where quotes are many."""
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    quoted = f"{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*{quote}"
    plain = f"[^{quote}{delimiter}\n]*"
    text = pl.Series([_as_text(block)[0]], dtype=pl.Binary).cast(pl.String)
    fits = text.str.contains(rf"\A(?:(?:{quoted}|{plain})[{delimiter}\n])*\z")
    return fits[0] is True


# --- quick --------------------------------------------------------------------------------------


def quick_rows(block: bytes, dialect: Dialect, columns: int, read: Mapping[int, str]) -> Rows:
    """The rows of a block of whole, well quoted lines.

    Args:
        block: lines, the last one ended too.
        dialect: how they are written.
        columns: how many cells a row must have.
        read: the wanted columns: their position, and what to call them.
    """
    if _MARK.encode() in block or len(dialect.delimiter.encode()) > 1:
        return slow_rows(block, dialect, columns, read, final=True)
    text, damage = _as_text(block)
    marked = _marked(text, dialect)
    needed = [*dict.fromkeys([0, 1, *read, columns])]
    frame = _parsed(marked, dialect, columns + 1, needed)
    well = pl.col(f"c{columns}") == _MARK
    if not frame.select(well.fill_null(value=False).all()).item():
        frame = _parsed(marked, dialect, columns + 1 + _SPARE, None)
        places = [f"c{i}" for i in range(1, columns + 1 + _SPARE)]
        width = pl.coalesce(
            pl.when(pl.col(c) == _MARK).then(pl.lit(i, pl.Int64)) for i, c in enumerate(places, 1)
        )
        frame = frame.with_columns(width.alias("__width"))
    else:
        frame = frame.with_columns(pl.lit(columns, pl.Int64).alias("__width"))
    quoted = bool(dialect.quote) and dialect.quote.encode() in block
    cells = {
        name: _without_marks(f"c{i}", dialect) if quoted else pl.col(f"c{i}")
        for i, name in read.items()
    }
    made = frame.select(*(cell.alias(name) for name, cell in cells.items()), "__width")
    lossy = damage is not None or _LOST.encode() in block
    return Rows(_judged(made, columns, None, lossy=lossy), len(block), damage)


def _as_text(block: bytes) -> tuple[bytes, int | None]:
    """The block as UTF-8, with a sign where it was none, and the first byte that was none."""
    fault = _first_fault(block)
    return (block if fault is None else block.decode("utf-8", "replace").encode()), fault


def _first_fault(block: bytes) -> int | None:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as fault:
        return block[fault.start]
    return None


def _marked(block: bytes, dialect: Dialect) -> bytes:
    """Each line with the mark as one cell more."""
    ending = f"{dialect.delimiter}{_MARK}\n".encode()
    return block.removesuffix(b"\n").replace(b"\n", ending) + ending


def _without_marks(column: str, dialect: Dialect) -> pl.Expr:
    """A cell whose line ends were marked too, since they stand within quotes."""
    return pl.col(column).str.replace_all(f"{dialect.delimiter}{_MARK}\n", "\n", literal=True)


def _parsed(marked: bytes, dialect: Dialect, cells: int, needed: list[int] | None) -> pl.DataFrame:
    names = [f"c{i}" for i in range(cells)]
    head = dialect.delimiter.join(names).encode() + b"\n"
    frame = pl.read_csv(
        head + marked,
        separator=dialect.delimiter,
        quote_char=dialect.quote or None,
        infer_schema=False,
        empty_string_is_null=False,
        truncate_ragged_lines=True,
        columns=None if needed is None else [names[i] for i in needed],
        schema=dict.fromkeys(names, pl.String),
    )
    # A line without any text is no record: its mark stands where the second cell would.
    return frame.filter(~((pl.col("c0") == "") & (pl.col("c1") == _MARK)))


# --- one by one ---------------------------------------------------------------------------------


def slow_rows(
    block: bytes,
    dialect: Dialect,
    columns: int,
    read: Mapping[int, str],
    *,
    final: bool,
) -> Rows:
    """The whole records at the front of `block`; `final` tells that nothing follows it."""
    cells: dict[str, list[str | None]] = {name: [] for name in read.values()}
    widths: list[int] = []
    problems: list[str | None] = []
    used = len(block) if final else 0
    for record in one_by_one(block, dialect, final=final):
        used = max(used, record.end)
        if record.problem is None and record.cells in ([], [""]):
            continue
        widths.append(len(record.cells))
        problems.append(record.problem)
        for i, name in read.items():
            cells[name].append(record.cells[i] if i < len(record.cells) else None)
    read_columns = [pl.Series(n, c, dtype=pl.String) for n, c in cells.items()]
    frame = pl.DataFrame([pl.Series("__width", widths, dtype=pl.Int64), *read_columns])
    said = pl.Series(problems, dtype=pl.String)
    judged = _judged(frame, columns, said, lossy=True)
    return Rows(judged, used, _first_fault(block[:used]))


def one_by_one(block: bytes, dialect: Dialect, *, final: bool) -> Iterator[Record]:
    """The whole records at the front of `block`, as the csv module reads them.

    A quote that opens and is not closed costs the line it stands on, not those behind it.
    """
    start = 0
    while True:
        lines = _Lines(block, start)
        reader = dialect.reader(lines)
        problem = _NOT_CLOSED
        while True:
            try:
                cells = next(reader)
            except csv.Error as fault:
                problem = f"this row cannot be read: {fault}; is a quote not closed?"
                break
            if cells == [_MARK * 2]:
                return
            if cells and cells[-1].endswith(f"{_MARK * 2}\n"):
                if not final:
                    return
                break
            start = lines.end
            yield Record(cells, start)
        end = _LINE_END.search(block, start)
        if end is None:
            return
        start = end.end()
        yield Record([], start, problem)


class _Lines:
    """The lines of `block` from `start` on, then two marks as the last; `end` is behind the latest."""

    def __init__(self, block: bytes, start: int) -> None:
        self.end = start
        self._block = block
        self._more = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        end = _LINE_END.search(self._block, self.end)
        if end is not None:
            line = self._block[self.end : end.start()]
            self.end = end.end()
            return line.decode("utf-8", "replace") + "\n"
        if not self._more:
            raise StopIteration
        self._more = False
        return f"{_MARK * 2}\n"


# --- problems -----------------------------------------------------------------------------------


def _judged(
    frame: pl.DataFrame,
    columns: int,
    said: pl.Series | None,
    *,
    lossy: bool,
) -> pl.DataFrame:
    """`frame` with `__problem`: rows of another width, and undecodable ones, keep no cell."""
    names = [c for c in frame.columns if c != "__width"]
    width = pl.col("__width")
    counted = pl.when(width.is_null()).then(pl.lit(f"more than {columns + _SPARE}"))
    shown = counted.otherwise(width.cast(pl.String))
    wrong = pl.format(f"the header has {columns} columns, this row has {{}} cells", shown)
    problems: list[pl.Expr] = [pl.when(width.ne_missing(columns)).then(wrong)]
    if lossy and names:
        lost = pl.any_horizontal(pl.col(n).str.contains(_LOST, literal=True) for n in names)
        problems.append(pl.when(lost).then(pl.lit(_NO_TEXT)))
    if said is not None:
        frame = frame.with_columns(said.alias("__said"))
        problems.insert(0, pl.col("__said"))
    frame = frame.with_columns(pl.coalesce(problems).alias("__problem")).drop(
        "__said", strict=False
    )
    if frame["__problem"].null_count() < frame.height:
        kept = [pl.when(pl.col("__problem").is_null()).then(pl.col(n)).alias(n) for n in names]
        frame = frame.with_columns(kept)
    return frame.drop("__width")
