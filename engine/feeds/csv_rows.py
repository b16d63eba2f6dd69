"""Rows out of a block of CSV, every cell as text: by a kernel, by Polars where quotes are in order, else one by one.

A kernel takes what is surely well-formed, where there is one. Polars fills up rows that are too short and reads malformed quotes in its own way, silently. So each
line gets a mark behind its last cell: in a row of the right width the mark stands in a column of its
own. And a block in which a quote stands where none should is read by the csv module.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping

import polars as pl
from msgspec import Struct

from engine.feeds.csv_signs import Signs
from engine.feeds.part import MOST_ROWS
from engine.native import csv_kernels

_MARK = "\x1e"  # the record separator of ASCII
_LOST = "\ufffd"
# Polars takes the sign of UTF-8 away wherever a block begins with it, and takes the others for compressed: gzip, zlib, zstd.
_POLARS_OWN = (codecs.BOM_UTF8, b"\x1f\x8b", b"x\x01", b"x\x9c", b"x\xda", b"(\xb5/\xfd")
_LINE_END = re.compile(rb"\r\n|\r|\n")
LONGEST_CELL = 64 << 20
_GLANCES = 200  # after so many single bytes found in vain, all three are looked for
_SPARE = 16  # how many cells too many are counted; beyond, the message says "more than"
_NOT_CLOSED = "a quote that opens in this row is not closed"
# Lines that a row seems to have taken in are read again, all in all so often, and not less than a megabyte.
# Where that is not enough, quotes are a mess: then a row keeps what it takes in, and is told.
_READ_AGAIN, _LEAST_AGAIN = 16, 1 << 20
_FEW = 3  # a text of two lines easily has the delimiters of rows that are as short as this
_HTML = re.compile(r"<[^>]*>|&#?\w+;")
_NO_TEXT = "this row has bytes that are no text in the feed's encoding"


class Dialect(Struct, frozen=True):
    """How cells are parted and quoted; no `quote` means that quotes are text."""

    delimiter: str
    quote: str = '"'

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """The csv module's reader of `lines`; a strict one takes no text behind a closing quote."""
        csv.field_size_limit(LONGEST_CELL)
        if not self.quote:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, strict=strict)


class Record(Struct, frozen=True):
    """One record: its cells, the offset behind it, and why it could not be read, if so.

    `inside`: more lines follow that another record had taken in; what is behind them is no concern of theirs.
    """

    cells: list[str]
    end: int
    problem: str | None = None
    inside: bool = False


class Rows(Struct, frozen=True):
    """Rows out of a block, how many bytes of it they take, and the first byte that is no text."""

    frame: pl.DataFrame
    used: int
    damage: int | None


# --- quotes -------------------------------------------------------------------------------------


def well_quoted(block: bytes, dialect: Dialect) -> bool:
    """Whether each quote opens a cell, closes it, or is doubled within one.

    `block` holds whole lines, which end with a line feed.
    """
    signs = Signs.of(block, dialect.quote, dialect.delimiter)
    if signs is not None:
        return signs.in_order()
    quote, delimiter = dialect.quote.encode(), dialect.delimiter
    if not quote or quote not in block:
        return True
    texts = [part.decode("utf-8", "replace") for part in block.split(quote)]
    return _well_outside(pl.Series(texts, dtype=pl.String), delimiter)


