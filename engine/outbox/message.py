"""Messages about orders: their identity, what they exclude, and what would show their effect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from engine.lengow import endpoints as lengow
from engine.octopia import endpoints as octopia
from engine.outbox.canonical import digest, hash_of
from engine.transport.outcome import Call, MessageClass

WHOLE_ORDER = "*"
ACCOUNT, ACTION = "account_id", "action_type"  # of a request to Lengow


class Kind(StrEnum):
    """What a message does to an order."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    SHIP = "ship"
    CANCEL = "cancel"
    REFUND = "refund"
    GESTURE = "gesture"


# Two messages that share a group on a line exclude each other. Cancelling and refunding are the
# same request to the marketplace, so a refund after a cancellation would be a second refund.
# An order may have several gestures: what tells them apart is their natural key.
APPROVAL, FULFILMENT, REIMBURSEMENT = "approval", "fulfilment", "reimbursement"
GROUPS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ACCEPT: (APPROVAL,),
    Kind.REFUSE: (APPROVAL, FULFILMENT),
    Kind.SHIP: (FULFILMENT,),
    Kind.CANCEL: (FULFILMENT, REIMBURSEMENT),
    Kind.REFUND: (REIMBURSEMENT,),
    Kind.GESTURE: (),
}

# What gives money back. The class of a call says how often it may go out, and is no measure of it:
# behind Lengow every action has the class of those that move money.
MOVES_MONEY = frozenset({Kind.CANCEL, Kind.REFUND, Kind.GESTURE})


class Message(Struct, frozen=True):
    """A call to be made at most once: its effect has a name that a read can find again.

    Attributes:
        seller: whose order it is.
        channel: the sales channel's name in rules.
        kind: what it does.
        subject: the order's id.
        natural_key: what tells its effect from another of the same kind: parcels' numbers;
            lines and reason; amount and reason.
        lines: the order lines that it is about; `*` among them where it is about all.
        call: what is sent.
        corrects: the id of the message in whose place it stands.
    """

    seller: str
    channel: str
    kind: Kind
    subject: str
    natural_key: Mapping[str, Any]
    lines: tuple[str, ...]
    call: Call
    corrects: str | None = None

    @property
    def id(self) -> str:
        """The message's id: the same for the same wish, whoever plans it and whenever."""
        parts: list[Any] = [self.seller, self.channel, self.kind, self.subject, self.natural_key]
        if self.corrects is not None:
            parts.append(self.corrects)
        return hash_of(parts)

    @property
    def message_class(self) -> MessageClass:
        """The class of its call.

        Raises:
            ValueError: no such call is known.
        """
        method, path = self.call.method, self.call.path
        found = octopia.message_class(method, path) or lengow.message_class(method, path)
        if found is None:
            raise ValueError(f"{self.call.method} {self.call.path} is no call that is known")
        return found

    @property
    def account(self) -> str:
        """Whose request it is: Octopia's say so in a header, Lengow's in the body; "" where neither."""
        named = self.call.header("SellerId")
        if named is not None:
            return named
        try:
            body = json.loads(self.call.body or b"")
        except ValueError:
            return ""
        return str(body.get(ACCOUNT, "")) if isinstance(body, dict) else ""

    @property
    def payload_hash(self) -> str:
        """The hash of everything that is sent."""
        call = self.call
        body = None if call.body is None else digest(call.body)
        return hash_of([call.method, call.path, sorted(call.headers), body])


def claims_of(kind: Kind, lines: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The (group, line) pairs that no other message about the order may hold."""
    return tuple((group, line) for group in GROUPS[kind] for line in sorted(set(lines)))


def natural_key(kind: Kind, body: Any, lines: tuple[str, ...]) -> Mapping[str, Any]:
    """The natural key of a request, from the body that is sent.

    Raises:
        ValueError: the body is not one of this kind.
    """
    if isinstance(body, Mapping) and ACTION in body:
        return _lengow_key(kind, body, lines)
    match kind:
        case Kind.ACCEPT | Kind.REFUSE:
            return {}
        case Kind.SHIP:
            return {"parcels": sorted(_text(p, "parcelNumber") for p in _list(body))}
        case Kind.CANCEL | Kind.REFUND:
            return {"lines": sorted(lines), "reason": _text(body, "reason")}
        case Kind.GESTURE:
            amount = body.get("amount") if isinstance(body, Mapping) else None
            if amount is None:
                raise ValueError("the body has no `amount`")
            return {"amount": str(amount), "reason": _text(body, "reason")}


def _lengow_key(kind: Kind, body: Mapping[str, Any], lines: tuple[str, ...]) -> Mapping[str, Any]:
    """The natural key of a request to Lengow, where the action stands in the body."""
    if body[ACTION] != kind:
        raise ValueError(f"the body asks for {body[ACTION]}")
    match kind:
        case Kind.ACCEPT | Kind.REFUSE | Kind.CANCEL:
            return {}
        case Kind.SHIP:
            number = body.get("tracking_number")
            return {"parcels": [] if number is None else [str(number)]}
        case Kind.REFUND:
            reason = "refund_reason" if "refund_reason" in body else "reason"
            return {"lines": sorted(lines), "reason": _text(body, reason)}
        case Kind.GESTURE:
            raise ValueError("Lengow has no commercial gestures")


def _list(body: Any) -> list[Any]:
    if not isinstance(body, list) or not body:
        raise ValueError("the body is no list of parcels")
    return body


def _text(body: Any, key: str) -> str:
    value = body.get(key) if isinstance(body, Mapping) else None
    if not isinstance(value, str) or not value:
        raise ValueError(f"the body has no `{key}`")
    return value
