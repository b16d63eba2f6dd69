"""Why an action on an order is allowed or denied, when that changes, what other channels say.

Everything is asked of the policy that decides: the cell of its matrix, the cases of its route, the
checks of its parameters. What is told of another instant or channel is its decision there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE, Source, Span
from engine.diagnostics.visible import visible
from engine.insight.conditions_explained import Teller, unconfirmed
from engine.insight.derivation import Derivation, State, What
from engine.language.orders.checker import shown_instant
from engine.language.orders.conditions import STATE, holds
from engine.language.orders.sheets import ALLOWED
from engine.language.orders.timing import compared_instants
from engine.language.ruleset import Ruleset
from engine.language.ruleset.orders import (
    ActionRules,
    NoActionRules,
    OrderCell,
    OrderSlice,
    RouteRules,
)
from engine.orders.decision import Decision
from engine.orders.matrix import suggestion_words, takes
from engine.orders.parameters import given
from engine.orders.policy import Led, Policy, Situation
from engine.orders.wish import Wish


class Elsewhen(Struct, frozen=True):
    """The decision at another instant, or on another channel."""

    channel: str
    at: datetime
    decision: Decision
    milestones: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The decision as JSON, without its requests."""
        found = self.decision
        rule = {"file": found.rule.file, "line": found.rule.line} if found.rule.file else None
        return {
            "channel": self.channel,
            "at": self.at.isoformat(),
            "milestones": list(self.milestones),
            "decision": found.ruling.value,
            "reason": found.reason,
            "rule": rule,
        }


