"""Lengow action calls as older automations made them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes.orders import BROKEN_CALL
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Span
from engine.marketplace.facts import JsonObject, entries, member, text, texts
from engine.orders.closest import folded
from engine.orders.facts import read_facts
from engine.orders.parameters import given
from engine.orders.reading import UnreadableError, parse_json, shown

MIGRATION = "schemas/lengow/orders/migration.json"
ACCOUNT, MARKETPLACE = "account_id", "marketplace"
ORDER, ACTION = "marketplace_order_id", "action_type"
FRAME = (ACCOUNT, MARKETPLACE, ORDER, ACTION)


class MigrationFacts(Struct, frozen=True):
    """What becomes of a call on the new channel: arguments dropped (and why), and renamed."""

    old: str
    new: str
    dropped: Mapping[str, str]
    renamed: Mapping[str, str]
    states: tuple[str, ...]
    answers: frozenset[str]


class Call(Struct, frozen=True):
    """A call: who, which order, which action, with what.

    Attributes:
        account: the Lengow account.
        marketplace: the marketplace's code in the call.
        reference: the order's id.
        action: the type of action, in lower case.
        arguments: what is given beside these, by the names that rules use; empty ones left out.
        state: the order's state, where the call was kept together with it.
        written: the call as it stands.
        place: where it stands.
    """

    account: str
    marketplace: str
    reference: str
    action: str
    arguments: Mapping[str, Any]
    state: str | None
    written: JsonObject
    place: Span


@cache
def migration_facts() -> MigrationFacts:
    """What ships with Feedwright.

    Source: schemas/lengow/orders/migration.json
    """
    return read_facts(MIGRATION, _facts)


def _facts(read: JsonObject) -> MigrationFacts:
    return MigrationFacts(
        text(read, "from"),
        text(read, "to"),
        {text(e, "argument"): text(e, "cause") for e in entries(read, "drop")},
        {text(e, "argument"): text(e, "parameter") for e in entries(read, "rename")},
        texts(read, "states"),
        frozenset(texts(member(read, "answers"), "fields")),
    )


def read_call(line: str | bytes, place: Span) -> Call | Diagnostic:
    """The call in one JSON text, or why there is none."""
    try:
        read = parse_json(line)
    except UnreadableError as fault:
        return Diagnostic.of(BROKEN_CALL, place, problem=fault)
    if not isinstance(read, dict):
        problem = f"expected an object, found {shown(read)}"
        return Diagnostic.of(BROKEN_CALL, place, problem=problem)
    frame = {}
    for key in FRAME:
        value = _id(read.get(key))
        if value is None:
            problem = f"`{key}` holds {shown(read.get(key))}, which is not a text"
            return Diagnostic.of(BROKEN_CALL, place, problem=problem)
        frame[key] = value
    arguments = _arguments(read)
    if isinstance(arguments, str):
        return Diagnostic.of(BROKEN_CALL, place, problem=arguments)
    return Call(
        frame[ACCOUNT],
        frame[MARKETPLACE],
        frame[ORDER],
        folded(frame[ACTION]),
        arguments,
        next((s for key in migration_facts().states if (s := _id(read.get(key)))), None),
        read,
        place,
    )


def _arguments(read: JsonObject) -> dict[str, Any] | str:
    """The arguments by the names that rules use, or why they contradict each other."""
    facts = migration_facts()
    found: dict[str, Any] = {}
    for key, value in read.items():
        if key in FRAME or key in facts.answers or key in facts.states or not given(value):
            continue
        name = facts.renamed.get(key, key)
        if name in found and found[name] != value:
            return f"`{key}` and `{name}` mean the same and differ"
        found[name] = value
    return found


def _id(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**18 else None
    usable = isinstance(value, str) and value.isprintable()
    return value.strip() or None if usable else None
