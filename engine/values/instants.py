"""Wall-clock times and instants: a local time is an instant only with a zone, and not always then."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Clock(StrEnum):
    """What the clocks of a zone make of a local time."""

    ONCE = "once"
    NEVER = "never"  # skipped in spring
    TWICE = "twice"  # repeated in autumn


@cache
def zone_named(name: str) -> ZoneInfo | None:
    """The time zone called `name`, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def occurrences(local: datetime, zone: tzinfo) -> tuple[Clock, datetime, datetime]:
    """How often `local` (naive) occurs in `zone`, with its earlier and later reading in UTC."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return Clock.ONCE, first, second
    if first.astimezone(zone).replace(tzinfo=None) != local:
        return Clock.NEVER, first, second
    return Clock.TWICE, first, second


_WITH_ZONE = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?) ([A-Z][A-Za-z_]+(?:/\S+)?)")


def read_instant(text: str) -> datetime:
    """The instant, in UTC, that `2025-08-01T09:00+02:00` or `2025-08-01 09:00 Europe/Paris` names.

    Raises:
        ValueError: with words for a person, where it names none.
    """
    named = _WITH_ZONE.fullmatch(text)
    if not named:
        return _with_offset(text)
    zone = zone_named(named[2])
    if zone is None:
        raise ValueError(f"no time zone is called {named[2]}")
    try:
        clock, first, _ = occurrences(datetime.fromisoformat(named[1]), zone)
    except (ValueError, OverflowError):
        raise ValueError("no such date or time") from None
    if clock is Clock.ONCE:
        return first
    what = "does not exist" if clock is Clock.NEVER else "occurs twice"
    raise ValueError(f"this time {what} that night; write it with an offset, such as +01:00")


def _with_offset(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("write 2025-08-01T09:00+02:00 or 2025-08-01 09:00 Europe/Paris") from None
    if instant.tzinfo is None:
        raise ValueError("a time without a zone is not an instant; add +02:00 or Europe/Paris")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("no such date or time") from None
