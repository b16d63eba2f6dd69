"""Where quotes and line ends stand in a block of CSV, found without a look at each byte in Python.

A block is a column of bytes here: to compare all of it with one byte takes a memory's pace. From
where the quotes stand follows what stands within them, and whether each is where one may be.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from msgspec import Struct

from engine.feeds.byte_columns import bytes_of, where_true

_LINE_FEED = 10
# A column of bytes is so long: then it stays near the processor, and its copies take little memory.
_PIECE = 1 << 20


class Signs(Struct, frozen=True):
    """Where the quotes and line ends of a block stand, and what is beside each quote.

    Quote and delimiter are single bytes. `begins` tells whether a cell may begin with the quote: a
    delimiter or a line end stands before it; `ends`, whether one may end with it. The bytes at both
    ends of the block have none beyond them; that parts cells as well. Without quotes, line ends are
    not looked for.
    """

    block: bytes
    quotes: pl.Series
    begins: pl.Series
    ends: pl.Series
    line_ends: pl.Series

    @classmethod
    def of(cls, block: bytes, quote: str, delimiter: str) -> Signs | None:
        """The signs of `block`; None where quotes or cells are parted by more than one byte."""
        marks = quote.encode(), delimiter.encode()
        if len(marks[0]) > 1 or len(marks[1]) != 1:
            return None
        none = pl.Series(dtype=pl.UInt32)
        beside = pl.Series(dtype=pl.Boolean)
        if not marks[0] or marks[0] not in block:
            return cls(block, none, beside, beside, none)
        found = list(_signs(block, marks[0][0], marks[1][0]))
        return cls(block, *(pl.concat(columns) for columns in zip(*found, strict=True)))

    def last_line_end(self) -> int:
        """Behind the last line that does not end within quotes, or 0."""
        end = self.block.rfind(b"\n")
        if end >= 0 and self._quotes_up_to(end) % 2:
            outside = self.line_ends.filter(~self._within_quotes())
            end = int(outside[-1]) if len(outside) else -1
        return end + 1

    def lines(self) -> int:
        """How many line ends there are, within quotes too."""
        return len(self.line_ends) if len(self.quotes) else self.block.count(b"\n")

    def behind_line(self, number: int) -> int:
        """Behind so many lines that do not end within quotes, or the whole block where it holds fewer."""
        if len(self.quotes):
            ends = self.line_ends.filter(~self._within_quotes())
        else:
            ends = where_true(bytes_of(self.block) == _LINE_FEED)
        return int(ends[number - 1]) + 1 if len(ends) >= number else len(self.block)

    def up_to(self, cut: int) -> Signs:
        """The signs of the block up to `cut`, where a line ends."""
        if cut == len(self.block):
            return self
        count = self._quotes_up_to(cut)
        lines = self.line_ends.search_sorted(cut) if len(self.line_ends) else 0
        return Signs(
            self.block[:cut],
            self.quotes.head(count),
            self.begins.head(count),
            self.ends.head(count),
            self.line_ends.head(lines),
        )

    def _quotes_up_to(self, place: int) -> int:
        return self.quotes.search_sorted(place) if len(self.quotes) else 0

    def in_order(self) -> bool:
        """Whether each quote opens a cell, closes it, or is doubled within one.

        The block holds whole lines, which end with a line feed.
        """
        if not len(self.quotes):
            return True
        if len(self.quotes) % 2:
            return False
        begins, ends = self.begins.gather_every(2), self.ends.gather_every(2, 1)
        if not (begins[0] and ends[-1]):
            return False
        # Two quotes side by side within a cell are one.
        opening, closing = self.quotes.gather_every(2)[1:], self.quotes.gather_every(2, 1)[:-1]
        return bool(((begins[1:] & ends[:-1]) | (opening == closing + 1)).all())

    def line_ends_in_cells(self) -> pl.Series:
        """Where line feeds stand within quotes, which are in order."""
        if not len(self.quotes):
            return self.line_ends.clear()
        return self.line_ends.filter(self._within_quotes())

    def rows_in_cells(self, ends: pl.Series, columns: int, delimiter: str) -> bool:
        """Whether a cell over several lines may hold rows of so many `columns`: it has their delimiters.

        `ends` are the line ends in cells.
        """
        if not len(ends):
            return False
        opening, closing = self.quotes.gather_every(2), self.quotes.gather_every(2, 1)
        parts = opening[1:] != closing[:-1] + 1  # two quotes side by side within a cell are one
        edge = pl.Series([True])
        begins = opening.filter(pl.concat([edge, parts]))
        stops = closing.filter(pl.concat([parts, edge]))
        held = begins.search_sorted(ends).unique() - 1
        sign = delimiter.encode()
        for begin, stop in zip(begins.gather(held), stops.gather(held), strict=True):
            found = self.block.count(sign, begin, stop) - self.block.count(sign + b" ", begin, stop)
            if found >= columns - 1:
                return True
        return False

    def _within_quotes(self) -> pl.Series:
        """Which line ends stand within quotes, of which there are some."""
        return self.quotes.search_sorted(self.line_ends) % 2 == 1


def _signs(
    block: bytes, quote: int, delimiter: int
) -> Iterator[tuple[pl.Series, pl.Series, pl.Series, pl.Series]]:
    """Quotes, whether cells begin and end with each, and line ends, of each piece of the block."""
    for start in range(0, len(block), _PIECE):
        end = start + _PIECE
        # With the byte before and the byte behind, or line ends beyond the block.
        around = (
            block[start - 1 : end + 1] if start else b"\n" + block[: end + 1],
            b"" if end < len(block) else b"\n",
        )
        held = bytes_of(b"".join(around))
        inner = held.slice(1, len(held) - 2)
        found = (inner == quote) | (inner == _LINE_FEED)
        at, are_quotes = where_true(found), inner.filter(found) == quote
        quotes, lines = at.filter(are_quotes), at.filter(~are_quotes)
        before, behind = held.gather(quotes), held.gather(quotes + 2)
        yield (
            quotes + start,
            (before == delimiter) | (before == _LINE_FEED),
            (behind == delimiter) | (behind == _LINE_FEED),
            lines + start,
        )
