"""A typed value of a test, written as the cell that the source schema would read it from.

So that `given ... but price = 83.33 EUR` goes through the same reading as a feed's cell does.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.language.ruleset import Scalar
from engine.values.field import CurrencyWord, Field, PercentStyle
from engine.values.kinds import KindName
from engine.values.units import in_base

_PATTERN_LETTERS = {
    "yyyy": "%Y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
}


def write_cell(field: Field, value: Scalar) -> str:
    """The cell that `field` reads as `value` (in the unit of computation: see `ruleset`)."""
    match value:
        case bool():
            return _word(field, yes=value)
        case Decimal():
            return _number(field, value)
        case datetime():
            return _instant(field, value)
        case date():
            return value.strftime(_strftime(field.reading.pattern or "yyyy-MM-dd"))
        case str():
            return value


def _word(field: Field, *, yes: bool) -> str:
    words = field.reading.yes_words if yes else field.reading.no_words
    return words[0] if words else ("yes" if yes else "no")


def _number(field: Field, value: Decimal) -> str:
    reading = field.reading
    suffix = ""
    if field.kind.name is KindName.PERCENT and reading.percent is not PercentStyle.FRACTION:
        value *= 100
        suffix = "%" if reading.percent is PercentStyle.SIGN else ""
    if field.kind.name is KindName.MONEY:
        value *= 100 if reading.minor_units else 1
        suffix = f" {field.kind.currency}" if reading.currency_word is CurrencyWord.REQUIRED else ""
    if reading.unit:
        value /= in_base(Decimal(1), reading.unit)
    text = f"{value.normalize():f}"
    return text.replace(".", reading.decimal_mark) + suffix


def _instant(field: Field, value: datetime) -> str:
    zone = field.reading.zone
    local = value.astimezone(ZoneInfo(zone)) if zone else value
    if field.reading.pattern is None:
        return local.isoformat()
    return local.strftime(_strftime(field.reading.pattern))


def _strftime(pattern: str) -> str:
    for letters, code in _PATTERN_LETTERS.items():
        pattern = pattern.replace(letters, code)
    return pattern
