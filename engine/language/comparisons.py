"""Comparisons: whether the two sides can be compared, and can ever be equal."""

from __future__ import annotations

from typing import Any

from engine.diagnostics.codes import dates, money, types
from engine.diagnostics.diagnostic import Help, Label
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.conversions import made_into
from engine.language.kinding import is_zero, same_family
from engine.language.scope import Scope, choices_of, name_of, not_in_list, typed, unbound
from engine.values.kinds import YES_NO, KindName

_PLAIN = r.FieldValue | r.LetValue | r.Constant


def bind_comparison(scope: Scope, node: s.Comparison, left: r.Bound, right: r.Bound) -> r.Bound:
    """A comparison, if its sides can be compared."""
    comparator = {
        s.Comparator.BEFORE: s.Comparator.LESS,
        s.Comparator.AFTER: s.Comparator.GREATER,
    }.get(node.comparator, node.comparator)
    if not comparable(scope, node.span, left, right):
        return unbound(node.span)
    ordered = comparator not in (s.Comparator.IS, s.Comparator.IS_NOT)
    if ordered and left.kind.name in (
        KindName.TEXT,
        KindName.CHOICE,
        KindName.YES_NO,
        KindName.LIST,
    ):
        facts: dict[str, Any] = {
            "left": str(left.kind),
            "right": str(right.kind),
            "combined": f"ordered by `{node.comparator.value}`",
        }
        scope.add(types.WRONG_OPERANDS, node.span, facts=facts)
        return unbound(node.span)
    in_its_list(scope, left, right)
    in_its_list(scope, right, left)
    missing_ = left.missing or right.missing
    return r.Compare(
        node.span, YES_NO, missing_, left.fails or right.fails, comparator, left, right
    )


def bind_membership(
    scope: Scope, node: s.Membership, value: r.Bound, items: tuple[r.Bound, ...]
) -> r.Bound:
    """Whether a value is one of a list, if it can be compared with each."""
    for item in items:
        if not comparable(scope, item.span, value, item):
            return unbound(node.span)
        in_its_list(scope, item, value)
    missing_ = value.missing or any(i.missing for i in items)
    return r.OneOf(node.span, YES_NO, missing_, value.fails, value, items, node.negated)


def comparable(scope: Scope, span: Span, left: r.Bound, right: r.Bound) -> bool:
    """Whether the two can be compared; reports at `span` where not."""
    if KindName.ERROR in (left.kind.name, right.kind.name):
        return True
    if same_family(left.kind, right.kind) or is_zero(left) or is_zero(right):
        return True
    pair = {left.kind.name, right.kind.name}
    labels = [Label(left.span, str(left.kind)), Label(right.span, str(right.kind))]
    facts: dict[str, Any] = {
        "left": str(left.kind),
        "right": str(right.kind),
        "combined": "compared",
    }
    code = types.WRONG_OPERANDS
    helps: list[Help] = []
    if pair == {KindName.DATE, KindName.INSTANT}:
        code = dates.DATE_AND_INSTANT
        day = left if left.kind.name is KindName.DATE else right
        text = typed(scope, day.span)
        edges = (f"start of {text} in Europe/Paris", f"end of {text} in Europe/Paris")
        helps = choices_of(day.span, *(edges if isinstance(day, _PLAIN) else ()))
        helps = helps or [Help("write `start of (...) in Europe/Paris`, or `end of (...)`")]
    elif pair == {KindName.DURATION}:
        code = dates.MONTHS_AND_DAYS
        helps = [Help("write both in days, or both in months")]
    elif pair == {KindName.MONEY}:
        code = money.TWO_CURRENCIES
    elif pair == {KindName.QUANTITY}:
        code = money.UNITS_DIFFER
    elif isinstance(right, r.Constant):
        helps = made_into(scope, right, left.kind, left)
    elif isinstance(left, r.Constant):
        helps = made_into(scope, left, right.kind, right)
    else:
        helps = made_into(scope, right, left.kind) or made_into(scope, left, right.kind)
    scope.add(code, span, facts=facts, labels=labels, helps=helps)
    return False


def in_its_list(scope: Scope, value: r.Bound, of: r.Bound) -> None:
    """A text compared with one of a list must be in the list, or the test is a silent no."""
    if not (isinstance(value, r.Constant) and isinstance(value.value, str)) or not of.kind.choices:
        return
    if value.kind.name is KindName.TEXT and value.value not in of.kind.choices:
        not_in_list(scope, value, name_of(of), of.kind)
