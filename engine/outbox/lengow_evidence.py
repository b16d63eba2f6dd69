"""Whether an action asked of Lengow had its effect: judged from its list of actions and the order.

Lengow queues an action and carries it out later. Its own list says what became of it; the order
says what the marketplace shows. What neither says for certain proves nothing, and a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from engine.errors import ProjectError
from engine.lengow.client import LengowReads
from engine.marketplace.facts import JsonObject, member, text, texts
from engine.orders.connectors import connector
from engine.orders.documents import read_order
from engine.orders.facts import read_facts
from engine.orders.order import OrderDocument
from engine.orders.states import state_table
from engine.outbox.events import Record
from engine.outbox.evidence import Look, Seen
from engine.outbox.message import Kind
from engine.transport.outcome import Reading, Sender

FACTS = "schemas/lengow/orders/evidence.json"
MOST_SHOWN = 120  # characters of what Lengow says is wrong
THE_LIST = "Lengow's list of actions"
UNCLEAR = Seen.NO_PROOF, "Lengow's list does not say what its actions are about"


class LengowAction(Struct, frozen=True):
    """What shows that an action was done on a channel; `by_hand` says why it is not sent.

    Beside an action that it `excludes` it is not asked for.
    """

    by: str
    before: frozenset[str]
    ours: frozenset[str]
    contradicts: frozenset[str]
    excludes: frozenset[str]
    by_hand: str


class Listed(Struct, frozen=True):
    """What the members of listed actions are called."""

    order: str
    action: str
    queued: str
    processed: str
    errors: str


class LengowFacts(Struct, frozen=True):
    """What ships with Feedwright about the evidence of Lengow's actions."""

    listed: Listed
    channels: Mapping[str, Mapping[str, LengowAction]]


@cache
def lengow_facts() -> LengowFacts:
    """The facts that ship with Feedwright.

    Source: schemas/lengow/orders/evidence.json
    """
    return read_facts(FACTS, _facts)


def _facts(read: JsonObject) -> LengowFacts:
    listed, channels = member(read, "listed"), member(read, "channels")
    names = ("order", "action", "queued", "processed", "errors")
    return LengowFacts(
        Listed(*(text(listed, name) for name in names)),
        {c: {a: _action(member(v, a)) for a in v} for c, v in _members(channels)},
    )


def _members(read: JsonObject) -> list[tuple[str, JsonObject]]:
    return [(name, member(read, name)) for name in read]


def _action(read: JsonObject) -> LengowAction:
    names = ("before", "ours", "contradicts", "excludes")
    before, ours, contradicts, excludes = (frozenset(texts(read, name)) for name in names)
    by, why = text(read, "by", "status"), text(read, "by_hand", "")
    return LengowAction(by, before, ours, contradicts, excludes, why)


def by_hand(channel: str, kind: str) -> str:
    """Why an action is not sent through Lengow on a channel; "" where it is."""
    found = lengow_facts().channels.get(channel, {}).get(kind)
    return "nothing is known that would show its effect" if found is None else found.by_hand


def order_of(sender: Sender, channel: str, order: str) -> Reading:
    """The order as Lengow shows it now; none where it lists no such order.

    Raises:
        ProjectError: the channel is none that Lengow knows.
    """
    code = connector("lengow").marketplaces.get(channel)
    if code is None:
        raise ProjectError(f"{channel} is no channel that Lengow knows")
    found = LengowReads(sender).orders({"marketplace": code, "marketplace_order_id": order})
    if any(item.get("marketplace") not in {None, code} for item in found.items):
        return Reading((), "another channel's order was answered", found.trace_id)
    if len(found.items) > 1:
        return Reading((), "several orders of this name were answered", found.trace_id)
    return found


def look_through_lengow(sender: Sender, record: Record) -> Look:
    """Read what Lengow says about the message's order and action, and judge it."""
    facts = lengow_facts().channels.get(record.channel, {}).get(record.kind)
    if facts is None or facts.by_hand:
        return Look(Seen.NO_PROOF, by_hand(record.channel, record.kind))
    reading = order_of(sender, record.channel, record.subject)
    if reading.incomplete is not None or not reading.items:
        why = reading.incomplete or "Lengow lists no such order (it lists those of seven days)"
        return Look(Seen.NO_PROOF, why)
    order = read_order(dict(reading.items[0]), brief=True).document
    if order is None or order.reference != record.subject:
        return Look(Seen.NO_PROOF, "the order has another shape")
    states = _states(order, record.channel)
    seen = {"status": order.state, "at Lengow": order.lengow_status or ""}
    if not states:
        why = f"the order is {order.state[:40]}: nobody knows what that is"
        return Look(Seen.NO_PROOF, why, seller=order.account, facts=seen)
    actions = LengowReads(sender).actions(_asked(record))
    found, why = _judge(facts, record, order, states, actions)
    if found is Seen.ABSENT:
        found, why = _beside(sender, facts, record) or (found, why)
    ready = states <= facts.before
    seen |= {"listed actions": str(len(actions.items))}
    said = "; ".join(_plain(e) for i in actions.items if (e := i.get(lengow_facts().listed.errors)))
    return Look(found, why, ready=ready, seller=order.account, facts=seen, said=said)


