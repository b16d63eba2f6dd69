"""Wall-clock times of rule files as instants; zones that are none, and times that clocks skip."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from engine.diagnostics.codes import dates
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.suggestions import did_you_mean
from engine.values.instants import Clock, occurrences, zone_named

# Abbreviations that people write, with the hours they are ahead of UTC, and the zone they mean.
_ABBREVIATIONS = {
    "CET": (1, "Europe/Paris"),
    "CEST": (2, "Europe/Paris"),
    "MET": (1, "Europe/Paris"),
    "WET": (0, "Europe/Lisbon"),
    "EET": (2, "Europe/Athens"),
    "EST": (-5, "America/New_York"),
    "EDT": (-4, "America/New_York"),
}


def instant_of(node: s.Instant) -> tuple[datetime | None, list[Diagnostic]]:
    """The instant, in UTC, that `node` names, with what is doubtful about it."""
    if node.zone in _ABBREVIATIONS:
        return _abbreviated(node)
    fault = zone_fault(node.zone, node.zone_span)
    zone = zone_named(node.zone)
    if fault or zone is None:
        return None, [fault] if fault else []
    clock, first, second = occurrences(node.local, zone)
    if clock is Clock.ONCE:
        return first, []
    code = dates.SKIPPED_TIME if clock is Clock.NEVER else dates.REPEATED_TIME
    facts: dict[str, Any] = {
        "time": f"{node.local:%H:%M}",
        "day": f"{node.local:%Y-%m-%d}",
        "zone": node.zone,
    }
    return None, [
        Diagnostic.of(code, node.span, helps=_either(node, clock, first, second), **facts)
    ]


def _either(node: s.Instant, clock: Clock, first: datetime, second: datetime) -> list[Help]:
    """The two instants that a time may mean which the clocks skip or repeat."""
    zone = zone_named(node.zone)
    helps = []
    for at, which in zip(sorted((first, second)), ("the first", "the second"), strict=True):
        text, says = f"{at:%Y-%m-%d %H:%M} UTC", f"{which} of the two"
        if clock is Clock.NEVER:
            text, says = f"{at.astimezone(zone):%Y-%m-%d %H:%M} {node.zone}", f"{at:%H:%M} UTC"
        edit = Replacement(node.span, text)
        helps.append(Help(f"write `{text}` ({says})", EditLevel.CHOICE, (edit,)))
    return helps


def _abbreviated(node: s.Instant) -> tuple[datetime, list[Diagnostic]]:
    """`10:00 CET` taken as it is written, with a warning where the city's clocks differ."""
    hours, city = _ABBREVIATIONS[node.zone]
    instant = node.local.replace(tzinfo=timezone(timedelta(hours=hours))).astimezone(UTC)
    zone = zone_named(city)
    there = instant.astimezone(zone) if zone else instant
    clock, meant, _ = occurrences(node.local, zone) if zone else (Clock.ONCE, instant, instant)
    if there.replace(tzinfo=None) == node.local or clock is Clock.NEVER:
        return instant, []
    stem = f"{node.local:%Y-%m-%d}"
    name = city.rpartition("/")[2]
    both = [(f"{stem} {node.local:%H:%M} {city}", meant), (f"{stem} {there:%H:%M} {city}", instant)]
    helps = [
        Help(f"write `{text}` ({at:%H:%M} UTC)", EditLevel.CHOICE, (Replacement(node.span, text),))
        for text, at in both
    ]
    day = f"{node.local.day} {node.local:%B}"
    facts: dict[str, Any] = {
        "text": f'"{node.local:%H:%M} {node.zone}"',
        "day": day,
        "clock": f"{there:%H:%M}",
        "city": name,
    }
    mark = f"{node.zone} is {hours:+d} h; {name} is on {there:%Z} that day"
    return instant, [
        Diagnostic.of(dates.AMBIGUOUS_ZONE, node.span, mark=mark, helps=helps, **facts)
    ]


def zone_fault(name: str, span: Span) -> Diagnostic | None:
    """The diagnostic for a zone that there is not, or None."""
    if zone_named(name) is not None:
        return None
    from zoneinfo import available_timezones  # noqa: PLC0415 - reads a thousand files

    helps = did_you_mean(span, name, available_timezones(), "write a zone such as `Europe/Paris`")
    return Diagnostic.of(dates.UNKNOWN_ZONE, span, zone=name, helps=helps)
