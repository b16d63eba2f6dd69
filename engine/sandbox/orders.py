"""Orders and their life: accepted, shipped, cancelled, refunded, as the marketplace lets them be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from engine.sandbox.clock import SandboxClock, written
from engine.sandbox.ledger import Ledger
from engine.sandbox.problems import RefusedError
from engine.sandbox.settings import CHANNEL, Settings
from engine.sandbox.versions import Versioned

Json = dict[str, Any]
Change = Callable[[Json], None]

OPEN_TO_CANCEL = frozenset({"Accepted", "InPreparation", "Shipped", "Delivered"})
SENT = frozenset({"Shipped", "Delivered"})
GONE = frozenset({"CancelRequest", "Cancelled"})


class Request(Struct, frozen=True):
    """A request to cancel, refund or give: a new one each time it is asked for."""

    id: str
    seller: str
    order: str
    at: datetime
    body: Mapping[str, Any]


class Orders:
    """The orders of all sellers, and the requests that were made on them."""

    def __init__(self, settings: Settings, clock: SandboxClock, ledger: Ledger) -> None:
        self._settings, self._clock, self._ledger = settings, clock, ledger
        self._orders: dict[str, Versioned[Json]] = {}
        self._due: list[tuple[datetime, str, Change]] = []
        self.cancellations: list[Request] = []
        self.gestures: list[Request] = []

    # What is there

    def add(self, document: Json) -> None:
        """Take in an order as `GET /orders` shows it."""
        self._orders[document["orderId"]] = Versioned(self._clock.now(), document)
        if document["status"] == "Accepted":
            self._later(document["orderId"], self._settings.payment_seconds, _prepare)

    def all_at(self, seller: str, moment: datetime) -> list[Json]:
        """A seller's orders as they were at `moment`, the newest change last."""
        found = [v.at(moment) for v in self._orders.values()]
        own = [o for o in found if o is not None and o["seller"]["id"] == seller]
        return sorted(own, key=lambda o: (o["updatedAt"], o["orderId"]))

    def at(self, seller: str, order: str, moment: datetime) -> Json:
        """An order as it was at `moment`."""
        versions = self._orders.get(order)
        found = versions.at(moment) if versions else None
        if found is None or found["seller"]["id"] != seller:
            raise RefusedError(404, f"No order {order}.")
        return found

    def catch_up(self) -> None:
        """Let happen what is due by now."""
        now = self._clock.now()
        due = sorted((d for d in self._due if d[0] <= now), key=lambda d: d[0])
        self._due = [d for d in self._due if d[0] > now]
        for moment, order, change in due:
            self._change(order, change, moment)

    def _later(self, order: str, seconds: int, change: Change) -> None:
        self._due.append((self._clock.now() + timedelta(seconds=seconds), order, change))

    def _change(self, order: str, change: Change, moment: datetime) -> None:
        document = _copy(self._orders[order].value)
        change(document)
        document["updatedAt"] = written(moment)
        self._orders[order].put(moment, document)

    def _now(self, seller: str, order: str) -> Json:
        return self.at(seller, order, self._clock.now())

    def _enter(self, seller: str, kind: str, order: str, detail: Mapping[str, Any]) -> None:
        self._ledger.enter(self._clock.now(), seller, kind, order, detail)

    # What a seller may do

    def approve(self, seller: str, order: str, body: Any) -> None:
        """Accept or refuse an order."""
        status = body.get("approval_status") if isinstance(body, dict) else None
        if status not in {"Accepted", "Refused"}:
            errors = {"approval_status": ["must be Accepted or Refused"]}
            raise RefusedError(400, "The approval status is not valid.", errors)
        found = self._now(seller, order)
        if found["status"] != "WaitingAcceptance":
            raise RefusedError(422, f"An order in the state {found['status']} cannot be approved.")
        self._change(order, lambda o: _put_status(o, status), self._clock.now())
        if status == "Accepted":
            self._later(order, self._settings.payment_seconds, _prepare)
        self._enter(seller, "accept" if status == "Accepted" else "refuse", order, {})

    def ship(self, seller: str, order: str, body: Any) -> None:
        """Declare the parcel of an order."""
        parcels = _parcels(body)
        found = self._now(seller, order)
        if found["status"] != "InPreparation":
            raise RefusedError(422, f"The order cannot switch to shipped: it is {found['status']}.")
        if any(line["offer"]["supplyMode"] != "Seller" for line in found["lines"]):
            raise RefusedError(422, "The order cannot switch to shipped: it is not the seller's.")
        if found["salesChannel"]["id"] == CHANNEL and len(parcels) != 1:
            raise RefusedError(422, "One parcel is expected for the complete order.")

        def change(document: Json) -> None:
            _put_status(document, "Shipped")
            for line in document["lines"]:
                if line["status"] == "Shipped":
                    line["parcels"] = parcels

        self._change(order, change, self._clock.now())
        self._later(order, self._settings.delivery_seconds, _deliver)
        self._enter(seller, "ship", order, {"parcels": parcels})

    def cancel(self, seller: str, body: Any) -> Request:
        """Take a request to cancel (before shipping) or refund (after) a whole order."""
        order = _order_key(body)
        self._check_reason(body.get("reason"))
        found = self._now(seller, order)
        lines = [line["orderLineId"] for line in found["lines"]]
        return self._cancel(seller, order, lines, body)

    def cancel_lines(self, seller: str, body: Any) -> Request:
        """Take a request to cancel or refund lines of an order."""
        order = _order_key(body)
        found = self._now(seller, order)
        asked = body.get("lines")
        if not isinstance(asked, list) or not asked:
            raise RefusedError(400, "No lines.", {"lines": ["must be a list of lines"]})
        known = {line["orderLineId"] for line in found["lines"]}
        for line in asked:
            if not isinstance(line, dict) or line.get("lineId") not in known:
                raise RefusedError(400, "No such line.", {"lines": ["unknown lineId"]})
            self._check_reason(line.get("reason"))
        return self._cancel(seller, order, [line["lineId"] for line in asked], body)

    def _check_reason(self, reason: Any) -> None:
        if reason not in self._settings.reasons:
            raise RefusedError(400, "The reason is not known.", {"reason": ["unknown"]})

    def _cancel(
        self, seller: str, order: str, lines: list[str], body: Mapping[str, Any]
    ) -> Request:
        state = self._now(seller, order)["status"]
        if state not in OPEN_TO_CANCEL:
            raise RefusedError(422, f"An order in the state {state} cannot be cancelled.")
        # Nothing guards it: the same request again is one more request, as on the real side.
        number = f"CR{len(self.cancellations) + 1:06d}"
        request = Request(number, seller, order, self._clock.now(), body)
        self.cancellations.append(request)
        self._change(order, lambda o: _put_lines(o, lines, "CancelRequest"), self._clock.now())
        self._later(order, self._settings.cancelling_seconds, lambda o: _end_lines(o, lines))
        kind = "refund" if state in SENT else "cancel"
        self._enter(seller, kind, order, {"request": number, "lines": lines, "body": dict(body)})
        return request

    def allowable(self, seller: str, order: str, moment: datetime) -> Decimal:
        """What may still be given for an order."""
        found = self.at(seller, order, moment)
        if found["status"] not in SENT:
            return Decimal(0)
        given = [g.body["amount"] for g in self.gestures if g.order == order and g.at <= moment]
        total = Decimal(found["totalPrice"]["sellingPrice"])
        return max(Decimal(0), total - sum(given, Decimal(0)))

    def give(self, seller: str, body: Any) -> Request:
        """Take a request for a commercial gesture."""
        order, amount, reason = (
            body.get(name) if isinstance(body, dict) else None
            for name in ("orderId", "amount", "reason")
        )
        if not isinstance(order, str) or not isinstance(reason, str):
            raise RefusedError(400, "An order and a reason are needed.")
        if reason == "Other" and not body.get("reasonDetails"):
            raise RefusedError(400, "Details are needed.", {"reasonDetails": ["required"]})
        if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or amount <= 0:
            raise RefusedError(400, "The amount is not valid.", {"amount": ["must be positive"]})
        if amount > self.allowable(seller, order, self._clock.now()):
            raise RefusedError(422, "The amount is above what may be given.")
        number = f"CG{len(self.gestures) + 1:06d}"
        request = Request(number, seller, order, self._clock.now(), {**body, "amount": amount})
        self.gestures.append(request)
        self._enter(seller, "gesture", order, {"request": number, "body": dict(body)})
        return request


