"""Cells of a feed read as their fields say: the value, and where it cannot be read.

Nothing is guessed: a cell that does not fit its declaration is a fault of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial

import polars as pl
from msgspec import Struct

from engine.diagnostics.codes import rows as codes
from engine.diagnostics.codes.code import Code
from engine.native import cell_kernels
from engine.native.library import kernels
from engine.program.instant_cells import read_date, read_instant
from engine.program.numbers import width
from engine.program.vectors import normalized, of_pattern, over_cells, replaced
from engine.values.field import CurrencyWord, Field, PercentStyle
from engine.values.kinds import KindName
from engine.values.scaled import Scaled
from engine.values.units import UNITS

MAX_DIGITS = 18
_BLANKS = " \t\r\n\u00a0\u202f\u2007"
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}


class CellFault(Struct, frozen=True):
    """A way in which a cell can fail to be a value: `where` it does, on the text column.

    `facts` fill the code's sentence besides {column} and {value}.
    """

    code: Code
    where: pl.Expr
    facts: tuple[tuple[str, str], ...] = ()


class ReadField(Struct, frozen=True):
    """A field's text and value as expressions on the raw columns, and its faults.

    `text` is the cell trimmed, null where it is missing. `value` reads the materialised text column
    `text_name`; null where the text is missing or does not fit.
    """

    field: Field
    text: pl.Expr
    value: pl.Expr
    number: Scaled | None
    faults: tuple[CellFault, ...]


def text_name(field: Field) -> str:
    """The name of the column that holds the field's trimmed text."""
    return f"text.{field.name}"


def value_name(field: Field) -> str:
    """The name of the column that holds the field's value."""
    return f"field.{field.name}"


def read_field(field: Field, *, is_list: bool) -> ReadField:
    """How `field` is read; `is_list` tells that the raw column holds lists of texts."""
    text = _text(field, is_list=is_list)
    column = pl.col(text_name(field))
    number: Scaled | None = None
    faults: list[CellFault] = []
    match field.kind.name:
        case KindName.TEXT | KindName.CHOICE:
            value, faults = _read_text(field, column)
        case KindName.DATE:
            value = read_date(column, field.reading.pattern)
            wanted = f"date written {field.reading.pattern or 'yyyy-MM-dd'}"
            faults = [_unreadable(codes.NOT_A_DATE, column, field, wanted)]
        case KindName.INSTANT:
            value = read_instant(column, field.reading)
            faults = [
                _unreadable(codes.NOT_A_DATE, column, field, "instant of its pattern and zone")
            ]
        case KindName.YES_NO:
            value = _yes_no(field, column)
            faults = [_unreadable(codes.NOT_YES_NO, column, field, "")]
        case KindName.LIST:
            value = column
        case _:
            number, faults = _read_number(field, column)
            value = number.expr
    required = [CellFault(codes.EMPTY_CELL, column.is_null())] if field.required else []
    return ReadField(field, text, value, number, (*required, *faults))


def _text(field: Field, *, is_list: bool) -> pl.Expr:
    raw = pl.col(field.reading.column)
    if field.kind.name is KindName.LIST:
        separator = field.reading.separator
        if is_list or separator is None:
            listed = raw if is_list else pl.concat_list(raw)
        else:
            listed = raw.str.split(separator)
        items = listed.list.eval(pl.element().str.strip_chars(_BLANKS)).list.eval(
            pl.element().filter(pl.element() != ""),
        )
        return pl.when(items.list.len() > 0).then(items)  # an empty cell is missing, as others are
    if is_list:
        raw = raw.list.first()
    text = _trimmed(raw) if field.reading.trim else pl.when(raw != "").then(raw)
    words = list(field.reading.missing_words)
    return pl.when(~text.is_in(words)).then(text) if words else text


def _trimmed(raw: pl.Expr) -> pl.Expr:
    """Texts without blanks around them, null where nothing is left."""
    if kernels() is not None:
        return over_cells(raw, cell_kernels.trimmed, pl.String)
    text = raw.str.strip_chars(_BLANKS)
    return pl.when(text != "").then(text)


def _unreadable(code: Code, column: pl.Expr, field: Field, wanted: str) -> CellFault:
    where = column.is_not_null() & pl.col(value_name(field)).is_null()
    return CellFault(code, where, (("wanted", wanted),))


# --- texts, words -------------------------------------------------------------------------------


