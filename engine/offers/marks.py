"""Marks of a fixed size that tell at a look of nearly all hashes that they were not seen before."""

from __future__ import annotations

import ctypes

import polars as pl

from engine.native.arrow import YES_NO, ArrowArray, Column, taken
from engine.native.library import kernels

# The masks with one or two bits, by two numbers below 64.
_PAIRS = [1 << low | 1 << high for high in range(64) for low in range(64)]


class Marks:
    """Words of 64 bits, a power of two of them and two at least. A hash sets four bits of one: see `native/src/marks.c`."""

    def __init__(self, words: int) -> None:
        self.words = words
        self._library = kernels()
        self._memory = (ctypes.c_uint64 * words)() if self._library else None
        self._series = pl.Series([0], dtype=pl.UInt64).new_from_index(
            0, 0 if self._library else words
        )
        self._pairs = pl.Series(_PAIRS, dtype=pl.UInt64)

    def seen(self, hashes: pl.Series) -> pl.Series:
        """Which of the hashes may have been added; the others surely were not."""
        if self._library is None:
            places, masks = self._places_of(hashes)
            return (self._series.gather(places) & masks) == masks
        made = ArrowArray()
        with taken(self._library, [hashes]) as given:
            if self._library.fw_marked(
                self._memory, ctypes.c_int64(self.words), given, ctypes.byref(made)
            ):
                raise MemoryError
        return Column(self._library, made, YES_NO).series("")

    def add(self, hashes: pl.Series) -> None:
        """Set the marks of the hashes."""
        if self._library is not None:
            with taken(self._library, [hashes]) as given:
                self._library.fw_mark(self._memory, ctypes.c_int64(self.words), given)
            return
        places, masks = self._places_of(hashes)
        while len(places):  # of hashes that share a word, one is marked at a time
            self._series = self._series.scatter(places, self._series.gather(places) | masks)
            left = (self._series.gather(places) & masks) != masks
            places, masks = places.filter(left), masks.filter(left)

    def _places_of(self, hashes: pl.Series) -> tuple[pl.Series, pl.Series]:
        """In which word each hash has its marks, and which bits of it they are."""
        places = (hashes // ((1 << 64) // self.words)).cast(pl.UInt32)
        pairs = (hashes & (1 << 12) - 1, hashes // (1 << 12) & (1 << 12) - 1)
        low, high = (self._pairs.gather(pair.cast(pl.UInt32)) for pair in pairs)
        return places, low | high