class ActionExplained(Struct, frozen=True):
    """A decision with its derivation.

    Attributes:
        action: the wanted action.
        order: the order's id, where it is known.
        at: the instant it is decided for.
        decision: as the policy gives it.
        clause: the words of the notice that the deciding rule implements.
        why: the steps, each with what decided it.
        allowed_in: the states in which the rules allow the action there and then.
        changes: the next instant at which the ruling is another, None where no rule makes it so.
        waits_for: milestones to be confirmed that it leans on.
        elsewhere: what each other channel says of the same state.
    """

    action: str
    order: str | None
    at: datetime
    decision: Decision
    clause: str
    why: tuple[Derivation, ...]
    allowed_in: tuple[str, ...]
    changes: Elsewhen | None
    waits_for: tuple[str, ...]
    elsewhere: tuple[Elsewhen, ...]

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON: stable keys."""
        return {
            "order": self.order,
            "action": self.action,
            "at": self.at.isoformat(),
            "channel": self.decision.channel,
            "state": self.decision.state,
            **self.decision.as_json(),
            "clause": self.clause,
            "why": [step.as_json() for step in self.why],
            "allowed_in": list(self.allowed_in),
            "changes": self.changes.as_json() if self.changes else None,
            "waits_for": list(self.waits_for),
            "elsewhere": [one.as_json() for one in self.elsewhere],
        }


class ActionExplainer(Struct, frozen=True):
    """Explains what a policy decides."""

    policy: Policy
    ruleset: Ruleset
    sources: Mapping[str, Source]

    def explain(self, wish: Wish) -> ActionExplained:
        """Why `wish` is decided as it is."""
        decision = self.policy.decide(wish)
        found = self.policy.situation(wish)
        led = self.policy.lead(wish)
        facts = found.facts if isinstance(found, Situation) else {}
        teller = Teller(facts, self.sources, self.ruleset.timezone)
        here = self.policy.slice_of(decision.channel) if decision.channel else None
        cell = _cell(here, decision.state, wish.action)
        reference = wish.order.reference if wish.order else wish.reference
        return ActionExplained(
            wish.action,
            reference,
            self.policy.at,
            decision,
            _clause(here, wish.action) if cell is not None else "",
            tuple(self._steps(wish, found, led, cell, teller)),
            _allowed_in(here, wish.action),
            self._changes(wish, decision),
            self._waits_for(here, teller),
            tuple(self._elsewhere(wish, decision, facts.get(STATE))),
        )

    # --- the steps ------------------------------------------------------------------------------

    def _steps(
        self,
        wish: Wish,
        found: Situation | Decision,
        led: Led | Decision,
        cell: OrderCell | None,
        teller: Teller,
    ) -> Iterator[Derivation]:
        if isinstance(found, Decision):
            return
        yield self._state(wish, found)
        yield self._route(led, teller)
        if isinstance(led, Decision) or cell is None:
            return
        yield self._window(led.channel.slice, teller)
        yield self._permission(led.channel.slice, cell)
        if cell.rules is not None:
            yield from self._supply(wish, cell)
            yield from self._parameters(wish, led, cell.rules)
        elif cell.suggestions:
            facts = {**led.facts, STATE: cell.state}
            yield self._suggestion(cell, Teller(facts, self.sources, self.ruleset.timezone))

    def _state(self, wish: Wish, found: Situation) -> Derivation:
        """The state by its name in the rules, and how it was written."""
        written = str(
            wish.facts.get(STATE) or wish.state or (wish.order.state if wish.order else "")
        )
        if isinstance(found.states, Diagnostic):
            return Derivation(What.FACT, STATE, State.MISSING, None, None, found.states.says)
        names = " or ".join(found.states)
        rows = [self.policy.rules.states[name].span for name in found.states]
        note = f"written “{visible(written)}”" if written != names else ""
        return Derivation(What.FACT, STATE, State.VALUE, names, rows[0], note)

    def _route(self, led: Led | Decision, teller: Teller) -> Derivation:
        """Where the order is handled: the cases up to the one that fits, and what it must fulfil."""
        rules = self.policy.rules
        parts: list[Derivation] = []
        place: Span = NOWHERE
        for case in self._tried(teller):
            parts.append(teller.case(case.condition, case.span))
            place = case.span if parts[-1].taken else place
        for check in rules.route_checks:
            if holds(check.guard, teller.facts) and holds(check.condition, teller.facts) is False:
                note = check.message
                told = teller.condition(check.condition)
                parts.append(replace(told, what=What.REQUIREMENT, note=note, rule=check.span))
        if isinstance(led, Decision):
            said, note = led.ruling.value, led.reason
        else:
            said, note = led.channel.name, "" if place.file else "no case of a route is about it"
        return Derivation(
            What.FACT, "handled on", State.VALUE, said, place, note, parts=tuple(parts)
        )

    def _window(self, part: OrderSlice, teller: Teller) -> Derivation:
        """Whether orders go through the channel, and the period in which that and the rules hold."""
        start, end = (shown_instant(at, teller.zone) if at else "" for at in (part.start, part.end))
        spans = [f"from {start} on" if start else "", f"until {end}" if end else ""]
        period = ", ".join(s for s in spans if s) or "at all times"
        channel = self.ruleset.channels.get(part.channel)
        rule = channel.span if channel else None
        said = "open" if part.opens else "closed"
        return Derivation(
            What.FACT,
            f"orders on {part.channel}",
            State.VALUE,
            said,
            rule,
            f"these rules: {period}",
        )

    def _permission(self, part: OrderSlice, cell: OrderCell) -> Derivation:
        """The cell of the matrix: what the action's rule says of the state."""
        rules = part.actions.get(cell.action)
        says = f"{cell.action} on {part.channel}"
        value = "allowed" if cell.allowed else "denied"
        parts: tuple[Derivation, ...] = ()
        note = ""
        if isinstance(rules, ActionRules) and part.opens:
            states = [n for n in self.policy.rules.states if n in rules.allowed]
            fits = cell.state in rules.allowed
            text = f"state in ({', '.join(states)})"
            fact = Derivation(What.FACT, STATE, State.VALUE, cell.state)
            place = rules.places.get(ALLOWED, rules.span)
            tested = Derivation(
                What.CASE, text, State.VALUE, "yes" if fits else "no", place, taken=fits,
                parts=(fact,),
            )  # fmt: skip
            parts = (tested,)
            note = f"the same as {rules.sends}" if rules.sends != rules.name else ""
        elif cell.by_default:
            note = cell.reason
        elif isinstance(rules, NoActionRules):
            note = "the channel has no such action"
        return Derivation(What.PERMISSION, says, State.VALUE, value, cell.span, note, parts=parts)

    def _supply(self, wish: Wish, cell: OrderCell) -> Iterator[Derivation]:
        """That an order is the seller's to ship, where the action ships."""
        denied = wish.order.shipping_denied() if wish.order else None
        if denied is not None and cell.rules is not None and cell.rules.sends == "ship":
            yield Derivation(What.FACT, "ships_itself", State.VALUE, "no", None, denied.says)

    def _parameters(self, wish: Wish, led: Led, rules: ActionRules) -> Iterator[Derivation]:
        """Each parameter: what the rule asks, what was given, what is wrong with it."""
        _, faults = led.channel.parameters_of(rules).read(wish.parameters)
        wrong = {(f.rule.file, f.rule.start): f.told.says for f in faults}
        for one in rules.parameters.values():
            value = wish.parameters.get(one.name)
            has = given(value)
            fault = wrong.get((one.span.file, one.span.start), "")
            if not has and not fault:
                continue  # nobody asks for it, and nobody gave it
            says = " ".join(w for w in (one.name, one.need.value, takes(one)) if w)
            state = State.FAILED if fault else State.VALUE
            shown = visible(str(value)) if has else None
            yield Derivation(What.PARAMETER, says, state, shown, one.span, fault)
        own = rules.span
        others = [f for f in faults if (f.rule.file, f.rule.start) == (own.file, own.start)]
        names = [n for n, v in wish.parameters.items() if given(v) and n not in rules.parameters]
        for name, other in zip(names, others, strict=True):
            says = f"{visible(name)} in no rule"
            yield Derivation(What.PARAMETER, says, State.FAILED, None, own, other.told.says)

    def _suggestion(self, cell: OrderCell, teller: Teller) -> Derivation:
        parts: list[Derivation] = []
        words = None
        for one in cell.suggestions:
            parts.append(teller.case(one.condition, one.span))
            if parts[-1].taken:
                words = suggestion_words(one)
                break
        state = State.MISSING if words is None else State.VALUE
        return Derivation(What.SUGGESTION, "instead", state, words, None, parts=tuple(parts))

    # --- other instants, other channels ---------------------------------------------------------

    def _changes(self, wish: Wish, decision: Decision) -> Elsewhen | None:
        """The next instant at which the policy rules otherwise."""
        rules = self.policy.rules
        edges = {e for s in rules.slices for e in (s.start, s.end) if e is not None}
        edges |= {*compared_instants([c.condition for c in rules.route])}
        for at in sorted(e for e in edges if e > self.policy.at):
            then = Policy(rules, at, self.policy.settings).decide(wish)
            if then.ruling is not decision.ruling:
                known = self.ruleset.milestones.values()
                names = tuple(m.name for m in known if m.at == at)
                return Elsewhen(then.channel or "", at, then, names)
        return None

    def _waits_for(self, part: OrderSlice | None, teller: Teller) -> tuple[str, ...]:
        """The milestones to be confirmed behind the rules in force and the cases that were tried."""
        tried = list(self._tried(teller)) if teller.facts else []
        leaning = unconfirmed((case.condition for case in tried), teller)
        return tuple(dict.fromkeys([*(part.leans_on if part else ()), *leaning]))

    def _tried(self, teller: Teller) -> Iterator[RouteRules]:
        """The cases of the route up to the one that fits."""
        for case in self.policy.rules.route:
            yield case
            if holds(case.condition, teller.facts):
                return

    def _elsewhere(self, wish: Wish, decision: Decision, state: str | None) -> Iterator[Elsewhen]:
        """What each other channel says of the action in the same state, whatever its parameters."""
        if state is None:
            return
        for channel in self.policy.rules.channels:
            if channel == decision.channel or self.policy.slice_of(channel) is None:
                continue
            asked = Wish(wish.action, channel=channel, state=state, permission_only=True)
            yield Elsewhen(channel, self.policy.at, self.policy.decide(asked))


def _cell(part: OrderSlice | None, state: str | None, action: str) -> OrderCell | None:
    return part.cells.get((state, action)) if part is not None and state is not None else None


def _clause(part: OrderSlice | None, action: str) -> str:
    rules = part.actions.get(action) if part is not None and part.opens else None
    return rules.clause if rules is not None else ""


def _allowed_in(part: OrderSlice | None, action: str) -> tuple[str, ...]:
    cells = part.cells.items() if part is not None else ()
    return tuple(state for (state, name), cell in cells if name == action and cell.allowed)
