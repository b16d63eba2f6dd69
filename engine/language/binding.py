"""Expressions with their names bound and their kinds known; faults as diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes import periods, syntax, types
from engine.diagnostics.diagnostic import Help
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.alternatives import bind_choice, bind_repaired
from engine.language.arithmetic import bind_arithmetic, bind_negative, bind_rounded
from engine.language.calls import bind_call
from engine.language.comparisons import bind_comparison, bind_membership
from engine.language.facts import present_where
from engine.language.instants import instant_of, zone_fault
from engine.language.scope import (
    Scope,
    culprits,
    need_value,
    unbound,
)
from engine.language.takes import bind_take
from engine.language.unknown_names import (
    foreign_comparison,
    half_comparison,
    meant_default,
    unknown_value,
)
from engine.values.kinds import (
    DATE,
    INSTANT,
    INTEGER,
    NOTHING,
    NUMBER,
    PERCENT,
    TEXT,
    YES_NO,
    Kind,
    KindName,
    quantity,
)
from engine.values.kinds import money as money_in
from engine.values.units import dimension_of, in_base

SECONDS = {
    s.DurationUnit.MINUTE: 60,
    s.DurationUnit.HOUR: 3_600,
    s.DurationUnit.DAY: 86_400,
    s.DurationUnit.WEEK: 604_800,
    s.DurationUnit.MONTH: 1,  # calendar durations are counted in months
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
Facts = frozenset[str]


class Binder(Struct, frozen=True):
    """Binds expressions in `scope`, knowing that the names in `facts` are present.

    `wanted` is the kind of what takes the value: a name that nothing has may mean a value of it.
    """

    scope: Scope
    facts: Facts = frozenset()
    inherited: r.Bound | None = None
    wanted: Kind | None = None

    def knowing(self, facts: Facts) -> Binder:
        """The same, knowing more names to be present."""
        return Binder(self.scope, self.facts | facts, self.inherited, self.wanted)

    def wanting(self, kind: Kind | None) -> Binder:
        """The same, where a value of `kind` is wanted."""
        return Binder(self.scope, self.facts, self.inherited, kind)

    # --- expressions ----------------------------------------------------------------------------

    def bind(self, node: s.Expression) -> r.Bound:  # noqa: C901 - one arm for each node
        """`node` with its names bound."""
        match node:
            case s.Text() | s.Number() | s.Money() | s.Percent() | s.Quantity() | s.Duration():
                return self._literal(node)
            case s.Date(value=value):
                return r.Constant(node.span, DATE, missing=False, fails=False, value=value)
            case s.YesNo(value=value):
                return r.Constant(node.span, YES_NO, missing=False, fails=False, value=value)
            case s.Instant():
                return self._instant(node)
            case s.Reference():
                return self._reference(node)
            case s.Now():
                return r.NowValue(node.span, INSTANT, missing=False, fails=False)
            case s.Inherited():
                return self._inherited(node)
            case s.Omit():
                return r.Omitted(node.span, NOTHING, missing=True, fails=False)
            case s.Clear():
                return r.Cleared(node.span, NOTHING, missing=False, fails=False)
            case s.Reject(message=message):
                template = self.template(message)
                return r.Rejected(node.span, NOTHING, missing=False, fails=False, message=template)
            case s.Call():
                return bind_call(self.scope, node, self._each(*node.arguments))
            case s.Take():
                return bind_take(self.scope, node, self._each(*node.keys))
            case s.Arithmetic():
                return bind_arithmetic(self.scope, node, *self._each(node.left, node.right))
            case s.Negative():
                return bind_negative(self.scope, node, self.bind(node.value))
            case s.Comparison():
                if foreign_comparison(self.scope, node):
                    return unbound(node.span)
                left, right = self._beside(node.left, node.right)
                return bind_comparison(self.scope, node, left, right)
            case s.Membership():
                first, *items = self._beside(node.value, *node.items)
                return bind_membership(self.scope, node, first, tuple(items))
            case s.Presence(value=value, present=present):
                bound = self.bind(value)
                return r.Present(
                    node.span, YES_NO, missing=False, fails=False, value=bound, present=present
                )
            case s.Not(condition=inner):
                bound = self.condition(inner)
                return r.Opposite(node.span, YES_NO, bound.missing, bound.fails, bound)
            case s.And(left=left, right=right):
                facts = present_where(left, self.scope.lets)
                half = half_comparison(self.scope, node)
                both = (self.condition(left), self.knowing(facts).condition(right, half))
                return r.AllOf(
                    node.span,
                    YES_NO,
                    any(b.missing for b in both),
                    any(b.fails for b in both),
                    both,
                )
            case s.Or(
                left=s.Reference() as left,
                right=s.Omit() | s.Text() | s.Number() | s.Money() | s.Percent() | s.Quantity(),
            ) if meant_default(self.scope, node, self.bind(left)):
                return unbound(node.span)
            case s.Or(left=left, right=right):
                facts = present_where(left, self.scope.lets, holds=False)
                half = half_comparison(self.scope, node)
                both = (self.condition(left), self.knowing(facts).condition(right, half))
                return r.AnyOf(
                    node.span,
                    YES_NO,
                    any(b.missing for b in both),
                    any(b.fails for b in both),
                    both,
                )
            case s.Default() | s.OnError():
                return bind_repaired(self.scope, node, *self._each(node.value, node.alternative))
            case s.Rounded():
                return bind_rounded(self.scope, node, *self._each(node.value, node.step))
            case s.DayBound():
                return self._day_edge(node)

    def _each(self, *nodes: s.Expression) -> tuple[r.Bound, ...]:
        return tuple(self.bind(node) for node in nodes)

    def _beside(self, first: s.Expression, *others: s.Expression) -> tuple[r.Bound, ...]:
        """A value, and what it is compared with: of its kind."""
        bound = self.wanting(None).bind(first)
        return (bound, *self.wanting(bound.kind)._each(*others))  # noqa: SLF001 - its own

    def value(self, node: s.Value) -> r.Bound:
        """`node`, an expression or cases, with its names bound."""
        return self._cases(node) if isinstance(node, s.Cases) else self.bind(node)

    def condition(self, node: s.Expression, helps: Iterable[Help] = ()) -> r.Bound:
        """`node` as a condition: yes or no; `helps` for where it is none."""
        bound = self.wanting(YES_NO).bind(node)
        if bound.kind.name not in (KindName.YES_NO, KindName.ERROR):
            facts = {"found": str(bound.kind)}
            helps = [*helps] or [Help("compare it: `is`, `<`, `in (...)`, or ask `present`")]
            self.scope.add(types.NO_CONDITION, node.span, facts=facts, helps=helps)
            return unbound(node.span)
        return bound

    def template(self, message: s.Text) -> r.Template:
        """A sentence with the values named in {braces}."""
        parts: list[str | r.Bound] = []
        at = 0
        begin = message.span.start
        for found in _PLACEHOLDER.finditer(message.value):
            parts.append(message.value[at : found.start()])
            span = self._placeholder(message.span, begin, found[1])
            begin = span.end
            parts.append(self._named(span, found[1].strip()))
            at = found.end()
        parts.append(message.value[at:])
        return r.Template(message.span, tuple(p for p in parts if p != ""))

    def _placeholder(self, message: Span, begin: int, name: str) -> Span:
        """Where `{name}` stands in the text as typed, from the offset `begin` on; less its braces."""
        source = self.scope.report.sources.get(message.file)
        at = source.text.find("{" + name + "}", begin, message.end) if source else -1
        return source.span(at + 1, at + 1 + len(name)) if source and at >= 0 else message

    def _named(self, span: Span, name: str) -> r.Bound:
        """The value that a sentence names."""
        if name:
            return self._reference(s.Reference(span, name))
        what = "the name of a value"
        helps = [Help("write a field, a `let` or an attribute between the braces: `{Price}`")]
        self.scope.add(syntax.MISSING_PART, span, facts={"what": what}, helps=helps)
        return unbound(span)

    # --- leaves ---------------------------------------------------------------------------------

    def _literal(
        self, node: s.Text | s.Number | s.Money | s.Percent | s.Quantity | s.Duration
    ) -> r.Bound:
        kind: Kind
        value: r.Scalar
        match node:
            case s.Text(value=text):
                kind, value = TEXT, text
            case s.Number(value=number):
                kind, value = (INTEGER if number == number.to_integral_value() else NUMBER), number
            case s.Money(amount=amount, currency=currency):
                kind, value = money_in(currency), amount
            case s.Percent(value=points):
                kind, value = PERCENT, points / 100
            case s.Quantity(amount=amount, unit=unit):
                kind, value = quantity(dimension_of(unit) or ""), in_base(amount, unit)
            case s.Duration(amount=count, unit=duration):
                calendar = duration is s.DurationUnit.MONTH
                kind = Kind(KindName.DURATION, calendar=calendar)
                value = Decimal(count * SECONDS[duration])
        return r.Constant(node.span, kind, missing=False, fails=False, value=value)

    def _instant(self, node: s.Instant) -> r.Bound:
        instant, faults = instant_of(node)
        self.scope.report.extend(faults)
        if instant is None:
            return unbound(node.span)
        return r.Constant(node.span, INSTANT, missing=False, fails=False, value=instant)

    def _reference(self, node: s.Reference) -> r.Bound:
        if node.name[:1].isupper():
            return self._attribute_reference(node)
        let = self.scope.let(node.name)
        if let is not None:
            lacking = culprits(let, self.scope)
            still = any(c is None or c not in self.facts for c in lacking)
            missing_now = let.missing and (still or not lacking) and node.name not in self.facts
            return r.LetValue(node.span, let.kind, missing_now, fails=False, name=node.name)
        field_ = self.scope.source.fields.get(node.name)
        if field_ is not None:
            missing_now = not field_.required and node.name not in self.facts
            return r.FieldValue(node.span, field_.kind, missing_now, fails=False, field=field_)
        milestone = self.scope.milestones.get(node.name)
        if milestone is not None:
            return self._milestone(node, milestone)
        if node.name in self.scope.lost:
            return unbound(node.span)
        unknown_value(self.scope, node, self.wanted)
        return unbound(node.span)

    def _milestone(self, node: s.Reference, milestone: r.MilestoneRules) -> r.Bound:
        if milestone.at is None:
            self.scope.leans_on.add(milestone.name)
            # Not reached at any instant that can be asked for.
            far = datetime.max.replace(tzinfo=UTC)
            return r.Constant(node.span, INSTANT, missing=False, fails=False, value=far)
        return r.Constant(node.span, INSTANT, missing=False, fails=False, value=milestone.at)

    def _attribute_reference(self, node: s.Reference) -> r.Bound:
        attribute = self.scope.vocabulary.attributes.get(node.name)
        if attribute is None:
            unknown_value(self.scope, node, self.wanted)
            return unbound(node.span)
        bound = self.scope.attribute(node.name)
        if bound is None and node.name in self.scope.lost:
            return unbound(node.span)
        if bound is None:  # never set on this channel: always omitted
            return r.AttributeValue(
                node.span, attribute.kind, missing=True, fails=False, name=node.name
            )
        maybe = bound.missing and node.name not in self.facts
        return r.AttributeValue(node.span, attribute.kind, maybe, fails=False, name=node.name)

    def _inherited(self, node: s.Inherited) -> r.Bound:
        if self.inherited is None:
            what = "`inherited` has a meaning only in an override of something that is set"
            self.scope.add(periods.OVERRIDES_NOTHING, node.span, facts={"what": what})
            return unbound(node.span)
        return self.inherited

    def _day_edge(self, node: s.DayBound) -> r.Bound:
        value = self.bind(node.value)
        fault = zone_fault(node.zone, node.zone_span)
        if fault:
            self.scope.report.add(fault)
        if value.kind.name not in (KindName.DATE, KindName.ERROR):
            facts: dict[str, Any] = {
                "name": "start of / end of",
                "wanted": "a date",
                "found": str(value.kind),
            }
            self.scope.add(types.WRONG_VALUE, node.value.span, facts=facts)
            return unbound(node.span)
        if fault:
            return unbound(node.span)
        return r.DayEdge(
            node.span, INSTANT, value.missing, value.fails, node.start, value, node.zone
        )

    def _cases(self, node: s.Cases) -> r.Bound:
        binder = self
        branches = []
        for case in node.cases:
            condition = binder.condition(case.condition)
            need_value(self.scope, condition)
            inside = binder.knowing(present_where(case.condition, self.scope.lets))
            branches.append(r.Branch(condition, inside.bind(case.value), case.span))
            binder = binder.knowing(present_where(case.condition, self.scope.lets, holds=False))
        if node.otherwise is None:
            otherwise: r.Bound = r.Omitted(node.span, NOTHING, missing=True, fails=False)
        else:
            otherwise = binder.bind(node.otherwise)
        return bind_choice(self.scope, node.span, tuple(branches), otherwise)
