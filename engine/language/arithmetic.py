"""Arithmetic and rounding: whether the operands fit together, and the kind of the result."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.diagnostics.codes import dates, money, types
from engine.diagnostics.diagnostic import EditLevel, Help, Label, Replacement
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.kinding import arithmetic_kind, is_zero, same_family
from engine.language.scope import Scope, choices_of, typed, unbound
from engine.values.kinds import INTEGER, Kind, KindName

_TEXTS = {KindName.TEXT, KindName.CHOICE}
_DAY = 86_400


def bind_arithmetic(scope: Scope, node: s.Arithmetic, left: r.Bound, right: r.Bound) -> r.Bound:
    """A sum, difference, product or quotient, if its operands fit together."""
    kind = arithmetic_kind(node.operator, left.kind, right.kind)
    if kind is None and node.operator in (s.Operator.ADD, s.Operator.SUBTRACT):
        kind = right.kind if is_zero(left) else left.kind if is_zero(right) else None
    if kind is None:
        _bad_operands(scope, node, left.kind, right.kind)
        return unbound(node.span)
    if left.kind.name is KindName.DATE and _hours(right):
        helps = [
            Help("a date has no hours: make it an instant with `start of ... in Europe/Paris`")
        ]
        facts: dict[str, Any] = {"left": "a date", "right": "hours", "combined": "combined"}
        scope.add(types.WRONG_OPERANDS, node.span, facts=facts, helps=helps)
        return unbound(node.span)
    by_zero = node.operator is s.Operator.DIVIDE and not (
        isinstance(right, r.Constant) and right.value != 0
    )
    return r.Compute(
        node.span,
        kind,
        left.missing or right.missing,
        left.fails or right.fails or by_zero,
        node.operator,
        left,
        right,
    )


def _percent(number: s.Number) -> Help:
    """The help that makes a percentage of a plain number; beside one, 1 stands for the whole."""
    text = "100%" if number.value == 1 else f"{number.value}%"
    return Help(f"write `{text}`", EditLevel.CHOICE, (Replacement(number.span, text),))


def _share_of(scope: Scope, node: s.Arithmetic) -> list[Help]:
    """`price - 10%` is `price * 90%`: a share of what it is taken from is a factor."""
    if not isinstance(node.right, s.Percent) or node.operator not in (
        s.Operator.ADD,
        s.Operator.SUBTRACT,
    ):
        return []
    rate = node.right.value if node.operator is s.Operator.ADD else -node.right.value
    whole = typed(scope, node.left.span)
    text = f"({whole})" if isinstance(node.left, s.Arithmetic) else whole
    return choices_of(node.span, f"{text} * {100 + rate}%")


def bind_negative(scope: Scope, node: s.Negative, value: r.Bound) -> r.Bound:
    """The opposite of a number."""
    if not value.kind.numeric and value.kind.name is not KindName.ERROR:
        facts: dict[str, Any] = {"left": "a minus sign", "right": str(value.kind)}
        facts["combined"] = "combined"
        scope.add(types.WRONG_OPERANDS, node.span, facts=facts)
        return unbound(node.span)
    if isinstance(value, r.Constant) and isinstance(value.value, Decimal):
        return r.Constant(node.span, value.kind, missing=False, fails=False, value=-value.value)
    return r.Negate(node.span, value.kind, value.missing, value.fails, value)


def bind_rounded(scope: Scope, node: s.Rounded, value: r.Bound, step: r.Bound) -> r.Bound:
    """A number rounded to a step of its own kind."""
    if KindName.ERROR in (value.kind.name, step.kind.name):
        return unbound(node.span)
    fault = None
    if not isinstance(step, r.Constant) or not isinstance(step.value, Decimal) or step.value <= 0:
        fault = "a step is a number above 0, written out"
    elif not same_family(value.kind, step.kind):
        fault = f"it is {step.kind}, and the value is {value.kind}"
    if fault or not isinstance(step, r.Constant) or not isinstance(step.value, Decimal):
        text = f"0.01 {value.kind.currency}" if value.kind.currency else "0.01"
        edit = Replacement(node.step.span, text)
        helps = [Help(f"write `{text}`", EditLevel.CHOICE, (edit,))]
        scope.add(money.ROUNDING_STEP, node.step.span, facts={"fault": fault or ""}, helps=helps)
        return unbound(node.span)
    kind = value.kind
    if kind.name is KindName.NUMBER and step.value == step.value.to_integral_value():
        kind = INTEGER
    return r.Round(node.span, kind, value.missing, value.fails, value, node.mode, step.value)


def _hours(value: r.Bound) -> bool:
    """Whether `value` is a literal duration that is no number of days."""
    known = isinstance(value, r.Constant) and isinstance(value.value, Decimal)
    return known and not value.kind.calendar and value.value % _DAY != 0  # type: ignore[attr-defined]


def _bad_operands(scope: Scope, node: s.Arithmetic, left: Kind, right: Kind) -> None:
    facts: dict[str, Any] = {
        "left": str(left),
        "right": str(right),
        "combined": f"combined by `{node.operator.value}`",
    }
    labels = [Label(node.left.span, str(left)), Label(node.right.span, str(right))]
    code = types.WRONG_OPERANDS
    helps = []
    if left.name is right.name is KindName.MONEY:
        code = money.TWO_CURRENCIES if left.currency != right.currency else money.MONEY_TIMES_MONEY
        helps = [Help("use a number or a percentage for one of them: `2`, `120%`")]
        if code is money.TWO_CURRENCIES:
            helps = [Help("bring both amounts into one currency before they reach the feed")]
    elif left.name is right.name is KindName.QUANTITY and left.dimension != right.dimension:
        code = money.UNITS_DIFFER
    elif left.name is right.name is KindName.DURATION and left.calendar != right.calendar:
        code = dates.MONTHS_AND_DAYS
        helps = [Help("write both in days, or both in months")]
    elif {left.name, right.name} & _TEXTS and node.operator is s.Operator.ADD:
        helps = [Help('texts are put together with `join_texts("", first, second)`')]
    elif KindName.PERCENT in (left.name, right.name):
        helps = [_percent(one) for one in (node.left, node.right) if isinstance(one, s.Number)]
        helps += _share_of(scope, node) if left.numeric else []
    elif currency := left.currency or right.currency:
        plain = [one for one in (node.left, node.right) if isinstance(one, s.Number)]
        helps = [h for n in plain for h in choices_of(n.span, f"{n.value} {currency}")]
    scope.add(code, node.span, facts=facts, labels=labels, helps=helps)