def _read_text(field: Field, column: pl.Expr) -> tuple[pl.Expr, list[CellFault]]:
    value = normalized(column)
    mine = pl.col(value_name(field))
    if field.kind.choices:
        listed = pl.when(value.is_in(list(field.kind.choices))).then(value)
        return listed, [CellFault(codes.NOT_LISTED, column.is_not_null() & mine.is_null())]
    faults = []
    if field.max_length is not None:
        wanted = f"at most {field.max_length} characters long"
        faults.append(_bad_text(mine.str.len_chars() > field.max_length, wanted))
    if field.min_length:
        wanted = f"at least {field.min_length} characters long"
        faults.append(_bad_text(mine.str.len_chars() < field.min_length, wanted))
    if field.text_pattern:
        fits = of_pattern(mine, field.text_pattern)
        faults.append(_bad_text(~fits, f"of the pattern {field.text_pattern}"))
    return value, faults


def _bad_text(where: pl.Expr, wanted: str) -> CellFault:
    return CellFault(codes.BAD_TEXT, where.fill_null(value=False), (("wanted", wanted),))


def _yes_no(field: Field, column: pl.Expr) -> pl.Expr:
    words = dict.fromkeys((w.lower() for w in field.reading.no_words), False)
    words |= dict.fromkeys((w.lower() for w in field.reading.yes_words), True)
    answers = pl.Series(list(words.values()), dtype=pl.Boolean)
    return replaced(column, list(words), answers, lowered=True)


# --- numbers ------------------------------------------------------------------------------------


def _read_number(field: Field, column: pl.Expr) -> tuple[Scaled, list[CellFault]]:
    reading = field.reading
    faults: list[CellFault] = []
    text = column
    if field.kind.name is KindName.MONEY:
        text, faults = _without_currency(field, column)
    elif field.kind.name is KindName.PERCENT and reading.percent is PercentStyle.SIGN:
        # A field declared to carry the sign has it: `0.2` alone may well mean 20 %.
        text = pl.when(column.str.ends_with("%")).then(
            column.str.strip_suffix("%").str.strip_chars(_BLANKS),
        )
    decimals = _text_decimals(field)
    digits = max(1, MAX_DIGITS - decimals)
    scaled = _in_unit(field, _whole(field, text, digits, decimals), decimals)
    least, greatest = _edges(field, scaled)
    low = scaled.low if least is None else least
    high = scaled.high if greatest is None else greatest
    high = max(low, high)  # between some bounds is no number
    number = Scaled(scaled.expr, scaled.scale, low, high)
    wanted = _wanted(field, digits, decimals)
    faults.append(_unreadable(codes.NOT_A_NUMBER, column, field, wanted))
    faults += _out_of_bounds(field, scaled)
    return number, faults


def _whole(field: Field, text: pl.Expr, digits: int, decimals: int) -> pl.Expr:
    """The number in units of its last decimal; null where it is not written as the field says."""
    mark = field.reading.decimal_mark
    if not field.reading.grouping and cell_kernels.takes_numbers(digits, decimals, mark):
        read = partial(cell_kernels.numbers, digits=digits, decimals=decimals, mark=mark)
        return over_cells(text, read, pl.Int64)
    fits = text.str.contains(_number_pattern(field, digits, decimals))
    plain = _plain_number(field, text)
    if decimals:
        plain = plain.cast(pl.Decimal(38, decimals), strict=False).to_physical()
    return pl.when(fits).then(plain.cast(pl.Int64, strict=False))


def _text_decimals(field: Field) -> int:
    """How many decimals the text of a cell may have."""
    if field.kind.name is KindName.MONEY and field.reading.minor_units:
        return max(0, field.scale - 2)
    if field.kind.name is KindName.PERCENT and field.reading.percent is PercentStyle.FRACTION:
        return field.scale + 2
    return field.scale


def _number_pattern(field: Field, digits: int, decimals: int) -> str:
    """The one way in which the field's numbers are written."""
    fraction = (
        rf"(?:{re.escape(field.reading.decimal_mark)}[0-9]{{1,{decimals}}})?" if decimals else ""
    )
    grouping = field.reading.grouping
    if not grouping:
        return rf"^-?[0-9]{{1,{digits}}}{fraction}$"
    mark = "[ \u00a0\u202f]" if grouping == " " else re.escape(grouping)
    group = rf"(?:{mark}[0-9]{{3}})"
    ways = [rf"[0-9]{{1,{digits}}}"]
    # The longest have fewer digits in front of their groups, or they were more than `digits`.
    groups, first = (digits - 1) // 3, (digits - 1) % 3 + 1
    if groups:
        ways.append(rf"[0-9]{{1,{first}}}{group}{{{groups}}}")
    if groups > 1:
        ways.append(rf"[0-9]{{1,3}}{group}{{1,{groups - 1}}}")
    return rf"^-?(?:{'|'.join(ways)}){fraction}$"


def _plain_number(field: Field, text: pl.Expr) -> pl.Expr:
    grouping, mark = field.reading.grouping, field.reading.decimal_mark
    if grouping == " ":
        text = text.str.replace_all("[ \u00a0\u202f]", "")
    elif grouping:
        text = text.str.replace_all(grouping, "", literal=True)
    return text.str.replace(mark, ".", literal=True) if mark != "." else text


