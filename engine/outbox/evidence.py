"""Whether an action on an order had its effect: judged by its natural key, from whole reads."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, field

from engine.marketplace.facts import JsonObject, member, text, texts
from engine.octopia.reads import OctopiaReads
from engine.orders.facts import read_facts
from engine.outbox.events import Record
from engine.outbox.message import WHOLE_ORDER
from engine.transport.outcome import Reading, Sender

FACTS = "schemas/octopia/orders/evidence.json"


class Seen(StrEnum):
    """What a look at the marketplace shows of an action's effect."""

    PRESENT = "present"
    ABSENT = "absent"
    CONTRADICTED = "contradicted"
    NO_PROOF = "no proof"


class Look(Struct, frozen=True):
    """What was seen, in words and facts that name no person; `ready`: it could be done now.

    `seller` is whose order it is, None where no order was read; `ship_by` as the order says it. `said` are
    words of others, which are shown and not kept.
    """

    seen: Seen
    why: str
    ready: bool = False
    seller: str | None = None
    ship_by: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        """The look as the journal keeps it."""
        return {"seen": self.seen.value, "why": self.why, "facts": dict(self.facts)}


class ActionFacts(Struct, frozen=True):
    """What shows that an action was done."""

    by: str
    before: frozenset[str]
    ours: frozenset[str]
    contradicts: frozenset[str]
    shipped: frozenset[str]
    cancelled_lines: frozenset[str]


class ListFacts(Struct, frozen=True):
    """What the members of listed requests are called; `line` are candidates."""

    lines: str
    line: tuple[str, ...]
    reason: str
    amount: str


class EvidenceFacts(Struct, frozen=True):
    """What ships with Feedwright about the evidence of actions."""

    states: frozenset[str]
    actions: Mapping[str, ActionFacts]
    lists: Mapping[str, ListFacts]


@cache
def evidence_facts() -> EvidenceFacts:
    """The facts that ship with Feedwright.

    Source: schemas/octopia/orders/evidence.json
    """
    return read_facts(FACTS, _facts)


def _facts(read: JsonObject) -> EvidenceFacts:
    actions, lists = member(read, "actions"), member(read, "lists")
    return EvidenceFacts(
        frozenset(texts(read, "states")),
        {name: _action(member(actions, name)) for name in actions},
        {name: _list(member(lists, name)) for name in lists},
    )


def _action(read: JsonObject) -> ActionFacts:
    keys = ("before", "ours", "contradicts", "shipped", "cancelled_lines")
    before, ours, contradicts, shipped, cancelled = (frozenset(texts(read, k)) for k in keys)
    return ActionFacts(text(read, "by", "status"), before, ours, contradicts, shipped, cancelled)


def _list(read: JsonObject) -> ListFacts:
    line = tuple(texts(read, "line"))
    return ListFacts(text(read, "lines"), line, text(read, "reason"), text(read, "amount"))


class _Seller(msgspec.Struct):
    id: str


class _Parcel(msgspec.Struct, rename="camel"):
    parcel_number: str | None = None


class _Line(msgspec.Struct, rename="camel"):
    order_line_id: str
    status: str
    parcels: list[_Parcel] | None = None


class _Order(msgspec.Struct, rename="camel"):
    order_id: str
    status: str
    seller: _Seller
    lines: list[_Line]
    shipped_at_max: str | None = None


def look(sender: Sender, record: Record) -> Look:
    """Read what the marketplace says about the message's order, and judge it."""
    known, reads = evidence_facts(), OctopiaReads(sender)
    reading = reads.order(record.subject)
    if reading.incomplete is not None or not reading.items:
        why = reading.incomplete or "the marketplace says that it knows no such order"
        return Look(Seen.NO_PROOF, why, facts=_traced(reading))
    try:
        order = msgspec.convert(dict(reading.items[0]), _Order, strict=True)
    except msgspec.ValidationError as fault:
        return Look(Seen.NO_PROOF, f"the order has another shape: {fault}", facts=_traced(reading))
    action = known.actions[record.kind]
    facts = {"status": order.status, **_traced(reading)}
    ours = [line for line in order.lines if _about(record, line.order_line_id)]
    # A line that is asked to be cancelled is not shipped any more, whatever the order's state says.
    ready = order.status in action.before and not any(
        line.status in action.cancelled_lines for line in ours
    )
    if order.status not in known.states:
        seen, why = Seen.NO_PROOF, f"the order is {order.status[:40]}: nobody knows what that is"
        return Look(seen, why, seller=order.seller.id, ship_by=order.shipped_at_max, facts=facts)
    match action.by:
        case "parcels":
            seen, why = _by_parcels(action, record, order)
        case "status":
            seen, why = _by_status(action, order)
        case by:
            listed = reads.gestures if by == "gesture" else reads.cancellation_requests
            requests = listed(record.subject)
            facts |= {"requests": len(requests.items)}
            seen, why = _by_requests(known.lists[by], action, record, order, requests)
            if by == "gesture" and seen is Seen.ABSENT:
                seen, why, allowed = _within_allowed(reads, record, why)
                facts |= allowed
    return Look(
        seen, why, ready=ready, seller=order.seller.id, ship_by=order.shipped_at_max, facts=facts
    )


