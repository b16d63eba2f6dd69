"""The book of offers: what the marketplace confirmed, what it refused, and packages under way.

It is what the journal's entries about packages add up to. At most one package of a channel may be
between its commit and its end, so that an old price can never land after a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from engine.outbox.events import Event, StepError
from engine.outbox.moments import Moment


class PackageStep(StrEnum):
    """What can happen to a package."""

    BEGIN = "package begun"
    NAME = "package named"
    COMMIT = "package committed"  # claimed: from here on it may be shown
    UNCOMMIT = "package not committed"  # of its last commit certainly nothing arrived
    INTEGRATE = "package taken"
    WAIT_AGAIN = "package waits again"  # the clocks disagree: its wait starts again
    RESULTS = "package results"
    REJECT = "package rejected"
    ABANDON = "package abandoned"


class PackageState(StrEnum):
    """Where a package is."""

    BEGUN = "begun"
    NAMED = "named"
    COMMITTING = "committing"
    INTEGRATING = "integrating"
    DONE = "done"
    REJECTED = "rejected"
    ABANDONED = "abandoned"


IN_FLIGHT = frozenset({PackageState.COMMITTING, PackageState.INTEGRATING})
_STAGED = frozenset({PackageState.BEGUN, PackageState.NAMED})
_MOVES: Mapping[PackageStep, tuple[frozenset[PackageState], PackageState]] = {
    PackageStep.NAME: (frozenset({PackageState.BEGUN}), PackageState.NAMED),
    PackageStep.COMMIT: (
        frozenset({*_STAGED, PackageState.COMMITTING}),
        PackageState.COMMITTING,
    ),
    PackageStep.UNCOMMIT: (frozenset({PackageState.COMMITTING}), PackageState.NAMED),
    PackageStep.INTEGRATE: (IN_FLIGHT, PackageState.INTEGRATING),
    PackageStep.WAIT_AGAIN: (IN_FLIGHT, PackageState.COMMITTING),
    PackageStep.RESULTS: (IN_FLIGHT, PackageState.DONE),
    PackageStep.REJECT: (IN_FLIGHT, PackageState.REJECTED),
    PackageStep.ABANDON: (frozenset({*_STAGED, *IN_FLIGHT}), PackageState.ABANDONED),
}


class OfferValue(Struct, frozen=True):
    """An offer as it was sent: `price` and `quantity` None where the package did not carry them."""

    sku: str
    hash: str
    price: str | None
    quantity: int | None
    floor: bool = False

    def as_json(self) -> list[Any]:
        """The value as the journal keeps it."""
        return [self.sku, self.hash, self.price, self.quantity, self.floor]


class Known(Struct, frozen=True):
    """What was last confirmed of an offer, and when."""

    value: OfferValue
    wall: int


class Package(Struct, frozen=True):
    """A package: `key` is ours, `remote` what the marketplace calls it, `number` how many offers it had."""

    key: str
    channel: str
    carrier: str  # json or xml
    type: str  # Upsert, Update
    plan: str
    part: int  # of the plan
    state: PackageState = PackageState.BEGUN
    remote: str | None = None
    offers: tuple[OfferValue, ...] = ()
    commits: int = 0
    first: Moment | None = None  # of the first commit
    since: Moment | None = None  # of the last commit
    number: int = 0
    why: str = ""  # it was rejected as a whole


class Book(Struct):
    """The offers of one seller by channel, and the packages."""

    packages: dict[str, Package] = field(default_factory=dict)
    confirmed: dict[str, dict[str, Known]] = field(default_factory=dict)
    refused: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)  # hash, why

    def offers(self, channel: str) -> Mapping[str, Known]:
        """What is confirmed on a channel, by reference."""
        return self.confirmed.get(channel, {})

    def failed(self, channel: str) -> Mapping[str, tuple[str, str]]:
        """What was refused on a channel, by reference: the hash that was, and why."""
        return self.refused.get(channel, {})

    def open_packages(self, channel: str | None = None) -> list[Package]:
        """The packages that are not at their end, in the order of their beginning."""
        ended = {PackageState.DONE, PackageState.REJECTED, PackageState.ABANDONED}
        return [
            p
            for p in self.packages.values()
            if p.state not in ended and channel in {None, p.channel}
        ]

    def in_flight(self, channel: str) -> Package | None:
        """The package of a channel that may be shown at any moment."""
        return next((p for p in self.open_packages(channel) if p.state in IN_FLIGHT), None)

    def after(self, event: Event, at: Moment) -> Package:
        """The package as it is after `event`.

        Raises:
            StepError: it cannot happen to it.
        """
        what, data = PackageStep(event.step), event.data
        key = data["package"]
        package = self.packages.get(key)
        if what is PackageStep.BEGIN:
            if package is not None:
                raise StepError(f"package {key} was begun already")
            begun = {n: data[n] for n in ("channel", "carrier", "type", "plan", "part")}
            return Package(key, **begun, number=data.get("number", 0))
        if package is None:
            raise StepError(f"package {key} was never begun")
        sources, target = _MOVES[what]
        if package.state not in sources:
            raise StepError(f"package {key} is {package.state}: {what} is not possible")
        moved = replace(package, state=target)
        if what is PackageStep.NAME:
            return replace(moved, remote=data["remote"])
        if what is PackageStep.COMMIT:
            return self._committed(moved, data, at)
        if what is PackageStep.REJECT:
            return replace(moved, why=data.get("why", ""))
        if what is PackageStep.WAIT_AGAIN:
            return replace(moved, state=package.state, since=at)
        if what is PackageStep.INTEGRATE:
            return replace(moved, remote=data.get("remote") or package.remote)
        if what is PackageStep.UNCOMMIT:
            earlier = package.commits - 1
            # An earlier commit may have arrived all the same: then the package stays in flight.
            return replace(package if earlier else moved, commits=earlier)
        return moved

    def _committed(self, package: Package, data: Mapping[str, Any], at: Moment) -> Package:
        other = self.in_flight(package.channel)
        if other is not None and other.key != package.key:
            raise StepError(f"package {other.key} is under way: no other may be committed")
        offers = tuple(OfferValue(*o) for o in data["offers"]) or package.offers
        first = package.first or at
        return replace(package, offers=offers, commits=package.commits + 1, first=first, since=at)

    def note(self, event: Event, at: Moment) -> None:
        """Keep what happened."""
        package = self.after(event, at)
        if event.step == PackageStep.RESULTS:
            self._results(package, event.data["refused"], at)
        ended = package.state not in {*_STAGED, *IN_FLIGHT}
        # Only the name of an ended package is kept: its offers stand in the book.
        self.packages[package.key] = replace(package, offers=()) if ended else package

    def _results(self, package: Package, refused: Mapping[str, str], at: Moment) -> None:
        confirmed = self.confirmed.setdefault(package.channel, {})
        failed = self.refused.setdefault(package.channel, {})
        for value in package.offers:
            if value.sku in refused:
                failed[value.sku] = (value.hash, refused[value.sku])
                continue
            failed.pop(value.sku, None)
            before = confirmed.get(value.sku)
            if value.price is None and before is not None:
                value = replace(value, price=before.value.price, floor=before.value.floor)  # noqa: PLW2901 - the same, filled in
            confirmed[value.sku] = Known(value, at.wall)
