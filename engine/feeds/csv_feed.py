"""CSV feeds, a block at a time: where blocks are cut, what the header says. See `csv_rows.py`."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from engine.errors import FeedError
from engine.feeds.archive import CHUNK, ByteSource
from engine.feeds.csv_rows import Dialect, one_by_one, quick_rows, slow_rows
from engine.feeds.csv_signs import Signs
from engine.feeds.dialect import find_delimiter, find_encoding
from engine.feeds.feed_settings import FeedSettings
from engine.feeds.part import MOST_ROWS, Part, Unread
from engine.native import csv_kernels
from engine.native.library import kernels

# So much that what a block costs whatever it holds is little, and still little memory.
BLOCK = 7 << 19
# Without kernels a block takes more memory, for a copy of it and columns of its bytes.
BLOCK_WITHOUT_KERNELS = 3 << 20
# And at least so much, where rows are so short that few bytes hold as many as may be.
_LEAST_BLOCK = 1 << 16
# A piece that is read cell by cell, where quotes stand astray, and so costs more memory.
SLOW_BLOCK = 2 << 20
LONGEST_RECORD = 64 << 20
_SAMPLE = 1 << 20
_MOST_TOLD = 12  # names in one sentence


@dataclass(slots=True)
class CsvFeed:
    """An open CSV feed; `block` is how many bytes are read at once, fewer in tests."""

    source: ByteSource
    settings: FeedSettings
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    block: int = field(default_factory=lambda: BLOCK if kernels() else BLOCK_WITHOUT_KERNELS)
    dialect: Dialect = field(init=False)
    _pending: bytes = b""
    _decoder: codecs.IncrementalDecoder | None = None
    _held_back: bytes = b""  # a carriage return whose line feed may follow
    _ended: bool = False
    _damage_noted: bool = False

    def __post_init__(self) -> None:
        self._begin()
        sample = self._pending[:_SAMPLE].decode("utf-8", "replace")
        quote = self.settings.quote
        self.dialect = Dialect(self._delimiter(sample), quote)
        self._find_header()

    # --- bytes ----------------------------------------------------------------------------------

    def _begin(self) -> None:
        first = self.source.read(min(_SAMPLE, self.block))
        self._ended = len(first) < min(_SAMPLE, self.block)
        encoding = find_encoding(first, self.settings.encoding, whole=self._ended)
        self.notes.append(encoding.note)
        if codecs.lookup(encoding.name).name not in ("utf-8", "ascii"):
            self._decoder = codecs.getincrementaldecoder(encoding.name)("replace")
        self._pending = self._with_line_feeds(self._as_utf8(first[encoding.bom :]))

    def _as_utf8(self, data: bytes) -> bytes:
        if self._decoder is None:
            return data
        return self._decoder.decode(data, final=self._ended).encode("utf-8", "replace")

    def _with_line_feeds(self, data: bytes) -> bytes:
        """`data` with a line feed for each other line end."""
        if self._held_back:
            data, self._held_back = self._held_back + data, b""
        if b"\r" not in data:
            return data
        if data.endswith(b"\r") and not self._ended:
            data, self._held_back = data[:-1], b"\r"
        # Looked for one by one: twice as quick as replacing where each line has one, and far quicker
        # where few have.
        pieces, at = [], 0
        while (end := data.find(b"\r", at)) >= 0:
            pieces.append(data[at:end])
            at = end + (2 if data.startswith(b"\n", end + 1) else 1)
        return b"\n".join([*pieces, data[at:]])

    def _fill(self, size: int) -> None:
        """Read on until about `size` bytes wait, or the feed ends; then its last line ends too.

        Line ends may become shorter as they are read: then fewer will do.
        """
        taken, left = [self._pending], size - len(self._pending)
        while not self._ended and (left > 0 or not any(taken)):
            wanted = min(max(left, 1), CHUNK)
            data = self.source.read(wanted)
            self._ended = len(data) < wanted
            taken.append(self._with_line_feeds(self._as_utf8(data)))
            left -= wanted
        self._pending = b"".join(taken)
        if self._ended and self._pending and not self._pending.endswith(b"\n"):
            self._pending += b"\n"

    # --- the header -----------------------------------------------------------------------------

    def _delimiter(self, sample: str) -> str:
        if self.settings.delimiter is not None:
            return self.settings.delimiter
        if self.settings.format == "tsv":
            return "\t"
        delimiter, note = find_delimiter(sample, self.settings.quote)
        self.notes.append(note)
        return delimiter

    def _find_header(self) -> None:
        self._fill(min(_SAMPLE, self.block))
        if self.settings.header:
            self.columns = unique_names(self.settings.header, self.notes)
            return
        cells: list[str] = []
        while not cells:
            # Blank lines at once: there may be millions.
            while self._pending.startswith(b"\n"):
                self._pending = self._pending.lstrip(b"\n")
                self._fill(min(_SAMPLE, self.block))
            if not self._pending:
                raise FeedError(f"{self.source.shown}: the feed is empty; a header was expected")
            cells, used = self._first_record()
            self._pending = self._pending[used:]
            self._fill(min(_SAMPLE, self.block))
        self.columns = unique_names([c.strip().strip("\ufeff") for c in cells], self.notes)

    def _first_record(self) -> tuple[list[str], int]:
        """The cells of the record that the feed begins with, and how many bytes it takes."""
        while True:
            for record in one_by_one(self._pending, self.dialect, final=self._ended):
                if record.problem:
                    raise FeedError(
                        f"{self.source.shown}: the header cannot be read: {record.problem}; check `quote`"
                    )
                return record.cells, record.end
            if len(self._pending) > LONGEST_RECORD:
                raise FeedError(
                    f"{self.source.shown}: the header does not end within "
                    f"{LONGEST_RECORD >> 20} MB; check `quote` and `delimiter`"
                )
            self._fill(2 * len(self._pending) + _SAMPLE)

    # --- blocks ---------------------------------------------------------------------------------

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and the `wanted` columns that the feed has."""
        row = 1
        for unread in self.parts(wanted):
            part = unread()
            self.heard(part)
            rows = part.frame.height
            if rows:
                count = pl.int_range(row, row + rows, dtype=pl.Int64, eager=True)
                yield part.frame.hstack([count.alias("__row")])
                row += rows

    def parts(self, wanted: Collection[str]) -> Iterator[Unread]:
        """The same without `__row`, in parts that are still to be read."""
        read = {i: name for i, name in enumerate(self.columns) if name in wanted}
        size = self.block
        with self.source:
            while True:
                self._fill(size)
                if not self._pending:
                    return
                unread, used, lines = self._next(read)
                self._pending = self._pending[used:]
                # As much as the most rows take, if they go on like these.
                room = used * MOST_ROWS // max(lines, 1)
                size = min(self.block, max(room, _LEAST_BLOCK))
                yield unread

    def heard(self, part: Part) -> None:
        """Note that the feed holds bytes that are no text, once."""
        self._note_damage(part.damage)

    def _next(self, read: dict[int, str]) -> tuple[Unread, int, int]:
        """The rows at the front of what waits, and how many bytes and lines they take."""
        quote, delimiter = self.dialect.quote, self.dialect.delimiter
        whole = csv_kernels.rows_end(
            self._pending, quote, delimiter, most=MOST_ROWS, ended=self._ended
        )
        if whole is not None:
            used, lines = whole
            block = self._pending[:used]
            return partial(_quick, block, None, self.dialect, len(self.columns), read), used, lines
        signs = Signs.of(self._pending, quote, delimiter)
        cut = len(self._pending) if self._ended or signs is None else signs.last_line_end()
        if signs is None or not cut:
            return self._slow(read)
        signs = signs.up_to(cut)
        if signs.lines() > MOST_ROWS:
            signs = signs.up_to(signs.behind_line(MOST_ROWS))
        if not signs.in_order():
            return self._slow(read)
        block = signs.block
        unread = partial(_quick, block, signs, self.dialect, len(self.columns), read)
        return unread, len(block), signs.lines()

    def _slow(self, read: dict[int, str]) -> tuple[Unread, int, int]:
        """The same where quotes stand astray: the csv module says where records end."""
        size = min(SLOW_BLOCK, self.block)
        while True:
            self._fill(size)
            final = self._ended and len(self._pending) <= size
            block = self._pending[:size]
            rows = slow_rows(block, self.dialect, len(self.columns), read, final=final)
            if rows.used:
                return partial(Part, rows.frame, rows.damage), rows.used, rows.frame.height
            if size > LONGEST_RECORD:
                raise FeedError(
                    f"{self.source.shown}: a record is longer than {LONGEST_RECORD >> 20} MB; "
                    "check `quote` and `delimiter`",
                )
            size *= 2

    def _note_damage(self, byte: int | None) -> None:
        if byte is None or self._damage_noted:
            return
        self._damage_noted = True
        self.notes.append(
            f"byte 0x{byte:02x} is no text in the feed's encoding; rows that hold such bytes "
            "are problems; check `encoding`",
        )


def _quick(
    block: bytes, signs: Signs | None, dialect: Dialect, columns: int, read: dict[int, str]
) -> Part:
    rows = quick_rows(block, dialect, columns, read, signs)
    return Part(rows.frame, rows.damage)


def unique_names(names: Collection[str], notes: list[str]) -> tuple[str, ...]:
    """Column names that are not the same: a second `x` becomes `x.2`, and that is reported.

    The third column is `column 3` where it has no name.
    """
    seen: set[str] = set()
    made = []
    numbers: dict[str, int] = {}  # the last of each name that stands twice
    for place, said in enumerate(names, 1):
        name = said or f"column {place}"
        unique, number = name, numbers.get(name, 1)
        while unique in seen:
            number += 1
            unique = f"{name}.{number}"
        if number > 1:
            numbers[name] = number
        seen.add(unique)
        made.append(unique)
    if numbers:
        told = ", ".join(repr(name) for name in [*numbers][:_MOST_TOLD])
        more = f" and {len(numbers) - _MOST_TOLD} more" if len(numbers) > _MOST_TOLD else ""
        notes.append(f"columns that stand twice are numbered: {told}{more}")
    return tuple(made)
