"""Literals of tests as values in the unit of computation (see `language/ruleset`)."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

from engine.language import syntax as s
from engine.language.ruleset import Scalar
from engine.values.instants import occurrences, zone_named
from engine.values.units import dimension_of, in_base

_SECONDS = {
    s.DurationUnit.MINUTE: 60,
    s.DurationUnit.HOUR: 3_600,
    s.DurationUnit.DAY: 86_400,
    s.DurationUnit.WEEK: 604_800,
    s.DurationUnit.MONTH: 1,  # calendar durations are counted in months
}


def literal_value(expression: s.Expression) -> Scalar | None:
    """The value of a literal (or its opposite), or None for anything else."""
    match expression:
        case s.Text(value=value) | s.YesNo(value=value) | s.Date(value=value):
            return value
        case s.Number(value=number):
            return number
        case s.Money(amount=amount):
            return amount
        case s.Percent(value=points):
            return points / 100
        case s.Quantity(amount=amount, unit=unit):
            return in_base(amount, unit) if dimension_of(unit) else None
        case s.Duration(amount=count, unit=unit):
            return Decimal(count * _SECONDS[unit])
        case s.Instant(local=local, zone=name):
            zone = zone_named(name)
            return occurrences(local, zone)[1].astimezone(UTC) if zone else None
        case s.Negative(value=inner):
            number_inside = literal_value(inner)
            return -number_inside if isinstance(number_inside, Decimal) else None
        case s.Reference(name=name):
            return name  # an order state, or a code written without quotes
        case _:
            return None
