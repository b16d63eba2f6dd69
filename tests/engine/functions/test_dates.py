from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.functions import library

Apply = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("text", "pattern", "value"),
    [
        ("29/07/2025", "dd/MM/yyyy", date(2025, 7, 29)),
        (" 29/07/2025 ", "dd/MM/yyyy", date(2025, 7, 29)),
        ("29/7/2025", "dd/MM/yyyy", "error"),
        ("9/7/2025", "d/M/yyyy", date(2025, 7, 9)),
        ("20250729", "yyyyMMdd", date(2025, 7, 29)),
        ("29/02/2024", "dd/MM/yyyy", date(2024, 2, 29)),
        ("29/02/2025", "dd/MM/yyyy", "error"),
        ("00/01/2025", "dd/MM/yyyy", "error"),
        ("01/01/0000", "dd/MM/yyyy", "error"),
        ("31/12/9999", "dd/MM/yyyy", date(9999, 12, 31)),
        ("01x07x2025", "dd.MM.yyyy", "error"),
        ("２９/07/2025", "dd/MM/yyyy", "error"),
        ("", "dd/MM/yyyy", "error"),
        (None, "dd/MM/yyyy", None),
    ],
)
def test_dates_are_read_as_the_pattern_says(
    apply: Apply,
    text: str | None,
    pattern: str,
    value: Any,
) -> None:
    assert apply("to_date", [text], pattern) == [value]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("dd/MM/yy", '"yy" is no part of a date pattern'),
        ("dd MMM yyyy", '"MMM" is no part'),
        ("DD/MM/YYYY", '"DD" is no part'),
        ("dd/MM", "once each"),
        ("dd/MM/yyyy dd", "once each"),
        ("", "once each"),
        ("dd1MM/yyyy", '"1" is no part'),
        ("dd/MM/20yy", '"/20" is no part'),
        ("yyyyMd", "something must stand between"),
    ],
)
def test_a_bad_pattern_is_a_fault_of_the_rules(pattern: str, why: str) -> None:
    check = library()["to_date"].check
    assert check
    fault = check(pattern=pattern)
    assert fault
    assert why in fault


def test_days_and_parts_of_dates(apply: Apply) -> None:
    days = [date(2024, 2, 28), date(1, 1, 1), None]
    later = [date(2024, 3, 1), date(9999, 12, 31), date(2025, 1, 1)]
    assert apply("days_between", days, later) == [2, 3_652_058, None]
    assert apply("year", days) == [2024, 1, None]
    assert apply("month", days) == [2, 1, None]
    assert apply("day", days) == [28, 1, None]
    assert apply("weekday", days) == [3, 1, None]  # a Wednesday; the calendar began on a Monday


def test_the_date_depends_on_the_zone(apply: Apply) -> None:
    instants = [
        datetime(2025, 7, 28, 22, tzinfo=UTC),
        datetime(2025, 12, 28, 22, 59, 59, tzinfo=UTC),
        None,
    ]
    paris = [date(2025, 7, 29), date(2025, 12, 28), None]
    assert apply("date_of", instants, "Europe/Paris") == paris
    assert apply("date_of", instants, "UTC") == [date(2025, 7, 28), date(2025, 12, 28), None]
    check = library()["date_of"].check
    assert check
    assert check(zone="Europe/Pariss") == 'no time zone is called "Europe/Pariss"'
