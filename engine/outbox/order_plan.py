"""Plans about orders: wanted actions as messages, each new or why it is not sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from engine.errors import HaltedError
from engine.outbox.canonical import canonical, hash_of
from engine.outbox.events import Record, State, approval
from engine.outbox.gate import let_through
from engine.outbox.guards import Rails, order_findings
from engine.outbox.journal import Journal
from engine.outbox.message import WHOLE_ORDER, Kind, Message, natural_key
from engine.outbox.moments import Moment
from engine.outbox.plan import LIFETIMES, ORDERS, GuardFinding, Plan, subject_of
from engine.transport.outcome import Call, MessageClass


class Planned(StrEnum):
    """What a push would do with a wanted action."""

    NEW = "new"
    CORRECTION = "correction"  # in place of one that certainly had no effect
    KNOWN = "known"  # the journal has it already
    EXCLUDED = "excluded"  # another message stands against it
    CHANGED = "changed"  # it went out with other content
    REFUSED = "refused"  # the marketplace refused the very same


SENT = frozenset({Planned.NEW, Planned.CORRECTION})


class PlannedMessage(Struct, frozen=True):
    """A message and what a push would do with it."""

    message: Message
    planned: Planned
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """The message as the plan keeps it: with the payload, byte for byte."""
        message, call = self.message, self.message.call
        return {
            "planned": self.planned.value,
            "why": self.why,
            "id": message.id,
            "kind": message.kind.value,
            "order": message.subject,
            "natural_key": dict(message.natural_key),
            "lines": list(message.lines),
            "corrects": message.corrects,
            "method": call.method,
            "path": call.path,
            "headers": [list(h) for h in call.headers],
            "body": None if call.body is None else call.body.decode(),
        }


class Wanted(Struct, frozen=True):
    """An action that the rules allow: the request, and the lines of the order it is about."""

    kind: Kind
    order: str
    lines: tuple[str, ...]
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: Any
    corrects: str | None = None


def message_of(wanted: Wanted, seller: str, channel: str) -> Message:
    """The message that does what is wanted.

    Raises:
        ValueError: the body is none of its kind.
    """
    body = canonical(wanted.body)
    lines = (WHOLE_ORDER, *sorted(wanted.lines))
    key = natural_key(wanted.kind, json.loads(body, parse_float=Decimal), lines)
    call = Call(wanted.method, wanted.path, wanted.headers, body)
    made = Message(seller, channel, wanted.kind, wanted.order, key, lines, call, wanted.corrects)
    _ = made.message_class  # a call that is not known is never planned
    return made


def plan_orders(
    journal: Journal,
    wanted: Iterable[Wanted],
    channel: str,
    *,
    inputs: Mapping[str, str],
    guards: tuple[GuardFinding, ...] = (),
    rails: Rails | None = None,
    denied: Sequence[Mapping[str, Any]] = (),
    unread: Sequence[str] = (),
) -> Plan:
    """The plan of what is wanted, against what the journal knows.

    `denied` and `unread` say what is not in it, for who reads it.

    Raises:
        ValueError: a body is none of its kind.
    """
    planned: list[PlannedMessage] = []
    now = journal.clock.now()
    for wish in wanted:
        message = message_of(wish, journal.seller, channel)
        if not any(_same(message, p.message) for p in planned):  # the same wish twice is one
            planned.append(_planned(journal, message, planned, now))
    new = [p.message.kind.value for p in planned if p.planned in SENT]
    guards = (*guards, *order_findings(rails or Rails(), journal, new))
    return Plan(
        kind=ORDERS,
        seller=journal.seller,
        channel=channel,
        lineage=journal.lineage,
        serial=journal.serial(subject_of(ORDERS, channel)),
        made=now.wall,
        expires=now.wall + LIFETIMES[ORDERS],
        inputs=inputs,
        content={
            "messages": [p.as_json() for p in planned],
            "denied": list(denied),
            "unread": list(unread),
        },
        guards=guards,
    ).sealed()


def _planned(
    journal: Journal, message: Message, earlier: Iterable[PlannedMessage], now: Moment
) -> PlannedMessage:
    # What a person asks for by naming a message is that one's correction alone.
    known = journal.alike(message) if message.corrects is None else journal.record(message.id)
    if known is not None:
        return _known(journal, message, known, earlier, now)
    for other in earlier:
        if other.planned in SENT and _excludes(other.message, message):
            why = f"{other.message.kind} of the same order stands before it in this plan"
            return PlannedMessage(message, Planned.EXCLUDED, why)
    against = journal.against(record_of(message, "", "", now, 0))
    if against is not None:
        return PlannedMessage(message, Planned.EXCLUDED, against)
    planned = Planned.NEW if message.corrects is None else Planned.CORRECTION
    return PlannedMessage(message, planned, "" if planned is Planned.NEW else "instead of another")


def _known(
    journal: Journal,
    message: Message,
    known: Record,
    earlier: Iterable[PlannedMessage],
    now: Moment,
) -> PlannedMessage:
    never_sent = known.state is State.WITHDRAWN and known.sends == 0
    same = known.payload_hash == message.payload_hash
    money = known.message_class is MessageClass.MONEY
    if never_sent or (known.state is State.REFUSED and not same and not money):
        return _planned(journal, replace(message, corrects=known.id), earlier, now)
    message = replace(message, corrects=known.corrects)  # what is known may be a correction
    if known.state is State.REFUSED:
        why = "the marketplace refused it before"
        if money:
            why += f"; a person may correct it by naming it: --corrects {known.id[:12]}"
        return PlannedMessage(message, Planned.REFUSED, why)
    if not same:
        return PlannedMessage(message, Planned.CHANGED, f"it is {known.state} with other content")
    return PlannedMessage(message, Planned.KNOWN, f"it is {known.state}")


def _same(one: Message, other: Message) -> bool:
    return one.id == other.id and one.payload_hash == other.payload_hash


def _excludes(one: Message, other: Message) -> bool:
    if one.subject != other.subject:
        return False
    if one.id == other.id:
        return True
    first = record_of(one, "", "", Moment(0, 0, ""), 0).claims
    second = record_of(other, "", "", Moment(0, 0, ""), 0).claims
    return any(a == b and (WHOLE_ORDER in {x, y} or x == y) for a, x in first for b, y in second)


def record_of(message: Message, plan: str, approver: str, at: Moment, expires: int) -> Record:
    """The record that approving a message makes."""
    return Record(
        id=message.id,
        seller=message.seller,
        channel=message.channel,
        kind=message.kind,
        message_class=message.message_class,
        subject=message.subject,
        natural_key=message.natural_key,
        lines=message.lines,
        payload_hash=message.payload_hash,
        plan=plan,
        approver=approver,
        approved=at,
        expires=expires,
        corrects=message.corrects,
    )


def messages_of(plan: Plan) -> list[PlannedMessage]:
    """The messages of a plan, in its order.

    Raises:
        HaltedError: one is not what its id says, or does not do what it says.
    """
    found: list[PlannedMessage] = []
    try:
        for entry in plan.content["messages"]:
            message = _read_message(plan, entry)
            found.append(PlannedMessage(message, Planned(entry["planned"]), entry["why"]))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise HaltedError(f"the plan was altered: message {len(found) + 1}: {fault!r}") from None
    return found


def _read_message(plan: Plan, entry: Mapping[str, Any]) -> Message:
    body = entry["body"]
    call = Call(
        entry["method"],
        entry["path"],
        tuple((name, value) for name, value in entry["headers"]),
        None if body is None else body.encode(),
    )
    message = Message(
        plan.seller,
        plan.channel,
        Kind(entry["kind"]),
        entry["order"],
        entry["natural_key"],
        tuple(entry["lines"]),
        call,
        entry["corrects"],
    )
    name = f"message {entry['id'][:12]} of the plan"
    if message.id != entry["id"]:
        raise HaltedError(f"{name} is not what its id says")
    sent = json.loads(body, parse_float=Decimal)
    same_order = message.subject in {*map(unquote, call.path.split("/")), *_texts(sent)}
    done = natural_key(message.kind, sent, message.lines)
    if not same_order or hash_of(done) != hash_of(message.natural_key):
        raise HaltedError(f"{name} does not do what it says")
    return message


def _texts(body: Any) -> Iterator[str]:
    if isinstance(body, Mapping):
        yield from (str(value) for value in body.values())


def approve_plan(
    plan: Plan, journal: Journal, approver: str, inputs: Mapping[str, str]
) -> dict[str, Message]:
    """Approve everything that the plan sends, in one transaction; again where it was approved.

    Returns:
        The messages of the plan by their ids.

    Raises:
        HaltedError: the plan may not be pushed; nothing was approved.
        AlreadySentError: another message excludes one of them; nothing was approved.
    """
    at = journal.clock.now()
    goes_on = let_through(plan, journal, inputs)
    messages = messages_of(plan)
    if not goes_on:
        events = [journal.pushed(plan, approver)]
        events += [
            approval(record_of(p.message, plan.hash, approver, at, plan.expires))
            for p in messages
            if p.planned in SENT
        ]
        journal.append(*events)
    return {p.message.id: p.message for p in messages if p.planned in {*SENT, Planned.KNOWN}}
