"""Where quotes and line ends stand in a block of CSV, found without a look at each byte in Python.

A block is a column of bytes here: to compare all of it with one byte takes a memory's pace. From
where the quotes stand follows what stands within them, and whether each is where one may be.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_LINE_FEED = 10


@dataclass(frozen=True, slots=True)
class Signs:
    """Where the quotes of a block stand, and the bytes before and behind each.

    Quote and delimiter are single bytes. The bytes at both ends of the block have none beyond them;
    a line feed stands for that, which parts cells as well.
    """

    block: bytes
    quotes: pl.Series
    before: pl.Series
    behind: pl.Series
    delimiter: int

    @classmethod
    def of(cls, block: bytes, quote: str, delimiter: str) -> Signs | None:
        """The signs of `block`; None where quotes or cells are parted by more than one byte."""
        marks = quote.encode(), delimiter.encode()
        if len(marks[0]) > 1 or len(marks[1]) != 1:
            return None
        if not marks[0] or marks[0] not in block:
            none = pl.Series(dtype=pl.UInt8)
            return cls(block, pl.Series(dtype=pl.UInt32), none, none, marks[1][0])
        held = _bytes_of(block)
        quotes = (held == marks[0][0]).arg_true()
        edge = pl.Series([_LINE_FEED], dtype=pl.UInt8)
        first, last = quotes[0] == 0, quotes[-1] == len(block) - 1
        before = held.gather(quotes.slice(int(first)) - 1)
        behind = held.gather(quotes.head(len(quotes) - int(last)) + 1)
        return cls(
            block,
            quotes,
            edge.append(before) if first else before,
            behind.append(edge) if last else behind,
            marks[1][0],
        )

    def last_line_end(self) -> int:
        """Behind the last line that does not end within quotes, or 0."""
        end = self.block.rfind(b"\n")
        while end >= 0 and self._quotes_up_to(end) % 2:
            end = self.block.rfind(b"\n", 0, end)
        return end + 1

    def up_to(self, cut: int) -> Signs:
        """The signs of the block up to `cut`, where a line ends."""
        if cut == len(self.block):
            return self
        count = self._quotes_up_to(cut)
        quotes, before, behind = (s.head(count) for s in (self.quotes, self.before, self.behind))
        return Signs(self.block[:cut], quotes, before, behind, self.delimiter)

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
        begins = self._parts(self.before.gather_every(2))
        ends = self._parts(self.behind.gather_every(2, 1))
        if not (begins[0] and ends[-1]):
            return False
        # Two quotes side by side within a cell are one.
        opening, closing = self.quotes.gather_every(2)[1:], self.quotes.gather_every(2, 1)[:-1]
        return bool(((begins[1:] & ends[:-1]) | (opening == closing + 1)).all())

    def _parts(self, found: pl.Series) -> pl.Series:
        return (found == self.delimiter) | (found == _LINE_FEED)

    def line_ends_in_cells(self) -> pl.Series:
        """Where line feeds stand within quotes, which are in order."""
        if not len(self.quotes):
            return pl.Series(dtype=pl.UInt32)
        ends = (_bytes_of(self.block) == _LINE_FEED).arg_true()
        return ends.filter(self.quotes.search_sorted(ends) % 2 == 1)


def _bytes_of(block: bytes) -> pl.Series:
    return pl.Series([block], dtype=pl.Binary).cast(pl.List(pl.UInt8)).explode()
