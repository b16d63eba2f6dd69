"""Checked rules about orders: for each channel and period, a total matrix of states and actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from engine.diagnostics.place import Span
from engine.language.ruleset.expressions import Bound
from engine.language.ruleset.tables import Table
from engine.language.syntax import Need, OrderTest, OrderTestTable, TypeName
from engine.values.field import SourceSchema


class StateRules(Struct, frozen=True):
    """A state, and what each channel calls it; a channel that has no such state is left out."""

    name: str
    natives: Mapping[str, str]
    span: Span


class ParameterRules(Struct, frozen=True):
    """A parameter of an action: whether it is needed, what it takes, where that stands.

    `table` holds the values where it takes one of a table; `any_text` lets others pass as well.
    """

    name: str
    need: Need
    takes: TypeName | None
    table: Table | None
    any_text: bool
    sentence: str
    span: Span


class SuggestionRules(Struct, frozen=True):
    """What to do instead, where the condition holds; `action` None says that there is nothing."""

    condition: Bound | None
    action: str | None
    parameters: tuple[str, ...]
    sentence: str
    span: Span


class ActionRules(Struct, frozen=True):
    """An action on one channel in one period.

    Attributes:
        name: as rules call it.
        sends: the action that is sent: another one where it is `same as` that.
        allowed: the states in which it is allowed.
        denial: the sentence for the other states, "" where the rules give none.
        leads_to: the state that it leads to.
        whole_order: whether it applies to whole orders only.
        parameters: by name, in the order of the rules.
        clause: the words of the notice that it implements.
        span: where it is declared.
        places: where `allowed in` and `leads to` stand.
    """

    name: str
    sends: str
    allowed: frozenset[str]
    denial: str
    leads_to: str | None
    whole_order: bool
    parameters: Mapping[str, ParameterRules]
    clause: str
    span: Span
    places: Mapping[str, Span]

    def needed(self, need: Need) -> tuple[str, ...]:
        """The names of the parameters with that need."""
        return tuple(p.name for p in self.parameters.values() if p.need is need)


class NoActionRules(Struct, frozen=True):
    """An action that a channel does not have, with what to do instead."""

    name: str
    sentence: str
    suggestions: tuple[SuggestionRules, ...]
    clause: str
    span: Span


class OrderCell(Struct, frozen=True):
    """One channel, state and action in one period.

    Attributes:
        state: the state.
        action: the action.
        rules: of the action, where it is allowed.
        reason: the sentence of a denial.
        by_default: whether no rule gives that sentence.
        suggestions: what may be suggested there; more than one where an order decides.
        span: the rule that decides.
    """

    state: str
    action: str
    rules: ActionRules | None
    reason: str
    by_default: bool
    suggestions: tuple[SuggestionRules, ...]
    span: Span

    @property
    def allowed(self) -> bool:
        """Whether the action is allowed in the state."""
        return self.rules is not None


class OrderSlice(Struct, frozen=True):
    """What may be done with orders on one channel from `start` until `end` (UTC, None: open).

    `opens`: whether the channel's windows let orders through; `cells` by state and action, every
    pair of them; `leans_on` names the milestones to be confirmed that it depends on.
    """

    channel: str
    start: datetime | None
    end: datetime | None
    opens: bool
    actions: Mapping[str, ActionRules | NoActionRules]
    cells: Mapping[tuple[str, str], OrderCell]
    leans_on: tuple[str, ...] = ()

    def holds_at(self, at: datetime) -> bool:
        """Whether it is in force at `at` (aware)."""
        started = self.start is None or self.start <= at
        return started and (self.end is None or at < self.end)


class RouteRules(Struct, frozen=True):
    """Where orders go that fit `condition`: to `channel`, or None, to a person (`sentence`)."""

    condition: Bound | None
    channel: str | None
    sentence: str
    span: Span


class RouteCheck(Struct, frozen=True):
    """What an order must fulfil where `guard` holds, or else is refused or warned about."""

    condition: Bound
    guard: Bound | None
    rejects: bool
    message: str
    span: Span


class OrderRules(Struct, frozen=True):
    """All that the rule files say about orders, checked."""

    source: SourceSchema
    states: Mapping[str, StateRules]
    actions: tuple[str, ...]
    channels: tuple[str, ...]
    route: tuple[RouteRules, ...]
    route_checks: tuple[RouteCheck, ...]
    slices: tuple[OrderSlice, ...]
    tests: tuple[OrderTest | OrderTestTable, ...] = ()
    assumptions: tuple[tuple[str, Span], ...] = field(default=())

    def slice_at(self, channel: str, at: datetime) -> OrderSlice | None:
        """What holds on `channel` at `at` (aware); None where no rule is about that channel."""
        return next((s for s in self.slices if s.channel == channel and s.holds_at(at)), None)
