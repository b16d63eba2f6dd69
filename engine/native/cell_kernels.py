"""Cells read by kernels, column by column: see `src/cells.c`."""

from __future__ import annotations

import re
from collections.abc import Collection

import polars as pl
from msgspec import Struct

from engine.native.arrow import TEXTS, WHOLE_NUMBERS, YES_NO, column_by, taken
from engine.native.library import kernels, needed

MOST_DIGITS = 18
_BYTES, _LONGEST = 256, 2**31 - 1
_LETTER = r"[!-,.-Z_-~]"  # what means itself in a class of letters; two of some do not
_LETTERS = re.compile(
    rf"\^\[(?P<letters>(?:{_LETTER}(?:-{_LETTER})?)+)\]"
    r"(?:(?P<some>[+*])|\{(?P<least>[0-9]{1,4})(?P<more>,(?P<most>[0-9]{1,4})?)?\})?\$"
)
_DAY, _CLOCK = ("yyyy", "MM", "dd"), ("HH", "mm", "ss")


def trimmed(cells: pl.Series) -> pl.Series:
    """Texts without blanks around them, none where nothing is left."""
    return column_by("fw_trimmed", [cells], TEXTS, name=cells.name)


def numbers(cells: pl.Series, digits: int, decimals: int, mark: str) -> pl.Series:
    """Numbers of 10**-decimals; none where a text is not written so. See `takes_numbers`."""
    form = (digits, decimals, ord(mark))
    return column_by("fw_numbers", [cells], WHOLE_NUMBERS, *form, name=cells.name)


def takes_numbers(digits: int, decimals: int, mark: str) -> bool:
    """Whether there is a kernel that reads numbers of so many digits, with such a decimal mark."""
    return kernels() is not None and digits + decimals <= MOST_DIGITS and len(mark.encode()) == 1


def walls(cells: pl.Series, pattern: str) -> pl.Series:
    """Times as clocks show them, without a zone; none where a text is not written so. See `takes_walls`."""
    found = column_by("fw_walls", [cells], WHOLE_NUMBERS, pattern.encode(), name=cells.name)
    return found.cast(pl.Datetime("us"))


def takes_walls(pattern: str) -> bool:
    """Whether there is a kernel that reads times of this pattern: with a day, and no part of it twice."""
    parts = re.findall("|".join((*_DAY, *_CLOCK)), pattern)
    whole = {*_DAY} <= {*parts} and len({*parts}) == len(parts) and "\0" not in pattern
    return kernels() is not None and whole


def sound_codes(cells: pl.Series, lengths: Collection[int]) -> pl.Series:
    """Whether each text is a product code of one of the lengths, its check digit right; null of null."""
    bits = sum(1 << length for length in lengths)
    return column_by("fw_sound_codes", [cells], YES_NO, bits, name=cells.name)


def rounded_codes(cells: pl.Series) -> pl.Series:
    """Whether each text is the digits of a product code that a spreadsheet rounded; null of null."""
    return column_by("fw_rounded_codes", [cells], YES_NO, name=cells.name)


class Letters(Struct, frozen=True):
    """Texts of some letters of ASCII alone, `least` to `most` of them."""

    letters: bytes
    least: int
    most: int

    def fit(self, cells: pl.Series) -> pl.Series:
        """Whether each text is such; null of null."""
        bits = sum(1 << letter for letter in self.letters).to_bytes(_BYTES // 8, "little")
        return column_by("fw_fits", [cells], YES_NO, bits, self.least, self.most, name=cells.name)


def letters_of(pattern: str) -> Letters | None:
    """What a pattern such as `^[A-Z0-9]{1,20}$` asks for; None where it is another, or there is no kernel."""
    found = _LETTERS.fullmatch(pattern)
    if kernels() is None or found is None or re.search("&&|~~", pattern):
        return None
    letters = re.findall(f"({_LETTER})(?:-({_LETTER}))?", found["letters"])
    ranges = [range(ord(first), ord(last or first) + 1) for first, last in letters]
    least = int(found["least"] or found["some"] != "*")
    many = found["some"] or (found["more"] and not found["most"])
    most = _LONGEST if many else int(found["most"] or least)
    known = all(ranges) and least <= most
    return Letters(bytes({n for one in ranges for n in one}), least, most) if known else None


def composed(cells: pl.Series) -> bool:
    """Whether all texts are surely in Unicode's composed form."""
    with taken([cells]) as given:
        return bool(needed().fw_composed(given))
