"""CSV feeds in blocks: cut where quotes are even, parsed by Polars, every cell as text.

Each line gets a mark behind its last cell before it is parsed: in a row of the right width the mark
stands in a column of its own, so that a cell too few or too many is seen without a loop over rows.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import polars as pl

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.dialect import find_delimiter, find_encoding
from engine.feeds.feed_settings import FeedSettings

BLOCK = 16 << 20
LONGEST_RECORD = 64 << 20
_MARK = "\x1e"
_LOST = "\ufffd"


@dataclass(slots=True)
class CsvFeed:
    """An open CSV feed."""

    source: ByteSource
    settings: FeedSettings
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    delimiter: str = ","
    _pending: bytes = b""
    _decoder: codecs.IncrementalDecoder | None = None
    _ended: bool = False

    def __post_init__(self) -> None:
        head = self._begin()
        self._find_delimiter(head)
        self._find_header()

    # --- bytes ----------------------------------------------------------------------------------

    def _begin(self) -> str:
        first = self.source.read()
        encoding = find_encoding(first, self.settings.encoding, whole=len(first) < 1 << 16)
        self.notes.append(encoding.note)
        first = first[encoding.bom :]
        if encoding.name not in ("utf-8", "utf8", "ascii"):
            self._decoder = codecs.getincrementaldecoder(encoding.name)("replace")
        self._pending = self._as_utf8(first)
        return self._pending.decode("utf-8", "ignore")

    def _as_utf8(self, data: bytes, *, final: bool = False) -> bytes:
        if self._decoder is None:
            return data
        return self._decoder.decode(data, final).encode("utf-8", "replace")

    def _more(self) -> bool:
        """Read on; whether there was more."""
        if self._ended:
            return False
        data = self.source.read()
        if not data:
            self._ended = True
            self._pending += self._as_utf8(b"", final=True)
            return False
        self._pending += self._as_utf8(data)
        return True

    def _find_delimiter(self, head: str) -> None:
        if self.settings.delimiter is not None:
            self.delimiter = self.settings.delimiter
        elif self.settings.format == "tsv":
            self.delimiter = "\t"
        else:
            self.delimiter, note = find_delimiter(head[: 1 << 17], self.settings.quote)
            self.notes.append(note)

    def _find_header(self) -> None:
        if self.settings.header:
            self.columns = self.settings.header
            return
        while not self._header_end() and self._more():
            pass
        end = self._header_end() or len(self._pending)
        line, self._pending = self._pending[:end], self._pending[end:]
        reader = csv.reader(
            io.StringIO(line.decode("utf-8", "replace"), newline=""),
            delimiter=self.delimiter,
            quotechar=self.settings.quote,
        )
        try:
            cells = next(reader, [])
        except csv.Error as fault:
            raise FeedError(f"{self.source.shown}: the header cannot be read: {fault}") from None
        if not cells:
            raise FeedError(f"{self.source.shown}: the feed is empty; a header was expected")
        self.columns = _unique([c.strip().strip("\ufeff") for c in cells], self.notes)

    def _header_end(self) -> int:
        """Where the first record ends, 0 where that is not known yet."""
        at = 0
        quote = self.settings.quote.encode()
        while (found := self._pending.find(b"\n", at)) >= 0:
            if self._pending[: found + 1].count(quote) % 2 == 0:
                return found + 1
            at = found + 1
        return 0

    # --- blocks ---------------------------------------------------------------------------------

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and the `wanted` columns that the feed has."""
        row = 1
        for block in self._blocks():
            frame = self._parsed(block, wanted)
            if frame.height:
                yield frame.with_columns(
                    pl.int_range(row, row + frame.height, dtype=pl.Int64).alias("__row"),
                )
                row += frame.height

    def _blocks(self) -> Iterator[bytes]:
        while True:
            while len(self._pending) < BLOCK and self._more():
                pass
            if self._ended and len(self._pending) < BLOCK:
                if self._pending.strip(b"\r\n"):
                    yield self._pending
                return
            cut = self._cut()
            block, self._pending = self._pending[:cut], self._pending[cut:]
            yield block

    def _cut(self) -> int:
        """Where the last whole record of what is read ends."""
        quote = self.settings.quote.encode()
        while True:
            end = self._pending.rfind(b"\n")
            quotes = self._pending[: end + 1].count(quote)
            while end >= 0:
                if quotes % 2 == 0:
                    return end + 1
                before = self._pending.rfind(b"\n", 0, end)
                quotes -= self._pending.count(quote, before + 1, end + 1)
                end = before
            if not self._more() or len(self._pending) > LONGEST_RECORD:
                if self._ended:
                    return len(self._pending)
                raise FeedError(
                    f"{self.source.shown}: a quote that opens is not closed within "
                    f"{LONGEST_RECORD >> 20} MB; check the `quote` setting",
                )

    # --- rows -----------------------------------------------------------------------------------

    def _parsed(self, block: bytes, wanted: Collection[str]) -> pl.DataFrame:
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            block = block.decode("utf-8", "replace").encode()
        try:
            frame = self._by_polars(block, wanted)
            if frame.height and frame["__width"].min() == 0:  # some row is too wide or too narrow
                frame = self._by_python(block, wanted)
        except pl.exceptions.PolarsError:
            frame = self._by_python(block, wanted)
        return _with_problems(frame, len(self.columns))

    def _by_polars(self, block: bytes, wanted: Collection[str]) -> pl.DataFrame:
        """The block's cells; the mark tells the width of each row."""
        names = [f"c{i}" for i in range(len(self.columns) + 1)]
        separator = self.delimiter.encode()
        ending = separator + _MARK.encode() + b"\n"
        body = block.rstrip(b"\n").replace(b"\n", ending) + ending
        head = separator.join(n.encode() for n in names) + b"\n"
        read = {f"c{i}": name for i, name in enumerate(self.columns) if name in wanted}
        frame = pl.read_csv(
            head + body,
            separator=self.delimiter,
            quote_char=self.settings.quote,
            infer_schema=False,
            empty_string_is_null=False,
            truncate_ragged_lines=True,
            columns=[*dict.fromkeys([names[0], names[1], *read, names[-1]])],
            schema=dict.fromkeys(names, pl.String),
        )
        # A blank line is no record: its mark stands where the second cell would.
        blank = (pl.col(names[0]) == "") & (pl.col(names[1]) == _MARK)
        frame = frame.filter(~blank)
        quoted = self.settings.quote.encode() in block
        cells = [_restored(c, self.delimiter) if quoted else pl.col(c) for c in read]
        well = pl.col(names[-1]) == _MARK
        return frame.select(
            *(cell.alias(name) for cell, name in zip(cells, read.values(), strict=True)),
            pl.when(well).then(pl.lit(len(self.columns))).otherwise(pl.lit(0)).alias("__width"),
        )

    def _by_python(self, block: bytes, wanted: Collection[str]) -> pl.DataFrame:
        """The block's cells by the csv module: slower, and it takes stray quotes as they are."""
        reader = csv.reader(
            io.StringIO(block.decode("utf-8"), newline=""),
            delimiter=self.delimiter,
            quotechar=self.settings.quote,
        )
        count = len(self.columns)
        rows: list[list[str]] = []
        widths: list[int] = []
        while True:
            try:
                cells = next(reader, None)
            except csv.Error:
                cells = [""]
            if cells is None:
                break
            if cells:
                widths.append(len(cells))
                rows.append((cells + [""] * count)[:count])
        read = [(i, name) for i, name in enumerate(self.columns) if name in wanted]
        data = {name: pl.Series([r[i] for r in rows], dtype=pl.String) for i, name in read}
        return pl.DataFrame({**data, "__width": pl.Series(widths, dtype=pl.Int32)})


