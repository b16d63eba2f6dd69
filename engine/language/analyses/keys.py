"""What makes two expressions the same, wherever they stand."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction

from engine.language import ruleset as r
from engine.values.kinds import KindName

Key = Hashable
_PLAIN = (KindName.NUMBER, KindName.INTEGER)
_TEXTS = (KindName.TEXT, KindName.CHOICE)


def key(value: r.Bound) -> Key:  # noqa: C901 - one arm for each class
    """A key that equal expressions share; spans, and whether a value may be missing, do not count."""
    match value:
        case r.Constant():
            return ("constant", *constant_key(value))
        case r.FieldValue(field=field):
            return ("field", field.name)
        case r.LetValue(name=name):
            return ("let", name)
        case r.AttributeValue(name=name):
            return ("attribute", name)
        case r.NowValue():
            return ("now",)
        case r.Compute(operator=operator, left=left, right=right):
            return ("compute", operator, key(left), key(right))
        case r.Negate(value=inner):
            return ("negate", key(inner))
        case r.Compare(comparator=comparator, left=left, right=right):
            return ("compare", comparator, key(left), key(right))
        case r.OneOf(value=inner, items=items, negated=negated):
            return ("one of", negated, key(inner), frozenset(key(i) for i in items))
        case r.Present(value=inner, present=present):
            return ("present", present, key(inner))
        case r.Opposite(condition=inner):
            return ("opposite", key(inner))
        case r.AllOf(conditions=parts):
            return ("all", frozenset(key(p) for p in parts))
        case r.AnyOf(conditions=parts):
            return ("any", frozenset(key(p) for p in parts))
        case r.Repaired(repair=repair, value=inner, alternative=other):
            return ("repaired", repair, key(inner), key(other))
        case r.Round(value=inner, mode=mode, step=step):
            return ("round", mode, Fraction(step), key(inner))
        case r.TakeFrom(table=table, column=column, keys=keys):
            return ("take", table.name, column, *(key(k) for k in keys))
        case r.CallOf(function=function, arguments=arguments):
            return ("call", function.name, *(key(a) for a in arguments))
        case r.DayEdge(start=start, value=inner, zone=zone):
            return ("day", start, zone, key(inner))
        case r.Choose(branches=branches, otherwise=otherwise):
            cases = tuple((key(b.condition), key(b.value)) for b in branches)
            return ("choose", cases, key(otherwise))
        case r.Omitted():
            return ("omit",)
        case r.Cleared():
            return ("clear",)
        case r.Rejected(message=message):
            parts_ = (p if isinstance(p, str) else key(p) for p in message.parts)
            return ("reject", *parts_)
        case _:
            raise AssertionError(f"no key for {type(value).__name__}")


def constant_key(constant: r.Constant) -> tuple[Key, ...]:
    """A constant's family and value: `1` and `1.0` are one, `1` and `yes` are not."""
    name, value = constant.kind.name, constant.value
    if isinstance(value, Decimal):
        family = "number" if name in _PLAIN else name.value
        return (family, constant.kind.currency or constant.kind.dimension, Fraction(value))
    return ("text" if name in _TEXTS else name.value, value)
