"""Likely slips with money: a missing `%`, rounding twice, VAT on a price that includes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from engine.diagnostics.codes import money as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement
from engine.language import ruleset as r
from engine.language.analyses.keys import key
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.study import Findings, Study, merged
from engine.language.analyses.terms import roots_of, subterms
from engine.language.syntax import Operator, RoundingMode
from engine.values.kinds import KindName

_PLAIN = (KindName.NUMBER, KindName.INTEGER)
# Words in the names of what is a share of a price, in the languages that merchants write in.
_SHARES = frozenset(
    {"vat", "tva", "tax", "taxe", "rate", "taux", "percent", "pourcent"}
    | {"discount", "remise", "margin", "marge", "commission"}
)
_PRICES = frozenset({"price", "prix"})
_VAT = frozenset({"vat", "tva"})
# Rates that no one multiplies a price by: as a factor they are a rate without its sign.
_RATES = (Decimal(20), Decimal("5.5"), Decimal("8.5"), Decimal("2.1"))


def check_money(study: Study) -> list[Diagnostic]:
    """Report slips that give a price of the right kind and the wrong size."""
    findings = Findings()
    for known in study.slices:
        for step in known.rules.steps:
            for diagnostic in _percents(step):
                findings.add("percent", diagnostic.span, diagnostic)
            for diagnostic in _vat_left_out(known, step):
                findings.add("without", diagnostic.span, diagnostic)
        for value in known.terms:
            if isinstance(value, r.Round):
                findings.add("rounded", value.span, _rounded_twice(study, known, value))
            if isinstance(value, r.Compute) and value.operator is Operator.MULTIPLY:
                findings.add("vat", value.span, _vat_twice(known, value))
    return merged(findings.everywhere())


def words_of(name: str) -> frozenset[str]:
    """The words of a name: `vat_rate` and `VatRate` are `vat` and `rate`."""
    return frozenset(w.lower() for w in re.findall(r"[A-ZÀ-Þ]?[^\W\dA-ZÀ-Þ_]+|[A-ZÀ-Þ]+", name))


# --- M305 ---------------------------------------------------------------------------------------


def _percents(step: r.Step) -> Iterator[Diagnostic]:
    """Numbers that multiply a price and are likely meant as percent."""
    words = words_of(_name_of(step))
    share = bool(words & _SHARES) and not words & _PRICES
    for root in roots_of(step):
        for value in subterms(root):
            if isinstance(value, r.Compute) and value.operator is Operator.MULTIPLY:
                factor = _factor(value, any_number=share)
                if factor is not None:
                    yield _likely_percent(factor)
            elif isinstance(value, r.Compute) and value.operator in (
                Operator.ADD,
                Operator.SUBTRACT,
            ):
                yield from _added_share(value)


def _name_of(step: r.Step) -> str:
    match step:
        case r.LetStep(name=name):
            return name
        case r.AttributeStep(attribute=attribute):
            return attribute.name
        case _:
            return ""


def _factor(value: r.Compute, *, any_number: bool) -> r.Constant | None:
    """The number that multiplies money, where it looks like a rate."""
    for amount, factor in ((value.left, value.right), (value.right, value.left)):
        if (
            amount.kind.name is KindName.MONEY
            and not isinstance(amount, r.Constant)
            and isinstance(factor, r.Constant)
            and factor.kind.name in _PLAIN
            and isinstance(factor.value, Decimal)
            and (factor.value in _RATES or (any_number and 2 <= factor.value < 100))
        ):
            return factor
    return None


def _added_share(value: r.Compute) -> Iterator[Diagnostic]:
    """`price + price * 20`: nobody adds the twentyfold of a price to it."""
    if not isinstance(value.right, r.Compute) or value.right.operator is not Operator.MULTIPLY:
        return
    factor = _factor(value.right, any_number=True)
    whole = key(value.left)
    if factor is not None and whole in (key(value.right.left), key(value.right.right)):
        yield _likely_percent(factor)


def _likely_percent(factor: r.Constant) -> Diagnostic:
    text = f"{factor.value}"
    edit = Replacement(factor.span, f"{text}%")
    helps = [Help(f"write `{text}%`", EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(codes.LIKELY_PERCENT, factor.span, text=text, helps=helps)


# --- M306 ---------------------------------------------------------------------------------------


def _rounded_twice(study: Study, known: Knowledge, value: r.Round) -> Diagnostic | None:
    """What was rounded already and is rounded again, where the result can differ."""
    inner = value.value
    if isinstance(inner, r.Round):
        span = study.part(value.span, inner.value.span.end, inner.span.end)
        brackets = study.text(span)
        kept = brackets[: len(brackets) - len(brackets.lstrip(" )"))].rstrip()
        edit = Replacement(study.part(span, span.start + len(kept), span.end), "")
        helps = [Help("round once, at the end", EditLevel.CHOICE, (edit,))]
        return Diagnostic.of(codes.ROUNDED_TWICE, value.span, helps=helps)
    named = known.definition(inner) if isinstance(inner, r.LetValue) else None
    if isinstance(named, r.Round) and _differs(named, value):
        labels = [Label(named.span, "rounded here first")]
        return Diagnostic.of(codes.ROUNDED_TWICE, value.span, labels=labels)
    return None


def _differs(first: r.Round, second: r.Round) -> bool:
    """Whether rounding `first` can change what `second` gives."""
    fine = Fraction(second.step) % Fraction(first.step) == 0
    same = fine and first.mode is second.mode and first.mode is not RoundingMode.HALF_UP
    return not same and Fraction(first.step) != Fraction(second.step)


# --- M308 ---------------------------------------------------------------------------------------


def _vat_twice(known: Knowledge, value: r.Compute) -> Diagnostic | None:
    """`price_with_vat * (100% + vat_rate)`."""
    for amount, factor in ((value.left, value.right), (value.right, value.left)):
        price = known.resolved(amount)
        if isinstance(price, r.FieldValue) and price.field.tax_included and _adds_vat(factor):
            labels = [Label(price.field.place, "said here")] if price.field.place.file else []
            name = price.field.name
            return Diagnostic.of(codes.VAT_TWICE, value.span, name=name, labels=labels)
    return None


def _adds_vat(factor: r.Bound) -> bool:
    """Whether `factor` is `100% + vat`, by the name of what is added."""
    if not isinstance(factor, r.Compute) or factor.operator is not Operator.ADD:
        return False
    sides = (factor.left, factor.right)
    whole = any(isinstance(x, r.Constant) and x.value == 1 for x in sides)
    names = [_called(x) for x in sides]
    return whole and any(words_of(name) & _VAT for name in names)


def _called(value: r.Bound) -> str:
    match value:
        case r.FieldValue(field=field):
            return field.name
        case r.LetValue(name=name) | r.AttributeValue(name=name):
            return name
        case _:
            return ""


# --- M310 ---------------------------------------------------------------------------------------


def _vat_left_out(known: Knowledge, step: r.Step) -> Iterator[Diagnostic]:
    """`Price = price_excl_vat`, also rounded or as one of several cases."""
    if not (isinstance(step, r.AttributeStep) and step.attribute.tax_included):
        return
    for value in _alternatives(step.value):
        price = known.resolved(value)
        if isinstance(price, r.FieldValue) and price.field.tax_included is False:
            field, attribute = price.field, step.attribute.name
            labels = [Label(field.place, "said here")] if field.place.file else []
            says = "add it: `* (100% + RATE)`, and round to 0.01 EUR"
            yield Diagnostic.of(
                codes.VAT_LEFT_OUT,
                value.span,
                name=field.name,
                attribute=attribute,
                labels=labels,
                helps=[Help(says)],
            )


def _alternatives(value: r.Bound) -> Iterator[r.Bound]:
    """The values that `value` may be, as they are before they are rounded."""
    match value:
        case r.Round(value=inner):
            yield from _alternatives(inner)
        case r.Repaired(value=inner, alternative=other):
            yield from _alternatives(inner)
            yield from _alternatives(other)
        case r.Choose(branches=branches, otherwise=otherwise):
            for branch in branches:
                yield from _alternatives(branch.value)
            yield from _alternatives(otherwise)
        case _:
            yield value
