"""Everything that the sandbox holds: who may come in, offers, packages, orders."""

from __future__ import annotations

import json
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from engine.resources import bundled
from engine.sandbox.clock import SandboxClock
from engine.sandbox.ledger import Ledger
from engine.sandbox.offers import Offers
from engine.sandbox.orders import Orders
from engine.sandbox.packages import Packages
from engine.sandbox.problems import RefusedError
from engine.sandbox.seeds import seeded_orders
from engine.sandbox.settings import Settings
from engine.sandbox.xml_packages import Fetch, XmlPackages

CARRIERS = "schemas/octopia/carriers.json"


class World:
    """The marketplace's side of everything."""

    def __init__(
        self, settings: Settings, clock: SandboxClock, ledger: Ledger, fetch: Fetch
    ) -> None:
        self.settings, self.clock, self.ledger = settings, clock, ledger
        self.offers = Offers()
        self.orders = Orders(settings, clock, ledger)
        self.packages = Packages(settings, clock, ledger, self.offers)
        self.xml_packages = XmlPackages(settings, clock, ledger, self.offers, fetch)
        self.carriers = _carriers()
        self._tokens: dict[str, datetime] = {}
        self._asked: deque[datetime] = deque()
        for order in seeded_orders(settings, clock.now()):
            self.orders.add(order)

    def catch_up(self) -> None:
        """Let happen what is due by now."""
        self.orders.catch_up()
        self.packages.catch_up()
        self.xml_packages.catch_up()

    def give_token(self, form: dict[str, str]) -> dict[str, Any]:
        """A token for any credentials but empty ones."""
        if form.get("grant_type") != "client_credentials":
            raise RefusedError(400, "unsupported_grant_type")
        if not form.get("client_id") or not form.get("client_secret"):
            raise RefusedError(401, "invalid_client")
        now = self.clock.now()
        while self._asked and self._asked[0] <= now - timedelta(hours=1):
            self._asked.popleft()
        if len(self._asked) >= self.settings.tokens_per_hour:
            raise RefusedError(429, "Too many tokens were asked for.")
        self._asked.append(now)
        token = f"sandbox-token-{self.settings.seed}-{len(self._tokens) + 1:06d}"
        self._tokens[token] = now + timedelta(seconds=self.settings.token_seconds)
        seconds = self.settings.token_seconds
        return {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}

    def seller_of(self, authorization: str, seller: str) -> str:
        """The seller who asks; refused without a good token, or for a seller who is not here."""
        scheme, _, token = authorization.partition(" ")
        good_until = self._tokens.get(token)
        if scheme != "Bearer" or good_until is None or self.clock.now() >= good_until:
            raise RefusedError(401, "The token is missing, unknown or expired.")
        if not seller:
            raise RefusedError(400, "A header is missing.", {"SellerId": ["required"]})
        if seller not in self.settings.sellers:
            raise RefusedError(403, "No right on this seller.")
        return seller

    def revoke_tokens(self) -> None:
        """Take no token any more that was given until now."""
        self._tokens.clear()


def _carriers() -> list[dict[str, str]]:
    tables = json.loads(bundled(CARRIERS))["tables"]
    labels = next(t["labels"] for t in tables if t["channel"] == "cdiscount_octopia")
    # Codes repeat and one label ends in a blank, as on the real side.
    return [
        {"code": label.lower()[:3], "label": f"{label} "[: len(label) + (n == 0)]}
        for n, label in enumerate(labels)
    ]