def _in_unit(field: Field, whole: pl.Expr, decimals: int) -> Scaled:
    """The number in the unit of computation: currency units, fractions, base units."""
    limit = 10**MAX_DIGITS
    scale = decimals
    if (field.kind.name is KindName.MONEY and field.reading.minor_units) or (
        field.kind.name is KindName.PERCENT and field.reading.percent is not PercentStyle.FRACTION
    ):
        scale += 2
    elif field.kind.name is KindName.QUANTITY and field.reading.unit:
        exponent = int(UNITS[field.reading.unit][1].normalize().as_tuple().exponent)
        scale -= min(0, exponent)
        if exponent > 0:
            factor = 10**exponent
            number = Scaled(whole, scale, -limit * factor, limit * factor)
            return Scaled(whole.cast(width(number)) * factor, scale, number.low, number.high)
    return Scaled(whole, scale, -limit, limit)


def _edges(field: Field, number: Scaled) -> tuple[int | None, int | None]:
    """The least and the greatest value within the field's bounds; None without one.

    A bound with more decimals than the field has lies between two of its values. One that is beyond all that a
    cell can hold is moved to the first value there: columns of numbers may not hold the bound itself.
    """
    scale, below, beyond = number.scale, number.low - 1, number.high + 1
    per_cent = 100 if field.kind.name is KindName.PERCENT else 1
    least = greatest = None
    if field.minimum is not None:
        exact = (field.minimum / per_cent).scaleb(scale)
        least = int(exact.to_integral_value(ROUND_CEILING))
        least += field.exclusive_minimum and least == exact
        least = max(number.low, min(least, beyond))
    if field.maximum is not None:
        exact = (field.maximum / per_cent).scaleb(scale)
        greatest = int(exact.to_integral_value(ROUND_FLOOR))
        greatest -= field.exclusive_maximum and greatest == exact
        greatest = min(number.high, max(greatest, below))
    return least, greatest


def _out_of_bounds(field: Field, number: Scaled) -> Iterator[CellFault]:
    """Faults of numbers outside the field's bounds; those numbers are no values."""
    mine = pl.col(value_name(field))
    least, greatest = _edges(field, number)
    if field.minimum is not None and least is not None:
        word = "above" if field.exclusive_minimum else "at least"
        where = mine < pl.lit(least, width(number))
        yield _outside(where, f"{word} {_shown(field, field.minimum)}")
    if field.maximum is not None and greatest is not None:
        word = "below" if field.exclusive_maximum else "at most"
        where = mine > pl.lit(greatest, width(number))
        yield _outside(where, f"{word} {_shown(field, field.maximum)}")


def _outside(where: pl.Expr, bound: str) -> CellFault:
    return CellFault(codes.OUT_OF_BOUNDS, where.fill_null(value=False), (("bound", bound),))


def _shown(field: Field, bound: Decimal) -> str:
    if field.reading.unit:
        per = UNITS[field.reading.unit][1]
        return f"{(bound / per).normalize():f} {field.reading.unit}"
    unit = field.kind.currency or ("%" if field.kind.name is KindName.PERCENT else "")
    return f"{bound.normalize():f} {unit}".strip()


def _wanted(field: Field, digits: int, decimals: int) -> str:
    """What the field's numbers are, as the end of a sentence."""
    if not decimals:
        return f"a whole number with at most {digits} digits"
    mark = field.reading.decimal_mark
    return f"a number with at most {digits} digits before the decimal mark `{mark}` and {decimals} after it"


def _without_currency(field: Field, column: pl.Expr) -> tuple[pl.Expr, list[CellFault]]:
    """The number of a money cell, and the faults of another currency."""
    reading, currency = field.reading, field.kind.currency or ""
    faults = []
    facts = (("currency", currency),)
    if reading.currency_column is not None:
        other = pl.col(reading.currency_column).str.strip_chars(_BLANKS).str.to_uppercase()
        where = column.is_not_null() & other.ne_missing(currency)
        named = (("currency", f"{currency} (see `{reading.currency_column}`)"),)
        faults.append(CellFault(codes.OTHER_CURRENCY, where, named))
    if reading.currency_word is CurrencyWord.NONE:
        return column, faults
    word = column.str.extract(r"([A-Za-z€$£]+)", 1).str.to_uppercase()
    known = word.replace(_SIGNS)
    wrong = known.is_not_null() & (known != currency)
    if reading.currency_word is CurrencyWord.REQUIRED:
        wrong |= column.is_not_null() & known.is_null()
    faults.append(CellFault(codes.OTHER_CURRENCY, wrong.fill_null(value=False), facts))
    number = column.str.replace(r"(?i)^(?:[A-Z]{3}|[€$£])\s*|\s*(?:[A-Z]{3}|[€$£])$", "")
    return number, faults
