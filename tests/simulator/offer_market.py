"""A marketplace for offers: packages with their states, integrated late and in any order."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree
from simulator.market import LIES, Way

from engine.octopia.endpoints import message_class
from engine.transport.outcome import (
    Answer,
    Call,
    Lost,
    LostKind,
    MessageClass,
    Outcome,
)

OFFER_LIES = (*LIES, "row missing")
READY, PENDING, INTEGRATED, WAITING = (
    "Ready",
    "IntegrationPending",
    "Integrated",
    "WaitingForCompletion",
)


FULL = "Full"


@dataclass(slots=True)
class Staged:
    """A package as the marketplace has it."""

    type: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    state: str = WAITING
    ends: int = 0
    shows: int = 0  # when reads show that it is ready
    results: list[dict[str, Any]] = field(default_factory=list)


PUBLIC = "https://feeds.example.org/x"


class Published(dict[str, Path]):
    """What of a folder stands at the public address."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, address: str) -> Path:
        return self.folder / address.removeprefix(f"{PUBLIC}/")


@dataclass(slots=True)
class OfferMarket(Way):
    """The marketplace for offers, and the way to it."""

    random: Random
    bad: set[str] = field(default_factory=set)
    packages: dict[str, Staged] = field(default_factory=dict)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: dict[str, list[Decimal]] = field(default_factory=dict)
    uploaded: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)  # what stands at public addresses
    most_at_once: int = 0
    writes: int = 0

    def send(self, call: Call) -> Outcome:
        self.clock.sleep(200)
        self.arrive()
        if message_class(call.method, call.path) is MessageClass.READ:
            return self._read(call)
        self.writes += 1
        self.fate.paused(call)
        return self.write(call)

    def arrive(self) -> None:
        """What was under way arrives, and what was to be integrated is."""
        Way.arrive(self)
        ending = [
            p for p in self.packages.values() if p.state == READY and p.ends <= self.clock.true
        ]
        for package in sorted(ending, key=lambda p: p.ends):
            self._integrate(package)

    # Writes

    def apply(self, call: Call, at: int | None = None) -> Answer:
        at = self.clock.true if at is None else at
        body = json.loads(call.body or b"null", parse_float=Decimal)
        parts = call.path.strip("/").split("/")
        if parts[0] == "offer-integration-packages":
            name = str(len(self.packages) + 1)
            self.packages[name] = Staged(FULL, _rows_of(self.files[body]), READY, at + 1)
            return Answer(200, body={"packageId": int(name)})
        if len(parts) == 1:
            name = f"P{len(self.packages) + 1}"
            self.packages[name] = Staged(body["packageType"])
            return Answer(201, {"content-location": f"/offer-packages/{name}"})
        package = self.packages[parts[1]]
        if package.state != WAITING:
            return Answer(409)
        if len(parts) == 3:
            package.rows += body
            self.uploaded += body
            return Answer(201)
        package.state = READY
        package.ends = at + self.random.choice((1, self.random.randrange(20 * 60_000)))
        package.shows = at + self.fate.lag()
        now = sum(p.state == READY for p in self.packages.values())
        self.most_at_once = max(self.most_at_once, now)
        return Answer(204)

    def _integrate(self, package: Staged) -> None:
        package.state = INTEGRATED
        counted = Counter(row["sellerExternalReference"] for row in package.rows)
        for row in package.rows:
            sku = row["sellerExternalReference"]
            told = "Integrated"
            if counted[sku] > 1:
                told = "Duplicated"
            elif sku in self.bad or (package.type == "Update" and sku not in self.offers):
                told = "Rejected"
            else:
                self._show(sku, row)
            package.results.append(
                {
                    "sellerExternalReference": sku,
                    "integrationStatus": told,
                    "results": [{"resultCode": "1008"}],
                }
            )

    def _show(self, sku: str, row: dict[str, Any]) -> None:
        before = self.offers.get(sku, {})
        price = row["price"]["price"] if "price" in row else before.get("integrationPrice")
        self.offers[sku] = {
            "offerId": f"offer-{sku}",
            "sellerExternalReference": sku,
            "integrationPrice": price,
            "quantity": row["quantity"],
        }
        if "price" in row:
            self.history.setdefault(sku, []).append(row["price"]["price"])

    # Reads

    def _read(self, call: Call) -> Outcome:
        how = self.fate.read()
        if how == "lost":
            self.clock.sleep(60_000)
            return Lost(LostKind.RESET)
        if (unread := self.unread(how)) is not None:
            return unread
        split = urlsplit(call.path)
        query = parse_qs(split.query)
        parts = split.path.strip("/").split("/")
        if parts[0] == "offers":
            wanted = query.get("sellerExternalReferences") if how != "filter ignored" else None
            found = [o for s, o in sorted(self.offers.items()) if not wanted or s in wanted]
            return self._page(found, query, split.path, how)
        package = self.packages.get(parts[1])
        if package is not None and package.type == FULL:
            return Answer(
                200, body={"state": "Submitted" if package.state == READY else INTEGRATED}
            )
        if package is None:
            return Answer(404, body={"title": "not found"})
        if len(parts) == 3:
            if package.state != INTEGRATED:
                return Answer(400, body={"title": "too early"})
            rows = package.results[1:] if how == "row missing" else package.results
            return self._page(rows, query, split.path, how)
        state = WAITING if package.shows > self.clock.true else package.state
        name = "P0" if how == "another order" else parts[1]
        return Answer(200, body={"packageId": name, "state": state})

    def _page(self, found: list[Any], query: dict[str, list[str]], path: str, how: str) -> Outcome:
        size = 3
        at = int((query.get("cursor") or ["1"])[0])
        if how == "page fails" and at > 1:
            return Answer(500)
        more = len(found) > at * size
        headers = {"link": f'<https://x.example{path}?cursor={at + 1}>; rel="next"'} if more else {}
        page = found[(at - 1) * size : at * size]
        return Answer(200, headers, {"itemsPerPage": size, "items": page})


def _rows_of(file: Path) -> list[dict[str, Any]]:
    """The offers in the ZIP of an XML package."""
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["[Content_Types].xml", "_rels/.rels", "Content/offers.xml"]
        tree = etree.fromstring(archive.read("Content/offers.xml"))
    return [
        {
            "sellerExternalReference": offer.get("SellerProductId"),
            "price": {"price": Decimal(offer.get("Price") or "0")},
            "quantity": int(offer.get("Stock") or "0"),
        }
        for offer in tree.iter("{*}Offer")
    ]
