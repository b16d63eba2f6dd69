"""What rules suggest instead of an action: conditions bound, and each held against the matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.diagnostics.codes import actions as codes
from engine.diagnostics.codes.code import Code
from engine.diagnostics.diagnostic import Diagnostic, Help, Label, Report
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.declarations import Declarations
from engine.language.orders.actions import Rules
from engine.language.orders.conditions import NOW, STATE, UNKNOWN, Facts, OrderBinder, holds
from engine.language.orders.naming import set_twice, unknown_name
from engine.language.orders.sheets import ALLOWED, silent
from engine.language.ruleset.orders import ActionRules, OrderCell, SuggestionRules
from engine.language.scope import parts_of
from engine.language.syntax import Need

_MOMENT = timedelta(microseconds=1)


def bind_suggestions(
    found: Declarations, binder: OrderBinder, actions: Mapping[str, object]
) -> dict[Span, tuple[SuggestionRules, ...]]:
    """The suggestions of each `no action`, by the place of that."""
    made: dict[Span, tuple[SuggestionRules, ...]] = {}
    for node in found.orders:
        if isinstance(node, s.NoAction):
            _one_denial(node, found.report)
            lines = [n for n in node.body if isinstance(n, s.Suggest)]
            for line in lines:
                if line.action is not None and line.action.text not in actions:
                    unknown_name(found.report, line.action, "action", actions)
            made[node.span] = tuple(_suggestion(line, binder) for line in lines)
    return made


def _one_denial(node: s.NoAction, report: Report) -> None:
    denials = [n for n in node.body if isinstance(n, s.Deny)]
    for again in denials[1:]:
        set_twice(report, again.span, "deny", f"`no action {node.name.text}`", denials[0].span)
    if not denials or not denials[0].sentence.value.strip():
        span = denials[0].span if denials else node.name.span
        silent(span, f"`{node.name.text}`", report)


def _suggestion(node: s.Suggest, binder: OrderBinder) -> SuggestionRules:
    condition = binder.condition(node.condition) if node.condition is not None else None
    return SuggestionRules(
        condition,
        node.action.text if node.action else None,
        tuple(p.text for p in node.parameters),
        node.sentence.value if node.sentence else "",
        node.span,
    )


def possible(
    suggestions: tuple[SuggestionRules, ...],
    state: str,
    start: datetime | None,
    end: datetime | None,
) -> tuple[tuple[SuggestionRules, ...], bool]:
    """The suggestions that an order in `state` may get, and whether one is sure to fit."""
    found: list[SuggestionRules] = []
    for one in suggestions:
        fits = holds(one.condition, _facts(one.condition, state, start, end))
        if fits is not False:
            found.append(one)
        if fits:
            return tuple(found), True
    return tuple(found), not suggestions


class _AnyOrder(dict[str, object]):
    """An order of which only some facts are known."""

    def __missing__(self, _: str) -> object:
        return UNKNOWN

    def get(self, key: str, _: object = None) -> object:
        return self[key]


def _facts(
    condition: r.Bound | None, state: str, start: datetime | None, end: datetime | None
) -> Facts:
    """What is known of an order in `state` in a period: nothing but that."""
    facts = _AnyOrder({STATE: state})
    within = start + _MOMENT if start else end - _MOMENT if end else None
    if within is not None and not _moves_now(condition):
        facts[NOW] = within
    return facts


def _moves_now(condition: r.Bound | None) -> bool:
    stack = [condition] if condition is not None else []
    while stack:
        part = stack.pop()
        if isinstance(part, r.Compute):
            return True
        stack += parts_of(part)
    return False


def check_suggestions(
    channel: str,
    rules: Rules,
    cells: Mapping[tuple[str, str], OrderCell],
    actions: Mapping[str, object],
) -> Iterator[Diagnostic]:
    """What is wrong with the suggestions of the cells of `channel`, each told once."""
    denied: dict[Span, list[str]] = {}
    seen: dict[Span, SuggestionRules] = {}
    for cell in cells.values():
        for one in cell.suggestions:
            target = rules.get(one.action) if one.action is not None else None
            known = one.action in actions  # what is not is told by its name
            if known and not _allowed(target, cell.state):
                denied.setdefault(one.span, []).append(cell.state)
            seen[one.span] = one
    for span, one in seen.items():
        target = rules.get(one.action) if one.action is not None else None
        if span in denied:
            place = target.places.get(ALLOWED) if isinstance(target, ActionRules) else None
            labels = [Label(place, "allowed here only")] if place else []
            states = ", ".join(denied[span])
            facts: dict[str, Any] = {"action": str(one.action), "channel": channel, "state": states}
            yield _told(codes.SUGGESTS_DENIED, span, labels, facts)
        elif isinstance(target, ActionRules):
            yield from _parameters(channel, one, target)


def _allowed(target: object, state: str) -> bool:
    return isinstance(target, ActionRules) and state in target.allowed


def _parameters(channel: str, one: SuggestionRules, target: ActionRules) -> Iterator[Diagnostic]:
    for name in one.parameters:
        known = target.parameters.get(name)
        facts: dict[str, Any] = {"action": target.name, "channel": channel, "name": name}
        if known is None or known.need is Need.FORBIDDEN:
            labels = [Label(known.span, "forbidden here")] if known else []
            yield _told(codes.SUGGESTS_FORBIDDEN, one.span, labels, facts)
    for name in target.needed(Need.MANDATORY):
        if name not in one.parameters:
            facts = {"action": target.name, "channel": channel, "name": name}
            labels = [Label(target.parameters[name].span, "mandatory here")]
            helps = [Help(f"write `suggest {target.name} with {name}`")]
            yield _told(codes.SUGGESTS_TOO_LITTLE, one.span, labels, facts, helps)


def _told(
    code: Code,
    span: Span,
    labels: list[Label],
    facts: Mapping[str, Any],
    helps: list[Help] | None = None,
) -> Diagnostic:
    return Diagnostic.of(code, span, labels=labels, helps=helps or [], **facts)
