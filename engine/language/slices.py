"""One channel in one period: which statements are in force there, bound, in an order to compute."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.diagnostics.codes import missing as missing_codes
from engine.diagnostics.codes import money, names, periods, types, validity
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.binding import Binder
from engine.language.conditions import cell_condition
from engine.language.facts import present_where
from engine.language.kinding import decimals, is_zero, same_family
from engine.language.scope import Scope, need_value, not_in_list, report_failing, unknown_attribute
from engine.language.vocabulary import Attribute
from engine.values.kinds import NOTHING, YES_NO, KindName


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement of a body, with the conditions of the `only when` blocks around it."""

    node: s.Statement
    guards: tuple[s.Expression, ...]
    clause: str
    layer: int  # 0: the mapping; then the overrides in force, in the order of the file


@dataclass(frozen=True, slots=True)
class Period:
    """A channel and a stretch of time in which its rules do not change."""

    channel: str
    start: datetime | None
    end: datetime | None


def flatten(body: tuple[s.Statement, ...], layer: int) -> list[Placed]:
    """The statements of a body with their guards, in order."""
    placed: list[Placed] = []

    def walk(
        statements: tuple[s.Statement, ...], guards: tuple[s.Expression, ...], clause: str
    ) -> None:
        for node in statements:
            match node:
                case s.SourceClause(text=text):
                    clause = text.value
                case s.OnlyWhen(condition=condition, body=inner):
                    placed.append(Placed(node, guards, clause, layer))
                    walk(inner, (*guards, condition), clause)
                case _:
                    placed.append(Placed(node, guards, clause, layer))

    walk(body, (), "")
    return placed


