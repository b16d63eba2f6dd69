"""Marks by kernels: see `src/marks.c`."""

from __future__ import annotations

import ctypes

import polars as pl

from engine.native.arrow import YES_NO, column_by


class KernelMarks:
    """So many words of 64 bits, a power of two; a hash sets four bits of one."""

    def __init__(self, words: int) -> None:
        self.words = words
        self._memory = (ctypes.c_uint64 * words)()

    def add(self, hashes: pl.Series) -> pl.Series:
        """Set the marks of the hashes; which of them may have been added before."""
        return column_by("fw_mark", [hashes], YES_NO, self._memory, ctypes.c_int64(self.words))
