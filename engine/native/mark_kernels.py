"""Marks by kernels: see `src/marks.c`."""

from __future__ import annotations

import ctypes

import polars as pl

from engine.native.arrow import YES_NO, column_by, taken
from engine.native.library import needed


class KernelMarks:
    """So many words of 64 bits, a power of two; a hash sets four bits of one."""

    def __init__(self, words: int) -> None:
        self.words = words
        self._memory = (ctypes.c_uint64 * words)()

    def seen(self, hashes: pl.Series) -> pl.Series:
        """Which of the hashes may have been added; the others surely were not."""
        return column_by("fw_marked", [hashes], YES_NO, self._memory, ctypes.c_int64(self.words))

    def add(self, hashes: pl.Series) -> None:
        """Set the marks of the hashes."""
        with taken([hashes]) as given:
            needed().fw_mark(given, self._memory, ctypes.c_int64(self.words))
