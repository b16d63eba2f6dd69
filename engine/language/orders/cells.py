"""The matrix of a channel in a period: every pair of state and action, allowed or denied and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from engine.diagnostics.codes import actions as codes
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import NOWHERE, Span
from engine.language.declarations import Declarations
from engine.language.orders.actions import Rules
from engine.language.orders.sheets import ALLOWED
from engine.language.orders.suggestions import possible
from engine.language.ruleset.orders import (
    ActionRules,
    NoActionRules,
    OrderCell,
    StateRules,
)


class Stage(Struct, frozen=True):
    """What all cells of a matrix share: the channel, the period, and why it is closed, if it is."""

    channel: str
    start: datetime | None
    end: datetime | None
    closed: str
    span: Span
    found: Declarations

    def cells(
        self, states: Mapping[str, StateRules], actions: Mapping[str, Span], rules: Rules
    ) -> dict[tuple[str, str], OrderCell]:
        """The cell of each pair of state and action."""
        cells = {
            (state, action): self._cell(
                row, action, rules.get(action), actions[action], tuple(states)
            )
            for state, row in states.items()
            for action in actions
        }
        for rule in rules.values():
            if isinstance(rule, NoActionRules) and not self.closed:
                self._gaps(rule, states)
        return cells

    def _gaps(self, rules: NoActionRules, states: Mapping[str, StateRules]) -> None:
        """Report the states in which the cases suggest nothing, not even nothing."""
        here = [name for name, row in states.items() if self.channel in row.natives]
        gaps = [n for n in here if not possible(rules.suggestions, n, self.start, self.end)[1]]
        if gaps:
            says = f"nothing says what to suggest instead of `{rules.name}` in {', '.join(gaps)}"
            helps = [Help('end the cases with `otherwise suggest nothing "..."`')]
            span = rules.suggestions[-1].span
            self.found.report.add(Diagnostic.of(codes.NOT_COVERED, span, helps=helps, what=says))

    def _cell(
        self,
        state: StateRules,
        action: str,
        rules: ActionRules | NoActionRules | None,
        declared: Span,
        states: tuple[str, ...],
    ) -> OrderCell:
        if self.closed:
            return _by_default(state.name, action, self.closed, self.span)
        if self.channel not in state.natives:
            reason = f"An order on {self.channel} is never {state.name}"
            return _by_default(state.name, action, reason, state.span)
        match rules:
            case ActionRules():
                return _of_action(state.name, rules, states)
            case NoActionRules():
                return self._refused(state.name, rules)
            case None:
                reason = f"No rule allows {action} on {self.channel}"
                return _by_default(state.name, action, reason, declared)

    def _refused(self, state: str, rules: NoActionRules) -> OrderCell:
        suggestions, _ = possible(rules.suggestions, state, self.start, self.end)
        sentence = rules.sentence or f"{self.channel} has no {rules.name}"
        silent = not rules.sentence
        return OrderCell(state, rules.name, None, sentence, silent, suggestions, rules.span)


def _of_action(state: str, rules: ActionRules, states: tuple[str, ...]) -> OrderCell:
    span = rules.places.get(ALLOWED, rules.span)
    if state in rules.allowed:
        return OrderCell(state, rules.name, rules, "", False, (), span)  # noqa: FBT003 - no denial
    where = ", ".join(s for s in states if s in rules.allowed) or "no state"
    reason = rules.denial or f"{rules.name.capitalize()} is allowed only in {where}"
    return OrderCell(state, rules.name, None, reason, not rules.denial, (), span)


def _by_default(state: str, action: str, reason: str, span: Span) -> OrderCell:
    return OrderCell(state, action, None, reason, True, (), span or NOWHERE)  # noqa: FBT003
