"""Connectors as data: which request each action makes, and what it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from msgspec import Struct

from engine.errors import ProjectError
from engine.marketplace.facts import (
    Fact,
    JsonObject,
    UnusableError,
    entries,
    fact_of,
    member,
    text,
    texts,
)
from engine.orders.closest import folded
from engine.orders.facts import read_facts

FILES = {
    "octopia": "schemas/octopia/orders/requests.json",
    "lengow": "schemas/lengow/orders/requests.json",
}
NO_SPELLINGS: frozenset[str] = frozenset()


class Need(StrEnum):
    """Whether a request carries a parameter."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


class ParameterKind(StrEnum):
    """What a parameter holds."""

    TEXT = "text"
    CARRIER = "carrier"
    WEB_ADDRESS = "web address"
    YES_NO = "yes/no"


class Parameter(Struct, frozen=True):
    """A parameter of an action; `needs` by channel, `always` on those not named there."""

    name: str
    kind: ParameterKind
    always: Need
    needs: Mapping[str, Need]
    wanted: str
    reason: str
    fact: Fact

    def need(self, channel: str) -> Need:
        """Whether a request on `channel` carries it."""
        return self.needs.get(channel, self.always)


@dataclass(frozen=True, slots=True, eq=False)  # itself the key of what is remembered of it
class Action:
    """The request of an action.

    `body` is JSON as it is sent, but for {"from": NAME} where a value goes, and {"from": NAME,
    "as": "integer"} where it goes as a number. `channels` are those with such a request.
    """

    name: str
    method: str
    path: str
    body: Any
    schema: str
    parameters: Mapping[str, Parameter]
    channels: frozenset[str]
    fact: Fact


class Header(Struct, frozen=True):
    """A header whose value may name the account or the marketplace."""

    name: str
    value: str
    fact: Fact


@dataclass(frozen=True, slots=True, eq=False)
class Connector:
    """Through whom requests go; the headers leave out what is put in when they are sent."""

    name: str
    base: str
    headers: tuple[Header, ...]
    marketplaces: Mapping[str, str]  # by the channel's name in rules: what requests call it
    actions: Mapping[str, Action]

    def channel(self, marketplace: str) -> str | None:
        """The channel's name in rules, by that name or by what requests call it."""
        if marketplace in self.marketplaces:
            return marketplace
        word = folded(marketplace)
        for channel, code in self.marketplaces.items():
            if word in {folded(channel), folded(code)}:
                return channel
        return None


@cache
def connector(name: str, spellings: frozenset[str] = NO_SPELLINGS) -> Connector:
    """The connector called `name`: `octopia` or `lengow`.

    Args:
        name: the connector's name.
        spellings: where the facts leave a doubt about a name on the wire, the one to use instead
            of the default, such as `orderId`.

    Raises:
        ProjectError: there is no such connector or spelling.

    Source: schemas/octopia/orders/requests.json, schemas/lengow/orders/requests.json
    """
    if name not in FILES:
        raise ProjectError(f"no connector is called `{name}`; there are {', '.join(FILES)}")
    found = read_facts(FILES[name], lambda read: _connector(read, spellings))
    known = read_facts(FILES[name], _spellings)
    if not spellings <= known:
        unknown = ", ".join(sorted(spellings - known))
        raise ProjectError(f"{name} has no spelling `{unknown}`; it has {', '.join(sorted(known))}")
    return found


def _spellings(read: JsonObject) -> frozenset[str]:
    actions = member(read, "actions")
    return frozenset(
        text(spelling, "name")
        for name in actions
        for spelling in entries(member(actions, name), "spellings")
    )


def _connector(read: JsonObject, spellings: frozenset[str]) -> Connector:
    marketplaces = {c: text(member(read, "marketplaces"), c) for c in member(read, "marketplaces")}
    actions = member(read, "actions")
    return Connector(
        text(read, "connector"),
        text(member(read, "base"), "value"),
        tuple(
            Header(text(h, "name"), text(h, "value"), fact_of(h))
            for h in entries(read, "headers")
            if h.get("when_sent") is not True
        ),
        marketplaces,
        {n: _action(n, member(actions, n), marketplaces, spellings) for n in actions},
    )


def _action(
    name: str, entry: JsonObject, marketplaces: Mapping[str, str], spellings: frozenset[str]
) -> Action:
    chosen = next((s for s in entries(entry, "spellings") if s.get("name") in spellings), entry)
    parameters = [_parameter(p) for p in entries(entry, "parameters")]
    return Action(
        name,
        _said(entry, "method"),
        _said(entry, "path"),
        chosen["body"],
        _said(entry, "schema"),
        {p.name: p for p in parameters},
        frozenset(texts(entry, "marketplaces") or marketplaces),
        fact_of(chosen),
    )


def _parameter(entry: JsonObject) -> Parameter:
    need = entry["need"]
    by_channel = member(entry, "need") if isinstance(need, dict) else {}
    return Parameter(
        _said(entry, "name"),
        ParameterKind(_said(entry, "kind")),
        Need.OPTIONAL if by_channel else Need(need),
        {channel: Need(text(by_channel, channel)) for channel in by_channel},
        text(entry, "wanted"),
        text(entry, "reason"),
        fact_of(entry),
    )


def _said(entry: JsonObject, key: str) -> str:
    found = text(entry, key)
    if not found:
        raise UnusableError(f"`{key}` is missing", key)
    return found