def _within_allowed(
    reads: OctopiaReads, record: Record, why: str
) -> tuple[Seen, str, dict[str, str]]:
    """A gesture that is not listed, for the reason `why`: whether so much may still be given.

    Where that is not said, the request itself will tell.
    """
    items = reads.gesture_amounts(record.subject).items
    found = items[0].get("allowableAmount") if items else None
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return Seen.ABSENT, why, {}
    allowed, facts = Decimal(found), {"allowable amount": str(Decimal(found))}
    if Decimal(record.natural_key["amount"]) <= allowed:
        return Seen.ABSENT, why, facts
    # Not listed, and yet some of what may be given is gone, or never was there.
    why = f"no such request is listed, and only {allowed} may still be given"
    return Seen.CONTRADICTED, why, facts


def _traced(reading: Reading) -> dict[str, Any]:
    return {} if reading.trace_id is None else {"trace": reading.trace_id}


def _by_status(action: ActionFacts, order: _Order) -> tuple[Seen, str]:
    if order.status in action.ours:
        return Seen.PRESENT, f"the order is {order.status}"
    if order.status in action.contradicts:
        return Seen.CONTRADICTED, f"the order is {order.status}"
    return Seen.ABSENT, f"the order is still {order.status}"


def _by_parcels(action: ActionFacts, record: Record, order: _Order) -> tuple[Seen, str]:
    wanted = {str(n) for n in record.natural_key["parcels"]}
    found = {p.parcel_number for line in order.lines for p in line.parcels or ()}
    shown = found - {None, ""}
    if wanted <= shown:
        return Seen.PRESENT, f"the order has our parcel, and is {order.status}"
    if wanted & shown:
        return Seen.CONTRADICTED, "the order has some of our parcels only"
    if order.status in action.shipped:
        if shown:
            return Seen.CONTRADICTED, f"the order is {order.status} with other parcels"
        return Seen.NO_PROOF, f"the order is {order.status} and shows no parcel"
    return Seen.ABSENT, f"the order is {order.status} and has not our parcel"


def _by_requests(
    names: ListFacts, action: ActionFacts, record: Record, order: _Order, requests: Reading
) -> tuple[Seen, str]:
    if any(_matches(names, record, order, item) for item in requests.items):
        return Seen.PRESENT, "the request is listed"
    if action.cancelled_lines:
        ours = [line for line in order.lines if _about(record, line.order_line_id)]
        if ours and all(line.status in action.cancelled_lines for line in ours):
            return Seen.PRESENT, "the lines are cancelled, or asked to be"
        if requests.items:
            return Seen.CONTRADICTED, "another cancellation of this order is listed"
        if any(line.status in action.cancelled_lines for line in ours):
            return Seen.CONTRADICTED, "some of the lines are cancelled, or asked to be"
    if requests.incomplete is not None:
        return Seen.NO_PROOF, requests.incomplete
    return Seen.ABSENT, f"the order is {order.status}, and no such request is listed"


def _about(record: Record, line: str) -> bool:
    return WHOLE_ORDER in record.lines or line in record.lines


def _matches(names: ListFacts, record: Record, order: _Order, item: Mapping[str, Any]) -> bool:
    """Whether a listed request is ours: the same lines and reason, or amount and reason."""
    key = record.natural_key
    if names.amount:
        return item.get(names.reason) == key["reason"] and _same(
            item.get(names.amount), key["amount"]
        )
    every = {line.order_line_id for line in order.lines}
    ours = every if WHOLE_ORDER in record.lines else set(record.lines)
    listed = item.get(names.lines)
    if not listed:
        return item.get(names.reason) == key["reason"] and ours == every
    if not isinstance(listed, list) or not all(isinstance(line, Mapping) for line in listed):
        return False
    theirs = {str(line[n]) for line in listed for n in names.line if line.get(n) is not None}
    reasons = {line.get(names.reason, item.get(names.reason)) for line in listed}
    return theirs == ours and reasons == {key["reason"]}


def _same(found: Any, amount: str) -> bool:
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return False
    return Decimal(found) == Decimal(amount)
