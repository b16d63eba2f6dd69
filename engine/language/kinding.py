"""What kind an operation gives, and how many decimals a value may have."""

from __future__ import annotations

from decimal import Decimal

from engine.language import ruleset as r
from engine.language.syntax import Operator
from engine.values.kinds import (
    DATE,
    DURATION,
    ERROR,
    INSTANT,
    INTEGER,
    NUMBER,
    PERCENT,
    TEXT,
    Kind,
    KindName,
)

_PLAIN = (KindName.NUMBER, KindName.INTEGER)
_TEXTS = (KindName.TEXT, KindName.CHOICE)


def is_zero(value: r.Bound) -> bool:
    """Whether `value` is a plain literal 0, which fits any numeric kind."""
    return isinstance(value, r.Constant) and value.kind.name in _PLAIN and value.value == 0


def same_family(left: Kind, right: Kind) -> bool:
    """Whether values of the two kinds may be compared, or stand in cases of one value."""
    if left.name in _TEXTS and right.name in _TEXTS:
        return True
    if left.name in _PLAIN and right.name in _PLAIN:
        return True
    if left.name is not right.name:
        return False
    return (left.currency, left.dimension, left.calendar) == (
        right.currency,
        right.dimension,
        right.calendar,
    )


def common_kind(left: Kind, right: Kind) -> Kind | None:
    """The kind that holds both, or None."""
    if KindName.ERROR in (left.name, right.name):
        return ERROR
    if left.name is KindName.NOTHING:
        return right
    if right.name is KindName.NOTHING:
        return left
    if not same_family(left, right):
        return None
    if left == right:
        return left
    if left.name in _PLAIN:
        return NUMBER
    if left.name is KindName.CHOICE and right.name is KindName.CHOICE:
        values = dict.fromkeys((left.choices or ()) + (right.choices or ()))
        return Kind(KindName.CHOICE, choices=tuple(values), choices_from=left.choices_from)
    return TEXT if left.name in _TEXTS else left


def arithmetic_kind(operator: Operator, left: Kind, right: Kind) -> Kind | None:
    """The kind of `left operator right`, or None where they do not go together."""
    if KindName.ERROR in (left.name, right.name):
        return ERROR
    match operator:
        case Operator.ADD | Operator.SUBTRACT:
            return _sum_kind(operator, left, right)
        case Operator.MULTIPLY:
            return _product_kind(left, right)
        case Operator.DIVIDE:
            return _quotient_kind(left, right)


def _sum_kind(operator: Operator, left: Kind, right: Kind) -> Kind | None:
    if left.name in (KindName.DATE, KindName.INSTANT):
        if right.name is KindName.DURATION:
            return left
        if operator is Operator.SUBTRACT and right.name is left.name:
            return DURATION
        return None
    if left.numeric and same_family(left, right):
        return (
            INTEGER
            if left.name is right.name is KindName.INTEGER
            else (NUMBER if left.name in _PLAIN else left)
        )
    return None


def _product_kind(left: Kind, right: Kind) -> Kind | None:
    if not (left.numeric and right.numeric):
        return None
    if left.name is right.name is KindName.INTEGER:
        return INTEGER
    if left.name in _PLAIN and right.name in _PLAIN:
        return NUMBER
    if left.name in (*_PLAIN, KindName.PERCENT):
        left, right = right, left
    if right.name is KindName.PERCENT and left.name in _PLAIN:
        return NUMBER
    if right.name in (*_PLAIN, KindName.PERCENT) and left.name is not KindName.DURATION:
        return left if left.name not in _PLAIN else NUMBER
    return left if left.name is KindName.DURATION and right.name is KindName.INTEGER else None


def _quotient_kind(left: Kind, right: Kind) -> Kind | None:
    if not (left.numeric and right.numeric):
        return None
    if left.name in _PLAIN and right.name in (*_PLAIN, KindName.PERCENT):
        return NUMBER
    if same_family(left, right):
        return NUMBER
    if right.name in (*_PLAIN, KindName.PERCENT) and left.name is not KindName.DURATION:
        return left
    return None


def decimals(value: r.Bound, lets: dict[str, r.Bound]) -> int | None:
    """How many decimals (in the unit of computation) `value` may have; None: without end."""
    match value:
        case r.Constant(value=Decimal() as number):
            return _digits(number)
        case r.FieldValue(field=field):
            return (
                field.scale
                + (2 if field.kind.name is KindName.PERCENT else 0)
                + _unit_digits(field.reading.unit)
            )
        case r.LetValue(name=name) | r.AttributeValue(name=name):
            return decimals(lets[name], lets) if name in lets else 0
        case r.Compute():
            return _compute_decimals(value, lets)
        case r.Round(step=step):
            return _digits(step)
        case r.Negate(value=inner):
            return decimals(inner, lets)
        case r.Repaired(value=inner, alternative=other):
            return _most(inner, other, lets=lets)
        case r.Choose(branches=branches, otherwise=otherwise):
            return _most(*(b.value for b in branches), otherwise, lets=lets)
        case r.TakeFrom(table=table, column=column):
            index = [c.name for c in table.columns].index(column)
            cells = (row[index] for row in table.rows)
            return max((_digits(c) for c in cells if isinstance(c, Decimal)), default=0)
        case r.CallOf(function=function, arguments=arguments):
            if function.result is not None and function.result.name is KindName.INTEGER:
                return 0
            constant = [p.constant for p in function.parameters]
            return _most(
                *(
                    a
                    for a, c in zip(arguments, constant + constant[-1:] * 99, strict=False)
                    if not c
                ),
                lets=lets,
            )
        case _:
            return 0


def _compute_decimals(value: r.Compute, lets: dict[str, r.Bound]) -> int | None:
    left, right = decimals(value.left, lets), decimals(value.right, lets)
    if left is None or right is None:
        return None
    match value.operator:
        case Operator.ADD | Operator.SUBTRACT:
            return max(left, right)
        case Operator.MULTIPLY:
            return left + right
        case Operator.DIVIDE:
            return None


def _most(*values: r.Bound, lets: dict[str, r.Bound]) -> int | None:
    found = [decimals(v, lets) for v in values]
    return None if None in found else max((f for f in found if f is not None), default=0)


def _digits(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _unit_digits(unit: str | None) -> int:
    from engine.values.units import UNITS  # noqa: PLC0415

    return _digits(UNITS[unit][1]) if unit else 0


__all__ = [
    "DATE",
    "INSTANT",
    "PERCENT",
    "arithmetic_kind",
    "common_kind",
    "decimals",
    "is_zero",
    "same_family",
]
