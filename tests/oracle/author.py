"""Writes random expressions: well-kinded, of bounded depth, never failing without `on error`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from oracle.feed import EUR, MASS, SOURCE
from oracle.words import (
    CONSTANT_ARGUMENTS,
    CONSTANTS,
    FUNCTIONS,
    KINDS,
    NUMERIC,
    SIZES,
    STEPS,
    TABLES,
    span,
)

from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language.syntax import Comparator, Operator, RoundingMode
from engine.language.vocabulary import Function
from engine.values.kinds import (
    DATE,
    DURATION,
    INSTANT,
    INTEGER,
    NOTHING,
    NUMBER,
    PERCENT,
    TEXT,
    YES_NO,
    Kind,
    KindName,
)

D = Decimal
MONTHS = Kind(KindName.DURATION, calendar=True)


@dataclass
class Author:
    """Writes rules with `draw`, knowing the names that are defined so far."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    names: list[r.LetValue | r.AttributeValue] = field(default_factory=list)
    line: int = 10

    def span(self) -> Span:
        """A line of its own."""
        self.line += 1
        return span(self.line)

    def pick(self, *options: Any) -> Any:
        """One of `options`; the first is the simplest."""
        return self.draw(st.sampled_from(options))

    def perhaps(self) -> bool:
        """Whether to write something more."""
        return bool(self.draw(st.booleans()))

    def made(
        self,
        form: Callable[..., Any],
        kind: Kind,
        *parts: r.Bound,
        missing: bool = False,
        fails: bool = False,
        **facts: Any,
    ) -> Any:
        """A node of `form`; it may be missing or fail as its `parts` may."""
        return form(
            self.span(),
            kind,
            missing or any(part.missing for part in parts),
            fails or any(part.fails for part in parts),
            **facts,
        )

    # --- leaves ---------------------------------------------------------------------------------

    def literal(self, kind: Kind, value: Any) -> r.Bound:
        """The literal `value`."""
        return self.made(r.Constant, kind, value=value)

    def constant(self, kind: Kind) -> r.Bound:
        """A literal of `kind`."""
        return self.literal(kind, self.pick(*CONSTANTS[kind.name]))

    def field_value(self, kind: Kind) -> r.Bound:
        """A field of `kind`."""
        named = (kind.name, KindName.CHOICE) if kind is TEXT else (kind.name,)
        one = self.pick(*(f for f in SOURCE.fields.values() if f.kind.name in named))
        return self.made(r.FieldValue, one.kind, missing=not one.required, field=one)

    def leaf(self, kind: Kind) -> r.Bound:
        """Something of `kind` without parts."""
        makers = []
        if kind is not DURATION:
            makers.append(lambda: self.field_value(kind))
        if kind.name in CONSTANTS:
            makers.append(lambda: self.constant(kind))
        named = [name for name in self.names if name.kind.name is kind.name and not name.fails]
        if named:
            makers.append(lambda: self.pick(*named))
        if kind is INSTANT:
            makers.append(lambda: self.made(r.NowValue, INSTANT))
        return self.pick(*makers)()

    def nothing(self) -> r.Bound:
        """`omit` or `reject "..."`."""
        if self.perhaps():
            return self.made(r.Omitted, NOTHING, missing=True)
        message = r.Template(self.span(), ("no",))
        return self.made(r.Rejected, NOTHING, message=message)

    # --- values ---------------------------------------------------------------------------------

    def value(self, kind: Kind, depth: int) -> r.Bound:
        """Something of `kind` that does not fail, at most `depth` deep."""
        make = self.pick(None, *self.forms(kind)) if depth > 0 else None
        if make is None:
            return self.leaf(kind)
        value = make(kind, depth - 1)
        return self.repaired(r.Repair.FAILURE, value, depth - 1) if value.fails else value

    def forms(self, kind: Kind) -> list[Callable[[Kind, int], r.Bound]]:
        """The ways to make a value of `kind` from others."""
        forms = [self.default, self.call, self.call]
        if kind.name in STEPS:
            forms += [self.sum, self.product, self.round, self.quotient, self.negative]
        if kind is YES_NO:
            forms += [self.compare, self.compare, self.compare, self.one_of, self.present]
            forms += [self.opposite, self.both, self.either]
        if kind in TABLES or kind is MASS:
            forms.append(self.take)
        if kind is INSTANT:
            forms.append(self.day_edge)
        if kind in (INSTANT, DATE):
            forms.append(self.later)
        if kind is DURATION:
            forms.append(self.between)
        return forms

    def alternative(self, kind: Kind, depth: int) -> r.Bound:
        """What stands after `default`, `on error`, `then`: a value, seldom nothing."""
        return self.nothing() if self.pick(0, 0, 0, 1) else self.value(kind, depth)

    def repaired(self, repair: r.Repair, value: r.Bound, depth: int) -> r.Bound:
        """`value default ...`, `value on error ...`."""
        other = self.alternative(value.kind, depth)
        by_default = repair is r.Repair.MISSING
        return self.made(
            r.Repaired,
            value.kind,
            missing=other.missing or (not by_default and value.missing),
            fails=by_default and value.fails,
            repair=repair,
            value=value,
            alternative=other,
        )

    def default(self, kind: Kind, depth: int) -> r.Bound:
        """`value default ...`; the value may fail."""
        make = self.pick(*self.forms(kind)) if depth > 0 else None
        value = make(kind, depth - 1) if make else self.leaf(kind)
        return self.repaired(r.Repair.MISSING, value, depth)

    def cases(self, kind: Kind, depth: int) -> r.Bound:
        """`when ... then ...`, as it may stand after `=`."""
        branches = tuple(
            r.Branch(self.value(YES_NO, depth), self.alternative(kind, depth), self.span())
            for _ in range(self.pick(1, 2))
        )
        otherwise = self.alternative(kind, depth)
        values = (*(branch.value for branch in branches), otherwise)
        return self.made(r.Choose, kind, *values, branches=branches, otherwise=otherwise)

    # --- numbers --------------------------------------------------------------------------------

    def compute(self, kind: Kind, operator: Operator, left: r.Bound, right: r.Bound) -> r.Bound:
        """`left operator right`."""
        fails = operator is Operator.DIVIDE and not isinstance(right, r.Constant)
        facts = {"operator": operator, "left": left, "right": right}
        return self.made(r.Compute, kind, left, right, fails=fails, **facts)

    def sum(self, kind: Kind, depth: int) -> r.Bound:
        """`a + b`, `a - b`."""
        operator = self.pick(Operator.ADD, Operator.SUBTRACT)
        return self.compute(kind, operator, self.value(kind, depth), self.value(kind, depth))

    def product(self, kind: Kind, depth: int) -> r.Bound:
        """`a * 120%`, `2 * a`."""
        factor = INTEGER if kind is INTEGER else self.pick(PERCENT, INTEGER, NUMBER)
        sides = [self.value(kind, depth), self.leaf(factor)]
        if self.perhaps():
            sides.reverse()
        return self.compute(kind, Operator.MULTIPLY, *sides)

    def quotient(self, kind: Kind, depth: int) -> r.Bound:
        """`a / b rounded half up to 0.01`; what was divided must be rounded before it is used."""
        return self.rounded(kind, self.divided(kind, depth))

    def divided(self, kind: Kind, depth: int) -> r.Bound:
        """`a / b`, and perhaps something added to it."""
        above, below = self.value(kind, depth), self.divisor(kind)
        kind = NUMBER if kind is INTEGER else kind
        value = self.compute(kind, Operator.DIVIDE, above, below)
        if self.perhaps():
            return value
        operator = self.pick(Operator.ADD, Operator.SUBTRACT, Operator.MULTIPLY)
        other = PERCENT if operator is Operator.MULTIPLY else kind
        return self.compute(kind, operator, value, self.leaf(other))

    def divisor(self, kind: Kind) -> r.Bound:
        """What a value of `kind` may be divided by, but for a literal 0."""
        by = INTEGER if kind is INTEGER else self.pick(INTEGER, NUMBER, PERCENT)
        divisor = self.leaf(by)
        zero = isinstance(divisor, r.Constant) and divisor.value == 0
        return self.literal(by, D(3)) if zero else divisor

    def negative(self, kind: Kind, depth: int) -> r.Bound:
        """`-a`."""
        value = self.value(kind, depth)
        return self.made(r.Negate, kind, value, value=value)

    def round(self, kind: Kind, depth: int) -> r.Bound:
        """`a rounded up to 0.05 EUR`."""
        return self.rounded(kind, self.value(kind, depth))

    def rounded(self, kind: Kind, value: r.Bound) -> r.Bound:
        """`value` rounded somehow."""
        mode, step = self.pick(*RoundingMode), self.pick(*STEPS[kind.name])
        return self.made(r.Round, kind, value, value=value, mode=mode, step=step)

    # --- conditions -----------------------------------------------------------------------------

    def compare(self, kind: Kind, depth: int) -> r.Bound:
        """`a < b`; a quotient by a literal need not be rounded there."""
        inner = self.pick(*NUMERIC, DATE, INSTANT, DURATION, TEXT, YES_NO)
        left, right = self.value(inner, depth), self.value(inner, depth)
        if inner in NUMERIC and inner is not INTEGER and self.pick(0, 0, 1):
            divisor = self.literal(INTEGER, self.pick(D(3), D(7), D(-2)))
            left = self.compute(inner, Operator.DIVIDE, left, divisor)
        some = (Comparator.IS, Comparator.IS_NOT)
        ordered = () if inner in (TEXT, YES_NO) else tuple(Comparator)[:4]
        facts = {"comparator": self.pick(*some, *ordered), "left": left, "right": right}
        return self.made(r.Compare, kind, left, right, **facts)

    def one_of(self, kind: Kind, depth: int) -> r.Bound:
        """`a in (...)`."""
        inner = self.pick(TEXT, INTEGER, EUR, DATE)
        value = self.value(inner, depth)
        items = tuple(self.constant(inner) for _ in range(self.pick(1, 2, 3)))
        return self.made(r.OneOf, kind, value, value=value, items=items, negated=self.perhaps())

    def present(self, kind: Kind, depth: int) -> r.Bound:
        """`a present`."""
        value = self.value(self.pick(*KINDS), depth)
        return self.made(r.Present, kind, value=value, present=self.perhaps())

    def opposite(self, kind: Kind, depth: int) -> r.Bound:
        """`not a`."""
        condition = self.value(YES_NO, depth)
        return self.made(r.Opposite, kind, condition, condition=condition)

    def both(self, kind: Kind, depth: int) -> r.Bound:
        """`a and b`."""
        parts = self._conditions(depth)
        return self.made(r.AllOf, kind, *parts, conditions=parts)

    def either(self, kind: Kind, depth: int) -> r.Bound:
        """`a or b`."""
        parts = self._conditions(depth)
        return self.made(r.AnyOf, kind, *parts, conditions=parts)

    def _conditions(self, depth: int) -> tuple[r.Bound, ...]:
        return tuple(self.value(YES_NO, depth) for _ in range(self.pick(2, 3)))

    # --- tables, time, functions ----------------------------------------------------------------

    def take(self, kind: Kind, depth: int) -> r.Bound:
        """`take value from table for brand`."""
        keys: tuple[r.Bound, ...] = (self.value(TEXT, depth),)
        table, column = (TABLES[kind], "value") if kind in TABLES else (SIZES, "weight")
        if table is SIZES:
            keys = (*keys, self.value(INTEGER, depth))
        return self.made(r.TakeFrom, kind, missing=True, table=table, column=column, keys=keys)

    def day_edge(self, kind: Kind, depth: int) -> r.Bound:
        """`start of day in Europe/Paris`."""
        day = self.value(DATE, depth)
        zone = self.pick("Europe/Paris", "UTC", "America/Sao_Paulo", "Pacific/Auckland")
        return self.made(r.DayEdge, kind, day, start=self.perhaps(), value=day, zone=zone)

    def later(self, kind: Kind, depth: int) -> r.Bound:
        """`day + 3 days`."""
        operator = self.pick(Operator.ADD, Operator.SUBTRACT)
        length = self.literal(DURATION, self.pick(D(86_400), D(259_200), D(604_800), D(5_400)))
        if self.pick(0, 0, 1):
            length = self.literal(MONTHS, self.pick(D(1), D(13)))
        return self.compute(kind, operator, self.value(kind, depth), length)

    def between(self, kind: Kind, depth: int) -> r.Bound:
        """`end - start`."""
        inner = self.pick(DATE, INSTANT)
        left, right = self.value(inner, depth), self.value(inner, depth)
        return self.compute(kind, Operator.SUBTRACT, left, right)

    def call(self, kind: Kind, depth: int) -> r.Bound:
        """A function of the library that gives `kind`."""
        fitting = [function for function in FUNCTIONS.values() if _gives(function, kind)]
        if not fitting:
            return self.leaf(kind)
        function = self.pick(*fitting)
        arguments = tuple(self._arguments(function, kind, depth))
        missing, fails = function.missing, function.fails
        return self.made(
            r.CallOf,
            kind,
            *arguments,
            missing=missing,
            fails=fails,
            function=function,
            arguments=arguments,
        )

    def _arguments(self, function: Function, kind: Kind, depth: int) -> list[r.Bound]:
        handed = list(self.pick(*CONSTANT_ARGUMENTS.get(function.name, ((),))))
        made: list[r.Bound] = []
        for parameter in function.parameters:
            if parameter.constant:
                if handed:
                    value = handed.pop(0)
                    made.append(self.literal(TEXT if isinstance(value, str) else INTEGER, value))
                continue
            inner = kind if kind.name in parameter.accepts else _first(parameter.accepts)
            count = self.pick(1, 2, 3) if parameter.repeated else 1
            made.extend(self.value(inner, depth) for _ in range(count))
        return made


def _gives(function: Function, kind: Kind) -> bool:
    if function.result:
        return function.result.name is kind.name
    values = [parameter for parameter in function.parameters if not parameter.constant]
    return all(kind.name in parameter.accepts for parameter in values)


def _first(accepts: frozenset[KindName]) -> Kind:
    return next(kind for kind in (TEXT, NUMBER, *KINDS) if kind.name in accepts)
