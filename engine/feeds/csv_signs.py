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
    """The bytes of a block and the places of its quotes; quote and delimiter are single bytes."""

    block: bytes
    bytes_: pl.Series
    quotes: pl.Series
    delimiter: int

    @classmethod
    def of(cls, block: bytes, quote: str, delimiter: str) -> Signs | None:
        """The signs of `block`; None where quotes or cells are parted by more than one byte."""
        marks = quote.encode(), delimiter.encode()
        if len(marks[0]) > 1 or len(marks[1]) != 1:
            return None
        if not marks[0] or marks[0] not in block:
            none = pl.Series(dtype=pl.UInt32)
            return cls(block, pl.Series(dtype=pl.UInt8), none, marks[1][0])
        held = pl.Series([block], dtype=pl.Binary).cast(pl.List(pl.UInt8)).explode()
        return cls(block, held, (held == marks[0][0]).arg_true(), marks[1][0])

    def last_line_end(self) -> int:
        """Behind the last line that does not end within quotes, or 0."""
        end = self.block.rfind(b"\n")
        while end >= 0 and self._quotes_before(end) % 2:
            end = self.block.rfind(b"\n", 0, end)
        return end + 1

    def before(self, cut: int) -> Signs:
        """The signs of the block up to `cut`."""
        if cut == len(self.block):
            return self
        kept = self.quotes.head(self._quotes_before(cut))
        return Signs(self.block[:cut], self.bytes_.head(cut), kept, self.delimiter)

    def _quotes_before(self, place: int) -> int:
        return self.quotes.search_sorted(place) if len(self.quotes) else 0

    def in_order(self) -> bool:
        """Whether each quote opens a cell, closes it, or is doubled within one.

        The block holds whole lines, which end with a line feed.
        """
        if not len(self.quotes):
            return True
        if len(self.quotes) % 2:
            return False
        opening, closing = self.quotes.gather_every(2), self.quotes.gather_every(2, 1)
        first, last = opening[0], closing[-1]
        if first and not self._parts(self.bytes_[first - 1 : first]).all():
            return False
        if not self._parts(self.bytes_[last + 1 : last + 2]).all():
            return False
        opening, behind = opening[1:], closing[:-1] + 1
        # Two quotes side by side within a cell are one.
        parted = self._parts(self.bytes_.gather(behind)) & self._parts(
            self.bytes_.gather(opening - 1)
        )
        return bool((parted | (opening == behind)).all())

    def _parts(self, found: pl.Series) -> pl.Series:
        return (found == self.delimiter) | (found == _LINE_FEED)

    def line_ends_in_cells(self) -> pl.Series:
        """Where line feeds stand within quotes, which are in order."""
        if not len(self.quotes):
            return pl.Series(dtype=pl.UInt32)
        ends = (self.bytes_ == _LINE_FEED).arg_true()
        return ends.filter(self.quotes.search_sorted(ends) % 2 == 1)
