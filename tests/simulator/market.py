"""A marketplace that believes nothing and guards nothing: each request that arrives has its effect.

It stands where the client stands, below the outbox. What it does to an order it writes into its own
ledger; what reads show may lag behind, and answers may be lost, late, wrong or of another order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from simulator.clock import ManualClock

from engine.octopia.endpoints import message_class
from engine.transport.outcome import (
    Answer,
    Call,
    Lost,
    LostKind,
    MessageClass,
    NotSent,
    NotSentReason,
    Outcome,
)

SELLER = "98979"
CUSTOMER = "Marguerite Yourcenar"
LONGEST_DELAY = 5 * 60_000
LONGEST_LAG = 8 * 60_000  # with the delay, less than the quarantine of 15 minutes
PAGE = 3  # the marketplace cuts its pages shorter than it is asked to

OUTCOMES = (
    "answered",
    "no connection",
    "lost before",
    "lost after",
    "late",
    "html",
    "cut body",
    "302",
    "401",
    "403",
    "429",
    "400",
    "404",
    "409",
    "422",
    "408 before",
    "500 before",
    "500 after",
    "503 after",
)
BREAKS = ("no connection", "late", "500 after")  # of a line that fails again and again
LIES = ("true", "lost", "500", "html", "another order", "filter ignored", "page fails", "lag")


@dataclass(slots=True)
class Order:
    """An order as the marketplace has it now."""

    id: str
    status: str
    lines: tuple[str, ...]
    parcels: list[str] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that was done to an order, by a request or by a person in the back office."""

    wall: int
    order: str
    what: str  # kind and natural key, as the marketplace sees them
    by: str


class Fate:
    """What befalls the next calls; a test names it, a seed draws it."""

    def write(self) -> str:
        return "answered"

    def read(self) -> str:
        return "true"

    def lag(self) -> int:
        return 0

    def delay(self) -> int:
        return LONGEST_DELAY

    def error_had_effect(self) -> bool:
        return False

    def paused(self, call: Call) -> None:
        """The process may sleep here, after it decided to send."""


class Named(Fate):
    """Outcomes of writes and reads by name, one after the other; then all is well."""

    def __init__(
        self,
        *outcomes: str,
        lag: int = 0,
        reads: tuple[str, ...] = (),
        errors_had_effect: bool = False,
    ) -> None:
        self.outcomes, self.reads = list(outcomes), list(reads)
        self._lag, self._errors_had_effect = lag, errors_had_effect

    def write(self) -> str:
        return self.outcomes.pop(0) if self.outcomes else "answered"

    def read(self) -> str:
        return self.reads.pop(0) if self.reads else "true"

    def lag(self) -> int:
        return self._lag

    def error_had_effect(self) -> bool:
        return self._errors_had_effect


@dataclass(slots=True)
class DrawnFate(Fate):
    """Fates drawn from a seed."""

    random: Random
    trouble: float = 0.5
    lies: tuple[str, ...] = LIES
    outcomes: tuple[str, ...] = OUTCOMES

    def write(self) -> str:
        return (
            self.random.choice(self.outcomes) if self.random.random() < self.trouble else "answered"
        )

    def read(self) -> str:
        return self.random.choice(self.lies) if self.random.random() < self.trouble / 2 else "true"

    def lag(self) -> int:
        return self.random.choice((0, 0, self.random.randrange(LONGEST_LAG)))

    def delay(self) -> int:
        return self.random.randrange(LONGEST_DELAY)

    def error_had_effect(self) -> bool:
        return self.random.random() < 0.5