@dataclass(slots=True)
class SliceBuilder:
    """Binds the statements of one period; `steps` grow in the order of their dependencies."""

    scope: Scope
    period: Period
    placed: list[Placed]
    steps: list[r.Step] = field(default_factory=list)
    bound: dict[str, r.Bound | None] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    lets: dict[str, Placed] = field(default_factory=dict)
    sets: dict[str, list[Placed]] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()

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
        self._required()
        self._groups()
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
            return
        earlier = self.sets.setdefault(name.text, [])
        self._twice(earlier[-1] if earlier else None, placed, name)
        if placed.layer > 0 and not earlier:
            what = f"`{name.text}` is not set on {self.period.channel} before"
            self.scope.add(periods.OVERRIDES_NOTHING, name.span, facts={"what": what})
        earlier.append(placed)

    def _twice(self, earlier: Placed | None, placed: Placed, name: s.Name) -> None:
        if earlier is None:
            return
        labels = [Label(earlier.node.span, "set here already")]
        if earlier.layer == placed.layer:
            facts: dict[str, Any] = {"name": name.text, "channel": self.period.channel}
            self.scope.add(names.SET_TWICE, name.span, facts=facts, labels=labels)
        elif earlier.layer > 0 and not _inherits(placed.node):
            self.scope.add(
                periods.VERSIONS_OVERLAP, name.span, facts={"name": name.text}, labels=labels
            )

    def _global_facts(self) -> frozenset[str]:
        """What is present in every offer, because a row without it is rejected or excluded."""
        facts: frozenset[str] = frozenset()
        for placed in self.placed:
            if placed.guards:
                continue
            match placed.node:
                case s.Require(condition=condition, guard=None, otherwise=s.Reject()):
                    facts |= (
                        present_where(condition, self.scope.lets)
                        if isinstance(condition, s.Presence)
                        else frozenset()
                    )
                case s.Exclude(condition=condition):
                    facts |= present_where(condition, self.scope.lets, holds=False)
                case _:
                    pass
        return facts

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
            value = self._binder(placed).value(placed.node.value)
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
            cycle = " → ".join([*self.open[self.open.index(name) :], name])
            self.scope.add(names.VALUE_CYCLE, span, facts={"cycle": cycle})
            return Binder(self.scope).error(span)
        self.open.append(name)
        return None

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
            if not top and not _inherits(layers[depth + 1].node):
                continue
            value = self._one(attribute, placed, inherited, top=top)
        return value or Binder(self.scope).error(layers[-1].node.span)

    def _one(
        self, attribute: Attribute, placed: Placed, inherited: r.Bound | None, *, top: bool
    ) -> r.Bound:
        binder = self._binder(placed, inherited)
        if isinstance(placed.node, s.Decide):
            return self._decide(placed, placed.node, attribute)
        if not isinstance(placed.node, s.Assignment):
            return binder.error(placed.node.span)
        value = binder.value(placed.node.value)
        self._fits(attribute, value, placed.node.attribute.span)
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
        self._missing_inputs(node, inputs)
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
                value = binder.bind(node)
                self._fits(attribute, value, node.span)
                values.append(value)
        return r.DecideRow(whole, tuple(values), row.span)

    def _missing_inputs(self, node: s.Decide, inputs: list[r.Bound]) -> None:
        """A missing input must have a row that says `missing`, or be narrowed before."""
        for index, value in enumerate(inputs):
            cells = [row.conditions[index] for row in node.rows if len(row.conditions) > index]
            if value.missing and not any(isinstance(c, s.MissingCell | s.AnyCell) for c in cells):
                need_value(self.scope, value)

    # --- attributes -----------------------------------------------------------------------------

    def _fits(self, attribute: Attribute, value: r.Bound, name_span: Span) -> None:
        """Whether the value is of the attribute's kind, in its list, rounded, and never missing."""
        need_value(self.scope, value)
        wanted, found = attribute.kind, value.kind
        if found.name is KindName.ERROR:
            return
        for leaf in leaves(value):
            if isinstance(leaf, r.Cleared) and not attribute.clearable:
                self.scope.add(
                    missing_codes.CANNOT_CLEAR, leaf.span, facts={"name": attribute.name}
                )
            if isinstance(leaf, r.Omitted) and self._required_here(attribute):
                facts: dict[str, Any] = {"name": attribute.name, "channel": self.period.channel}
                self.scope.add(missing_codes.OMITS_REQUIRED, leaf.span, facts=facts)
        if found.name is KindName.NOTHING or is_zero(value):
            return
        if wanted.name is KindName.CHOICE:
            self._fits_list(attribute, value)
        elif (
            wanted.name is KindName.MONEY
            and found.name is KindName.MONEY
            and wanted.currency not in (None, found.currency)
        ):
            facts = {"left": str(found), "right": str(wanted)}
            self.scope.add(money.TWO_CURRENCIES, value.span, facts=facts)
        elif not same_family(wanted, found) or (
            wanted.name is KindName.INTEGER and found.name is KindName.NUMBER
        ):
            self._wrong_kind(attribute, value)
        elif found.numeric:
            self._rounded(attribute, value, name_span)

    def _required_here(self, attribute: Attribute) -> bool:
        return self.period.channel in attribute.required_on

    def _wrong_kind(self, attribute: Attribute, value: r.Bound) -> None:
        facts: dict[str, Any] = {
            "name": attribute.name,
            "wanted": _wanted(attribute),
            "found": str(value.kind),
        }
        helps = []
        if (
            isinstance(value, r.Constant)
            and attribute.kind.name is KindName.PERCENT
            and value.kind.numeric
        ):
            text = f"{value.value}%"
            helps = [Help(f"write `{text}`", EditLevel.CHOICE, (Replacement(value.span, text),))]
        if (
            isinstance(value, r.Constant)
            and attribute.kind.name is KindName.MONEY
            and value.kind.numeric
        ):
            text = f"{value.value} {attribute.kind.currency}"
            helps = [Help(f"write `{text}`", EditLevel.CHOICE, (Replacement(value.span, text),))]
        self.scope.add(types.WRONG_VALUE, value.span, facts=facts, helps=helps)

    def _fits_list(self, attribute: Attribute, value: r.Bound) -> None:
        choices = attribute.kind.choices or ()
        for leaf in leaves(value):
            if leaf.kind.name not in (KindName.TEXT, KindName.CHOICE):
                if leaf.kind.name not in (KindName.NOTHING, KindName.ERROR):
                    self._wrong_kind(attribute, leaf)
            elif isinstance(leaf, r.Constant):
                if leaf.value not in choices:
                    not_in_list(self.scope, leaf, attribute.name, attribute.kind)
            elif leaf.kind.name is KindName.TEXT:
                helps = [
                    Help("look it up in a table (`take ... from ... for ...`) or give it by cases")
                ]
                self.scope.add(
                    types.FREE_TEXT, leaf.span, facts={"name": attribute.name}, helps=helps
                )
            else:
                self._list_within(attribute, leaf)

    def _list_within(self, attribute: Attribute, value: r.Bound) -> None:
        choices = attribute.kind.choices or ()
        for text in value.kind.choices or ():
            if text in choices:
                continue
            labels = []
            if isinstance(value, r.TakeFrom):
                index = [c.name for c in value.table.columns].index(value.column)
                row = next(
                    (i for i, cells in enumerate(value.table.rows) if cells[index] == text), None
                )
                labels = [Label(value.table.row_spans[row], "this row")] if row is not None else []
            listed = ", ".join(f'"{c}"' for c in choices[:6])
            facts: dict[str, Any] = {"value": f'"{text}"', "name": attribute.name}
            self.scope.add(
                types.NOT_IN_LIST,
                value.span,
                facts=facts,
                labels=labels,
                helps=[Help(f"it can be: {listed}")],
            )

    def _rounded(self, attribute: Attribute, value: r.Bound, name_span: Span) -> None:
        lets = {n: b for n, b in self.bound.items() if b is not None}
        shift = 2 if attribute.kind.name is KindName.PERCENT else 0
        found = decimals(value, lets)
        if attribute.kind.name is KindName.DURATION:
            return
        if found is None or found - shift > attribute.scale:
            many = "any number of them" if found is None else str(found - shift)
            step = f"{'0.' + '0' * (attribute.scale - 1) + '1' if attribute.scale else '1'}"
            unit = f" {attribute.kind.currency}" if attribute.kind.currency else ""
            helps = [Help(f"write `... rounded half up to {step}{unit}` (or up, or down)")]
            facts: dict[str, Any] = {
                "name": attribute.name,
                "scale": attribute.scale,
                "found": many,
            }
            labels = [Label(name_span, "takes the value")] if name_span != value.span else []
            self.scope.add(
                money.UNROUNDED_MONEY, value.span, facts=facts, helps=helps, labels=labels
            )

    def _may_be_omitted(self, attribute: Attribute, value: r.Bound, span: Span) -> None:
        guarded = isinstance(value, r.Choose) and isinstance(value.otherwise, r.Omitted)
        if (
            self._required_here(attribute)
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
        plain = (
            Binder(self.scope, binder.facts - own)
            if isinstance(node.condition, s.Presence)
            else binder
        )
        condition = plain.condition(node.condition)
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
        elif self._required_here(attribute):
            facts: dict[str, Any] = {"name": name.text, "channel": self.period.channel}
            self.scope.add(missing_codes.OMITS_REQUIRED, name.span, facts=facts)

    # --- the whole ------------------------------------------------------------------------------

    def _required(self) -> None:
        for attribute in self.scope.vocabulary.attributes.values():
            if self._required_here(attribute) and attribute.name not in self.sets:
                span = self.placed[0].node.span if self.placed else Span("", 0, 0, 0, 0, 0, 0)
                facts: dict[str, Any] = {
                    "name": attribute.name,
                    "channel": self.period.channel,
                    "period": self._when(),
                }
                labels = [Label(attribute.place, "required here")] if attribute.place.file else []
                helps = [Help(f"give it a value: `{attribute.name} = ...`")]
                self.scope.add(validity.NEVER_SET, span, facts=facts, labels=labels, helps=helps)

    def _when(self) -> str:
        start = f" from {self.period.start:%Y-%m-%d %H:%M} UTC" if self.period.start else ""
        end = f" until {self.period.end:%Y-%m-%d %H:%M} UTC" if self.period.end else ""
        return start + end

    def _groups(self) -> None:
        """Attributes that are sent together are set together."""
        groups: dict[str, list[str]] = {}
        for attribute in self.scope.vocabulary.attributes.values():
            if attribute.group:
                groups.setdefault(attribute.group, []).append(attribute.name)
        for members in groups.values():
            given = [m for m in members if m in self.sets]
            absent = [m for m in members if m not in self.sets]
            if given and absent:
                span = self.sets[given[0]][-1].node.span
                others = " and ".join(f"`{a}`" for a in absent)
                self.scope.add(
                    validity.GROUP_IN_PART, span, facts={"name": given[0], "others": others}
                )


def leaves(value: r.Bound) -> list[r.Bound]:
    """What a value can come out as: through cases, defaults and repairs."""
    match value:
        case r.Choose(branches=branches, otherwise=otherwise):
            return [x for v in (*(b.value for b in branches), otherwise) for x in leaves(v)]
        case r.Repaired(value=inner, alternative=other):
            return leaves(inner) + leaves(other)
        case _:
            return [value]


def _wanted(attribute: Attribute) -> str:
    return str(attribute.kind)


def _inherits(node: s.Node) -> bool:
    """Whether a statement speaks of `inherited`."""
    return "Inherited(" in repr(node)


__all__ = ["Diagnostic", "Period", "Placed", "SliceBuilder", "flatten", "leaves"]
