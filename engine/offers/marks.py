"""Marks of a fixed size that tell at a look of nearly all hashes that they were not seen before."""

from __future__ import annotations

from typing import Protocol

import polars as pl

from engine.native.library import kernels
from engine.native.mark_kernels import KernelMarks


class Marks(Protocol):
    """Words of 64 bits. A hash sets four bits of one."""

    words: int

    def add(self, hashes: pl.Series) -> pl.Series:
        """Set the marks of the hashes, and tell which may have been added before, or stand further up.

        The others surely were not.
        """


def no_marks(words: int) -> Marks:
    """So many words without a mark: a power of two, and two at least."""
    return _PolarsMarks(words) if kernels() is None else KernelMarks(words)


class _PolarsMarks:
    def __init__(self, words: int) -> None:
        self.words = words
        self._marks = pl.Series([0], dtype=pl.UInt64).new_from_index(0, words)
        # The masks with one or two bits, by two numbers below 64.
        pairs = [1 << low | 1 << high for high in range(64) for low in range(64)]
        self._pairs = pl.Series(pairs, dtype=pl.UInt64)

    def add(self, hashes: pl.Series) -> pl.Series:
        places, masks = self._places_of(hashes)
        before = (self._marks.gather(places) & masks) == masks
        while len(places):  # of hashes that share a word, one is marked at a time
            self._marks = self._marks.scatter(places, self._marks.gather(places) | masks)
            left = (self._marks.gather(places) & masks) != masks
            places, masks = places.filter(left), masks.filter(left)
        return before | ~hashes.is_first_distinct()

    def _places_of(self, hashes: pl.Series) -> tuple[pl.Series, pl.Series]:
        """In which word each hash has its marks, and which bits of it they are."""
        places = (hashes // ((1 << 64) // self.words)).cast(pl.UInt32)
        pairs = (hashes & (1 << 12) - 1, hashes // (1 << 12) & (1 << 12) - 1)
        low, high = (self._pairs.gather(pair.cast(pl.UInt32)) for pair in pairs)
        return places, low | high
