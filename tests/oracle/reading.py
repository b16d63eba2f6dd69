"""Cells once more, read one at a time with Decimal, datetime and zoneinfo."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from oracle.functions import BLANKS, pattern_of

from engine.values.field import CurrencyWord, Field, Fold, PercentStyle, Reading
from engine.values.kinds import KindName
from engine.values.units import UNITS

Row = Mapping[str, Any]  # column -> str, list of str, or None


class BadCell(Exception):  # noqa: N818 - a fault of the feed, not of the program
    """A cell that cannot be read, with the code of its fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_cell(field: Field, row: Row) -> Any:
    """The value of `field` in `row`, None where it is missing.

    Raises:
        BadCell: with the code of what is wrong.
    """
    raw = row.get(field.reading.column)
    value = _list(field, raw) if field.kind.name is KindName.LIST else _single(field, raw, row)
    if value is None and field.required:
        raise BadCell("R102")
    return value


def _single(field: Field, raw: Any, row: Row) -> Any:
    text = _present(field.reading, raw)
    if text is None:
        return None
    match field.kind.name:
        case KindName.TEXT:
            return _text(field, text)
        case KindName.CHOICE:
            if text not in (field.kind.choices or ()):
                raise BadCell("R107")
            return text
        case KindName.YES_NO:
            return _yes_no(field.reading, text)
        case KindName.DATE:
            return _date(field.reading, text)
        case KindName.INSTANT:
            return _instant(field.reading, text)
        case _:
            return _number(field, text, row)


def _present(reading: Reading, raw: Any) -> str | None:
    if raw is None:
        return None
    text = unicodedata.normalize("NFC", str(raw))
    if reading.trim:
        text = text.strip(BLANKS)
    return None if text == "" or text in reading.missing_words else text


def _list(field: Field, raw: Any) -> tuple[str, ...] | None:
    if raw is None:
        return None
    if isinstance(raw, str):
        raw = raw.split(field.reading.separator) if field.reading.separator else [raw]
    items = tuple(text for item in raw if (text := _present(field.reading, item)) is not None)
    return items or None


def _text(field: Field, text: str) -> str:
    long = field.max_length is not None and len(text) > field.max_length
    misfit = field.text_pattern is not None and not pattern_of(field.text_pattern).search(text)
    if long or len(text) < field.min_length or misfit:
        raise BadCell("R108")
    return text


def _yes_no(reading: Reading, text: str) -> bool:
    word = text.lower()
    if word in {w.lower() for w in reading.yes_words}:
        return True
    if word in {w.lower() for w in reading.no_words}:
        return False
    raise BadCell("R106")


# --- numbers ------------------------------------------------------------------------------------


def _number(field: Field, text: str, row: Row) -> Fraction:
    reading, kind = field.reading, field.kind.name
    if kind is KindName.MONEY:
        text = _without_currency(field, text, row)
    if kind is KindName.PERCENT and reading.percent is PercentStyle.SIGN:
        if not text.endswith("%"):
            raise BadCell("R101")
        text = text[:-1].rstrip(BLANKS)
    number = _digits(text, reading, _written_decimals(field))
    return _in_bounds(field, _in_unit(field, number))


def _written_decimals(field: Field) -> int:
    """How many decimals a cell may have: the scale counts those of the value."""
    if field.kind.name is KindName.MONEY and field.reading.minor_units:
        return max(0, field.scale - 2)
    if field.kind.name is KindName.PERCENT and field.reading.percent is PercentStyle.FRACTION:
        return field.scale + 2
    return field.scale


def _without_currency(field: Field, text: str, row: Row) -> str:
    reading, currency = field.reading, field.kind.currency
    if reading.currency_column is not None:
        named = _present(Reading(column=reading.currency_column), row.get(reading.currency_column))
        if named is None or named.upper() != currency:
            raise BadCell("R104")
    if reading.currency_word is CurrencyWord.NONE:
        return text
    found = re.search("[A-Za-z€$£]+", text)
    if found is None and reading.currency_word is CurrencyWord.OPTIONAL:
        return text
    signs = {"€": "EUR", "$": "USD", "£": "GBP"}
    if found is None or signs.get(found[0], found[0].upper()) != currency:
        raise BadCell("R104")
    before, after = text[: found.start()], text[found.end() :]
    if before and after:
        raise BadCell("R101")
    return (before + after).strip(BLANKS)