def _restored(column: str, delimiter: str) -> pl.Expr:
    return pl.col(column).str.replace_all(f"{delimiter}{_MARK}\n", "\n", literal=True)


def _with_problems(frame: pl.DataFrame, columns: int) -> pl.DataFrame:
    """Rows of another width than the header's, and undecodable ones, keep no cell."""
    names = [c for c in frame.columns if c != "__width"]
    lost = (
        pl.any_horizontal([pl.col(n).str.contains(_LOST, literal=True) for n in names])
        if names
        else pl.lit(value=False)
    )
    width = pl.col("__width")
    wrong = pl.format(f"the header has {columns} columns, this row has {{}} cells", width)
    problem = (
        pl.when(width != columns)
        .then(wrong)
        .when(lost)
        .then(pl.lit("this row has bytes that are no text in the feed's encoding"))
    )
    frame = frame.with_columns(problem.alias("__problem"))
    cells = [pl.when(pl.col("__problem").is_null()).then(pl.col(n)).alias(n) for n in names]
    return frame.with_columns(cells).drop("__width")


def _unique(names: list[str], notes: list[str]) -> tuple[str, ...]:
    """Column names that are not the same: a second `x` becomes `x.2`, and that is reported."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    twice = [n for n, count in seen.items() if count > 1]
    if twice:
        notes.append(f"columns that stand twice are numbered: {', '.join(repr(t) for t in twice)}")
    return tuple(made)
