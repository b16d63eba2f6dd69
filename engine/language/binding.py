"""Expressions with their names bound and their kinds known; faults as diagnostics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.diagnostics.codes import dates, missing, money, names, periods, types
from engine.diagnostics.diagnostic import EditLevel, Help, Label, Replacement
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.calls import bind_call
from engine.language.facts import present_where
from engine.language.instants import instant_of, zone_fault
from engine.language.kinding import arithmetic_kind, common_kind, is_zero, same_family
from engine.language.scope import (
    Scope,
    covers,
    culprits,
    name_of,
    need_value,
    not_in_list,
    unknown_attribute,
)
from engine.language.suggestions import did_you_mean
from engine.values.kinds import (
    DATE,
    ERROR,
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


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds expressions in `scope`, knowing that the names in `facts` are present."""

    scope: Scope
    facts: Facts = frozenset()
    inherited: r.Bound | None = None

    def knowing(self, facts: Facts) -> Binder:
        """The same, knowing more names to be present."""
        return Binder(self.scope, self.facts | facts, self.inherited)

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
                return bind_call(self.scope, node, tuple(self.bind(a) for a in node.arguments))
            case s.Take():
                return self._take(node)
            case s.Arithmetic():
                return self._arithmetic(node)
            case s.Negative():
                return self._negative(node)
            case s.Comparison():
                return self._comparison(node)
            case s.Membership():
                return self._membership(node)
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
                both = (self.condition(left), self.knowing(facts).condition(right))
                return r.AllOf(
                    node.span,
                    YES_NO,
                    any(b.missing for b in both),
                    any(b.fails for b in both),
                    both,
                )
            case s.Or(left=left, right=right):
                facts = present_where(left, self.scope.lets, holds=False)
                both = (self.condition(left), self.knowing(facts).condition(right))
                return r.AnyOf(
                    node.span,
                    YES_NO,
                    any(b.missing for b in both),
                    any(b.fails for b in both),
                    both,
                )
            case s.Default() | s.OnError():
                return self._repaired(node)
            case s.Rounded():
                return self._rounded(node)
            case s.DayBound():
                return self._day_edge(node)

    def value(self, node: s.Value) -> r.Bound:
        """`node`, an expression or cases, with its names bound."""
        return self._cases(node) if isinstance(node, s.Cases) else self.bind(node)

    def condition(self, node: s.Expression) -> r.Bound:
        """`node` as a condition: yes or no."""
        bound = self.bind(node)
        if bound.kind.name not in (KindName.YES_NO, KindName.ERROR):
            helps = [Help("compare it: `is`, `<`, `in (...)`, or ask `present`")]
            self.scope.add(
                types.NO_CONDITION, node.span, facts={"found": str(bound.kind)}, helps=helps
            )
            return self.error(node.span)
        return bound

    def template(self, message: s.Text) -> r.Template:
        """A sentence with the values named in {braces}."""
        parts: list[str | r.Bound] = []
        at = 0
        for found in _PLACEHOLDER.finditer(message.value):
            parts.append(message.value[at : found.start()])
            reference = s.Reference(message.span, found[1].strip())
            parts.append(self._reference(reference))
            at = found.end()
        parts.append(message.value[at:])
        return r.Template(message.span, tuple(p for p in parts if p != ""))

    # --- leaves ---------------------------------------------------------------------------------

    def error(self, span: Span) -> r.Bound:
        """What stands for an expression that cannot be bound; silences what depends on it."""
        return r.Constant(span, ERROR, missing=False, fails=False, value="")

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
            return self.error(node.span)
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
        titles = {f.name: f.title for f in self.scope.source.fields.values()}
        known = [*self.scope.source.fields, *self.scope.lets, *self.scope.milestones]
        helps = did_you_mean(
            node.span, node.name, known, f"fields stand in {self.scope.source.path}", titles
        )
        self.scope.add(
            names.UNKNOWN_FIELD,
            node.span,
            facts={"name": node.name},
            mark=f"not in {self.scope.source.path}",
            helps=helps,
        )
        return self.error(node.span)

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
            unknown_attribute(self.scope, node.span, node.name)
            return self.error(node.span)
        bound = self.scope.attribute(node.name)
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
            return self.error(node.span)
        return self.inherited

    # --- operations -----------------------------------------------------------------------------

    def _take(self, node: s.Take) -> r.Bound:
        table = self.scope.tables.get(node.table.text)
        keys = tuple(self.bind(k) for k in node.keys)
        if table is None:
            self._unknown("table", node.table, self.scope.tables)
            return self.error(node.span)
        column = table.column(node.column.text)
        if column is None:
            self._unknown(f"column of `{table.name}`", node.column, [c.name for c in table.columns])
            return self.error(node.span)
        if len(keys) != len(table.keys):
            fault = f"has {len(table.keys)} key columns ({', '.join(table.keys)}), not {len(keys)}"
            self.scope.add(
                types.WRONG_ARGUMENTS, node.span, facts={"name": table.name, "fault": fault}
            )
            return self.error(node.span)
        self._key_kinds(table, keys)
        found = column.optional or any(k.missing for k in keys) or not covers(table, keys)
        return r.TakeFrom(
            node.span, column.kind, found, any(k.fails for k in keys), table, column.name, keys
        )

    def _key_kinds(self, table: r.Table, keys: tuple[r.Bound, ...]) -> None:
        for name, key in zip(table.keys, keys, strict=True):
            column = table.column(name)
            if (
                column
                and key.kind.name is not KindName.ERROR
                and not same_family(column.kind, key.kind)
            ):
                facts: dict[str, Any] = {
                    "name": f"{table.name}.{name}",
                    "wanted": str(column.kind),
                    "found": str(key.kind),
                }
                self.scope.add(types.WRONG_VALUE, key.span, facts=facts)

    def _unknown(self, what: str, name: s.Name, known: dict[str, r.Table] | list[str]) -> None:
        listed = ", ".join(f"`{n}`" for n in sorted(known)[:6]) or "none is declared"
        helps = did_you_mean(name.span, name.text, known, f"known here: {listed}")
        self.scope.add(
            names.UNKNOWN_NAME, name.span, facts={"what": what, "name": name.text}, helps=helps
        )

    def _arithmetic(self, node: s.Arithmetic) -> r.Bound:
        left, right = self.bind(node.left), self.bind(node.right)
        kind = arithmetic_kind(node.operator, left.kind, right.kind)
        if kind is None and node.operator in (s.Operator.ADD, s.Operator.SUBTRACT):
            kind = right.kind if is_zero(left) else left.kind if is_zero(right) else None
        if kind is None:
            self._bad_operands(node, left.kind, right.kind)
            return self.error(node.span)
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

    def _bad_operands(self, node: s.Arithmetic, left: Kind, right: Kind) -> None:
        facts: dict[str, Any] = {
            "left": str(left),
            "right": str(right),
            "operator": node.operator.value,
        }
        labels = [Label(node.left.span, str(left)), Label(node.right.span, str(right))]
        code = types.WRONG_OPERANDS
        helps = []
        if left.name is right.name is KindName.MONEY:
            code = (
                money.TWO_CURRENCIES if left.currency != right.currency else money.MONEY_TIMES_MONEY
            )
        elif left.name is right.name is KindName.QUANTITY:
            code = money.UNITS_DIFFER
        elif left.name is right.name is KindName.DURATION:
            code = dates.MONTHS_AND_DAYS
        elif KindName.TEXT in (left.name, right.name) and node.operator is s.Operator.ADD:
            helps = [Help("texts are put together with `join`")]
        elif KindName.PERCENT in (left.name, right.name) and isinstance(node.right, s.Number):
            text = f"{node.right.value}%"
            helps = [
                Help(f"write `{text}`", EditLevel.CHOICE, (Replacement(node.right.span, text),))
            ]
        self.scope.add(code, node.span, facts=facts, labels=labels, helps=helps)

    def _negative(self, node: s.Negative) -> r.Bound:
        value = self.bind(node.value)
        if not value.kind.numeric and value.kind.name is not KindName.ERROR:
            facts: dict[str, Any] = {"left": "nothing", "right": str(value.kind), "operator": "-"}
            self.scope.add(types.WRONG_OPERANDS, node.span, facts=facts)
            return self.error(node.span)
        if isinstance(value, r.Constant) and isinstance(value.value, Decimal):
            return r.Constant(node.span, value.kind, missing=False, fails=False, value=-value.value)
        return r.Negate(node.span, value.kind, value.missing, value.fails, value)

    def _comparison(self, node: s.Comparison) -> r.Bound:
        left, right = self.bind(node.left), self.bind(node.right)
        comparator = {
            s.Comparator.BEFORE: s.Comparator.LESS,
            s.Comparator.AFTER: s.Comparator.GREATER,
        }.get(node.comparator, node.comparator)
        if not self.comparable(node.span, left, right):
            return self.error(node.span)
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
                "operator": node.comparator.value,
            }
            self.scope.add(types.WRONG_OPERANDS, node.span, facts=facts)
            return self.error(node.span)
        self.in_its_list(left, right)
        self.in_its_list(right, left)
        missing_ = left.missing or right.missing
        return r.Compare(
            node.span, YES_NO, missing_, left.fails or right.fails, comparator, left, right
        )

    def comparable(self, span: Span, left: r.Bound, right: r.Bound) -> bool:
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
            "operator": "a comparison",
        }
        code = types.WRONG_OPERANDS
        helps: list[Help] = []
        if pair == {KindName.DATE, KindName.INSTANT}:
            code = dates.DATE_AND_INSTANT
            helps = [Help("write `start of ... in Europe/Paris` to make the date an instant")]
        elif pair == {KindName.DURATION}:
            code = dates.MONTHS_AND_DAYS
        elif pair == {KindName.MONEY}:
            code = money.TWO_CURRENCIES
        elif pair == {KindName.QUANTITY}:
            code = money.UNITS_DIFFER
        self.scope.add(code, span, facts=facts, labels=labels, helps=helps)
        return False

    def in_its_list(self, value: r.Bound, of: r.Bound) -> None:
        """A text compared with one of a list must be in the list, or the test is a silent no."""
        if (
            not (isinstance(value, r.Constant) and isinstance(value.value, str))
            or not of.kind.choices
        ):
            return
        if value.kind.name is KindName.TEXT and value.value not in of.kind.choices:
            not_in_list(self.scope, value, name_of(of), of.kind)

    def _membership(self, node: s.Membership) -> r.Bound:
        value = self.bind(node.value)
        items = tuple(self.bind(i) for i in node.items)
        for item in items:
            if not self.comparable(item.span, value, item):
                return self.error(node.span)
            self.in_its_list(item, value)
        missing_ = value.missing or any(i.missing for i in items)
        return r.OneOf(node.span, YES_NO, missing_, value.fails, value, items, node.negated)

    def _repaired(self, node: s.Default | s.OnError) -> r.Bound:
        value, other = self.bind(node.value), self.bind(node.alternative)
        kind = common_kind(value.kind, other.kind)
        if kind is None and (is_zero(value) or is_zero(other)):
            kind = other.kind if is_zero(value) else value.kind
        if kind is None:
            facts: dict[str, Any] = {"left": str(value.kind), "right": str(other.kind)}
            self.scope.add(types.MIXED_BRANCHES, node.span, facts=facts)
            return self.error(node.span)
        if value.kind.name is KindName.CHOICE and isinstance(other, r.Constant):
            kind = value.kind if other.value in (value.kind.choices or ()) else kind
        if isinstance(node, s.Default):
            if value.fails and not value.missing:
                helps = [Help("write `on error` instead of `default`")]
                self.scope.add(missing.DEFAULT_FOR_FAILURE, node.span, helps=helps)
            return r.Repaired(
                node.span,
                kind,
                other.missing,
                value.fails or other.fails,
                r.Repair.MISSING,
                value,
                other,
            )
        missing_ = value.missing or other.missing
        return r.Repaired(node.span, kind, missing_, other.fails, r.Repair.FAILURE, value, other)

    def _rounded(self, node: s.Rounded) -> r.Bound:
        value, step = self.bind(node.value), self.bind(node.step)
        if KindName.ERROR in (value.kind.name, step.kind.name):
            return self.error(node.span)
        fault = None
        if (
            not isinstance(step, r.Constant)
            or not isinstance(step.value, Decimal)
            or step.value <= 0
        ):
            fault = "write a number above 0, such as `0.01 EUR`"
        elif not same_family(value.kind, step.kind):
            fault = f"the value is {value.kind}, the step {step.kind}"
        if fault or not isinstance(step, r.Constant) or not isinstance(step.value, Decimal):
            self.scope.add(money.ROUNDING_STEP, node.step.span, facts={"fault": fault or ""})
            return self.error(node.span)
        kind = value.kind
        if kind.name is KindName.NUMBER and step.value == step.value.to_integral_value():
            kind = INTEGER
        return r.Round(node.span, kind, value.missing, value.fails, value, node.mode, step.value)

    def _day_edge(self, node: s.DayBound) -> r.Bound:
        value = self.bind(node.value)
        fault = zone_fault(node.zone, node.zone_span)
        if fault:
            self.scope.report.add(fault)
        if value.kind.name not in (KindName.DATE, KindName.ERROR):
            facts: dict[str, Any] = {
                "name": "start of / end of",
                "wanted": "date",
                "found": str(value.kind),
            }
            self.scope.add(types.WRONG_VALUE, node.value.span, facts=facts)
            return self.error(node.span)
        if fault:
            return self.error(node.span)
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
        return self._choose(node.span, tuple(branches), otherwise)

    def _choose(self, span: Span, branches: tuple[r.Branch, ...], otherwise: r.Bound) -> r.Bound:
        values = [*(b.value for b in branches), otherwise]
        kind = NOTHING
        for value in values:
            both = common_kind(kind, value.kind)
            if both is None and is_zero(value):
                both = kind
            if both is None:
                facts: dict[str, Any] = {"left": str(value.kind), "right": str(kind)}
                self.scope.add(types.MIXED_BRANCHES, value.span, facts=facts)
                return self.error(span)
            kind = both
        return r.Choose(
            span,
            kind,
            any(v.missing for v in values),
            any(v.fails for v in values),
            branches,
            otherwise,
        )
