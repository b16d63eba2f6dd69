"""Actions as requests: what would be sent for an action on an order, and why nothing can be.

Nothing here decides whether an action is allowed: the rules do. A request that a marketplace is
known to refuse for its shape is never made, whatever the rules allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from engine.diagnostics.codes.orders import (
    BODY_DOES_NOT_FIT,
    NO_REQUEST,
    NO_SUCH_PARAMETER,
    PARAMETER_MISSING,
    PARAMETER_UNREADABLE,
)
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import NOWHERE, Span
from engine.diagnostics.visible import visible
from engine.orders.bodies import body_faults, body_maker, value_checks
from engine.orders.closest import closest
from engine.orders.connectors import Action, Connector, Need, Parameter
from engine.orders.parameters import Situated, given, read_value
from engine.orders.reading import SHOWN, shown

ORDER, ACCOUNT, MARKETPLACE = "order", "account", "marketplace"
MOST_CHARACTERS = 100


class Request(Struct, frozen=True):
    """A request as it is sent, but for the token: `path` below the connector's base."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: Any

    def as_json(self) -> dict[str, Any]:
        """The request as JSON data, for plans and answers."""
        return {
            "method": self.method,
            "path": self.path,
            "headers": dict(self.headers),
            "body": self.body,
        }


class Prepared(Struct, frozen=True):
    """The requests of an action, none where `faults` say why."""

    requests: tuple[Request, ...]
    faults: tuple[Diagnostic, ...]


def requests_for(
    connector: Connector,
    action: str,
    parameters: Mapping[str, Any],
    *,
    order_reference: str,
    account: str | None,
    marketplace: str,
    free_carrier: bool = False,
    place: Span = NOWHERE,
) -> Prepared:
    """The requests that do `action` to an order, or what is wrong with it.

    Args:
        connector: `connectors.connector("octopia")` or `("lengow")`.
        action: the action to send (`ship`), after the rules' aliases.
        parameters: by name; texts, or yes and no as such. Empty ones count as not given.
        order_reference: the order's id, `OrderDocument.reference`.
        account: the seller's id at Octopia, the account at Lengow.
        marketplace: the channel's name in rules, or what the connector calls it.
        free_carrier: whether the merchant allows carriers that the channel does not list.
        place: where the wish for this action stands, for messages.
    """
    channel = connector.channel(marketplace)
    found = connector.actions.get(action)
    if channel is None or found is None or channel not in found.channels:
        on = f"{connector.name} on {visible(marketplace[:SHOWN])}"
        fault = Diagnostic.of(NO_REQUEST, place, connector=on, action=visible(action[:SHOWN]))
        return Prepared((), (fault,))
    here = Situated(channel, free_carrier, place)
    values, faults = _values(found, parameters, here)
    frame = {ORDER: order_reference, ACCOUNT: account, MARKETPLACE: connector.marketplaces[channel]}
    faults += _frame_faults(frame, place)
    if faults:
        return Prepared((), tuple(faults))
    return _prepare(connector, found, {**values, **frame}, here)


class _Sheet(Struct, frozen=True):
    """What a request of an action carries on one channel."""

    carried: Mapping[str, Parameter]
    mandatory: tuple[str, ...]


@cache
def _sheet(action: Action, channel: str) -> _Sheet:
    needs = {name: p.need(channel) for name, p in action.parameters.items()}
    return _Sheet(
        {n: p for n, p in action.parameters.items() if needs[n] is not Need.FORBIDDEN},
        tuple(n for n, need in needs.items() if need is Need.MANDATORY),
    )


