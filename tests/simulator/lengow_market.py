"""Lengow as a stand-in: an action is queued, carried out later, and listed with what became of it.

It guards nothing: an action that is asked for twice is carried out twice. Who looks, sees an action and
what it did to its order some time after each happened.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulator.market import CUSTOMER, PAGE, Effect, Way

from engine.transport.outcome import Answer, Call, Outcome

ACCOUNT = "7"
AFTER = {
    "accept": ("InPreparation", "waiting_shipment"),
    "refuse": ("Refused", "canceled"),
    "ship": ("Shipped", "shipped"),
    "refund": ("Cancelled", "refunded"),
}
LIES = (
    "lost",
    "500",
    "html",
    "another order",
    "filter ignored",
    "page fails",
    "no order",
    "nameless",
)
OTHERS = "ORDER-OF-OTHERS"


@dataclass(slots=True)
class Asked:
    """An action that somebody asked for; `due` when it is carried out, `shows` when it is listed."""

    body: dict[str, Any]
    number: int
    due: int
    shows: int
    by: str = "request"
    done: bool = False
    errors: str = ""

    def item(self) -> dict[str, Any]:
        """The action as it is listed."""
        told = {"queued": not self.done, "processed": self.done, "errors": self.errors or None}
        return {**self.body, "id": self.number, **told}


@dataclass(slots=True)
class LengowMarket(Way):
    """One account, and the way to Lengow."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: dict[str, list[tuple[int, dict[str, Any]]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    ledger: list[Effect] = field(default_factory=list)
    errors: str = ""  # what the marketplace answers Lengow
    diligent: bool = False  # whether Lengow carries out by itself what is due
    posts: int = 0

    @property
    def seller(self) -> str:
        return ACCOUNT

    @property
    def effects(self) -> list[tuple[str, str]]:
        """What was done, as order and kind of action."""
        return [(e.order, e.what.split()[0]) for e in self.ledger]

    def add(self, order: str, state: str, lengow: str) -> None:
        self.orders[order] = {
            "marketplace_order_id": order,
            "marketplace": "cdiscount_octopia",
            "marketplace_status": state,
            "lengow_status": lengow,
            "account_id": int(ACCOUNT),
            "billing_address": {"last_name": CUSTOMER},
            "packages": [{"cart": [], "delivery": {"trackings": []}}],
        }
        self._show(order, 0)

    def send(self, call: Call) -> Outcome:
        self.arrive()
        if call.method == "POST":
            self.fate.paused(call)
            self.posts += 1
            return self.write(call)
        self.clock.sleep(200)
        self.arrive()
        return self._read(call)

    def arrive(self) -> None:
        """Let arrive what was under way, and carry out what is due."""
        Way.arrive(self)
        if self.diligent:
            self._carry_out(lambda asked: asked.due <= self.clock.true)

    # Writes

    def refused(self, call: Call, status: int) -> None:
        if status in {400, 409, 422} and self.fate.error_had_effect():
            self.apply(call)

    def apply(self, call: Call, at: int | None = None) -> Answer:
        made = self.ask(json.loads(call.body or b"{}"), at)
        return Answer(201, {}, {"id": made.number})

    def by_hand(self, call: Call) -> None:
        """A person asks Lengow for what a call would ask for."""
        self.ask(json.loads(call.body or b"{}"), by="person")

    def ask(self, body: dict[str, Any], at: int | None = None, by: str = "request") -> Asked:
        """An action is asked for: Lengow queues it."""
        at = self.clock.true if at is None else at
        shows = at + self.fate.lag()
        made = Asked(body, len(self.asked) + 1, at + self.fate.lag(), shows, by)
        self.asked.append(made)
        return made

    def failed_before(self, body: dict[str, Any], times: int = PAGE + 1) -> None:
        """Somebody asked for the same some time ago, and the marketplace did not take it."""
        for _ in range(times):
            made = self.ask(body, 0, by="person")
            made.done, made.errors, made.shows = True, "the order was not ready", 0

    def work(self) -> None:
        """Lengow carries out what is queued."""
        self._carry_out(lambda _: True)

    def _carry_out(self, due: Any) -> None:
        for asked in self.asked:
            if not asked.done and due(asked):
                self._do(asked)

    def _do(self, asked: Asked) -> None:
        asked.done, asked.errors = True, self.errors
        if asked.errors:
            return
        body = asked.body
        name, action = body["marketplace_order_id"], body["action_type"]
        order = self.orders[name]
        order["marketplace_status"], order["lengow_status"] = AFTER[action]
        what = action
        if action == "ship":
            parcel = {"number": body["tracking_number"], "carrier": body["carrier"]}
            order["packages"][0]["delivery"]["trackings"].append(parcel)
            what = f"ship {parcel['number']}"
        if action == "refund":
            what = f"refund {body['refund_reason']}"
        self.ledger.append(Effect(self.clock.true, name, what, asked.by))
        self._show(name, self.clock.true + self.fate.lag())

    # Reads

    def _show(self, order: str, since: int) -> None:
        """What reads show of an order from a moment on."""
        told = self.shown.setdefault(order, [])
        told.append((max([since, *(t for t, _ in told[-1:])]), copy.deepcopy(self.orders[order])))

    def _read(self, call: Call) -> Outcome:
        how = self.fate.read()
        if (unread := self.unread(how)) is not None:
            return unread
        query = dict(parse_qsl(urlsplit(call.path).query))
        if "/actions/" in call.path:
            return self._page(self._listed(query, how), query, how)
        if "marketplace_order_id" not in query:
            return self._page([s for n in self.shown for s in self._seen(n)], query, how)
        name = query["marketplace_order_id"]
        if how in {"another order", "filter ignored"} and OTHERS in self.shown:
            name = OTHERS
        return self._page([] if how == "no order" else self._seen(name), query, how)

    def _seen(self, order: str) -> list[dict[str, Any]]:
        """The order as it shows now, in a list; none where nobody knows it."""
        return [d for at, d in self.shown.get(order, []) if at <= self.clock.true][-1:]

    def _listed(self, query: dict[str, str], how: str) -> list[dict[str, Any]]:
        names = ("marketplace_order_id", "action_type", "tracking_number")
        wanted = {n: query[n] for n in names if n in query}
        items = [a.item() for a in self.asked if a.shows <= self.clock.true]
        if how == "nameless":
            return [{k: i[k] for k in ("id", "queued", "processed", "errors")} for i in items]
        if how in {"another order", "filter ignored"}:
            other = {"marketplace_order_id": OTHERS, "action_type": "ship"}
            return [{**other, "id": f"o{n}", "processed": True} for n in range(2 * PAGE - 1)]
        return [i for i in items if all(i.get(n) == v for n, v in wanted.items())]

    def _page(self, items: list[dict[str, Any]], query: dict[str, str], how: str) -> Answer:
        """Pages are cut shorter than they are asked to be."""
        at = int(query["page"])
        if how == "page fails" and at > 1:
            return Answer(500)
        more = f"https://x.example/?page={at + 1}" if len(items) > at * PAGE else None
        page = items[(at - 1) * PAGE : at * PAGE]
        return Answer(200, {}, {"count": len(items), "next": more, "results": page})