def _copy(document: Json) -> Json:
    lines = [{**line} for line in document["lines"]]
    return {**document, "lines": lines}


def _put_status(document: Json, status: str) -> None:
    document["status"] = status
    for line in document["lines"]:
        if line["status"] not in GONE:
            line["status"] = status


def _put_lines(document: Json, lines: list[str], status: str) -> None:
    for line in document["lines"]:
        if line["orderLineId"] in lines and line["status"] != "Cancelled":
            line["status"] = status


def _end_lines(document: Json, lines: list[str]) -> None:
    _put_lines(document, lines, "Cancelled")
    if all(line["status"] == "Cancelled" for line in document["lines"]):
        document["status"] = "Cancelled"


def _prepare(document: Json) -> None:
    if document["status"] == "Accepted":
        _put_status(document, "InPreparation")
        for line in document["lines"]:
            line["shippingAddress"] = document["billingAddress"]


def _deliver(document: Json) -> None:
    if document["status"] == "Shipped":
        _put_status(document, "Delivered")


def _order_key(body: Any) -> str:
    found = body.get("orderSellerId") if isinstance(body, dict) else None
    if not isinstance(found, str):
        raise RefusedError(400, "The order is missing.", {"orderSellerId": ["required"]})
    return found


def _parcels(body: Any) -> list[Json]:
    if not isinstance(body, list) or not body:
        raise RefusedError(400, "A list of parcels is expected.")
    for parcel in body:
        for name in ("parcelNumber", "carrierName"):
            if not isinstance(parcel, dict) or not isinstance(parcel.get(name), str):
                raise RefusedError(400, f"{name} is needed.", {name: ["required"]})
    return [{n: p.get(n) for n in ("parcelNumber", "carrierName", "trackingUrl")} for p in body]
