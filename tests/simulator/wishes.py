"""Messages about orders for tests: real bodies, as the connectors write them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from simulator.lengow_market import ACCOUNT
from simulator.market import SELLER, Order

from engine.outbox.events import Record
from engine.outbox.message import Kind, Message, natural_key
from engine.outbox.moments import MINUTE, Moment
from engine.outbox.order_plan import Wanted, message_of, record_of
from engine.transport.outcome import Call

STATUS = {
    Kind.ACCEPT: "WaitingAcceptance",
    Kind.REFUSE: "WaitingAcceptance",
    Kind.SHIP: "InPreparation",
    Kind.CANCEL: "InPreparation",
    Kind.REFUND: "Shipped",
    Kind.GESTURE: "Shipped",
}


def order_for(kind: Kind, name: str) -> Order:
    return Order(name, STATUS[kind], ("1", "2"))


def wish(kind: Kind, order: Order, *, seller: str = SELLER, variant: str = "") -> Message:
    bodies: dict[Kind, tuple[str, Any]] = {
        Kind.ACCEPT: (f"/orders/{order.id}/approval-status", {"approval_status": "Accepted"}),
        Kind.REFUSE: (f"/orders/{order.id}/approval-status", {"approval_status": "Refused"}),
        Kind.SHIP: (
            f"/orders/{order.id}/shipments",
            [{"parcelNumber": f"P-{order.id}{variant}", "carrierName": "GLS"}],
        ),
        Kind.CANCEL: (
            "/order-cancellation-requests",
            {"orderSellerId": order.id, "reason": f"out-of-stock{variant}"},
        ),
        Kind.REFUND: (
            "/order-cancellation-requests",
            {"orderSellerId": order.id, "reason": f"returned{variant}"},
        ),
        Kind.GESTURE: (
            "/order-commercial-gesture-requests",
            {"orderId": order.id, "amount": 4, "reason": f"Other{variant}"},
        ),
    }
    path, body = bodies[kind]
    lines = ("*", *order.lines)
    text = json.dumps(body).encode()
    read = json.loads(text, parse_float=Decimal)
    headers = (
        ("SellerId", seller),
        ("SalesChannelId", "CDISFR"),
        ("Content-Type", "application/json"),
    )
    return Message(
        seller,
        "cdiscount_octopia",
        kind,
        order.id,
        natural_key(kind, read, lines),
        lines,
        Call("POST", path, headers, text),
    )


# The states of an order before an action through Lengow, as the marketplace and as Lengow says them.
LENGOW_STATUS = {
    Kind.ACCEPT: ("WaitingAcceptance", "waiting_acceptance"),
    Kind.REFUSE: ("WaitingAcceptance", "waiting_acceptance"),
    Kind.SHIP: ("InPreparation", "waiting_shipment"),
    Kind.REFUND: ("Shipped", "shipped"),
}


def lengow_body(
    kind: Kind, order: str, *, account: str = ACCOUNT, variant: str = ""
) -> dict[str, Any]:
    """What Lengow is asked for."""
    made: dict[str, Any] = {
        "account_id": int(account),
        "marketplace": "cdiscount_octopia",
        "marketplace_order_id": order,
        "action_type": kind.value,
    }
    if kind is Kind.SHIP:
        made |= {"carrier": "Colissimo", "tracking_number": f"XY1{variant}"}
    if kind is Kind.REFUND:
        made |= {"refund_reason": f"out_of_stock{variant}"}
    return made


def lengow_wish(kind: Kind, order: str, *, account: str = ACCOUNT, variant: str = "") -> Message:
    body = lengow_body(kind, order, account=account, variant=variant)
    wanted = Wanted(kind, order, (), "POST", "/v3.0/orders/actions/", (), body)
    return message_of(wanted, ACCOUNT, "cdiscount_octopia")


def approved(
    message: Message, now: int, *, expires: int | None = None, plan: str = "plan"
) -> Record:
    at = Moment(now, 0, "")
    return record_of(message, plan, "Ada", at, now + 10 * MINUTE if expires is None else expires)
