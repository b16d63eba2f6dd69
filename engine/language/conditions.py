"""Cells of decision tables as conditions on the column's value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.diagnostics.codes import types
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.comparisons import comparable, in_its_list
from engine.values.kinds import YES_NO, KindName

if TYPE_CHECKING:
    from engine.language.binding import Binder


def cell_condition(binder: Binder, value: r.Bound, cell: s.ConditionCell) -> r.Bound | None:
    """The condition that `cell` puts on `value`; None where it fits always.

    A value that is missing fits no cell but `missing` and `any`.
    """
    match cell:
        case s.AnyCell():
            return None
        case s.MissingCell(span=span):
            return r.Present(span, YES_NO, missing=False, fails=False, value=value, present=False)
        case s.PresentCell(span=span):
            return r.Present(span, YES_NO, missing=False, fails=False, value=value, present=True)
        case s.TestCell(span=span, comparator=comparator, value=bound):
            return _compared(binder, span, comparator, value, bound)
        case s.RangeCell(span=span, low=low, high=high):
            parts = (
                _compared(binder, span, s.Comparator.GREATER_EQUAL, value, low),
                _compared(binder, span, s.Comparator.LESS_EQUAL, value, high),
            )
            return r.AllOf(span, YES_NO, missing=False, fails=False, conditions=parts)
        case s.ListCell(span=span, items=items):
            bound_items = tuple(_item(binder, value, i) for i in items)
            return r.OneOf(span, YES_NO, False, False, value, bound_items, False)  # noqa: FBT003
        case s.NotCell(span=span, cell=inner):
            condition = cell_condition(binder, value, inner)
            if condition is None:
                return r.Present(
                    span, YES_NO, missing=False, fails=False, value=value, present=False
                )
            return r.Opposite(span, YES_NO, missing=False, fails=False, condition=condition)


def _compared(
    binder: Binder,
    span: Span,
    comparator: s.Comparator,
    value: r.Bound,
    other: s.Expression,
) -> r.Bound:
    if comparator is s.Comparator.BEFORE:
        comparator = s.Comparator.LESS
    elif comparator is s.Comparator.AFTER:
        comparator = s.Comparator.GREATER
    bound = binder.wanting(value.kind).bind(other)
    comparable(binder.scope, span, value, bound)
    return r.Compare(span, YES_NO, False, False, comparator, value, bound)  # noqa: FBT003


def _item(binder: Binder, value: r.Bound, node: s.Expression) -> r.Bound:
    bound = binder.wanting(value.kind).bind(node)
    if comparable(binder.scope, node.span, value, bound):
        in_its_list(binder.scope, bound, value)
    if bound.kind.name is KindName.YES_NO and value.kind.name is not KindName.YES_NO:
        facts: dict[str, Any] = {
            "name": "this column",
            "wanted": str(value.kind),
            "found": "yes/no",
        }
        binder.scope.add(types.WRONG_VALUE, node.span, facts=facts)
    return bound
