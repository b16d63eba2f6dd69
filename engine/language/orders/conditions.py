"""Conditions about an order: names bound, and whether they hold as far as the order is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import Struct, structs

from engine.diagnostics.codes import actions as codes
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.binding import Binder
from engine.language.orders.naming import unknown_name
from engine.language.scope import Scope, parts_of
from engine.values.kinds import KindName

NOW, STATE = "now", "state"
UNKNOWN = object()  # not said here: a condition on it is not decided

Facts = Mapping[str, Any]
_Node = TypeVar("_Node")

_HAS_MEANING = (
    r.Constant
    | r.FieldValue
    | r.NowValue
    | r.Compute
    | r.Compare
    | r.OneOf
    | r.Present
    | r.Opposite
    | r.AllOf
    | r.AnyOf
)


class OrderBinder(Struct, frozen=True):
    """Binds conditions whose names with a capital are states."""

    scope: Scope
    states: Mapping[str, object]

    def condition(self, node: s.Expression) -> r.Bound:
        """`node` as a condition about an order; faults go to the scope's report."""
        bound = Binder(self.scope).condition(self._with_states(node))
        stack = [bound]
        while stack:
            part = stack.pop()
            if not isinstance(part, _HAS_MEANING) or _is_date_sum(part):
                self.scope.add(codes.NOT_ABOUT_ORDERS, part.span)
                break
            stack += parts_of(part)
        return bound

    def _with_states(self, node: _Node) -> _Node:
        """`node` with each state as the text that the order's state is compared with."""
        if isinstance(node, s.Reference) and node.name[:1].isupper():
            return s.Text(node.span, self._state(node))  # type: ignore[return-value]  # as good
        if isinstance(node, tuple):
            return tuple(self._with_states(item) for item in node)  # type: ignore[return-value]
        if not isinstance(node, s.Node):
            return node
        parts = structs.asdict(node)
        return structs.replace(
            node, **{name: self._with_states(part) for name, part in parts.items()}
        )

    def _state(self, node: s.Reference) -> str:
        if node.name in self.states:
            return node.name
        unknown_name(self.scope.report, s.Name(node.span, node.name), STATE, self.states)
        return next(iter(self.states), node.name)  # one that is known: one message is enough


def _is_date_sum(part: r.Bound) -> bool:
    """Whether it computes something else than an instant some time away from another."""
    if not isinstance(part, r.Compute):
        return False
    away = part.right
    exact = away.kind.name is KindName.DURATION and not away.kind.calendar
    return part.kind.name is not KindName.INSTANT or not exact


def fields_in(conditions: Iterable[r.Bound | None]) -> frozenset[str]:
    """The names of the fields that conditions look at."""
    found: set[str] = set()
    stack = [c for c in conditions if c is not None]
    while stack:
        part = stack.pop()
        if isinstance(part, r.FieldValue):
            found.add(part.field.name)
        stack += parts_of(part)
    return frozenset(found)


def holds(condition: r.Bound | None, facts: Facts) -> bool | None:
    """Whether `condition` holds; None where the facts do not tell. No condition always holds."""
    if condition is None:
        return True
    value = _value(condition, facts)
    return value if isinstance(value, bool) else None


def _value(node: r.Bound, facts: Facts) -> Any:
    match node:
        case r.Constant(value=value):
            return value
        case r.FieldValue(field=found):
            return facts.get(found.name)
        case r.NowValue():
            return facts.get(NOW, UNKNOWN)
        case r.Compute(operator=operator, left=left, right=right):
            return _moved(operator, _value(left, facts), _value(right, facts))
        case r.Compare(comparator=comparator, left=left, right=right):
            return _compared(comparator, _value(left, facts), _value(right, facts))
        case r.OneOf(value=inner, items=items, negated=negated):
            wanted = _value(inner, facts)
            if wanted is None or wanted is UNKNOWN:
                return wanted
            return (wanted in [_value(item, facts) for item in items]) is not negated
        case r.Present(value=inner, present=present):
            value = _value(inner, facts)
            return UNKNOWN if value is UNKNOWN else (value is not None) is present
        case r.Opposite(condition=inner):
            value = _value(inner, facts)
            return not value if isinstance(value, bool) else value
        case r.AllOf(conditions=parts):
            return _all([_value(p, facts) for p in parts], ending=False)
        case r.AnyOf(conditions=parts):
            return _all([_value(p, facts) for p in parts], ending=True)
        case _:  # a condition that was refused when it was checked
            return None


def _all(values: list[Any], *, ending: bool) -> Any:
    """Three-valued and (`ending` no) or or (`ending` yes)."""
    if ending in values:
        return ending
    unsure = [v for v in values if not isinstance(v, bool)]
    return unsure[0] if unsure else not ending


def _moved(operator: s.Operator, left: Any, right: Any) -> Any:
    if not isinstance(left, datetime) or not isinstance(right, Decimal):
        return UNKNOWN if UNKNOWN in (left, right) else None
    step = timedelta(seconds=int(right))
    try:
        return left + step if operator is s.Operator.ADD else left - step
    except OverflowError:
        return left


_COMPARED: Mapping[s.Comparator, Callable[[Any, Any], bool]] = {
    s.Comparator.IS: lambda a, b: bool(a == b),
    s.Comparator.IS_NOT: lambda a, b: bool(a != b),
    s.Comparator.LESS: lambda a, b: bool(a < b),
    s.Comparator.LESS_EQUAL: lambda a, b: bool(a <= b),
    s.Comparator.GREATER: lambda a, b: bool(a > b),
    s.Comparator.GREATER_EQUAL: lambda a, b: bool(a >= b),
    s.Comparator.BEFORE: lambda a, b: bool(a < b),
    s.Comparator.AFTER: lambda a, b: bool(a > b),
}


def _compared(comparator: s.Comparator, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if UNKNOWN in (left, right):
        return UNKNOWN
    return _COMPARED[comparator](left, right)
