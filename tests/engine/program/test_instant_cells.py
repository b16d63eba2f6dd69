"""Dates and instants of the years 1 to 9999: what nothing can show is no value."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from engine.program.instant_cells import in_four_digits, read_date, read_instant
from engine.values.field import Reading

pytestmark = pytest.mark.usefixtures("both_ways")

PARIS = Reading("x", zone="Europe/Paris")


def instant(text: str, reading: Reading = PARIS) -> datetime | None:
    found: datetime | None = pl.select(read_instant(pl.lit(text), reading)).item()
    return found


@pytest.mark.parametrize("text", ["0000-06-01", "0000-01-01", "10000-01-01", "-001-01-01"])
def test_no_calendar_has_such_a_year(text: str) -> None:
    assert pl.select(read_date(pl.lit(text), None)).item() is None
    assert instant(text) is None


def test_the_first_and_the_last_day() -> None:
    assert pl.select(read_date(pl.lit("0001-01-01"), None)).item() == date(1, 1, 1)
    assert pl.select(read_date(pl.lit("31/12/9999"), "dd/MM/yyyy")).item() == date(9999, 12, 31)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31T23:59:59-05:00"])
def test_an_instant_that_falls_out_of_the_calendar_in_utc_is_none(text: str) -> None:
    assert instant(text) is None


def test_instants_at_its_ends() -> None:
    assert instant("0001-01-01T00:00:00Z") == datetime(1, 1, 1, tzinfo=UTC)
    assert instant("9999-12-31T23:59:59Z") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_day_that_was_moved_beyond() -> None:
    moved = pl.lit(date(9999, 12, 31)) + pl.duration(days=1)
    assert pl.select(in_four_digits(moved.cast(pl.Date), day=True)).item() is None
