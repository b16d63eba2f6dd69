"""Rules and an order to a decision: allowed, denied or manual, by which rule, and what to send.

A policy holds the rules at one instant, with everything worked out that does not depend on the
order: deciding is then a look-up, a check of parameters, and a request made by a pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from engine.diagnostics.codes import Code
from engine.diagnostics.codes import decisions as codes
from engine.diagnostics.codes.orders import NO_REQUEST
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE, Span
from engine.diagnostics.visible import visible
from engine.errors import ProjectError
from engine.language.orders.conditions import STATE, fields_in, holds
from engine.language.ruleset import Ruleset
from engine.language.ruleset.orders import (
    ActionRules,
    OrderCell,
    OrderRules,
    OrderSlice,
    RouteRules,
)
from engine.orders.carriers import carrier_table
from engine.orders.closest import closest
from engine.orders.connectors import FILES, Connector, connector
from engine.orders.decision import Decision, Ruling, Suggestion
from engine.orders.facts_of_orders import channel_of, facts_of, marketplace_code
from engine.orders.reading import SHOWN
from engine.orders.requests import Prepared, requests_for
from engine.orders.rule_parameters import ParameterFault, RuleParameters
from engine.orders.rule_states import RuleStates, States
from engine.orders.wish import Wish
from engine.project import OrderSettings, Project

MOST_REMEMBERED = 4096
SHIP, CARRIER = "ship", "carrier"
# The seller of the marketplace's own examples: no request for a real account is made by mistake.
STAND_IN_ORDER, STAND_IN_ACCOUNT = "ORDER-ID", "98979"


class ChannelNow(Struct):
    """One channel at the policy's instant."""

    name: str
    slice: OrderSlice
    states: RuleStates
    code: str
    channels: tuple[str, ...]
    parameters: dict[str, RuleParameters] = field(default_factory=dict)
    sentences: dict[tuple[str, str], str] = field(default_factory=dict)

    def says(self, cell: OrderCell) -> str:
        """The sentence of what is allowed."""
        key = (cell.state, cell.action)
        if key not in self.sentences:
            where = f"{cell.state} on {self.name}"
            self.sentences[key] = f"{cell.action.capitalize()} is allowed in {where}"
        return self.sentences[key]

    def parameters_of(self, rules: ActionRules) -> RuleParameters:
        """What the parameters of an action must be."""
        if rules.name not in self.parameters:
            self.parameters[rules.name] = RuleParameters(rules, self.name, self.channels)
        return self.parameters[rules.name]


class Situation(Struct, frozen=True):
    """What is known of an order: the channel that it is said to be on, its states, its facts."""

    channel: ChannelNow
    states: States | Diagnostic
    facts: dict[str, Any]


class Led(Struct, frozen=True):
    """An order on the channel that it is handled on, with the states that it may be in."""

    channel: ChannelNow
    states: States | Diagnostic
    facts: dict[str, Any]
    rule: Span
    warnings: tuple[str, ...] = ()


