"""Lengow as a stand-in: an action is queued, carried out later, and listed with what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from engine.transport.outcome import Answer, Call, Lost, LostKind, NotSent, NotSentReason, Outcome

ACCOUNT = "7"
AFTER = {
    "accept": ("InPreparation", "waiting_shipment"),
    "refuse": ("Refused", "canceled"),
    "ship": ("Shipped", "shipped"),
    "refund": ("Cancelled", "refunded"),
}


@dataclass
class LengowMarket:
    """One account; `outcomes` by name for its writes, then all is well."""

    outcomes: list[str] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    actions: list[dict[str, Any]] = field(default_factory=list)
    effects: list[tuple[str, str]] = field(default_factory=list)
    errors: str = ""  # what the marketplace answers Lengow
    lie: str = ""
    posts: int = 0
    seller: str = ACCOUNT

    def add(self, order: str, state: str, lengow: str) -> None:
        self.orders[order] = {
            "marketplace_order_id": order,
            "marketplace": "cdiscount_octopia",
            "marketplace_status": state,
            "lengow_status": lengow,
            "account_id": int(ACCOUNT),
            "packages": [{"cart": [], "delivery": {"trackings": []}}],
        }

    def renew(self) -> bool:
        return True

    def blocked_seconds(self) -> int:
        return 0

    def send(self, call: Call) -> Outcome:
        query = dict(parse_qsl(urlsplit(call.path).query))
        if call.method == "POST":
            return self._post(json.loads(call.body or b""))
        if self.lie == "lost":
            return Lost(LostKind.TIMEOUT)
        if "/actions/" in call.path:
            return self._page(self._listed(query))
        found = self.orders.get(query["marketplace_order_id"])
        return self._page([] if found is None or self.lie == "no order" else [found])

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        names = ("marketplace_order_id", "action_type", "tracking_number")
        wanted = {n: query[n] for n in names if n in query}
        if self.lie == "nameless":
            return [{"id": a["id"], "processed": True, "errors": None} for a in self.actions]
        return [a for a in self.actions if all(a.get(n) == v for n, v in wanted.items())]

    def _page(self, items: list[dict[str, Any]]) -> Answer:
        return Answer(200, {}, {"count": len(items), "next": None, "results": items})

    def _post(self, body: dict[str, Any]) -> Outcome:
        self.posts += 1
        outcome = self.outcomes.pop(0) if self.outcomes else "answered"
        match outcome:
            case "no connection":
                return NotSent(NotSentReason.CONNECT)
            case "lost before":
                return Lost(LostKind.RESET)
            case "400" | "422" | "429" | "500 before":
                return Answer(int(outcome[:3]))
        self.actions.append(
            {
                **body,
                "id": len(self.actions) + 1,
                "queued": True,
                "processed": False,
                "errors": None,
            }
        )
        match outcome:
            case "lost after":
                return Lost(LostKind.TIMEOUT)
            case "500 after" | "400 after":
                return Answer(int(outcome[:3]))
            case "html":
                return Answer(200, fault="not JSON")
        return Answer(201, {}, {"id": len(self.actions)})

    def work(self) -> None:
        """Lengow carries out what is queued."""
        for action in self.actions:
            if not action["queued"]:
                continue
            action |= {"queued": False, "processed": True, "errors": self.errors or None}
            if self.errors:
                continue
            order = self.orders[action["marketplace_order_id"]]
            self.effects.append((action["marketplace_order_id"], action["action_type"]))
            order["marketplace_status"], order["lengow_status"] = AFTER[action["action_type"]]
            if action["action_type"] == "ship":
                parcel = {"number": action["tracking_number"], "carrier": action["carrier"]}
                order["packages"][0]["delivery"]["trackings"].append(parcel)
