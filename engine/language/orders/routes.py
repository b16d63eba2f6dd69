"""Where an order is handled: the cases of the route, and what an order must fulfil there."""

from __future__ import annotations

from engine.diagnostics.codes import actions as codes
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.declarations import Declarations
from engine.language.orders.conditions import OrderBinder
from engine.language.orders.naming import set_twice, unknown_name
from engine.language.orders.sheets import silent
from engine.language.ruleset.orders import RouteCheck, RouteRules


def route_rules(
    found: Declarations, binder: OrderBinder, channels: tuple[str, ...], first_action: Span
) -> tuple[tuple[RouteRules, ...], tuple[RouteCheck, ...]]:
    """The cases in their order, and the requirements; an order without a way is reported."""
    routes = [node for node in found.orders if isinstance(node, s.Route)]
    for again in routes[1:]:
        where = "one set of rules"
        set_twice(found.report, again.kind.span, "route order", where, routes[0].span)
    if not routes:
        _without(found, first_action, "no `route order` says on which channel orders are handled")
        return (), ()
    cases = [n for n in routes[0].body if isinstance(n, s.RouteCase)]
    if not any(c.condition is None for c in cases):
        _without(found, routes[0].kind.span, "an order that fits no case has no route")
    checks = [n for n in routes[0].body if isinstance(n, s.Require)]
    return (
        tuple(_case(c, found, binder, channels) for c in cases),
        tuple(check for c in checks if (check := _check(c, found, binder)) is not None),
    )


def _without(found: Declarations, span: Span, says: str) -> None:
    helps = [Help('end the route with `otherwise to manual "..."`')]
    found.report.add(Diagnostic.of(codes.WITHOUT_ROUTE, span, helps=helps, what=says))


def _case(
    node: s.RouteCase, found: Declarations, binder: OrderBinder, channels: tuple[str, ...]
) -> RouteRules:
    condition = binder.condition(node.condition) if node.condition is not None else None
    match node.target:
        case s.ToChannel(channel=name):
            if name.text not in channels:
                unknown_name(found.report, name, "channel with states of orders", channels)
            return RouteRules(condition, name.text, "", node.span)
        case s.ToManual(sentence=sentence):
            if not sentence.value.strip():
                silent(sentence.span, "the order a channel", found.report)
            return RouteRules(condition, None, sentence.value, node.span)


def _check(node: s.Require, found: Declarations, binder: OrderBinder) -> RouteCheck | None:
    condition = binder.condition(node.condition)
    guard = binder.condition(node.guard) if node.guard is not None else None
    match node.otherwise:
        case s.Drop(span=span):
            found.report.add(Diagnostic.of(codes.NOT_ABOUT_ORDERS, span))
            return None
        case s.Reject(message=message) | s.Warn(message=message):
            rejects = isinstance(node.otherwise, s.Reject)
            return RouteCheck(condition, guard, rejects, message.value, node.span)
