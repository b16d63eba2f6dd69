"""Expressions to canonical text, with the fewest parentheses that keep the tree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.language import syntax as s

# How tightly each sort of expression binds, as in the grammar.
_OR, _AND, _NOT, _COMPARISON, _FALLBACK, _ROUNDING, _SUM, _PRODUCT, _UNARY, _PRIMARY = range(10)
_ADDITIVE = (s.Operator.ADD, s.Operator.SUBTRACT)


def expression(node: s.Expression) -> str:
    """`node` as a person would type it."""
    return _at(node, _OR)


def _at(node: s.Expression, level: int) -> str:
    """`node` where something of at least `level` must stand."""
    text, own = _written(node)
    return f"({text})" if own < level else text


def _written(node: s.Expression) -> tuple[str, int]:
    """The text of `node`, and how tightly it binds."""
    match node:
        case s.Or(left=left, right=right):
            return f"{_at(left, _OR)} or {_at(right, _AND)}", _OR
        case s.And(left=left, right=right):
            return f"{_at(left, _AND)} and {_at(right, _NOT)}", _AND
        case s.Not(condition=inner):
            return f"not {_at(inner, _NOT)}", _NOT
        case s.Comparison(comparator=comparator, left=left, right=right):
            return f"{_at(left, _FALLBACK)} {comparator.value} {_at(right, _FALLBACK)}", _COMPARISON
        case s.Membership(value=value, items=items, negated=negated):
            listed = ", ".join(expression(i) for i in items)
            word = "not in" if negated else "in"
            return f"{_at(value, _FALLBACK)} {word} ({listed})", _COMPARISON
        case s.Presence(value=value, present=present):
            return f"{_at(value, _FALLBACK)} {'present' if present else 'missing'}", _COMPARISON
        case s.Default(value=value, alternative=other):
            return f"{_at(value, _FALLBACK)} default {_at(other, _ROUNDING)}", _FALLBACK
        case s.OnError(value=value, alternative=other):
            return f"{_at(value, _FALLBACK)} on error {_at(other, _ROUNDING)}", _FALLBACK
        case s.Rounded(value=value, mode=mode, step=step):
            return f"{_at(value, _ROUNDING)} rounded {mode.value} to {expression(step)}", _ROUNDING
        case s.Arithmetic(operator=operator, left=left, right=right):
            own, tighter = (_SUM, _PRODUCT) if operator in _ADDITIVE else (_PRODUCT, _UNARY)
            return f"{_at(left, own)} {operator.value} {_at(right, tighter)}", own
        case s.Negative(value=value):
            return f"-{_at(value, _UNARY)}", _UNARY
        case _:
            return _primary(node), _PRIMARY


def _primary(node: Any) -> str:
    match node:
        case s.Reference(name=name):
            return name
        case s.Now():
            return "now"
        case s.Inherited():
            return "inherited"
        case s.Omit():
            return "omit"
        case s.Clear():
            return "clear"
        case s.Reject(message=message):
            return f"reject {quoted(message)}"
        case s.Call(function=function, arguments=arguments):
            return f"{function.text}({', '.join(expression(a) for a in arguments)})"
        case s.Take(column=column, table=table, keys=keys):
            return f"take {column.text} from {table.text} for {_keys(keys)}"
        case s.DayBound(start=start, value=value, zone=zone):
            return f"{'start' if start else 'end'} of {_at(value, _PRIMARY)} in {zone}"
        case _:
            return literal(node)


def _keys(keys: tuple[s.Expression, ...]) -> str:
    plain = (s.Reference, s.Call, s.Text, s.Number, s.Money, s.Percent, s.Quantity, s.Date, s.YesNo)
    if len(keys) == 1 and isinstance(keys[0], plain):
        return expression(keys[0])
    return f"({', '.join(expression(k) for k in keys)})"


def literal(node: s.Literal) -> str:
    """A literal as it is typed."""
    match node:
        case s.Text():
            return quoted(node)
        case s.Number(value=value):
            return _number(value)
        case s.Money(amount=amount, currency=currency):
            return f"{_number(amount)} {currency}"
        case s.Percent(value=points):
            return f"{_number(points)}%"
        case s.Quantity(amount=amount, unit=unit):
            return f"{_number(amount)} {unit}"
        case s.Duration(amount=count, unit=unit):
            return f"{count} {unit.value}{'' if count == 1 else 's'}"
        case s.Date(value=day):
            return day.isoformat()
        case s.Instant(local=local, zone=zone):
            seconds = f":{local:%S}" if local.second else ""
            return f"{local:%Y-%m-%d %H:%M}{seconds} {zone}"
        case s.YesNo(value=value):
            return "yes" if value else "no"


def _number(value: Decimal) -> str:
    return f"{value:f}"


def quoted(text: s.Text) -> str:
    """A text in quotes, escapes written."""
    inner = text.value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'.replace("\n", "\\n").replace("\t", "\\t")