@dataclass(slots=True)
class Way:
    """The way to a marketplace, a `Sender` for the seller's process: what befalls a write on it."""

    clock: ManualClock
    fate: Fate
    under_way: list[tuple[int, Call]] = field(default_factory=list, kw_only=True)

    @property
    def seller(self) -> str:
        return SELLER

    def renew(self) -> bool:
        return True

    def blocked_seconds(self) -> int:
        return 0

    def arrive(self) -> None:
        """Let what was under way arrive, once its time has come."""
        due = [(at, c) for at, c in self.under_way if at <= self.clock.true]
        self.under_way = [(at, c) for at, c in self.under_way if at > self.clock.true]
        for at, call in sorted(due, key=lambda d: d[0]):
            self.apply(call, at)

    def apply(self, call: Call, at: int | None = None) -> Answer:
        """Let a write have its effect, now or as of a moment that is past."""
        raise NotImplementedError

    def refused(self, call: Call, status: int) -> None:
        """What a write may do all the same that is answered by an error."""

    def write(self, call: Call) -> Outcome:
        what = self.fate.write()
        match what:
            case "answered":
                return self.apply(call)
            case "no connection":
                return NotSent(NotSentReason.CONNECT)
            case "lost before":
                return self._lost()
            case "lost after":
                self.apply(call)
                return self._lost()
            case "late":
                self.under_way.append((self.clock.true + self.fate.delay(), call))
                return self._lost()
            case "html" | "cut body":
                if self.fate.error_had_effect():
                    self.apply(call)
                return Answer(200, fault=f"the body is {what}")
            case "500 after" | "503 after":
                self.apply(call)
                return Answer(int(what[:3]))
            case _:
                status = int(what[:3])
                self.refused(call, status)
                problem = {"title": "Unprocessable", "detail": "for Jane Doe"}
                return Answer(
                    status,
                    {"retry-after": "40"} if status == 429 else {},
                    problem if status == 422 else None,
                )

    def unread(self, how: str) -> Outcome | None:
        """What a read gets where nothing sound comes back; None where something does."""
        if how == "lost":
            return self._lost()
        if how == "html":
            return Answer(200, fault="the body is HTML")
        return Answer(500) if how == "500" else None

    def _lost(self) -> Lost:
        self.clock.sleep(60_000)
        return Lost(LostKind.TIMEOUT)