class Policy:
    """Decides wanted actions by the rules in force at one instant."""

    def __init__(
        self, rules: OrderRules, at: datetime, settings: OrderSettings | None = None
    ) -> None:
        self.rules = rules
        self.at = at
        self.settings = settings or OrderSettings()
        self._channels = {
            name: ChannelNow(
                name,
                one,
                RuleStates(name, rules.states),
                marketplace_code(name),
                rules.channels,
            )
            for name in rules.channels
            if (one := rules.slice_at(name, at)) is not None
        }
        self._route_fields = tuple(sorted(fields_in(c.condition for c in rules.route)))
        self._cases: dict[tuple[Any, ...], RouteRules | None] = {}
        self._connectors: dict[tuple[str, str | None], Connector | None] = {}

    def decide(self, wish: Wish) -> Decision:
        """What may be done of `wish`; nothing about it stops the run."""
        if wish.action not in self.rules.actions:
            near = closest(wish.action, self.rules.actions)
            return _denied(codes.UNKNOWN_ACTION, near=near, value=visible(wish.action[:SHOWN]))
        led = self.lead(wish)
        if isinstance(led, Decision):
            return led
        if isinstance(led.states, Diagnostic):
            return _told(led.states, channel=led.channel.name)
        return self._in_state(wish, led, led.states)

    def route(self, wish: Wish) -> Decision:
        """Where the order of `wish` is handled, whatever is to be done with it."""
        led = self.lead(wish)
        if isinstance(led, Decision):
            return led
        name = led.channel.name
        says = f"this order is handled on {name}"
        return Decision(Ruling.ALLOWED, says, None, led.rule, channel=name, warnings=led.warnings)

    def states_of(self, channel: str, written: str) -> States:
        """The states by their names in rules that `written` may be on `channel`; none if unknown."""
        known = self._channels.get(channel)
        found = known.states.of(written) if known else ()
        return () if isinstance(found, Diagnostic) else found

    def slice_of(self, channel: str) -> OrderSlice | None:
        """What the rules say of `channel` at the policy's instant."""
        known = self._channels.get(channel)
        return known.slice if known else None

    def sends(self, channel: str, action: str) -> str | None:
        """The action that is sent for `action` on `channel`, None where it has none."""
        known = self._channels.get(channel)
        rules = known.slice.actions.get(action) if known else None
        return rules.sends if isinstance(rules, ActionRules) else None

    # --- where the order is handled -------------------------------------------------------------

    def lead(self, wish: Wish) -> Led | Decision:
        """The order on the channel that the route leads it to, or why it gets to none."""
        found = self.situation(wish)
        if isinstance(found, Decision):
            return found
        own, states, facts = found.channel, found.states, found.facts
        case = self._case(facts)
        if case is not None and case.channel is None:
            code = codes.BY_HAND.number
            return Decision(Ruling.MANUAL, case.sentence, code, case.span, channel=own.name)
        target = self._channels[case.channel] if case and case.channel in self._channels else own
        rule = case.span if case else NOWHERE
        if wish.channel is not None and target.name != wish.channel:
            return _denied(codes.OTHER_CHANNEL, rule, wish.channel, other=target.name)
        return self._fulfilled(Led(target, states, facts, rule))

    def situation(self, wish: Wish) -> Situation | Decision:
        """What is known of the order of `wish`, or why nothing can be: no rule is about its channel."""
        name = self._said_channel(wish)
        own = self._channels.get(name)
        if own is None:
            near = closest(name, self._channels)
            return _denied(codes.CHANNEL_WITHOUT_RULES, near=near, value=visible(name[:SHOWN]))
        facts = facts_of(wish, own.code, self.at)
        states = self._states(wish, own, facts.get(STATE))
        certain = isinstance(states, tuple) and len(states) == 1
        facts[STATE] = states[0] if isinstance(states, tuple) and certain else None
        return Situation(own, states, facts)

    def _case(self, facts: Mapping[str, Any]) -> RouteRules | None:
        """The first case of the route that fits; the same for all orders that it cannot tell apart."""
        key = tuple([facts.get(name) for name in self._route_fields])
        if key not in self._cases:
            if len(self._cases) >= MOST_REMEMBERED:
                self._cases.clear()
            fits = (c for c in self.rules.route if holds(c.condition, facts))
            self._cases[key] = next(fits, None)
        return self._cases[key]

    def _fulfilled(self, led: Led) -> Led | Decision:
        """The same with what the route warns about, or why it refuses the order."""
        warnings = []
        for check in self.rules.route_checks:
            if holds(check.guard, led.facts) and holds(check.condition, led.facts) is False:
                if check.rejects:
                    name = led.channel.name
                    return _denied(codes.REFUSED_BY_ROUTE, check.span, name, reason=check.message)
                warnings.append(check.message)
        return replace(led, warnings=tuple(warnings)) if warnings else led

    @staticmethod
    def _said_channel(wish: Wish) -> str:
        """The channel by the order, the wish, or the marketplace's code; "" where nobody says."""
        if wish.order is not None:
            return wish.order.channel or wish.order.marketplace
        return wish.channel or channel_of(wish.facts) or ""

    @staticmethod
    def _states(wish: Wish, channel: ChannelNow, said: Any) -> States | Diagnostic:
        """The states that the order may be in, by their names in rules."""
        if said:
            return channel.states.of(str(said))
        if wish.order is None:
            return Diagnostic.of(codes.STATE_UNSAID, wish.place)
        return channel.states.of(wish.order.state, lengow_only=wish.order.lengow_only)

    # --- what the matrix says -------------------------------------------------------------------

    def _in_state(self, wish: Wish, led: Led, states: States) -> Decision:
        channel = led.channel
        cells = [channel.slice.cells[state, wish.action] for state in states]
        cell = cells[0]
        if any(c.allowed is not cell.allowed for c in cells):
            written = wish.state or (wish.order.state if wish.order else "")
            return _denied(
                codes.STATE_IN_DOUBT,
                cell.span,
                channel.name,
                value=visible(written[:SHOWN]),
                states=" or ".join(states),
                action=wish.action,
            )
        if cell.rules is None:
            return self._refused(channel, cell, {**led.facts, STATE: cell.state}, led.warnings)
        return self._allowed(wish, channel, cell, led.warnings)

    def _refused(
        self,
        channel: ChannelNow,
        cell: OrderCell,
        facts: Mapping[str, Any],
        warnings: tuple[str, ...],
    ) -> Decision:
        code = codes.DENIED_BY_DEFAULT if cell.by_default else codes.DENIED_BY_RULE
        code = code if channel.slice.opens else codes.CHANNEL_CLOSED
        found = next((s for s in cell.suggestions if holds(s.condition, facts)), None)
        return Decision(
            Ruling.DENIED,
            cell.reason,
            code.number,
            cell.span,
            Suggestion(found.action, found.parameters, found.sentence) if found else None,
            channel=channel.name,
            state=cell.state,
            warnings=warnings,
        )

    # --- what is sent ---------------------------------------------------------------------------

    def _allowed(
        self, wish: Wish, channel: ChannelNow, cell: OrderCell, warnings: tuple[str, ...]
    ) -> Decision:
        rules = cell.rules
        if rules is None:
            raise AssertionError("only what is allowed is sent")
        where: dict[str, Any] = {"channel": channel.name, "state": cell.state}
        if rules.sends == SHIP and wish.order is not None:
            denied = wish.order.shipping_denied()
            if denied is not None:
                return _told(denied, cell.span, warnings=warnings, **where)
        says = channel.says(cell)
        if wish.permission_only:
            return Decision(
                Ruling.ALLOWED,
                says,
                None,
                cell.span,
                sends=rules.sends,
                warnings=warnings,
                **where,
            )
        wanted = channel.parameters_of(rules)
        values, faults = wanted.read(wish.parameters)
        if faults:
            return _faulty(faults, warnings, where)
        through = self._connector(channel.name, wish)
        if through is None:
            name = self.settings.connector or "Feedwright"
            told = Diagnostic.of(NO_REQUEST, wish.place, connector=name, action=rules.sends)
            return _told(told, cell.span, warnings=warnings, **where)
        prepared, stand_ins = self._prepared(wish, through, rules.sends, values, wanted)
        if prepared.faults:
            given = [ParameterFault(told, cell.span) for told in prepared.faults]
            return _faulty(given, warnings, where)
        return Decision(
            Ruling.ALLOWED,
            says,
            None,
            cell.span,
            None,
            rules.sends,
            prepared.requests,
            through.name,
            channel.name,
            cell.state,
            warnings,
            stand_ins,
        )

    def _prepared(
        self,
        wish: Wish,
        through: Connector,
        sends: str,
        values: Mapping[str, Any],
        wanted: RuleParameters,
    ) -> tuple[Prepared, dict[str, str] | None]:
        order = wish.order
        reference = order.reference if order else wish.reference
        account = (order.account if order else None) or wish.account
        stand_ins = {}
        if reference is None:
            stand_ins["order"] = reference = STAND_IN_ORDER
        if account is None:
            stand_ins["account"] = account = STAND_IN_ACCOUNT
        prepared = requests_for(
            through,
            sends,
            values,
            order_reference=reference,
            account=account,
            marketplace=wanted.channel,
            free_carrier=CARRIER in wanted.any_text and self._free_carriers(wanted.channel),
            place=wish.place,
        )
        return prepared, stand_ins or None

    def _free_carriers(self, channel: str) -> bool:
        """Whether a carrier that is not listed may be sent.

        Where only listed ones are said to work, not unless the merchant says so.
        """
        table = carrier_table(channel)
        return self.settings.free_carriers or (table is not None and not table.strict)

    def _connector(self, channel: str, wish: Wish) -> Connector | None:
        """Through whom requests on `channel` go: the order's own, that of the settings, or any."""
        said = wish.order.connector if wish.order else None
        key = (channel, said.value if said else None)
        if key not in self._connectors:
            first = self.settings.connector
            others = [first, *FILES] if first else list(FILES)
            names = [said.value] if said else others
            made = (connector(name, self._spellings(name)) for name in names)
            serving = (one for one in made if channel in one.marketplaces)
            self._connectors[key] = next(serving, None)
        return self._connectors[key]

    def _spellings(self, name: str) -> frozenset[str]:
        """The spellings of the settings for this connector."""
        return frozenset(self.settings.spellings.get(name, ()))


