"""One channel in one period: which statements are in force there, bound, in an order to compute."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from engine.diagnostics.codes import missing as missing_codes
from engine.diagnostics.codes import names, periods, types
from engine.diagnostics.diagnostic import Help, Label
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.binding import Binder
from engine.language.completeness import Completeness
from engine.language.conditions import cell_condition
from engine.language.decision_tables import report_missing_inputs, report_undecided
from engine.language.facts import present_where
from engine.language.fitting import Fitting
from engine.language.placement import Period, Placed, inherits
from engine.language.scope import (
    Scope,
    need_value,
    report_failing,
    unbound,
)
from engine.language.suggestions import close_names
from engine.language.unknown_names import unknown_attribute
from engine.language.vocabulary import Attribute
from engine.language.walks import nodes_of
from engine.values.kinds import NOTHING, YES_NO


class SliceBuilder(Struct):
    """Binds the statements of one period; `steps` grow in the order of their dependencies."""

    scope: Scope
    period: Period
    placed: list[Placed]
    place: Span  # the line that opens the mapping
    steps: list[r.Step] = field(default_factory=list)
    bound: dict[str, r.Bound | None] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    lets: dict[str, Placed] = field(default_factory=dict)
    sets: dict[str, list[Placed]] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    narrowing: set[str] = field(default_factory=set)  # lets that `facts` come from: these ask

    @property
    def _fitting(self) -> Fitting:
        return Fitting(self.scope, self.period.channel, self.bound)

    def build(self) -> r.Slice:
        """The slice; faults go to the scope's report."""
        self._collect()
        self.scope.let = self.let
        self.scope.attribute = self.attribute
        self.facts = self._global_facts()
        for name in self.lets:
            self.let(name)
        for name in self.sets:
            self.attribute(name)
        for placed in self.placed:
            self._statement(placed)
        complete = Completeness(self.scope, self.period, self.place, self.sets)
        complete.required()
        complete.groups()
        leans = tuple(sorted(self.scope.leans_on))
        return r.Slice(
            self.period.channel, self.period.start, self.period.end, tuple(self.steps), leans
        )

    # --- what is defined ------------------------------------------------------------------------

    def _collect(self) -> None:
        for placed in self.placed:
            match placed.node:
                case s.Let(name=name, value=value):
                    self._twice(self.lets.get(name.text), placed, name)
                    self.lets[name.text] = placed
                    self.scope.lets[name.text] = value
                case s.Assignment(attribute=name):
                    self._define(name, placed)
                case s.Decide(attributes=attributes):
                    for name in attributes:
                        self._define(name, placed)
                case _:
                    pass

    def _define(self, name: s.Name, placed: Placed) -> None:
        if name.text not in self.scope.vocabulary.attributes:
            unknown_attribute(self.scope, name.span, name.text)
            # What may be meant is set by the same edit: that it is not is no mistake of its own.
            meant = close_names(name.text, self.scope.vocabulary.attributes)
            self.scope.lost = self.scope.lost | frozenset(meant)  # of this slice alone
            return
        earlier = self.sets.setdefault(name.text, [])
        self._twice(earlier[-1] if earlier else None, placed, name)
        if placed.layer > 0 and not earlier and name.text not in self.scope.lost:
            what = f"the mapping does not set `{name.text}`"
            helps = [Help("give it a value in the mapping, or take this line out")]
            nothing = {"what": what}
            self.scope.add(periods.OVERRIDES_NOTHING, name.span, facts=nothing, helps=helps)
        earlier.append(placed)

    def _twice(self, earlier: Placed | None, placed: Placed, name: s.Name) -> None:
        if earlier is None:
            return
        labels = [Label(earlier.node.span, "set here already")]
        if earlier.layer == placed.layer:
            facts: dict[str, Any] = {"name": name.text, "twice": "set twice for"}
            facts["channel"] = self.period.channel
            helps = [Help("keep one of the two; what depends on the product is written by cases")]
            self.scope.add(names.SET_TWICE, name.span, facts=facts, labels=labels, helps=helps)
        elif earlier.layer > 0 and not inherits(placed.node):
            versions: dict[str, Any] = {"name": name.text}
            helps = [Help("end the first with `until`, or build on it with `inherited`")]
            self.scope.add(
                periods.VERSIONS_OVERLAP, name.span, facts=versions, labels=labels, helps=helps
            )

    def _global_facts(self) -> frozenset[str]:
        """What is present in every offer, because a row without it is rejected or excluded."""
        facts: frozenset[str] = frozenset()
        for placed in self.placed:
            if placed.guards:
                continue
            match placed.node:
                case s.Require(condition=condition, guard=None, otherwise=s.Reject()):
                    facts |= present_where(condition, self.scope.lets)
                    self._narrows(condition)
                case s.Exclude(condition=condition):
                    facts |= present_where(condition, self.scope.lets, holds=False)
                    self._narrows(condition)
                case _:
                    pass
        return facts

    def _narrows(self, condition: s.Value) -> None:
        """Keep the lets that the condition looks through."""
        for node in nodes_of(condition):
            if isinstance(node, s.Reference) and node.name in self.lets.keys() - self.narrowing:
                self.narrowing.add(node.name)
                self._narrows(self.scope.lets[node.name])

    def _binder(self, placed: Placed, inherited: r.Bound | None = None) -> Binder:
        facts = self.facts
        for guard in placed.guards:
            facts |= present_where(guard, self.scope.lets)
        return Binder(self.scope, facts, inherited)

    # --- definitions on demand ------------------------------------------------------------------

    def let(self, name: str) -> r.Bound | None:
        """The bound definition of the let `name`; its step comes before the asker's."""
        placed = self.lets.get(name)
        if placed is None or not isinstance(placed.node, s.Let):
            return None
        if name not in self.bound:
            with_name = self._enter(name, placed.node.name.span)
            if with_name is not None:
                return with_name
            facts_apply = name not in self.narrowing
            binder = self._binder(placed) if facts_apply else Binder(self.scope)
            value = binder.value(placed.node.value)
            report_failing(self.scope, value)  # missing values are mended where the let is used
            self._leave(name, value)
            self.steps.append(r.LetStep(name, value, placed.node.span))
        return self.bound[name]

    def attribute(self, name: str) -> r.Bound | None:
        """The bound value of the attribute `name`; its step comes before the asker's."""
        if name not in self.sets:
            return None
        if name not in self.bound:
            circular = self._enter(name, self.sets[name][-1].node.span)
            if circular is not None:
                return circular
            self._leave(name, self._layered(name))
        return self.bound[name]

    def _enter(self, name: str, span: Span) -> r.Bound | None:
        if name in self.open:
            around = self.open[self.open.index(name) :]
            cycle = " → ".join([*around, name])
            labels = [Label(x.node.span, "") for n in around[1:] for x in self._definitions(n)]
            helps = [Help("one of them must not need the others: a field, a table or a number")]
            self.scope.add(
                names.VALUE_CYCLE, span, facts={"cycle": cycle}, labels=labels, helps=helps
            )
            return unbound(span)
        self.open.append(name)
        return None

    def _definitions(self, name: str) -> list[Placed]:
        return [self.lets[name]] if name in self.lets else self.sets.get(name, [])[-1:]

    def _leave(self, name: str, value: r.Bound) -> None:
        self.open.remove(name)
        self.bound[name] = value

    def _layered(self, name: str) -> r.Bound:
        """The value of the topmost layer; the ones below it that it inherits become lets."""
        attribute = self.scope.vocabulary.attributes[name]
        layers = self.sets[name]
        value: r.Bound | None = None
        for depth, placed in enumerate(layers):
            top = depth == len(layers) - 1
            inherited = None
            if value is not None:
                hidden = f"{name}@{depth}"
                self.steps.append(r.LetStep(hidden, value, layers[depth - 1].node.span))
                self.bound[hidden] = value
                inherited = r.LetValue(
                    placed.node.span, value.kind, value.missing, fails=False, name=hidden
                )
            if not top and not inherits(layers[depth + 1].node):
                continue
            value = self._one(attribute, placed, inherited, top=top)
        return value or unbound(layers[-1].node.span)

    def _one(
        self, attribute: Attribute, placed: Placed, inherited: r.Bound | None, *, top: bool
    ) -> r.Bound:
        binder = self._binder(placed, inherited)
        if isinstance(placed.node, s.Decide):
            return self._decide(placed, placed.node, attribute)
        if not isinstance(placed.node, s.Assignment):
            return unbound(placed.node.span)
        value = binder.wanting(attribute.kind).value(placed.node.value)
        self._fitting.check(attribute, value, placed.node.attribute.span)
        guard = self._guard(placed)
        if guard is not None:
            omitted = r.Omitted(placed.node.span, NOTHING, missing=True, fails=False)
            branch = r.Branch(guard, value, placed.node.span)
            value = r.Choose(placed.node.span, value.kind, True, value.fails, (branch,), omitted)  # noqa: FBT003
        if top:
            self._may_be_omitted(attribute, value, placed.node.span)
            self.steps.append(r.AttributeStep(attribute, value, placed.node.span, placed.clause))
        return value

    def _guard(self, placed: Placed) -> r.Bound | None:
        """The conditions of the blocks around a statement, as one."""
        bound = []
        binder = Binder(self.scope, self.facts)
        for guard in placed.guards:
            bound.append(binder.condition(guard))
            binder = binder.knowing(present_where(guard, self.scope.lets))
        if len(bound) < 2:
            return bound[0] if bound else None
        return r.AllOf(bound[0].span, YES_NO, any(b.missing for b in bound), False, tuple(bound))  # noqa: FBT003

    # --- decision tables ------------------------------------------------------------------------

    def _decide(self, placed: Placed, node: s.Decide, asked: Attribute) -> r.Bound:
        """Bind a decision table once; all its attributes become known together."""
        known = self.scope.vocabulary.attributes
        binder = self._binder(placed)
        every = node.policy is s.HitPolicy.EVERY
        attributes = [known[a.text] for a in node.attributes if a.text in known]
        for one in attributes:
            if every and not one.listed:
                facts: dict[str, Any] = {
                    "name": one.name,
                    "wanted": "one value",
                    "found": "a list (`by every row that fits`)",
                }
                self.scope.add(types.WRONG_VALUE, node.span, facts=facts)
        results = {n.text: i for i, n in enumerate(node.results)}
        report_undecided(self.scope, node)
        for name in node.attributes:
            if name.text not in results:
                self.scope.add(
                    names.UNKNOWN_NAME,
                    name.span,
                    facts={"what": "result column", "name": name.text},
                )
        inputs = [self._input(binder, n) for n in node.inputs]
        rows = []
        for row in node.rows:
            if len(row.conditions) != len(inputs) or len(row.results) != len(results):
                continue
            rows.append(self._decide_row(binder, row, inputs, attributes, results))
        report_missing_inputs(self.scope, node, inputs)
        step = r.DecideStep(
            tuple(attributes),
            node.policy,
            tuple(rows),
            node.span,
            placed.clause,
            self._guard(placed),
        )
        if step not in self.steps:
            self.steps.append(step)
        value = r.Omitted(node.span, asked.kind, missing=True, fails=False)
        for one in attributes:
            self.bound.setdefault(
                one.name, r.Omitted(node.span, one.kind, missing=True, fails=False)
            )
        return value

    def _input(self, binder: Binder, name: s.Name) -> r.Bound:
        return binder.bind(s.Reference(name.span, name.text))

    def _decide_row(
        self,
        binder: Binder,
        row: s.TableRow,
        inputs: list[r.Bound],
        attributes: list[Attribute],
        results: dict[str, int],
    ) -> r.DecideRow:
        conditions = [
            cell_condition(binder, value, cell)
            for value, cell in zip(inputs, row.conditions, strict=True)
        ]
        parts = tuple(c for c in conditions if c is not None)
        whole = r.AllOf(row.span, YES_NO, False, False, parts)  # noqa: FBT003 - missing inputs fit no cell
        values = []
        for attribute in attributes:
            if attribute.name in results:
                node = row.results[results[attribute.name]]
                value = binder.wanting(attribute.kind).bind(node)
                self._fitting.check(attribute, value, node.span)
                values.append(value)
        return r.DecideRow(whole, tuple(values), row.span)

    def _may_be_omitted(self, attribute: Attribute, value: r.Bound, span: Span) -> None:
        guarded = isinstance(value, r.Choose) and isinstance(value.otherwise, r.Omitted)
        if (
            self._fitting.required(attribute)
            and guarded
            and isinstance(value, r.Choose)
            and value.otherwise.span == span
        ):
            facts: dict[str, Any] = {"name": attribute.name, "channel": self.period.channel}
            self.scope.add(missing_codes.OMITS_REQUIRED, span, facts=facts)

    # --- the other statements -------------------------------------------------------------------

    def _statement(self, placed: Placed) -> None:
        binder = self._binder(placed)
        match placed.node:
            case s.OnlyWhen(condition=condition):
                need_value(self.scope, binder.condition(condition))
            case s.Exclude(condition=condition, because=because, span=span):
                bound = Binder(self.scope).condition(condition)
                need_value(self.scope, bound)
                self.steps.append(r.ExcludeStep(bound, binder.template(because), span))
            case s.Require():
                self._require(placed, placed.node, binder)
            case s.Always(condition=condition, span=span):
                bound = binder.condition(condition)
                need_value(self.scope, bound, skips_omitted=True)
                self.steps.append(r.AlwaysStep(bound, self._typed(condition.span), span))
            case _:
                pass

    def _typed(self, span: Span) -> str:
        source = self.scope.report.sources.get(span.file)
        return " ".join(source.text[span.start : span.end].split()) if source else ""

    def _require(self, placed: Placed, node: s.Require, binder: Binder) -> None:
        guard = None
        if node.guard is not None:
            guard = binder.condition(node.guard)
            need_value(self.scope, guard, skips_omitted=True)
            binder = binder.knowing(present_where(node.guard, self.scope.lets))
        own = present_where(node.condition, self.scope.lets)
        condition = Binder(self.scope, binder.facts - own).condition(node.condition)
        need_value(self.scope, condition, skips_omitted=True)
        match node.otherwise:
            case s.Reject(message=message):
                kind, drops = r.ConsequenceKind.REJECT, None
            case s.Warn(message=message):
                kind, drops = r.ConsequenceKind.WARN, None
            case s.Drop(attribute=attribute, message=message):
                kind, drops = r.ConsequenceKind.DROP, attribute.text
                self._droppable(attribute)
        whole = self._guard(placed)
        if whole is not None and guard is not None:
            guard = r.AllOf(guard.span, YES_NO, guard.missing, False, (whole, guard))  # noqa: FBT003
        elif whole is not None:
            guard = whole
        template = binder.template(message)
        self.steps.append(
            r.RequireStep(condition, guard, kind, template, node.span, drops, placed.clause),
        )

    def _droppable(self, name: s.Name) -> None:
        attribute = self.scope.vocabulary.attributes.get(name.text)
        if attribute is None:
            unknown_attribute(self.scope, name.span, name.text)
        elif self._fitting.required(attribute):
            facts: dict[str, Any] = {"name": name.text, "channel": self.period.channel}
            self.scope.add(missing_codes.OMITS_REQUIRED, name.span, facts=facts)
