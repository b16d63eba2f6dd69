"""Points of a space as a merchant writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from engine.language import ruleset as r
from engine.language.analyses.space import Other, Point
from engine.values.kinds import Kind, KindName

_BASE_UNITS = {
    "mass": "kg",
    "volume": "l",
    "length": "m",
    "area": "m2",
    "capacity": "m3",
    "count": "pieces",
}
_DURATIONS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def situation(points: Iterable[tuple[r.Bound, Point]]) -> str:
    """A product by the values of its fields: `category "Garden", no brand, weight 31 kg`."""
    return ", ".join(_named(subject, point) for subject, point in points)


def _named(subject: r.Bound, point: Point) -> str:
    name = subject.field.name if isinstance(subject, r.FieldValue) else "this value"
    match point:
        case None:
            return f"no {name}"
        case Other():
            return f"another {name}"
        case _:
            return f"{name} {worded(point, subject.kind)}"


def worded(point: Fraction | str | bool, kind: Kind) -> str:  # noqa: FBT001 - a value, no switch
    """A value as rules write it."""
    match point:
        case bool():
            return "yes" if point else "no"
        case str():
            return f'"{point}"'
        case _:
            return _number(point, kind)


def _number(number: Fraction, kind: Kind) -> str:
    match kind.name:
        case KindName.MONEY:
            return f"{plain(number, 2)} {kind.currency}"
        case KindName.PERCENT:
            return f"{plain(number * 100)}%"
        case KindName.QUANTITY:
            return f"{plain(number)} {_BASE_UNITS.get(kind.dimension or '', '')}".rstrip()
        case KindName.DURATION:
            return _duration(number, kind)
        case KindName.DATE:
            return date.fromordinal(int(number)).isoformat()
        case KindName.INSTANT:
            return f"{_EPOCH + timedelta(seconds=int(number)):%Y-%m-%d %H:%M:%S} UTC"
        case _:
            return plain(number)


def _duration(number: Fraction, kind: Kind) -> str:
    if kind.calendar:
        return f"{plain(number)} month{'' if number == 1 else 's'}"
    seconds, unit = next(((n, u) for n, u in _DURATIONS if number % n == 0), (1, "second"))
    return f"{plain(number / seconds)} {unit}{'' if number == seconds else 's'}"


def plain(number: Fraction, least: int = 0) -> str:
    """An exact number in decimal digits, with at least `least` of them after the point."""
    digits = least
    while (number * 10**digits).denominator != 1 and digits < 12:
        digits += 1
    whole = int(number * 10**digits)
    return f"{Decimal(whole).scaleb(-digits):f}"
