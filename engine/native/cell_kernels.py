"""Cells read by kernels, column by column: see `src/cells.c`."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Collection

import polars as pl

from engine.native.arrow import TEXTS, WHOLE_NUMBERS, YES_NO, ArrowArray, Column, taken
from engine.native.library import kernels

MOST_DIGITS = 18
_DAY, _CLOCK = ("yyyy", "MM", "dd"), ("HH", "mm", "ss")


def trimmed(cells: pl.Series) -> pl.Series:
    """Texts without blanks around them, none where nothing is left."""
    made = ArrowArray()
    library = _library()
    with taken(library, [cells]) as given:
        if library.fw_trimmed(given, ctypes.byref(made)):
            raise MemoryError
    return Column(library, made, TEXTS).series(cells.name)


def numbers(cells: pl.Series, digits: int, decimals: int, mark: str) -> pl.Series:
    """Numbers of 10**-decimals; none where a text is not written so. See `takes_numbers`."""
    made = ArrowArray()
    library = _library()
    with taken(library, [cells]) as given:
        if library.fw_numbers(given, digits, decimals, ord(mark), ctypes.byref(made)):
            raise MemoryError
    return Column(library, made, WHOLE_NUMBERS).series(cells.name)


def takes_numbers(digits: int, decimals: int, mark: str) -> bool:
    """Whether there is a kernel that reads numbers of so many digits, with such a decimal mark."""
    return kernels() is not None and digits + decimals <= MOST_DIGITS and len(mark.encode()) == 1


def walls(cells: pl.Series, pattern: str) -> pl.Series:
    """Times as clocks show them, without a zone; none where a text is not written so. See `takes_walls`."""
    made = ArrowArray()
    library = _library()
    with taken(library, [cells]) as given:
        if library.fw_walls(given, pattern.encode(), ctypes.byref(made)):
            raise MemoryError
    found = Column(library, made, WHOLE_NUMBERS).series(cells.name)
    return found.cast(pl.Datetime("us"))


def takes_walls(pattern: str) -> bool:
    """Whether there is a kernel that reads times of this pattern: with a day, and no part of it twice."""
    parts = re.findall("|".join((*_DAY, *_CLOCK)), pattern)
    whole = {*_DAY} <= {*parts} and len({*parts}) == len(parts) and "\0" not in pattern
    return kernels() is not None and whole


def sound_codes(cells: pl.Series, lengths: Collection[int]) -> pl.Series:
    """Whether each text is a product code of one of the lengths, its check digit right; null of null."""
    made = ArrowArray()
    library = _library()
    bits = sum(1 << length for length in lengths)
    with taken(library, [cells]) as given:
        if library.fw_sound_codes(given, bits, ctypes.byref(made)):
            raise MemoryError
    return Column(library, made, YES_NO).series(cells.name)


def composed(cells: pl.Series) -> bool:
    """Whether all texts are surely in Unicode's composed form."""
    library = _library()
    with taken(library, [cells]) as given:
        return bool(library.fw_composed(given))


def _library() -> ctypes.CDLL:
    library = kernels()
    if library is None:
        raise RuntimeError("there are no kernels")
    return library
