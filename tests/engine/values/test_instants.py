from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.values.instants import Clock, occurrences, read_instant, zone_named

PARIS = ZoneInfo("Europe/Paris")


def test_summer_time_in_paris_is_two_hours_ahead() -> None:
    assert read_instant("2025-07-29 10:00 Europe/Paris") == datetime(2025, 7, 29, 8, tzinfo=UTC)


def test_an_offset_is_taken_as_written() -> None:
    assert read_instant("2025-08-01T09:00+02:00") == datetime(2025, 8, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2025-08-01T09:00", "without a zone"),
        ("2025-03-30 02:30 Europe/Paris", "does not exist"),
        ("2025-10-26 02:30 Europe/Paris", "occurs twice"),
        ("2025-08-01 09:00 Europe/Pari", "no time zone"),
        ("2025-02-30 09:00 Europe/Paris", "no such date"),
        ("0001-01-01T00:00+05:00", "no such date"),
        ("tomorrow", "write 2025"),
    ],
)
def test_what_is_no_instant_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_instant(text)


def test_the_repeated_hour_has_two_readings_an_hour_apart() -> None:
    clock, earlier, later = occurrences(datetime(2025, 10, 26, 2, 30), PARIS)
    assert clock is Clock.TWICE
    assert (later - earlier).total_seconds() == 3600


def test_the_skipped_hour_is_never() -> None:
    assert occurrences(datetime(2025, 3, 30, 2, 30), PARIS)[0] is Clock.NEVER


def test_a_path_is_no_zone() -> None:
    assert zone_named("../../etc/passwd") is None
