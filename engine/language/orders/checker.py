"""What rule files say about orders, checked: the passes, in the order in which they run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from engine.diagnostics.codes import actions as codes
from engine.diagnostics.diagnostic import Diagnostic, Help, Label
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.declarations import Declarations
from engine.language.orders.actions import ChannelActions, Rules
from engine.language.orders.cells import Stage
from engine.language.orders.conditions import STATE, OrderBinder
from engine.language.orders.graph import check_goals, check_ways
from engine.language.orders.naming import unknown_name
from engine.language.orders.order_tests import check_order_tests
from engine.language.orders.routes import route_rules
from engine.language.orders.sheets import check_lines
from engine.language.orders.states import state_rules
from engine.language.orders.suggestions import bind_suggestions, check_suggestions
from engine.language.orders.timing import Stretch, compared_instants, order_windows, periods
from engine.language.ruleset.orders import OrderRules, OrderSlice, StateRules
from engine.language.scope import Scope
from engine.language.vocabulary import Vocabulary
from engine.language.walks import nodes_of
from engine.values.field import Field, Reading, SourceSchema
from engine.values.instants import zone_named
from engine.values.kinds import choice

ASSUMPTION = "assumption"
_NO_SCHEMA = SourceSchema("schemas/order.schema.json", {})


def check_orders(
    found: Declarations, channels: Mapping[str, r.ChannelRules], tables: dict[str, r.Table]
) -> OrderRules | None:
    """The rules about orders, None where there are none; faults go to the report."""
    if not found.orders:
        return None
    states, columns = state_rules(found)
    source = _with_state(found.order_source or _NO_SCHEMA, states, found)
    actions = _actions(found)
    _known_names(found, states, tables, columns)
    scope = Scope(source, Vocabulary({}, {}, frozenset()), tables, found.milestones, found.report)
    binder = OrderBinder(scope, states)
    suggestions = bind_suggestions(found, binder, actions)
    first = next(iter(actions.values()), found.orders[0].span)
    route, checks = route_rules(found, binder, columns, first) if actions else ((), ())
    slices: list[OrderSlice] = []
    for channel in columns:
        declared = ChannelActions.of(channel, found, tables, suggestions)
        slices += _slices(declared, channels.get(channel), states, actions)
    made = tuple(slices)
    check_goals(made, states, found)
    if states:
        check_ways(made, states, found)
    tests = tuple(n for n in found.orders if isinstance(n, s.OrderTest | s.OrderTestTable))
    rules = OrderRules(
        source, states, tuple(actions), columns, route, checks, made, tests, _assumptions(found)
    )
    check_order_tests(rules, found)
    return rules


def _with_state(
    source: SourceSchema, states: Mapping[str, StateRules], found: Declarations
) -> SourceSchema:
    """The schema of orders, in which `state` is one of the states of the rules."""
    place = next((n.span for n in found.orders if isinstance(n, s.States)), found.orders[0].span)
    kind = choice(tuple(states), place.file)
    state = Field(STATE, kind, Reading(STATE), required=True, place=place)
    return replace(source, fields={**source.fields, STATE: state})


def _actions(found: Declarations) -> dict[str, Span]:
    """Every action that any channel has or has not, with its first place."""
    places: dict[str, Span] = {}
    for node in found.orders:
        if isinstance(node, s.Action | s.NoAction):
            places.setdefault(node.name.text, node.name.span)
    return places


def _known_names(
    found: Declarations,
    states: Mapping[str, StateRules],
    tables: Mapping[str, r.Table],
    columns: tuple[str, ...],
) -> None:
    for node in found.orders:
        if isinstance(node, s.Action | s.OverrideAction):
            check_lines(node.name.text, node.body, found, states, tables)
        if isinstance(node, s.Action | s.OverrideAction | s.NoAction):
            for name in node.channels:
                if name.text not in found.channels:
                    unknown_name(found.report, name, "channel", found.channels)
                elif name.text not in columns and states:
                    unknown_name(found.report, name, "column of `states order`", columns)
    acts = [n for n in found.orders if isinstance(n, s.Action | s.NoAction)]
    if acts and not states:
        says = "no `states order` says in which states an order can be"
        helps = [Help("write `states order` with a row for each state")]
        span = acts[0].name.span
        found.report.add(Diagnostic.of(codes.NOT_COVERED, span, helps=helps, what=says))


def _slices(
    declared: ChannelActions,
    channel: r.ChannelRules | None,
    states: Mapping[str, StateRules],
    actions: Mapping[str, Span],
) -> list[OrderSlice]:
    found = declared.found
    windows = order_windows(channel, found)
    conditions = [c.condition for cases in declared.suggestions.values() for c in cases]
    stretches = [*windows, *declared.stretches()]
    edges = [*(e for x in stretches for e in x.edges()), *compared_instants(conditions)]
    waits = tuple(sorted({w for x in stretches for w in x.waits}))
    made = []
    for start, end in periods(edges):
        closed = _closed(declared.channel, windows, start, found)
        span = channel.span if channel else next(iter(actions.values()), found.files[0].span)
        stage = Stage(declared.channel, start, end, closed, span, found)
        rules = declared.rules(start)
        cells = stage.cells(states, actions, rules)
        one = OrderSlice(declared.channel, start, end, not closed, rules, cells, waits)
        found.report.extend(check_suggestions(declared.channel, rules, cells, actions))
        _covered(declared, rules, actions, start)
        made.append(one)
    return made


def _closed(
    channel: str, windows: list[Stretch], start: datetime | None, found: Declarations
) -> str:
    """Why no order goes through the channel from `start` on; "" where they do, or nobody says."""
    if not windows or any(w.covers(start) for w in windows):
        return ""
    opening = [
        w.start for w in windows if w.start and not w.never and (not start or w.start > start)
    ]
    if opening:
        return f"Orders go through {channel} from {shown_instant(min(opening), found.timezone)} on"
    if all(w.never for w in windows):
        waits = ", ".join(sorted({x for w in windows for x in w.waits}))
        return f"Orders go through {channel} only from {waits} on, which is to be confirmed"
    ended = max(w.end for w in windows if w.end)
    return f"Orders went through {channel} until {shown_instant(ended, found.timezone)}"


def shown_instant(at: datetime, zone: str) -> str:
    """An instant as rules write it, on the clocks of `zone`."""
    known: ZoneInfo | None = zone_named(zone)
    if known is None:
        return f"{at:%Y-%m-%d %H:%M} UTC"
    return f"{at.astimezone(known):%Y-%m-%d %H:%M} {zone}"


def _covered(
    declared: ChannelActions, rules: Rules, actions: Mapping[str, Span], start: datetime | None
) -> None:
    """Report actions of which nothing says whether the channel has them."""
    found = declared.found
    for name, place in actions.items():
        own = declared.declared.get(name)
        if name in rules or (own is not None and own.base is not None):
            continue
        since = "" if start is None else f" from {shown_instant(start, found.timezone)} on"
        says = f"nothing says whether `{name}` may be done on {declared.channel}{since}"
        helps = [
            Help(f'write `action {name} on {declared.channel}`, or `no action` with `deny "..."`')
        ]
        labels = [Label(own.refusals[0][0].span, "only in this period")] if own else []
        found.report.add(
            Diagnostic.of(codes.NOT_COVERED, place, labels=labels, helps=helps, what=says)
        )


def _assumptions(found: Declarations) -> tuple[tuple[str, Span], ...]:
    """What the rules mark as assumed, and where."""
    return tuple(
        (inner.text.value, inner.span)
        for node in found.orders
        for inner in nodes_of(node)
        if isinstance(inner, s.SourceClause)
        and inner.text.value.strip().casefold().startswith(ASSUMPTION)
    )
