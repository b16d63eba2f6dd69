"""Dates and instants of cells: strict patterns, and what clocks do to local times."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import polars as pl

from engine.native import cell_kernels
from engine.program.vectors import over_cells
from engine.values.field import Fold, Reading

# No calendar has a year 0, and what comes after 9999 is written in no four digits.
_YEAR = r"(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_LETTERS = {
    "yyyy": (_YEAR, "%Y"),
    "MM": (r"[0-9]{2}", "%m"),
    "dd": (r"[0-9]{2}", "%d"),
    "HH": (r"(?:[01][0-9]|2[0-3])", "%H"),
    "mm": (r"[0-5][0-9]", "%M"),
    "ss": (r"[0-5][0-9]", "%S"),  # 60 would be read as the last second of the minute
}
_AMBIGUOUS: dict[Fold, Literal["earliest", "latest", "null"]] = {
    Fold.EARLIER: "earliest",
    Fold.LATER: "latest",
    Fold.REJECT: "null",
}


def read_date(text: pl.Expr, pattern: str | None) -> pl.Expr:
    """A date of `pattern` (else yyyy-MM-dd); null where the text is no day of the calendar."""
    fits, code = _pattern(pattern or "yyyy-MM-dd")
    if "%H" in code:
        return pl.when(text.str.contains(fits)).then(
            text.str.to_datetime(code, strict=False).dt.date()
        )
    return pl.when(text.str.contains(fits)).then(text).str.to_date(code, strict=False)


def read_instant(text: pl.Expr, reading: Reading) -> pl.Expr:
    """An instant in UTC; a local time is read on the clocks of the field's zone."""
    if reading.pattern is not None and cell_kernels.takes_walls(reading.pattern):
        read = partial(cell_kernels.walls, pattern=reading.pattern)
        return _on_clocks(over_cells(text, read, pl.Datetime("us")), reading)
    if reading.pattern is not None:
        fits, code = _pattern(reading.pattern)
        wall: pl.Expr = pl.when(text.str.contains(fits)).then(text)
        if "%H" not in code:
            wall, code = wall + " 00:00:00", f"{code} %H:%M:%S"
        elif "%M" not in code:
            wall, code = wall + ":00", f"{code}:%M"
        return _on_clocks(wall.str.to_datetime(code, strict=False, time_unit="us"), reading)
    return _iso(text, reading)


def _iso(text: pl.Expr, reading: Reading) -> pl.Expr:
    """ISO 8601: with an offset as it says, without one on the clocks of the field's zone."""
    clock = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
    stem = rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}[T ]{clock}(?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?"
    full = text.str.replace(" ", "T", literal=True)
    full = full.str.replace(r"(T[0-9]{2}:[0-9]{2})($|[Z+-])", "${1}:00${2}").str.replace(
        r"Z$", "+00:00"
    )
    with_offset = pl.when(text.str.contains(rf"^{stem}(?:Z|[+-]{clock})$")).then(full)
    exact = with_offset.str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f%:z",
        strict=False,
        time_unit="us",
        time_zone="UTC",
    )
    exact = in_four_digits(exact)
    if reading.zone is None:
        return exact
    local = pl.when(text.str.contains(rf"^{stem}$")).then(full)
    day = pl.when(text.str.contains(rf"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}$")).then(text + "T00:00:00")
    wall = pl.coalesce(local, day).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"
    )
    return pl.coalesce(exact, _on_clocks(wall, reading))


def in_four_digits(moment: pl.Expr, *, day: bool = False) -> pl.Expr:
    """An instant (or a `day`) of the years 1 to 9999, in UTC; null beyond, where nothing can show it."""
    first, last = (_FIRST.date(), _LAST.date()) if day else (_FIRST, _LAST)
    kind = pl.Date() if day else pl.Datetime("us", "UTC")
    return pl.when(moment.is_between(pl.lit(first, kind), pl.lit(last, kind))).then(moment)


def _on_clocks(wall: pl.Expr, reading: Reading) -> pl.Expr:
    """The instant of a local time: a skipped one is none, a repeated one as the field says."""
    zone = reading.zone or "UTC"
    there = wall.dt.replace_time_zone(zone, ambiguous=_AMBIGUOUS[reading.fold], non_existent="null")
    return in_four_digits(there.dt.convert_time_zone("UTC"))


def _pattern(pattern: str) -> tuple[str, str]:
    """The pattern as a regular expression and as codes for parsing."""
    fits, code = "", ""
    for piece in re.split("(yyyy|MM|dd|HH|mm|ss)", pattern):
        known = _LETTERS.get(piece)
        fits += known[0] if known else re.escape(piece)
        code += known[1] if known else piece.replace("%", "%%")
    return f"^{fits}$", code
