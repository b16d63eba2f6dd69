"""Functions on numbers: compare them, round them, read them from text and write them as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.functions.declare import (
    AmountColumn,
    Failed,
    IntegerColumn,
    NumberColumn,
    Same,
    TextColumn,
    YesNoColumn,
    function,
)
from engine.functions.exact import aligned, fitted, widened
from engine.values.scaled import Scaled

if TYPE_CHECKING:
    import polars as pl

MOST_DECIMALS = 6  # of a number read from text; with 12 digits before the mark it fits 64 bits
MOST_DIGITS = 18


def _decimals_fault(decimals: int = 0) -> str | None:
    return None if 0 <= decimals <= MOST_DIGITS else f"decimals are 0 to {MOST_DIGITS}"


def _mark_fault(decimal_mark: str = ".") -> str | None:
    return None if decimal_mark in {".", ","} else 'the decimal mark is "." or ","'


@function(
    examples={"max(0, 3 - 5)": "0", "max(9.90 EUR, 10 EUR, 2 EUR)": "10 EUR"},
    known_as=("maximum", "greatest"),
)
def max_(*numbers: NumberColumn) -> Same:
    """The greatest of `numbers`; missing where one is missing."""
    import polars as pl

    same = aligned(numbers)
    greatest = pl.max_horizontal(n.expr for n in same)
    low, high = max(n.low for n in same), max(n.high for n in same)
    return fitted(_where_all_present(greatest, same), same[0].scale, low, high)


@function(
    examples={"min(7, 2.5)": "2.5", "min(9.90 EUR, 10 EUR)": "9.90 EUR"},
    known_as=("minimum", "least"),
)
def min_(*numbers: NumberColumn) -> Same:
    """The least of `numbers`; missing where one is missing."""
    import polars as pl

    same = aligned(numbers)
    least = pl.min_horizontal(n.expr for n in same)
    low, high = min(n.low for n in same), min(n.high for n in same)
    return fitted(_where_all_present(least, same), same[0].scale, low, high)


def _where_all_present(expr: pl.Expr, numbers: list[Scaled]) -> pl.Expr:
    """`expr`, missing where one of `numbers` is: Polars itself would leave the missing one out."""
    import polars as pl

    return pl.when(pl.all_horizontal(n.expr.is_not_null() for n in numbers)).then(expr)


@function(examples={"abs(3 - 5)": "2", "abs(2.5)": "2.5"})
def abs_(number: NumberColumn) -> Same:
    """`number` without its sign."""
    low = max(number.low, -number.high, 0)
    return Scaled(number.expr.abs(), number.scale, low, max(-number.low, number.high))


@function(
    check=_decimals_fault,
    examples={
        "round(2.675, 2)": "2.68",
        "round(0 - 2.5, 0)": "-3",
        "round(10.004 EUR, 2)": "10 EUR",
        "round(7, 2)": "7",
    },
    known_as=("arrondi",),
)
def round_(number: NumberColumn, decimals: int) -> Same:
    """`number` rounded half up to `decimals` decimals; a tie goes away from zero.

    The same as `number rounded half up to ...`, for people used to spreadsheets.
    """
    import polars as pl

    if decimals >= number.scale:
        return number
    unit: int = 10 ** (number.scale - decimals)
    low, high = (_rounded(bound, unit) for bound in (number.low, number.high))
    size = (_roomy(number).abs() + unit // 2) // unit
    signed = pl.when(number.expr < 0).then(0 - size).otherwise(size)  # no `-` in 128 bits
    return fitted(signed, decimals, low, high)


def _rounded(number: int, unit: int) -> int:
    size = (abs(number) + unit // 2) // unit
    return size if number >= 0 else -size


def _roomy(number: Scaled) -> pl.Expr:
    """The integers of `number` with 128 bits where half a unit more could pass 64."""
    import polars as pl

    fits = max(-number.low, number.high) < 2**62
    return number.expr.cast(pl.Int64 if fits else pl.Int128)


@function(examples={"is_whole(12)": "yes", "is_whole(12.0)": "yes", "is_whole(12.5)": "no"})
def is_whole(number: AmountColumn) -> YesNoColumn:
    """Whether `number` has no decimals but zeros."""
    import polars as pl

    return number.expr % pl.lit(10**number.scale) == 0


@function(
    check=_mark_fault,
    examples={
        'number("12.50")': "12.5",
        'number("-0,5", ",")': "-0.5",
        'number("1,234.50")': "error",
        'number("12 kg")': "error",
    },
    known_as=("float", "floatval", "to_number", "parsefloat", "val", "cnum", "decimal", "cast"),
)
def number(text: TextColumn, decimal_mark: str = ".") -> tuple[NumberColumn, Failed]:
    """The number that `text` writes: at most 12 digits, then at most 6 decimals.

    No grouping, no exponent, no unit; outer blanks are allowed.
    """
    import polars as pl

    mark = "[.]" if decimal_mark == "." else decimal_mark
    pattern = rf"\A-?[0-9]{{1,12}}(?:{mark}[0-9]{{1,{MOST_DECIMALS}}})?\z"
    cell = text.str.strip_chars()
    sound = cell.str.contains(pattern)
    parts = cell.str.strip_chars_start("-").str.split_exact(decimal_mark, 1).struct
    decimals = parts.field("field_1").fill_null("").str.pad_end(MOST_DECIMALS, "0")
    size = (parts.field("field_0") + decimals).cast(pl.Int64, strict=False)
    bound = 10 ** (12 + MOST_DECIMALS) - 1
    value = pl.when(sound).then(pl.when(cell.str.starts_with("-")).then(-size).otherwise(size))
    return Scaled(value, MOST_DECIMALS, -bound, bound), ~sound


@function(
    examples={
        'integer("12")': "12",
        'integer("-0012")': "-12",
        'integer("12.0")': "error",
        'integer("")': "error",
    },
    known_as=("int", "intval", "to_int", "parseint", "ent", "cint"),
)
def integer(text: TextColumn) -> tuple[IntegerColumn, Failed]:
    """The integer that `text` writes, of at most 18 digits; outer blanks are allowed."""
    import polars as pl

    cell = text.str.strip_chars()
    sound = cell.str.contains(rf"\A-?[0-9]{{1,{MOST_DIGITS}}}\z")
    bound = 10**MOST_DIGITS - 1
    value = pl.when(sound).then(cell.cast(pl.Int64, strict=False))
    return Scaled(value, 0, -bound, bound), ~sound


@function(
    check=_decimals_fault,
    examples={
        "text_of(12)": '"12"',
        "text_of(12.50 EUR)": '"12.5"',
        "text_of(12.50 EUR, 2)": '"12.50"',
        "text_of(0 - 0.125, 2)": '"-0.125"',
    },
    known_as=("str", "strval", "to_string", "tostring", "texte", "format", "text"),
)
def text_of(number: AmountColumn, decimals: int = 0) -> TextColumn:
    """`number` in digits with a decimal point, and no zeros at its end beyond `decimals`.

    Nothing is rounded: a number with more decimals keeps them.
    """
    import polars as pl

    unit = 10**number.scale
    wide = widened(number, number.scale).expr.cast(pl.Int128)
    size = wide.abs()
    whole = (size // unit).cast(pl.String)
    written = (size % unit).cast(pl.String).str.zfill(number.scale) if number.scale else pl.lit("")
    tail = written.str.strip_chars_end("0").str.pad_end(decimals, "0")
    digits = pl.when(tail == "").then(whole).otherwise(whole + "." + tail)
    return pl.when(wide < 0).then("-" + digits).otherwise(digits)
