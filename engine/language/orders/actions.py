"""The actions of one channel: what is declared of each, and what that comes to in a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.codes import actions as codes
from engine.diagnostics.codes import periods as period_codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.declarations import Declarations, reversed_interval
from engine.language.orders.naming import set_twice, unknown_name
from engine.language.orders.sheets import (
    ALLOWED,
    LEADS,
    SAME,
    WHOLE,
    Line,
    Sheet,
    check_whole,
    parameter_rules,
)
from engine.language.orders.timing import Stretch, stretch
from engine.language.ruleset.orders import (
    ActionRules,
    NoActionRules,
    ParameterRules,
    SuggestionRules,
)
from engine.language.walks import shape

Rules = Mapping[str, ActionRules | NoActionRules]
Suggestions = Mapping[Span, tuple[SuggestionRules, ...]]


class Declared(Struct):
    """What is declared of one action on one channel."""

    base: s.Action | None = None
    sheet: Sheet | None = None
    overrides: list[tuple[s.OverrideAction, Sheet, Stretch]] = field(default_factory=list)
    refusals: list[tuple[s.NoAction, Stretch]] = field(default_factory=list)


class ChannelActions(Struct, frozen=True):
    """All actions of one channel by name; `rules` gives what holds in a period."""

    channel: str
    found: Declarations
    tables: Mapping[str, r.Table]
    suggestions: Suggestions
    declared: Mapping[str, Declared]

    @classmethod
    def of(
        cls,
        channel: str,
        found: Declarations,
        tables: Mapping[str, r.Table],
        suggestions: Suggestions,
    ) -> ChannelActions:
        """The actions that are declared on `channel`; contradictions are reported."""
        made = cls(channel, found, tables, suggestions, _declared(channel, found))
        for name, declared in made.declared.items():
            made._contradictions(name, declared)
            made._idle(declared)
        return made

    def stretches(self) -> Iterator[Stretch]:
        """The periods of overrides and of refusals."""
        for declared in self.declared.values():
            yield from (period for _, _, period in declared.overrides)
            yield from (period for _, period in declared.refusals)

    def rules(self, start: datetime | None) -> Rules:
        """What holds from `start` on, by the name of the action."""
        sheets: dict[str, tuple[s.Action, Sheet]] = {}
        refusals: dict[str, ActionRules | NoActionRules] = {}
        for name, declared in self.declared.items():
            refusal = next((n for n, p in declared.refusals if p.covers(start)), None)
            if refusal is not None:
                refusals[name] = self._refusal(refusal)
            elif declared.base is not None and declared.sheet is not None:
                sheet = declared.sheet
                for _, over, period in declared.overrides:
                    sheet = over.over(sheet) if period.covers(start) else sheet
                sheets[name] = (declared.base, sheet)
        made = {name: self._action(name, sheets) for name in sheets}
        return refusals | {name: rules for name, rules in made.items() if rules is not None}

    # --- what is made of the lines --------------------------------------------------------------

    def _refusal(self, node: s.NoAction) -> NoActionRules:
        deny = next((n for n in node.body if isinstance(n, s.Deny)), None)
        clause = next((n.text.value for n in node.body if isinstance(n, s.SourceClause)), "")
        sentence = deny.sentence.value if deny else ""
        return NoActionRules(
            node.name.text, sentence, self.suggestions.get(node.span, ()), clause, node.span
        )

    def _action(
        self, name: str, sheets: Mapping[str, tuple[s.Action, Sheet]]
    ) -> ActionRules | None:
        """The action called `name`, or what it is the same as; None where that goes in circles."""
        chain = [name]
        node, sheet = sheets[name]
        while isinstance(same := sheet.lines.get(SAME), s.SameAs):
            chain.append(same.action.text)
            self._only_same(chain[-2], sheet, same)
            if same.action.text in chain[:-1]:
                ring = chain[chain.index(same.action.text) :]
                if same.action.text == min(ring):  # once, not from each of its actions
                    told = Diagnostic.of(codes.ALIAS_CYCLE, same.span, cycle=" → ".join(ring))
                    self.found.report.add(told)
                return None
            if same.action.text not in sheets:
                anywhere = {n.name.text for n in self.found.orders if isinstance(n, s.Action)}
                here = same.action.text in anywhere
                what = f"action on {self.channel}" if here else "action"
                unknown_name(self.found.report, same.action, what, sorted(sheets))
                return None
            node, sheet = sheets[same.action.text]
        return self._made(name, chain[-1], sheets[name][0], node, sheet)

    def _made(
        self, name: str, sends: str, own: s.Action, node: s.Action, sheet: Sheet
    ) -> ActionRules:
        check_whole(sends, sheet, self.found.report)
        allowed = sheet.lines.get(ALLOWED)
        leads = sheet.lines.get(LEADS)
        states = allowed.states if isinstance(allowed, s.AllowedIn) else ()
        sentence = allowed.sentence if isinstance(allowed, s.AllowedIn) else None
        if allowed is None:
            says = f"nothing says in which states `{sends}` is allowed on {self.channel}"
            helps = [Help("add `allowed in` and the states")]
            found = Diagnostic.of(codes.NOT_COVERED, node.name.span, helps=helps, what=says)
            self.found.report.add(found)
        return ActionRules(
            name,
            sends,
            frozenset(n.text for n in states),
            sentence.value if sentence else "",
            leads.state.text if isinstance(leads, s.LeadsTo) else None,
            WHOLE in sheet.lines,
            self._parameters(sheet),
            sheet.clauses.get(ALLOWED, ""),
            own.span,
            {key: line.span for key, line in sheet.lines.items()},
        )

    def _parameters(self, sheet: Sheet) -> Mapping[str, ParameterRules]:
        return {p.name.text: parameter_rules(p, self.tables) for p in sheet.parameters()}

    # --- faults ---------------------------------------------------------------------------------

    def _only_same(self, action: str, sheet: Sheet, same: s.SameAs) -> None:
        """An alias that says more of itself would not be the same any more."""
        for key, line in sheet.lines.items():
            if key != SAME:
                labels = [Label(same.span, "the same, it says here")]
                helps = [Help(f"say it of `{same.action.text}`, or write an action of its own")]
                facts: dict[str, Any] = {"action": action, "other": same.action.text}
                self.found.report.add(
                    Diagnostic.of(
                        codes.ALIAS_WITH_RULES, line.span, labels=labels, helps=helps, **facts
                    )
                )

    def _contradictions(self, name: str, declared: Declared) -> None:
        report = self.found.report
        where = f"{self.channel} in one period"
        for (one, period), (other, other_period) in combinations(declared.refusals, 2):
            if period.meets(other_period):
                set_twice(report, other.name.span, f"no action {name}", where, one.span)
        for node, period in declared.refusals:
            always = period.start is None and period.end is None and not period.never
            if always and declared.base is not None:
                first = declared.base.name.span
                set_twice(report, node.name.span, name, self.channel, first)
        for over, _, _ in declared.overrides:
            reversed_interval(over.start, over.end, self.found)
        for refusal, _ in declared.refusals:
            reversed_interval(refusal.start, refusal.end, self.found)
        for (_, sheet, period), (_, later, other_period) in combinations(declared.overrides, 2):
            both = sorted(sheet.lines.keys() & later.lines.keys())
            if both and period.meets(other_period):
                labels = [Label(sheet.lines[both[0]].span, "the other one")]
                facts: dict[str, Any] = {"name": f"{name}: {both[0]}"}
                span = later.lines[both[0]].span
                report.add(
                    Diagnostic.of(period_codes.VERSIONS_OVERLAP, span, labels=labels, **facts)
                )

    def _idle(self, declared: Declared) -> None:
        """Report overrides of nothing, and lines of overrides that say what holds anyway."""
        for node, sheet, _ in declared.overrides:
            if declared.base is None or declared.sheet is None:
                what = f"no `action {node.name.text}` is declared on {self.channel}"
                told = Diagnostic.of(period_codes.OVERRIDES_NOTHING, node.name.span, what=what)
                self.found.report.add(told)
                continue
            lonely = len(declared.overrides) == 1
            for key, line in sheet.lines.items():
                if lonely and self._says_the_same(node, declared, key, line):
                    helps = [Help("leave it out", EditLevel.SAFE)]
                    self.found.report.add(
                        Diagnostic.of(period_codes.OVERRIDE_CHANGES_NOTHING, line.span, helps=helps)
                    )

    def _says_the_same(
        self, node: s.OverrideAction, declared: Declared, key: str, line: Line
    ) -> bool:
        base = declared.sheet.lines.get(key) if declared.sheet else None
        elsewhere = {c.text for c in node.channels} - {self.channel}
        return base is not None and not elsewhere and shape(base) == shape(line)


def _declared(channel: str, found: Declarations) -> dict[str, Declared]:
    made: dict[str, Declared] = {}
    for node in found.orders:
        if not isinstance(node, s.Action | s.OverrideAction | s.NoAction):
            continue
        if channel not in {c.text for c in node.channels}:
            continue
        declared = made.setdefault(node.name.text, Declared())
        where = f"one `{node.name.text}`"
        match node:
            case s.Action():
                if declared.base is not None:
                    first = declared.base.name.span
                    set_twice(found.report, node.name.span, node.name.text, channel, first)
                    continue
                declared.base = node
                declared.sheet = Sheet.of(node.body, found.report, where)
            case s.OverrideAction():
                period = stretch(node.start, node.end, found)
                sheet = Sheet.of(node.body, found.report, where)
                declared.overrides.append((node, sheet, period))
            case s.NoAction():
                declared.refusals.append((node, stretch(node.start, node.end, found)))
    return made
