"""Functions on identifiers: the codes that name a product, kept as text with their zeros."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.functions.declare import Failed, TextColumn, YesNoColumn, function

if TYPE_CHECKING:
    import polars as pl

# A spreadsheet shows a number of 12 digits or more with six significant ones or fewer (`3.76013E+12`),
# and saves in a CSV file what it shows. Opened and saved once more, the others are zeros.
_ROUNDED_DIGITS = "0*[1-9][0-9]{5}0{6,8}"
_ROUNDED = rf"\A(?:[1-9](?:[.,][0-9]{{0,10}})?[Ee]\+?1[1-3]|{_ROUNDED_DIGITS}(?:[.,]0+)?)\z"


@function(examples={'digits_only("+33 (0)1-23")': '"330123"', 'digits_only("n.c.")': '""'})
def digits_only(text: TextColumn) -> TextColumn:
    """The digits 0 to 9 of `text`, and nothing else."""
    return text.str.replace_all("[^0-9]", "")


@function(
    examples={
        'gtin13("4006381333931")': '"4006381333931"',
        'gtin13("036000291452")': '"0036000291452"',
        'gtin13("96385074")': '"0000096385074"',
        'gtin13("4006381333932")': "error",
        'gtin13("4006381333931.0")': "error",
    },
)
def gtin13(text: TextColumn) -> tuple[TextColumn, Failed]:
    """The product code (EAN) in 13 digits, filled up with zeros from 8 or 12.

    Fails where the length or the check digit is wrong, and for a code of zeros only.
    """
    return _gtin(text, 13, (8, 12, 13))


@function(
    examples={
        'gtin14("14006381333938")': '"14006381333938"',
        'gtin14("4006381333931")': '"04006381333931"',
        'gtin14("400638133393")': "error",
    },
)
def gtin14(text: TextColumn) -> tuple[TextColumn, Failed]:
    """The product or box code in 14 digits, filled up with zeros from 8, 12 or 13.

    Fails where the length or the check digit is wrong, and for a code of zeros only.
    """
    return _gtin(text, 14, (8, 12, 13, 14))


@function(examples={'gtin8("96385074")': '"96385074"', 'gtin8("4006381333931")': "error"})
def gtin8(text: TextColumn) -> tuple[TextColumn, Failed]:
    """The short product code (EAN-8) of 8 digits.

    Fails where the length or the check digit is wrong, and for a code of zeros only.
    """
    return _gtin(text, 8, (8,))


@function(
    examples={
        'is_gtin("4006381333931")': "yes",
        'is_gtin("4006381333932")': "no",
        'is_gtin("n.c.")': "no",
    },
)
def is_gtin(text: TextColumn) -> YesNoColumn:
    """Whether `text` is a product code of 8, 12, 13 or 14 digits with a right check digit."""
    return _sound_gtin(text, (8, 12, 13, 14))


@function(
    examples={
        'isbn13("2-07-036822-X")': '"9782070368228"',
        'isbn13("978-2-07-036822-8")': '"9782070368228"',
        'isbn13("2-07-036822-1")': "error",
        'isbn13("4006381333931")': "error",
    },
)
def isbn13(text: TextColumn) -> tuple[TextColumn, Failed]:
    """The book number in 13 digits, from 10 or 13; hyphens and spaces are left out.

    Fails where it is no book number or its check digit is wrong.
    """
    import polars as pl

    plain = text.str.replace_all("[ -]", "").str.to_uppercase()
    long = plain.str.contains(r"\A97[89]") & _sound_gtin(plain, (13,))
    short = plain.str.contains(r"\A[0-9]{9}[0-9X]\z") & _sound_isbn10(plain)
    book = pl.lit("978") + plain.str.head(9)
    value = pl.when(long).then(plain).when(short).then(book + _check_digit(book))
    return value, text.is_not_null() & ~(long | short)


def is_rounded(text: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet made a number of the code in `text` and rounded it: its digits are lost."""
    return text.str.contains(_ROUNDED)


def is_rounded_code(text: pl.Expr) -> pl.Expr:
    """The same, of a code of digits alone."""
    import polars as pl

    from engine.native.cell_kernels import rounded_codes
    from engine.native.library import kernels

    if kernels() is not None:
        return text.map_batches(rounded_codes, return_dtype=pl.Boolean, is_elementwise=True)
    return text.str.contains(rf"\A{_ROUNDED_DIGITS}\z")


def _gtin(text: pl.Expr, digits: int, lengths: tuple[int, ...]) -> tuple[pl.Expr, pl.Expr]:
    import polars as pl

    sound = _sound_gtin(text, lengths)
    return pl.when(sound).then(text.str.zfill(digits)), ~sound


def _sound_gtin(text: pl.Expr, lengths: tuple[int, ...]) -> pl.Expr:
    """Whether the check digit is right: with every other digit tripled, the sum ends in 0.

    The digits are read as one integer for speed; the code itself never becomes a number.
    """
    import polars as pl

    from engine.native.cell_kernels import sound_codes
    from engine.native.library import kernels

    if kernels() is not None:
        sound = partial(sound_codes, lengths=lengths)
        return text.map_batches(sound, return_dtype=pl.Boolean, is_elementwise=True)
    code = text.cast(pl.Int64, strict=False)
    # Shifted right by k digits, the last one is digit k; what is left of it counts in tens.
    plain = pl.sum_horizontal(code.truncdiv(10**k) for k in range(0, max(lengths), 2))
    tripled = pl.sum_horizontal(code.truncdiv(10**k) for k in range(1, max(lengths), 2))
    size = text.str.len_bytes()
    right_size = pl.any_horizontal(size == length for length in lengths)
    signed = text.str.starts_with("+")
    found = right_size & (code > 0) & ~signed & ((plain + 3 * tripled) % 10 == 0)
    return pl.when(text.is_not_null()).then(found.fill_null(value=False))


def _sound_isbn10(plain: pl.Expr) -> pl.Expr:
    import polars as pl

    digits = [plain.str.slice(k, 1).cast(pl.Int64, strict=False) for k in range(9)]
    tenth = plain.str.slice(9, 1)
    last = pl.when(tenth == "X").then(10).otherwise(tenth.cast(pl.Int64, strict=False))
    total = pl.sum_horizontal((10 - k) * digit for k, digit in enumerate(digits)) + last
    return (total % 11 == 0).fill_null(value=False)


def _check_digit(code: pl.Expr) -> pl.Expr:
    """The digit that completes 12 digits to 13."""
    import polars as pl

    digits = [code.str.slice(k, 1).cast(pl.Int64, strict=False) for k in range(12)]
    total = pl.sum_horizontal(digits[0::2]) + 3 * pl.sum_horizontal(digits[1::2])
    return ((10 - total % 10) % 10).cast(pl.String)