def _well_outside(parts: pl.Series, delimiter: str) -> bool:
    """Whether every other part, what stands outside of quotes, ends where cells do.

    Nothing stands between two quotes that are one. The block ends with a line end, so its last part
    is never empty and one more than the quotes.
    """
    if len(parts) % 2 == 0:
        return False
    outside = pl.col(parts.name).gather_every(2)
    begins = outside.str.starts_with(delimiter) | outside.str.starts_with("\n")
    ends = outside.str.ends_with(delimiter) | outside.str.ends_with("\n")
    empty = outside == ""
    between = empty | (begins & ends)
    fits = (empty | ends).first() & begins.last() & between.slice(1, pl.len() // 2 - 1).all()
    return bool(parts.to_frame().select(fits).item())


# --- quick --------------------------------------------------------------------------------------


def quick_rows(
    block: bytes,
    dialect: Dialect,
    columns: int,
    read: Mapping[int, str],
    signs: Signs | None = None,
) -> Rows:
    """The rows of a block of whole, well quoted lines.

    Args:
        block: lines, the last one ended too.
        dialect: how they are written.
        columns: how many cells a row must have.
        read: the wanted columns: their position, and what to call them.
        signs: those of the block, where they were looked for already.
    """
    made = csv_kernels.cells(block, dialect.quote, dialect.delimiter, columns, read)
    if made is not None:
        return Rows(made, len(block), None)
    signs = signs or Signs.of(block, dialect.quote, dialect.delimiter)
    if _MARK.encode() in block or signs is None or block.startswith(_POLARS_OWN):
        return slow_rows(block, dialect, columns, read, final=True, most=len(block))
    ends = signs.line_ends_in_cells()
    if signs.rows_in_cells(ends, columns, dialect.delimiter):
        return slow_rows(block, dialect, columns, read, final=True, most=len(block))
    needed = [*dict.fromkeys([0, 1, *read, columns])]
    text, damage = block, None
    try:
        marked = _marked(block, ends, dialect)
        frame = _parsed(marked, dialect, columns + 1, needed)
    except pl.exceptions.ComputeError:  # bytes that are no text, in whatever column
        text, damage = _as_text(block)
        again = Signs.of(text, dialect.quote, dialect.delimiter) or signs
        marked = _marked(text, again.line_ends_in_cells(), dialect)
        frame = _parsed(marked, dialect, columns + 1, needed)
    if columns == 1:
        frame = _without_empty(frame)
    well = frame.select((pl.col(f"c{columns}") == _MARK).all(ignore_nulls=False)).item()
    if not well and len(ends):
        return slow_rows(block, dialect, columns, read, final=True, most=len(block))
    if not well:
        frame = _without_empty(_parsed(marked, dialect, columns + 1 + _SPARE, None))
    cells = [frame[f"c{i}"].alias(name) for i, name in read.items()]
    lossy = damage is not None or _has_lost(text)
    if well and not lossy:
        none = pl.Series("__problem", dtype=pl.String).extend_constant(None, frame.height)
        return Rows(pl.DataFrame([*cells, none]), len(block), None)
    made = pl.DataFrame([*cells, _widths(frame, columns)])
    return Rows(_judged(made, columns, None, lossy=lossy), len(block), damage)


def _widths(frame: pl.DataFrame, columns: int) -> pl.Series:
    """How many cells each row has: the mark stands behind the last; null where it is not found."""
    places = [c for c in frame.columns[1:] if int(c[1:]) <= columns + _SPARE]
    width = pl.coalesce(
        pl.when(pl.col(c) == _MARK).then(pl.lit(int(c[1:]), pl.Int64)) for c in places
    )
    return frame.select(width.alias("__width")).to_series()


def _has_lost(block: bytes) -> bool:
    """Whether the sign of lost text stands in the block; single bytes are found quicker."""
    lost = _LOST.encode()
    at = block.find(lost[:1])
    for _ in range(_GLANCES):
        if at < 0 or block.startswith(lost, at):
            return at >= 0
        at = block.find(lost[:1], at + 1)
    return block.find(lost, at) >= 0


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


def _marked(block: bytes, in_cells: pl.Series, dialect: Dialect) -> bytes:
    """Each line with the mark as one cell more; line ends `in_cells` are left as they are."""
    ending = f"{dialect.delimiter}{_MARK}\n".encode()
    pieces, at = [], 0
    for end in in_cells.to_list():
        pieces.append(block[at:end].replace(b"\n", ending))
        at = end + 1
    pieces.append(block[at:].replace(b"\n", ending))
    return b"\n".join(pieces)


def _parsed(marked: bytes, dialect: Dialect, cells: int, needed: list[int] | None) -> pl.DataFrame:
    names = [f"c{i}" for i in range(cells)]
    rows = pl.scan_csv(
        marked,
        has_header=False,
        separator=dialect.delimiter,
        quote_char=dialect.quote or None,
        infer_schema=False,
        empty_string_is_null=False,
        truncate_ragged_lines=True,
        extra_columns="ignore",
        missing_columns="insert",
        schema=dict.fromkeys(names, pl.String),
    )
    return rows.select(names if needed is None else [names[i] for i in needed]).collect()


def _without_empty(frame: pl.DataFrame) -> pl.DataFrame:
    """A line without any text is no record: its mark stands where the second cell would."""
    return frame.filter(~((pl.col("c0") == "") & (pl.col("c1") == _MARK)))


# --- one by one ---------------------------------------------------------------------------------


def slow_rows(
    block: bytes,
    dialect: Dialect,
    columns: int,
    read: Mapping[int, str],
    *,
    final: bool,
    most: int = MOST_ROWS,
) -> Rows:
    """The whole records at the front of `block`, as many as a part may hold.

    `final` tells that nothing follows the block.
    """
    cells: dict[str, list[str | None]] = {name: [] for name in read.values()}
    widths: list[int] = []
    problems: list[str | None] = []
    used, inside = 0, False
    for record in one_by_one(block, dialect, columns, final=final):
        if len(widths) >= most and not inside:
            break
        used, inside = record.end, record.inside
        if record.problem is None and record.cells in ([], [""]):
            continue
        widths.append(len(record.cells))
        problems.append(record.problem)
        for i, name in read.items():
            cells[name].append(record.cells[i] if i < len(record.cells) else None)
    else:
        used = len(block) if final else used
    read_columns = [pl.Series(n, c, dtype=pl.String) for n, c in cells.items()]
    frame = pl.DataFrame([pl.Series("__width", widths, dtype=pl.Int64), *read_columns])
    said = pl.Series(problems, dtype=pl.String)
    judged = _judged(frame, columns, said, lossy=True)
    return Rows(judged, used, _first_fault(block[:used]))


def one_by_one(
    block: bytes, dialect: Dialect, columns: int = 0, *, final: bool
) -> Iterator[Record]:
    """The whole records at the front of `block`, as the csv module reads them.

    A quote that opens and is not closed costs the line it stands on, not those behind it, lest a row take
    the cells of another. A quote further on may seem to close it: see `_taken_in`, where `columns` are
    known, and over several lines no text may stand behind a quote.
    """
    start = 0
    hopeless = 0  # what is open at the end of a line before here is not closed as it should be
    spare = max(_READ_AGAIN * len(block), _LEAST_AGAIN)
    limits = [len(block)]  # lines that are read again take in none behind those that were taken in
    while True:
        while len(limits) > 1 and start >= limits[-1]:
            limits.pop()
        again = len(limits) > 1
        lines = _Lines(block, start, limits[-1])
        reader = dialect.reader(lines, strict=True)
        problem = None
        while start >= hopeless:
            problem = None
            try:
                cells = next(reader)
            except csv.Error:
                if lines.ended and not (again or final):
                    return
                hopeless = lines.begin
                break
            if lines.ended:  # the line behind the last was read
                break
            if lines.count > 1 and columns:
                problem = _taken_in(cells, block[start : lines.end], columns, dialect)
            if problem and spare > 0:
                spare -= lines.end - start
                limits.append(lines.end)
                break
            start = lines.end
            yield Record(cells, start, problem, inside=again and start < limits[-1])
            lines.count = 0
        if start >= limits[-1]:
            if again:
                continue
            return
        end = _LINE_END.search(block, start)
        if end is None:
            return
        line, start = block[start : end.start()], end.end()
        cells, problem = ([], problem) if problem else _by_itself(line, dialect)
        yield Record(cells, start, problem, inside=len(limits) > 1 and start < limits[-1])


def _by_itself(line: bytes, dialect: Dialect) -> tuple[list[str], str | None]:
    """The cells of a line, and why there are none. Text behind a quote is what people write, and harmless."""
    lines = iter([line.decode("utf-8", "replace") + "\n", "\n"])
    try:
        cells = next(dialect.reader(lines))
    except csv.Error as fault:
        return [], f"this row cannot be read: {fault}; is a quote not closed?"
    if next(lines, None) is None:  # the reader took the second line for more of a cell
        return [], _NOT_CLOSED
    return cells, None


def _taken_in(cells: list[str], record: bytes, columns: int, dialect: Dialect) -> str | None:
    """Why a record of several lines seems to have taken in rows below its first; None where it does not.

    With a quote that is not closed, all up to a quote at the end of a cell is one cell. If that stands in
    the same column, the row is as wide as it should be: a line of the cell has the delimiters that end a
    row, and its last line those that begin one. In a text there are others, or blanks behind them.
    """
    number = len(_LINE_END.findall(record)) - 1
    below = f"the {number} lines below" if number > 1 else "the line below"
    if len(cells) != columns:
        return (
            f"the header has {columns} columns, this row has {len(cells)} cells with {below} it, which "
            "its quotes take in: is one not closed?"
        )
    mark = dialect.quote.encode()
    for place, cell in enumerate(cells if columns > _FEW else ()):
        # Where all cells are quoted, a row that is taken in has quotes as well.
        all_quoted = record.rstrip().endswith(mark) if place == 0 else record.startswith(mark)
        if "\n" not in cell or all_quoted:
            continue
        found = [_parts(line, dialect.delimiter) for line in cell.split("\n") if line]
        if found and place == found[-1] and columns - 1 - place in found[:-1]:
            return f"a cell of this row takes in {below} it, and looks like rows: is a quote not closed?"
    return None


def _parts(line: str, delimiter: str) -> int:
    """How many delimiters of a line have no blank behind them, and are not of HTML."""
    plain = _HTML.sub("", line)
    return plain.count(delimiter) - plain.count(f"{delimiter} ")


class _Lines:
    """The lines of `block` from `start` up to `limit`, then two marks as the last.

    `begin` and `end` are where the latest begins and ends, `count` how many were given since it was set
    back, and `ended` tells that the two marks were given: a line of the feed may hold the same.
    """

    def __init__(self, block: bytes, start: int, limit: int) -> None:
        self.begin = self.end = start
        self.count = 0
        self.ended = False
        self._block, self._limit = block, limit

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.begin = self.end
        end = _LINE_END.search(self._block, self.end, self._limit)
        if end is not None:
            line = self._block[self.end : end.start()]
            self.end = end.end()
            self.count += 1
            return line.decode("utf-8", "replace") + "\n"
        if self.ended:
            raise StopIteration
        self.ended = True
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
