"""Expressions once more: one row, exact fractions, a branch only where it is taken.

A value is str, Fraction, bool, date, datetime (UTC), tuple of str; None where there is none; `FAILED`
where a conversion failed; `CLEARED` where the rule says `clear`, `REFUSED` where it says `reject`.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from oracle.functions import BLANKS, FAILED, FUNCTIONS, rounded_half_up

from engine.language import ruleset as r
from engine.language.syntax import Comparator, Operator, RoundingMode
from engine.values.kinds import KindName


class Mark(Enum):
    """What is no value, and yet settled: no `default` applies to it."""

    CLEARED = "cleared"
    REFUSED = "refused"


CLEARED, REFUSED = Mark.CLEARED, Mark.REFUSED


@dataclass
class Context:
    """What an expression may look at; `reject` hears of each `reject "..."` that is reached."""

    fields: Callable[[str], Any]
    now: datetime
    lets: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    reject: Callable[[int], None] = lambda _line: None


def evaluate(expression: r.Bound, context: Context) -> Any:  # noqa: C901 - one arm a form
    """The value of `expression`."""

    def value_of(part: r.Bound) -> Any:
        return evaluate(part, context)

    match expression:
        case r.Constant(value=value):
            return Fraction(value) if isinstance(value, Decimal) else value
        case r.FieldValue(field=source):
            return context.fields(source.name)
        case r.LetValue(name=name):
            return context.lets[name]
        case r.AttributeValue(name=name):
            return context.attributes.get(name)
        case r.NowValue():
            return context.now
        case r.Compute():
            return strictly(
                compute, expression, value_of(expression.left), value_of(expression.right)
            )
        case r.Negate(value=inner):
            return strictly(lambda _, number: -number, expression, value_of(inner))
        case r.Compare():
            sides = value_of(expression.left), value_of(expression.right)
            return strictly(compare, expression, *sides)
        case r.OneOf(value=inner, items=items, negated=negated):
            found = strictly(one_of, expression, value_of(inner), [value_of(i) for i in items])
            return found is not negated if isinstance(found, bool) else found
        case r.Present(value=inner, present=present):
            return (value_of(inner) not in (None, FAILED, CLEARED, REFUSED)) is present
        case r.Opposite(condition=condition):
            return strictly(lambda _, yes: not yes, expression, value_of(condition))
        case r.AllOf(conditions=conditions):
            return all_of([value_of(condition) for condition in conditions])
        case r.AnyOf(conditions=conditions):
            return any_of([value_of(condition) for condition in conditions])
        case r.Repaired(repair=repair, value=inner, alternative=alternative):
            value = value_of(inner)
            broken = value is (None if repair is r.Repair.MISSING else FAILED)
            return value_of(alternative) if broken else value
        case r.Round(value=inner):
            return strictly(round_to, expression, value_of(inner))
        case r.TakeFrom(keys=keys):
            return strictly(take, expression, *[value_of(key) for key in keys])
        case r.CallOf(arguments=arguments):
            return strictly(call, expression, *[value_of(argument) for argument in arguments])
        case r.DayEdge(value=inner):
            return strictly(day_edge, expression, value_of(inner))
        case r.Choose(branches=branches, otherwise=otherwise):
            taken = (b.value for b in branches if value_of(b.condition) is True)
            return value_of(next(taken, otherwise))
        case r.Omitted():
            return None
        case r.Cleared():
            return CLEARED
        case r.Rejected(message=message):
            context.reject(message.span.line)
            return REFUSED
        case _:
            raise AssertionError(f"the oracle does not know {expression}")


def strictly(apply: Callable[..., Any], expression: Any, *values: Any) -> Any:
    """`apply` to values that are all there; a failure passes on before a missing value does."""
    if any(value is FAILED for value in values):
        return FAILED
    if any(value is REFUSED for value in values):
        return REFUSED
    if any(value is None or value is CLEARED for value in values):
        return None
    return apply(expression, *values)


# --- conditions ---------------------------------------------------------------------------------


def all_of(conditions: list[Any]) -> bool | None:
    if False in conditions:
        return False
    return True if all(condition is True for condition in conditions) else None


def any_of(conditions: list[Any]) -> bool | None:
    if True in conditions:
        return True
    return False if all(condition is False for condition in conditions) else None


def one_of(expression: r.OneOf, value: Any, items: list[Any]) -> bool | None:
    return any_of([strictly(lambda _, a, b: a == b, expression, value, item) for item in items])


def compare(expression: r.Compare, left: Any, right: Any) -> bool:
    match expression.comparator:
        case Comparator.LESS | Comparator.BEFORE:
            return bool(left < right)
        case Comparator.LESS_EQUAL:
            return bool(left <= right)
        case Comparator.GREATER | Comparator.AFTER:
            return bool(left > right)
        case Comparator.GREATER_EQUAL:
            return bool(left >= right)
        case Comparator.IS:
            return bool(left == right)
        case Comparator.IS_NOT:
            return bool(left != right)


# --- arithmetic ---------------------------------------------------------------------------------


def compute(expression: r.Compute, left: Any, right: Any) -> Any:
    if isinstance(left, date) or isinstance(right, date):
        return compute_time(expression, left, right)
    match expression.operator:
        case Operator.ADD:
            return left + right
        case Operator.SUBTRACT:
            return left - right
        case Operator.MULTIPLY:
            return left * right
        case Operator.DIVIDE:
            return left / right if right else FAILED


def compute_time(expression: r.Compute, left: Any, right: Any) -> Any:
    if isinstance(left, date) and isinstance(right, date):
        return Fraction((left - right) / timedelta(microseconds=1)) / 1_000_000
    moment, length = (left, right) if isinstance(left, date) else (right, left)
    duration = expression.right.kind if moment is left else expression.left.kind
    length = -length if expression.operator is Operator.SUBTRACT else length
    try:
        if duration.calendar:
            return months_later(moment, int(length))
        if isinstance(moment, datetime):
            return moment + timedelta(microseconds=int(length * 1_000_000))
        return moment + timedelta(days=int(length // 86_400))
    except (ValueError, OverflowError):
        return FAILED


def months_later(moment: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def round_to(expression: r.Round, number: Fraction) -> Fraction:
    step = Fraction(expression.step)
    match expression.mode:
        case RoundingMode.HALF_UP:
            return rounded_half_up(number, step)
        case RoundingMode.UP:
            away = -(-abs(number) // step) * step
            return away if number > 0 else -away
        case RoundingMode.DOWN:
            near = abs(number) // step * step
            return near if number > 0 else -near


# --- the rest -----------------------------------------------------------------------------------


def take(expression: r.TakeFrom, *keys: Any) -> Any:
    table = expression.table
    names = [column.name for column in table.columns]
    for row in table.rows:
        cells = dict(zip(names, row, strict=True))
        if [looked_up(cells[key]) for key in table.keys] == [looked_up(key) for key in keys]:
            cell = cells[expression.column]
            return Fraction(cell) if isinstance(cell, Decimal) else cell
    return None


def looked_up(key: Any) -> Any:
    if isinstance(key, Decimal):
        return Fraction(key)
    return key.strip(BLANKS).lower() if isinstance(key, str) else key


def call(expression: r.CallOf, *arguments: Any) -> Any:
    return FUNCTIONS[expression.function.name](*arguments)


def day_edge(expression: r.DayEdge, day: date) -> Any:
    """The first or last second of `day`, one second after the other, as its clocks show them."""
    zone = ZoneInfo(expression.zone)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
    reach = range(-16 * 3600, 16 * 3600, 900)  # clocks never change within a quarter of an hour
    quarters = [noon + timedelta(seconds=seconds) for seconds in reach]
    there = [q for q in quarters if q.astimezone(zone).date() == day]
    return there[0] if expression.start else there[-1] + timedelta(seconds=899)


def is_text_like(name: KindName) -> bool:
    return name in {KindName.TEXT, KindName.CHOICE}