def _digits(text: str, reading: Reading, most: int) -> Fraction:
    """The number that `text` writes: grouped by threes, or not grouped at all.

    At most 18 digits, of which `most` are kept for the decimals.
    """
    mark, grouping = re.escape(reading.decimal_mark), re.escape(reading.grouping)
    if reading.grouping == " ":
        grouping = "[ \u00a0\u202f]"
    grouped = rf"[0-9]{{1,3}}(?:{grouping}[0-9]{{3}})+|" if grouping else ""
    found = re.fullmatch(rf"(-?)({grouped}[0-9]+)(?:{mark}([0-9]+))?", text)
    if not found:
        raise BadCell("R101")
    whole, decimals = re.sub("[^0-9]", "", found[2]), found[3] or ""
    if len(decimals) > most or len(whole) > 18 - most:
        raise BadCell("R101")
    return Fraction(f"{found[1]}{whole}.{decimals or 0}")


def _in_unit(field: Field, number: Fraction) -> Fraction:
    """`number` in the unit of computation."""
    reading = field.reading
    match field.kind.name:
        case KindName.PERCENT if reading.percent is not PercentStyle.FRACTION:
            return number / 100
        case KindName.QUANTITY:
            assert reading.unit
            return number * Fraction(UNITS[reading.unit][1])
        case KindName.MONEY if reading.minor_units:
            return number / 100
        case _:
            return number


def _in_bounds(field: Field, number: Fraction) -> Fraction:
    shown = number * 100 if field.kind.name is KindName.PERCENT else number
    if not within(shown, field):
        raise BadCell("R103")
    return number


def within(number: Fraction, bounds: Any) -> bool:
    """Whether `number` lies within the bounds of a field or an attribute."""
    low, high = bounds.minimum, bounds.maximum
    if low is not None and (number < low or (bounds.exclusive_minimum and number == low)):
        return False
    return not (
        high is not None and (number > high or (bounds.exclusive_maximum and number == high))
    )


# --- dates --------------------------------------------------------------------------------------

_PARTS = {
    "yyyy": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "dd": r"(?P<day>[0-9]{2})",
    "d": r"(?P<day>[0-9]{1,2})",
    "HH": r"(?P<hour>[0-9]{2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
}


def _local(text: str, pattern: str) -> datetime:
    words = re.split("(yyyy|MM?|dd?|HH|mm|ss)", pattern)
    found = re.fullmatch("".join(_PARTS.get(word) or re.escape(word) for word in words), text)
    if not found:
        raise BadCell("R105")
    try:
        return datetime(**{part: int(digits) for part, digits in found.groupdict().items()})
    except ValueError:
        raise BadCell("R105") from None


def _date(reading: Reading, text: str) -> date:
    return _local(text, reading.pattern or "yyyy-MM-dd").date()


_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?:(:\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)


def _instant(reading: Reading, text: str) -> datetime:
    if reading.pattern:
        return _at_zone(_local(text, reading.pattern), reading)
    found = _ISO.fullmatch(text)
    if not found:
        raise BadCell("R105")
    try:
        day, clock, seconds, fraction, offset = found.groups()
        local = datetime.fromisoformat(f"{day}T{clock or '00:00'}{seconds or ':00'}")
        local = local.replace(microsecond=int((fraction or "0").ljust(6, "0")))
        if offset:
            named = "+00:00" if offset == "Z" else offset
            return datetime.fromisoformat(f"{local.isoformat()}{named}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCell("R105") from None
    if reading.zone is None:  # a local time without a zone is no instant
        raise BadCell("R105")
    return _at_zone(local, reading)


def _at_zone(local: datetime, reading: Reading) -> datetime:
    """The instant at which the clocks of the zone show `local`, if there is one and only one."""
    zone = ZoneInfo(reading.zone or "UTC")
    readings = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    shown = sorted(i for i in readings if i.astimezone(zone).replace(tzinfo=None) == local)
    if not shown or (len(shown) > 1 and reading.fold is Fold.REJECT):
        raise BadCell("R105")
    return shown[-1] if reading.fold is Fold.LATER else shown[0]
