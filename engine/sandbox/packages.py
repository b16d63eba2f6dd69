"""Offer packages: created, filled, marked ready, integrated; nothing shows before that."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field

from engine.sandbox.clock import SandboxClock
from engine.sandbox.ledger import Ledger
from engine.sandbox.offers import Key, Offers
from engine.sandbox.problems import RefusedError
from engine.sandbox.settings import Settings
from engine.sandbox.versions import Versioned

Json = dict[str, Any]
KINDS = frozenset({"Upsert", "Update", "Delete"})
MOST_UPLOADED, MOST_IN_PACKAGE = 100, 50_000
WAITING, READY, PENDING, INTEGRATED, REJECTED = (
    "WaitingForCompletion",
    "Ready",
    "IntegrationPending",
    "Integrated",
    "Rejected",
)


class Package(Struct):
    """A package: what was put in it, and where it stands."""

    id: str
    seller: str
    channel: str
    kind: str
    created: datetime
    state: Versioned[str]
    offers: list[Any] = field(default_factory=list)
    ready: datetime | None = None
    results: list[Json] = field(default_factory=list)
    ended: datetime | None = None
    result: Json | None = None


class Packages:
    """The packages of all sellers."""

    def __init__(
        self, settings: Settings, clock: SandboxClock, ledger: Ledger, offers: Offers
    ) -> None:
        self._settings, self._clock, self._ledger, self._offers = settings, clock, ledger, offers
        self.packages: dict[str, Package] = {}

    def create(self, seller: str, channel: str, body: Any) -> Package:
        """Open an empty package."""
        kind = body.get("packageType") if isinstance(body, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            errors = {"packageType": [f"must be one of {', '.join(sorted(KINDS))}"]}
            raise RefusedError(400, "The package type is not valid.", errors)
        now = self._clock.now()
        number = f"{7_000_000 + len(self.packages) + 1}"
        package = Package(number, seller, channel, kind, now, Versioned(now, WAITING))
        self.packages[number] = package
        self._enter(package, "package-created", {"type": kind, "channel": channel})
        return package

    def get(self, seller: str, number: str) -> Package:
        """A seller's package."""
        found = self.packages.get(number)
        if found is None or found.seller != seller:
            raise RefusedError(404, f"No package {number}.")
        return found

    def upload(self, seller: str, number: str, body: Any) -> None:
        """Put offers in a package."""
        package = self.get(seller, number)
        if package.state.value != WAITING:
            raise RefusedError(409, f"The package is {package.state.value}.")
        if not isinstance(body, list) or not 1 <= len(body) <= MOST_UPLOADED:
            raise RefusedError(400, f"A list of 1 to {MOST_UPLOADED} offers is expected.")
        if len(package.offers) + len(body) > MOST_IN_PACKAGE:
            raise RefusedError(422, f"A package holds at most {MOST_IN_PACKAGE} offers.")
        package.offers += body
        self._enter(package, "offers-uploaded", {"count": len(body)})

    def make_ready(self, seller: str, number: str, body: Any) -> None:
        """Close a package; what is in it will be integrated."""
        package = self.get(seller, number)
        if not isinstance(body, dict) or body.get("state") != READY:
            raise RefusedError(400, "The state is not valid.", {"state": ["must be Ready"]})
        if package.state.value != WAITING:
            raise RefusedError(409, f"The package is {package.state.value}.")
        if not package.offers:
            raise RefusedError(422, "The package is empty.")
        package.ready = self._clock.now()
        package.state.put(package.ready, READY)
        self._enter(package, "package-ready", {"offers": len(package.offers)})

    def results(self, seller: str, number: str) -> list[Json]:
        """What became of each offer of a package that is integrated."""
        package = self.get(seller, number)
        if package.state.value != INTEGRATED or package.ended is None:
            raise RefusedError(400, "The retrieval of the offer requests results failed.")
        kept = timedelta(seconds=self._settings.results_seconds)
        if self._clock.now() > package.ended + kept:
            raise RefusedError(404, "The results are no longer kept.")
        return package.results

    def catch_up(self) -> None:
        """Let packages come as far as they are by now."""
        now = self._clock.now()
        for package in self.packages.values():
            if package.ended is None:
                self._advance(package, now)

    def _advance(self, package: Package, now: datetime) -> None:
        if package.ready is None:
            left = timedelta(seconds=self._settings.unfinished_seconds)
            if now > package.created + left:
                package.result = {"resultCode": "expired", "message": "Not ready within 6 hours."}
                self._end(package, REJECTED, package.created + left)
            return
        pending = package.ready + timedelta(seconds=self._settings.pending_seconds)
        done = package.ready + timedelta(seconds=self._settings.integration_seconds)
        if now >= pending and package.state.value == READY:
            package.state.put(pending, PENDING)
        if now >= done:
            self._integrate(package, done)

    def _end(self, package: Package, state: str, at: datetime) -> None:
        package.state.put(at, state)
        package.ended = at

    def _integrate(self, package: Package, at: datetime) -> None:
        counted = Counter(_reference(offer) for offer in package.offers)
        for offer in package.offers:
            reference = _reference(offer)
            if counted[reference] > 1:
                package.results.append(_result(reference, "Duplicated", (("2503", "Twice."),)))
                continue
            package.results.append(self._integrate_one(package, reference, offer, at))
        package.offers = []
        self._end(package, INTEGRATED, at)
        counts = Counter(r["integrationStatus"] for r in package.results)
        self._enter(package, "package-integrated", dict(counts))

    def _integrate_one(self, package: Package, reference: str, offer: Any, at: datetime) -> Json:
        key: Key = (package.seller, package.channel, reference)
        verdict = self._offers.judge(key, package.kind, offer)
        fault = reference_fault(reference)
        codes = (fault, *verdict.codes) if fault else verdict.codes
        if fault or not verdict.taken:
            return _result(reference, "Rejected", codes)
        applied = self._offers.apply(key, package.kind, offer, at)
        self._ledger.enter(
            at,
            package.seller,
            "offer",
            reference,
            {
                "package": package.id,
                "price": applied.body.get("price", {}).get("price"),
                "quantity": applied.body.get("quantity"),
            },
        )
        return _result(reference, "Integrated", codes)

    def _enter(self, package: Package, kind: str, detail: Json) -> None:
        self._ledger.enter(self._clock.now(), package.seller, kind, package.id, detail)

    def shown_at(self, package: Package, moment: datetime) -> Json:
        """A package as it was at `moment`, as `GET /offer-packages/{packageId}` shows it."""
        state = package.state.at(moment)
        if state is None:
            raise RefusedError(404, f"No package {package.id}.")
        shown: Json = {"packageId": package.id, "type": package.kind, "state": state}
        return {**shown, "salesChannelId": package.channel, "result": package.result}


def _reference(offer: Any) -> str:
    found = offer.get("sellerExternalReference") if isinstance(offer, dict) else None
    return found if isinstance(found, str) else ""


def reference_fault(reference: str) -> tuple[str, str] | None:
    """What is wrong with a seller's reference, None where nothing is."""
    if not reference:
        return "1003", "The seller reference is mandatory."
    if len(reference) > 50:
        return "1203", "The seller reference is too long."
    if "|" in reference or not all("!" <= c <= "~" for c in reference):
        return "1103", "The seller reference has a wrong format."
    return None


def _result(reference: str, status: str, codes: tuple[tuple[str, str], ...]) -> Json:
    return {
        "sellerExternalReference": reference,
        "integrationStatus": status,
        "results": [{"resultCode": code, "message": words} for code, words in codes],
    }