def _states(order: OrderDocument, channel: str) -> frozenset[str]:
    """The common states that the order may be in: Lengow's own word may mean several."""
    found = order.find_state(state_table(), channel)
    return frozenset(n.state for n in found.names if n.state is not None)


def _beside(sender: Sender, facts: LengowAction, record: Record) -> tuple[Seen, str] | None:
    """What other actions on the order say against this one, None where they say nothing.

    One that somebody asked for may be queued still: then the order does not show it.
    """
    for kind in sorted(facts.excludes):
        others = LengowReads(sender).actions(_asked_on(record, kind))
        if others.incomplete is not None:
            return Seen.NO_PROOF, f"{THE_LIST}: {others.incomplete}"
        for item in others.items:
            if not _is_about(item, record.subject, kind):
                return UNCLEAR
            if not item.get(lengow_facts().listed.errors):
                return Seen.CONTRADICTED, f"Lengow was asked to {kind} the order"
    return None


def _is_about(item: Mapping[str, Any], order: str, kind: str) -> bool:
    """Whether a listed action says that it is of this kind, on this order."""
    names = lengow_facts().listed
    return bool(item.get(names.order) == order and item.get(names.action) == kind)


def _asked_on(record: Record, kind: str) -> dict[str, Any]:
    """What tells requests of a kind on the message's order from others in Lengow's list."""
    return {
        "account_id": record.seller,
        "marketplace": connector("lengow").marketplaces[record.channel],
        "marketplace_order_id": record.subject,
        "action_type": kind,
    }


def _asked(record: Record) -> dict[str, Any]:
    """What tells this request from others in Lengow's list."""
    key = record.natural_key
    asked = _asked_on(record, record.kind)
    if record.kind == Kind.SHIP and key["parcels"]:
        asked["tracking_number"] = key["parcels"][0]
    return asked


def _judge(
    facts: LengowAction,
    record: Record,
    order: OrderDocument,
    states: frozenset[str],
    actions: Reading,
) -> tuple[Seen, str]:
    shown = _shown(facts, record, order, states)
    if shown is not None:
        return shown
    if actions.incomplete is not None:
        return Seen.NO_PROOF, f"{THE_LIST}: {actions.incomplete}"
    names = lengow_facts().listed
    failed = False
    for item in actions.items:
        if not _is_about(item, record.subject, record.kind):
            return UNCLEAR
        if item.get(names.processed) is not True:
            return Seen.NO_PROOF, "Lengow has the action queued, and has not carried it out yet"
        if not item.get(names.errors):
            return Seen.PRESENT, "Lengow carried the action out, without errors"
        failed = True
    if states & facts.contradicts and not states <= facts.before:
        return Seen.CONTRADICTED, f"the order is {order.state}, and not by this action"
    if failed and record.sends:
        return Seen.CONTRADICTED, "Lengow tried, and was refused"
    return Seen.ABSENT, f"the order is still {order.state}, and no such action is listed"


def _shown(
    facts: LengowAction, record: Record, order: OrderDocument, states: frozenset[str]
) -> tuple[Seen, str] | None:
    """What the order itself proves, None where it proves nothing."""
    if facts.by == "parcels":
        wanted = {str(n) for n in record.natural_key["parcels"]}
        numbers = {parcel.number for parcel in order.parcels}
        if wanted and wanted <= numbers:
            return Seen.PRESENT, f"the order has our parcel, and is {order.state}"
        return None
    if facts.ours and states <= facts.ours:
        return Seen.PRESENT, f"the order is {order.state}"
    return None


def _plain(said: Any) -> str:
    """What Lengow says is wrong, bounded and in one line."""
    words = said if isinstance(said, str) else str(said)
    return "".join(c if c.isprintable() else " " for c in words)[:MOST_SHOWN]
