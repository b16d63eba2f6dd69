"""Where actions lead: states that cannot be left or reached, and what can no longer follow.

Rules name only what sellers do. A marketplace moves orders as well, always towards the end of the
table of states, and never out of a state in which nothing is allowed any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics.codes import actions as codes
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import Span
from engine.language.declarations import Declarations
from engine.language.orders.sheets import LEADS
from engine.language.ruleset.orders import ActionRules, OrderSlice, StateRules

States = Mapping[str, StateRules]


def check_goals(slices: tuple[OrderSlice, ...], states: States, found: Declarations) -> None:
    """Report actions that lead to a state that their channel does not have: a line once."""
    lines: dict[tuple[Span, str, str], list[str]] = {}
    for slice_ in slices:
        for rules in slice_.actions.values():
            if not isinstance(rules, ActionRules) or rules.leads_to is None:
                continue
            goal = states.get(rules.leads_to)
            if goal is None or slice_.channel not in goal.natives:
                span = rules.places.get(LEADS, rules.span)
                channels = lines.setdefault((span, rules.sends, rules.leads_to), [])
                channels += [slice_.channel] if slice_.channel not in channels else []
    for (span, action, state), channels in lines.items():
        helps = []
        for channel in channels:
            known = ", ".join(n for n, s in states.items() if channel in s.natives)
            helps.append(Help(f"{channel} has: {known}"))
        facts: dict[str, Any] = {
            "action": action,
            "state": state,
            "channel": " and ".join(channels),
        }
        found.report.add(Diagnostic.of(codes.UNKNOWN_GOAL, span, helps=helps, **facts))


def check_ways(slices: tuple[OrderSlice, ...], states: States, found: Declarations) -> None:
    """Report states that cannot be left, and states that the rules never meet."""
    for told in [*_dead_ends(slices, states), *_unreached(slices, states)]:
        found.report.add(told)


def _dead_ends(slices: tuple[OrderSlice, ...], states: States) -> Iterator[Diagnostic]:
    for slice_ in slices:
        for state in states.values() if slice_.opens else ():
            here = allowed_in(slice_, state.name)
            if here and all(r.leads_to in (None, state.name) for r in here.values()):
                facts: dict[str, Any] = {"state": state.name, "channel": slice_.channel}
                helps = [Help("say where one of them leads: `leads to ...`")]
                yield Diagnostic.of(
                    codes.NO_WAY_OUT, state.span, helps=helps, actions=", ".join(here), **facts
                )


def _unreached(slices: tuple[OrderSlice, ...], states: States) -> Iterator[Diagnostic]:
    led_to = {r.leads_to for s in slices for r in s.actions.values() if isinstance(r, ActionRules)}
    used = {state for s in slices for (state, _), c in s.cells.items() if c.allowed}
    for state in states.values():
        if not state.natives:
            why = "no channel has a name for it"
        elif state.name not in led_to | used:
            why = "nothing leads to it, and nothing is allowed in it"
        else:
            continue
        facts: dict[str, Any] = {"state": state.name, "why": why}
        helps = [Help("leave the row out: what is done in an unknown state is denied anyway")]
        yield Diagnostic.of(codes.NEVER_REACHED, state.span, helps=helps, **facts)


def allowed_in(slice_: OrderSlice, state: str) -> dict[str, ActionRules]:
    """The actions that are allowed in `state`, by name."""
    cells = (c for (s, _), c in slice_.cells.items() if s == state)
    return {c.action: c.rules for c in cells if c.rules is not None}


def following(slice_: OrderSlice, action: str) -> frozenset[str]:
    """The actions that can still be done to an order after `action`, now or later."""
    rules = slice_.actions.get(action)
    names = list(dict.fromkeys(state for state, _ in slice_.cells))
    if not isinstance(rules, ActionRules):
        return frozenset()
    starts = {rules.leads_to} if rules.leads_to else set(rules.allowed)
    reached: set[str] = set()
    waiting = [s for s in starts if s in names]
    while waiting:
        state = waiting.pop()
        if state in reached:
            continue
        reached.add(state)
        here = allowed_in(slice_, state)
        waiting += [r.leads_to for r in here.values() if r.leads_to in names]
        if here:  # the marketplace moves it on, unless it is closed
            waiting += names[names.index(state) + 1 :]
    return frozenset(name for state in reached for name in allowed_in(slice_, state))


def impossible_sequences(slice_: OrderSlice) -> tuple[tuple[str, str], ...]:
    """Pairs of actions of which the second can never follow the first."""
    doable = {a for (_, a), c in slice_.cells.items() if c.allowed}
    names = [a for a in slice_.actions if a in doable]
    return tuple((a, b) for a in names for b in names if b not in following(slice_, a))