def order_policy(project: Project, ruleset: Ruleset, at: datetime) -> Policy:
    """What decides wanted actions on orders, by the rules in force at `at`.

    Raises:
        ProjectError: the rules say nothing about orders.
    """
    if ruleset.orders is None:
        raise ProjectError("these rules say nothing about orders; write them in rules/orders.rules")
    return Policy(ruleset.orders, at, project.orders)


def _denied(
    code: Code,
    rule: Span = NOWHERE,
    channel: str | None = None,
    *,
    near: tuple[str, ...] = (),
    **facts: object,
) -> Decision:
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    reason = code.says.format(**facts, **({} if "channel" in facts else {"channel": channel}))
    return Decision(Ruling.DENIED, reason + hint, code.number, rule, channel=channel)


def _told(told: Diagnostic, rule: Span = NOWHERE, **where: Any) -> Decision:
    return Decision(Ruling.DENIED, _words(told), told.code.number, rule, **where)


def _faulty(
    faults: list[ParameterFault], warnings: tuple[str, ...], where: Mapping[str, Any]
) -> Decision:
    """A denial for what is wrong with parameters: all of it in words, the first one's code."""
    first = faults[0]
    reason = "; ".join(dict.fromkeys(_words(fault.told) for fault in faults))
    code = first.told.code.number
    return Decision(Ruling.DENIED, reason, code, first.rule, warnings=warnings, **where)


def _words(told: Diagnostic) -> str:
    helps = " or ".join(help_.says for help_ in told.helps)
    return f"{told.says} ({helps})" if helps else told.says