@dataclass(slots=True)
class Market(Way):
    """The marketplace for actions on orders, and the way to it."""

    orders: dict[str, Order] = field(default_factory=dict)
    ledger: list[Effect] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    shown: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    writes: list[tuple[int, Call]] = field(default_factory=list)
    seller_shown: str = SELLER
    allowable: int = 100  # what may be given for an order, at most

    def add(self, order: Order) -> None:
        self.orders[order.id] = order
        self._show(order.id, 0)

    def send(self, call: Call) -> Outcome:
        self.calls.append(call)
        self.arrive()
        if message_class(call.method, call.path) is MessageClass.READ:
            return self._read(call)
        self.fate.paused(call)
        self.writes.append((self.clock.true, call))
        return self.write(call)

    # Writes

    def refused(self, call: Call, status: int) -> None:
        money = message_class(call.method, call.path) is MessageClass.MONEY
        if money and status in {400, 409, 422} and self.fate.error_had_effect():
            self.apply(call)

    def apply(self, call: Call, at: int | None = None) -> Answer:
        self._done(call, "request", at)
        return Answer(201, trace_id="trace")

    def _done(self, call: Call, by: str, at: int | None = None) -> None:
        at = self.clock.true if at is None else at
        body = json.loads(call.body or b"null", parse_float=Decimal)
        parts = call.path.split("/")
        if call.path.startswith("/orders/"):
            order = self.orders[unquote(parts[2])]
            if parts[3] == "approval-status":
                order.status = body["approval_status"]
                what = body["approval_status"]
            else:
                order.status = "Shipped"
                order.parcels += [p["parcelNumber"] for p in body]
                what = "ship " + ",".join(p["parcelNumber"] for p in body)
        else:
            order = self.orders[body.get("orderSellerId") or body["orderId"]]
            what = self._money(order, body)
        self.ledger.append(Effect(at, order.id, what, by))
        self._show(order.id, at + self.fate.lag())

    def _money(self, order: Order, body: dict[str, Any]) -> str:
        item = dict(body)
        self.requests.append(item)
        if "amount" in body:
            item["list"] = "gesture"
            return f"gesture {body['amount']} {body['reason']}"
        item["list"] = "cancellation"
        if not body.get("lines"):
            order.cancelled |= set(order.lines)
        return f"cancel {body['reason']}"

    def by_hand(self, call: Call) -> None:
        """A person does in the back office what a call would do."""
        self._done(call, "person")

    # Reads

    def _show(self, order: str, since: int) -> None:
        """What reads show of an order from a moment on."""
        own = [
            dict(r) for r in self.requests if order in {r.get("orderSellerId"), r.get("orderId")}
        ]
        told = self.shown.setdefault(order, [])
        at = max([since, *(t for t, _ in told[-1:])])
        told.append((at, (self._document(self.orders[order]), own)))

    def _visible(self, order: str) -> Any:
        return [seen for at, seen in self.shown[order] if at <= self.clock.true][-1]

    def _document(self, order: Order) -> dict[str, Any]:
        lines = [
            {
                "orderLineId": line,
                "status": "CancelRequest" if line in order.cancelled else order.status,
                "parcels": [{"parcelNumber": p, "carrierName": "GLS"} for p in order.parcels],
                "shippingAddress": {"firstName": CUSTOMER},
            }
            for line in order.lines
        ]
        return {
            "orderId": order.id,
            "status": order.status,
            "seller": {"id": self.seller_shown},
            "salesChannel": {"id": "CDISFR"},
            "lines": lines,
            "billingAddress": {"lastName": CUSTOMER},
        }

    def _read(self, call: Call) -> Outcome:
        self.clock.sleep(200)
        self.arrive()
        how = self.fate.read()
        if (unread := self.unread(how)) is not None:
            return unread
        split = urlsplit(call.path)
        if split.path.startswith("/orders/"):
            order = unquote(split.path.split("/")[2])
            if split.path.endswith("/commercial-gestures-available-amounts"):
                given = sum(r.get("amount", 0) for r in self._visible(order)[1])
                return Answer(200, body={"allowableAmount": self.allowable - given})
            return self._read_order(order, how)
        return self._read_list(split.path, parse_qs(split.query), how)

    def _read_order(self, order: str, how: str) -> Outcome:
        if order not in self.orders:
            return Answer(404)
        if how == "another order":
            order = "ORDER-OF-OTHERS"
        return Answer(200, body=self._visible(order)[0], trace_id="trace")

    def _read_list(self, path: str, query: dict[str, list[str]], how: str) -> Outcome:
        name = "gesture" if "gesture" in path else "cancellation"
        wanted = query["orderId" if name == "gesture" else "orderSellerId"][0]
        before = [_filler(name, wanted, n) for n in range(PAGE + 1)] if name == "gesture" else []
        if how == "filter ignored":
            found = [_filler(name, "ORDER-OF-OTHERS", n) for n in range(2 * PAGE - 1)]
        else:
            own = [r for r in self._visible(wanted)[1] if r["list"] == name]
            found = before + own
        at = int((query.get("cursor") or query.get("pageIndex") or ["1"])[0])
        if how == "page fails" and at > 1:
            return Answer(500)
        page = found[(at - 1) * PAGE : at * PAGE]
        more = len(found) > at * PAGE
        headers = {"link": f'<https://x.example{path}?cursor={at + 1}>; rel="next"'} if more else {}
        return Answer(200, headers, {"itemsPerPage": PAGE, "items": page}, "trace")


def _filler(name: str, order: str, number: int) -> dict[str, Any]:
    """A request that somebody made earlier."""
    if name == "gesture":
        return {"orderId": order, "amount": Decimal(number + 50), "reason": "Other"}
    return {"orderSellerId": order, "reason": "earlier", "lines": []}