def _values(
    action: Action, parameters: Mapping[str, Any], here: Situated
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The values to send by parameter, and what is wrong with those given or missing."""
    values: dict[str, Any] = {}
    faults: list[Diagnostic] = []
    sheet = _sheet(action, here.channel)
    for name, value in parameters.items():
        if not given(value):
            continue
        parameter = sheet.carried.get(name)
        if parameter is None:
            faults.append(_not_carried(action, name, here))
            continue
        read = read_value(parameter, value, here)
        if isinstance(read, Diagnostic):
            faults.append(read)
        else:
            values[name] = read
    if any(name not in values for name in sheet.mandatory):
        faults += _missing(action, parameters, here)
    return values, faults


def _missing(action: Action, parameters: Mapping[str, Any], here: Situated) -> Iterator[Diagnostic]:
    for name in _sheet(action, here.channel).mandatory:
        if not given(parameters.get(name)):
            yield Diagnostic.of(
                PARAMETER_MISSING,
                here.place,
                action=action.name,
                channel=here.channel,
                name=name,
            )


def _not_carried(action: Action, name: str, here: Situated) -> Diagnostic:
    parameter = action.parameters.get(name)
    known = [
        p.name for p in action.parameters.values() if p.need(here.channel) is not Need.FORBIDDEN
    ]
    reason = f"it carries {', '.join(known) or 'no parameter'}"
    return Diagnostic.of(
        NO_SUCH_PARAMETER,
        here.place,
        helps=[Help(f"did you mean `{near}`?") for near in closest(name, known)],
        action=action.name,
        channel=here.channel,
        name=visible(name[:SHOWN]),
        reason=parameter.reason if parameter and parameter.reason else reason,
    )


def _frame_faults(frame: Mapping[str, Any], place: Span) -> Iterator[Diagnostic]:
    """What is wrong with the order's id and the account: both go into paths and headers."""
    for name in (ORDER, ACCOUNT):
        value = frame[name]
        if not _is_id(value) or (name == ACCOUNT and not value.isascii()):
            wanted = f"an id of at most {MOST_CHARACTERS} printable characters"
            yield Diagnostic.of(
                PARAMETER_UNREADABLE, place, name=name, value=shown(value), wanted=wanted
            )


def _is_id(value: object) -> bool:
    """Whether `value` may stand in a path: `..` would leave it."""
    if not isinstance(value, str) or not 0 < len(value) <= MOST_CHARACTERS:
        return False
    return value.isprintable() and value.strip() == value and value.strip(".") != ""


def _prepare(
    connector: Connector, action: Action, values: Mapping[str, Any], here: Situated
) -> Prepared:
    faults = tuple(_unfit_values(action, values, here))
    if faults:
        return Prepared((), faults)
    body = body_maker(action)(values)
    faults = _unfit_shape(action, body, values, here)
    if faults:
        return Prepared((), faults)
    path = action.path.replace(f"{{{ORDER}}}", quote(values[ORDER], safe=""))
    headers = _headers(connector, values[ACCOUNT], values[MARKETPLACE])
    return Prepared((Request(action.method, path, headers, body),), ())


@lru_cache
def _headers(connector: Connector, account: str, marketplace: str) -> tuple[tuple[str, str], ...]:
    values = {ACCOUNT: account, MARKETPLACE: marketplace}
    return tuple((h.name, h.value.format_map(values)) for h in connector.headers)


def _unfit_values(
    action: Action, values: Mapping[str, Any], here: Situated
) -> Iterator[Diagnostic]:
    for name, fits in value_checks(action):
        if name in values and not fits(values[name]):
            parameter = action.parameters.get(name)
            yield Diagnostic.of(
                PARAMETER_UNREADABLE,
                here.place,
                name=name,
                value=shown(values[name]),
                wanted=parameter.wanted if parameter else "an id as the marketplace writes it",
            )


def check_body(action: Action, body: Any, place: Span = NOWHERE) -> Iterator[Diagnostic]:
    """What the action's schema says against `body`; for bodies that were not made here, too."""
    for fault in body_faults(action.schema, body):
        problem = visible(f"{fault.path}: {fault.message}")
        yield Diagnostic.of(BODY_DOES_NOT_FIT, place, action=action.name, problem=problem)


def _unfit_shape(
    action: Action, body: Any, values: Mapping[str, Any], here: Situated
) -> tuple[Diagnostic, ...]:
    """What the schema says of the body; a shape that fitted once fits with any checked values."""
    proved = _proved(action)
    shape = (values[MARKETPLACE], frozenset(values))
    if shape in proved:
        return ()
    faults = tuple(check_body(action, body, here.place))
    if not faults:
        proved.add(shape)
    return faults


@cache
def _proved(action: Action) -> set[tuple[str, frozenset[str]]]:  # noqa: ARG001 - it is the key
    """The shapes of an action's bodies that were held against the schema already."""
    return set()
