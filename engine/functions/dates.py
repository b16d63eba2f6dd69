"""Functions on dates and instants."""

from __future__ import annotations

import re
from itertools import pairwise

from engine.functions.declare import (
    DateColumn,
    Failed,
    InstantColumn,
    IntegerColumn,
    TextColumn,
    function,
)
from engine.functions.exact import fitted
from engine.values.instants import zone_named

MOST_DAYS = 3_652_059  # from 0001-01-01 to 9999-12-31, and one

# The parts of a date pattern, and the digits that each stands for.
_PARTS = {
    "yyyy": ("year", "[0-9]{4}"),
    "MM": ("month", "[0-9]{2}"),
    "M": ("month", "[0-9]{1,2}"),
    "dd": ("day", "[0-9]{2}"),
    "d": ("day", "[0-9]{1,2}"),
}
_WORD = re.compile(r"([A-Za-z])\1*|[^A-Za-z]+")


def _zone_fault(zone: str) -> str | None:
    return None if zone_named(zone) else f'no time zone is called "{zone}"'


def _pattern_fault(pattern: str) -> str | None:
    words = _words(pattern)
    parts = [word for word in words if word in _PARTS]
    unknown = [word for word in words if word not in _PARTS and re.search("[A-Za-z0-9]", word)]
    if unknown:
        return f'"{unknown[0]}" is no part of a date pattern: write yyyy, MM or M, dd or d'
    if sorted(_PARTS[part][0] for part in parts) != ["day", "month", "year"]:
        return 'a date pattern names year, month and day once each, as in "dd/MM/yyyy"'
    if any({a, b} & {"d", "M"} and {a, b} <= _PARTS.keys() for a, b in pairwise(words)):
        return "something must stand between d or M and its neighbour: where would they end?"
    return None


def _words(pattern: str) -> list[str]:
    return [word[0] for word in _WORD.finditer(pattern)]


@function(
    check=_pattern_fault,
    examples={
        'to_date("29/07/2025", "dd/MM/yyyy")': "2025-07-29",
        'to_date("1.2.2025", "d.M.yyyy")': "2025-02-01",
        'to_date("30/02/2025", "dd/MM/yyyy")': "error",
        'to_date("2025-07-29 10:00", "yyyy-MM-dd")': "error",
    },
    known_as=("date", "strtotime", "datevalue", "datevaleur", "parse_date"),
)
def to_date(text: TextColumn, pattern: str) -> tuple[DateColumn, Failed]:
    """The date that `text` writes as `pattern` says: yyyy, MM or M, dd or d, and what is between."""
    import polars as pl

    groups = [
        f"(?P<{_PARTS[word][0]}>{_PARTS[word][1]})" if word in _PARTS else re.escape(word)
        for word in _words(pattern)
    ]
    parts = text.str.strip_chars().str.extract_groups(rf"\A{''.join(groups)}\z").struct
    month, day = (parts.field(name).str.zfill(2) for name in ("month", "day"))
    iso = pl.concat_str(parts.field("year"), month, day, separator="-")
    date = iso.str.to_date("%Y-%m-%d", strict=False)
    sound = pl.when(~iso.str.starts_with("0000")).then(date)  # no calendar has a year 0
    return sound, text.is_not_null() & sound.is_null()


@function(
    examples={
        "days_between(2025-07-29, 2025-08-01)": "3",
        "days_between(2025-08-01, 2025-07-29)": "-3",
    },
    known_as=("datediff", "date_diff", "jours"),
)
def days_between(start: DateColumn, end: DateColumn) -> IntegerColumn:
    """The days from `start` to `end`; negative where `end` is earlier."""
    return fitted((end - start).dt.total_days(), 0, -MOST_DAYS, MOST_DAYS)


@function(examples={"year(2025-07-29)": "2025"}, known_as=("annee", "année"))
def year(date: DateColumn) -> IntegerColumn:
    """The year of `date`."""
    return fitted(date.dt.year(), 0, 1, 9999)


@function(examples={"month(2025-07-29)": "7"}, known_as=("mois",))
def month(date: DateColumn) -> IntegerColumn:
    """The month of `date`, 1 to 12."""
    return fitted(date.dt.month(), 0, 1, 12)


@function(examples={"day(2025-07-29)": "29"}, known_as=("jour",))
def day(date: DateColumn) -> IntegerColumn:
    """The day of the month of `date`, 1 to 31."""
    return fitted(date.dt.day(), 0, 1, 31)


@function(
    examples={"weekday(2025-07-28)": "1", "weekday(2025-08-03)": "7"},
    known_as=("joursem", "dayofweek"),
)
def weekday(date: DateColumn) -> IntegerColumn:
    """The day of the week of `date`: 1 on Monday to 7 on Sunday."""
    return fitted(date.dt.weekday(), 0, 1, 7)


@function(
    check=_zone_fault,
    examples={
        'date_of(2025-07-29 23:30 Europe/Paris, "Europe/Paris")': "2025-07-29",
        'date_of(2025-07-29 23:30 Europe/Paris, "Asia/Tokyo")': "2025-07-30",
    },
)
def date_of(instant: InstantColumn, zone: str) -> DateColumn:
    """The date on the clocks of `zone` at `instant`."""
    return instant.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()
