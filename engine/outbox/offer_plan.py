"""Plans of offers: a feed's offers against what the marketplace confirmed, one line an offer.

The file's first line is the plan itself, canonical JSON with its hash; it holds the hash of all the
lines after it, each an offer that would be sent. So a plan of any size is written and checked in a
stream.
"""

from __future__ import annotations

import hashlib
import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from engine.errors import HaltedError, ProjectError
from engine.outbox.book import Known
from engine.outbox.canonical import canonical
from engine.outbox.guards import Beside, Rails, Watch, new_rules, repeated_feed, stale_feed
from engine.outbox.journal import Journal
from engine.outbox.moments import HOUR
from engine.outbox.offers import (
    FULL,
    LINES,
    UPDATE,
    UPSERT,
    OfferLine,
    StoredOffers,
    hash_of_offer,
    misfit_of,
)
from engine.outbox.plan import FEED, LIFETIMES, OFFERS, Plan, read_plan, subject_of
from engine.outbox.results import NOT_SHOWN

ASSERT_AGAIN = 24 * HOUR
MOST_NAMED = 100  # how many of those that were refused before, or do not fit, a plan names


class OfferRow(Struct, frozen=True):
    """A row of a feed with its outcome: `payload` None where it makes no offer.

    `keeps` is yes for a rejected row: what is on sale is left as it is, and reported; `own` the offer's
    other prices.
    """

    row: int
    sku: str | None
    payload: str | None = None
    xml: str | None = None
    floor: bool = False
    keeps: bool = False
    own: Beside | None = None


class _Price(msgspec.Struct):
    price: Decimal | None = None


class _Payload(msgspec.Struct):
    price: _Price | None = None
    quantity: int | None = None


SENT = frozenset({"new", "changed", "asserted"})
_PAYLOADS = msgspec.json.Decoder(_Payload)
_ROWS = msgspec.json.Encoder(order="deterministic")


@dataclass(slots=True)
class OfferPlanner:
    """Takes rows one by one, writes the lines of what would be sent, and counts."""

    journal: Journal
    channel: str
    rails: Rails
    to: IO[bytes]
    canary: int | None = None  # how many new and changed offers are taken; the others wait
    counts: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    kept: set[str] = field(default_factory=set)
    failing: list[dict[str, Any]] = field(default_factory=list)
    misfits: list[dict[str, Any]] = field(default_factory=list)
    all_misfits: int = 0
    hash: Any = field(default_factory=hashlib.sha256)
    watch: Watch = field(init=False)
    known: Mapping[str, Known] = field(init=False)
    failed: Mapping[str, tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.known = self.journal.book.offers(self.channel)
        self.failed = self.journal.book.failed(self.channel)
        self.watch = Watch(self.rails, self.known)

    def take(self, row: OfferRow) -> None:
        """A row of the feed."""
        self.rows += 1
        if row.payload is None or row.sku is None:
            self.counts["rejected" if row.keeps else "excluded"] += 1
            if row.keeps and row.sku is not None:
                self.kept.add(row.sku)
            return
        self.kept.add(row.sku)
        offer = self._offer(row)
        change = self._change(offer)
        if change in SENT and self._misfits(offer):
            self.counts["rejected"] += 1
            return
        self.watch.see(row.sku, offer.price, offer.quantity, floor=row.floor, own=row.own)
        if change in {"new", "changed"} and self._waits():
            change = "waiting"
        self.counts[change] += 1
        if change in SENT:
            self._write(self._beside(msgspec.structs.replace(offer, change=change)))
        elif change == "failing" and len(self.failing) < MOST_NAMED:
            self.failing.append({"row": row.row, "sku": row.sku, "why": self.failed[row.sku][1]})

    def _offer(self, row: OfferRow) -> OfferLine:
        payload, carrier, type_ = row.payload or "", "json", UPSERT
        if row.xml is not None:
            carrier, type_ = "xml", FULL
        price = quantity = None
        # What cannot be read as an offer does not fit its schema either, and is told so.
        with suppress(msgspec.DecodeError):
            read = _PAYLOADS.decode(payload)
            quantity = read.quantity
            if read.price is not None and read.price.price is not None:
                price = str(read.price.price)
        sku = row.sku or ""
        return OfferLine(
            sku, "", carrier, type_, payload, price, quantity, row.floor, row.row, row.xml
        )

    def _misfits(self, offer: OfferLine) -> bool:
        """Whether what would be sent breaks its schema: then it is told, and the others go on."""
        named = len(self.misfits) < MOST_NAMED
        fault = misfit_of(offer, where=named)
        if fault is None:
            return False
        self.all_misfits += 1
        if named:
            place = fault.path.removeprefix("$").lstrip(".") or "the whole offer"
            told = {"row": offer.row, "sku": offer.sku, "attribute": place, "why": fault.message}
            self.misfits.append(told)
        return True

    def _beside(self, offer: OfferLine) -> OfferLine:
        """The offer with what was confirmed of it last."""
        known = self.known.get(offer.sku)
        if known is None:
            return offer
        was = known.value
        return msgspec.structs.replace(offer, was_price=was.price, was_quantity=was.quantity)

    def _change(self, offer: OfferLine) -> str:
        own = hash_of_offer(offer)
        failed = self.failed.get(offer.sku)
        if failed is not None and failed[0] == own and failed[1] != NOT_SHOWN:
            return "failing"  # refused before, and nothing of it changed
        known = self.known.get(offer.sku)
        if known is None:
            return "new"
        if known.value.hash != own:
            return "changed"
        return "asserted" if offer.quantity == 0 and self._old(known) else "unchanged"

    def _waits(self) -> bool:
        taken = self.counts["new"] + self.counts["changed"]
        return self.canary is not None and taken >= self.canary

    def _old(self, known: Known) -> bool:
        return self.journal.clock.now().wall - known.wall > ASSERT_AGAIN

    def _write(self, offer: OfferLine) -> None:
        line = _ROWS.encode(offer) + b"\n"
        self.hash.update(line)
        self.to.write(line)

    def finish(
        self,
        inputs: Mapping[str, str],
        age: int = 0,
        rules: str = "",
        reasons: Sequence[Mapping[str, Any]] = (),
    ) -> Plan:
        """Withdraw what vanished, judge, and seal the plan."""
        for sku, known in sorted(self.known.items()):
            if sku in self.kept:
                continue
            gone = known.value.quantity == 0
            if gone and not self._old(known):
                continue
            payload = canonical({"sellerExternalReference": sku, "quantity": 0}).decode()
            change = "asserted" if gone else "withdrawn"
            floor = known.value.floor
            gone_now = OfferLine(sku, change, "json", UPDATE, payload, None, 0, floor)
            if not self._misfits(gone_now):
                self.counts[change] += 1
                self._write(self._beside(gone_now))
        guards = self.watch.findings(
            rows=self.rows, rejected=self.counts["rejected"], withdrawn=self.counts["withdrawn"]
        )
        subject = subject_of(OFFERS, self.channel)
        before = self.journal.rules.get(subject)
        unproved = before is not None and before != rules
        moved = self.counts["changed"] + self.counts["new"]
        changed = moved if unproved else 0
        now = self.journal.clock.now().wall
        feed, since = self.journal.feeds.get(subject, ("", now))
        repeated = now - since if feed and feed == inputs.get(FEED) else None
        guards = (
            *stale_feed(self.rails, age),
            *repeated_feed(self.rails, repeated, moved),
            *new_rules(self.rails, changed),
            *guards,
        )
        content = {
            "rows": self.rows,
            "counts": dict(sorted(self.counts.items())),
            "lines": self.hash.hexdigest(),
            "rules": rules,
            "reasons": [dict(reason) for reason in reasons],
            "failing": self.failing,
            "misfits": self.misfits,
            "all_misfits": self.all_misfits,
        }
        return Plan(
            kind=OFFERS,
            seller=self.journal.seller,
            channel=self.channel,
            lineage=self.journal.lineage,
            serial=self.journal.serial(subject),
            made=now,
            expires=now + LIFETIMES[OFFERS],
            inputs=inputs,
            content=content,
            guards=guards,
        ).sealed()


def plan_offers(
    journal: Journal,
    channel: str,
    rows: Iterable[OfferRow],
    *,
    inputs: Mapping[str, str],
    rails: Rails,
    to: IO[bytes],
    age: int = 0,
    rules: str = "",
    canary: int | None = None,
    reasons: Callable[[], Sequence[Mapping[str, Any]]] = tuple,
) -> Plan:
    """Plan a whole feed and write the plan's file to `to`.

    `reasons` gives, once all rows were taken, why some make no offer: the plan keeps it for who reads
    it. `age` is how long ago the feed was written, in milliseconds; `rules` the hash of what decides,
    and `canary` how many new and changed offers are taken, all if not said.
    """
    with tempfile.TemporaryFile() as lines:
        planner = OfferPlanner(journal, channel, rails, lines, canary)
        for row in rows:
            planner.take(row)
        plan = planner.finish(inputs, age, rules, reasons())
        to.write(plan.text())
        lines.seek(0)
        while piece := lines.read(1 << 20):
            to.write(piece)
    return plan


def read_offer_plan(path: Path) -> tuple[Plan, list[OfferLine]]:
    """The plan in a file, and its offers.

    Raises:
        ProjectError, HaltedError: see `walk_offer_plan`.
    """
    offers: list[OfferLine] = []
    return walk_offer_plan(path, offers.append), offers


def read_offer_head(path: Path) -> Plan:
    """The plan in a file, without its offers: who it is for, before anything is sent.

    Raises:
        ProjectError: it is no plan of offers.
        HaltedError: its head is not as it was written.
    """
    with path.open("rb") as file:
        return _head(file, path)


def _head(file: IO[bytes], path: Path) -> Plan:
    plan = read_plan(file.readline(), str(path))
    if plan.kind != OFFERS:
        raise ProjectError(f"{path}: a plan about {plan.kind}; `orders push` takes those")
    return plan


@contextmanager
def stored_offer_plan(path: Path) -> Iterator[tuple[Plan, StoredOffers]]:
    """The plan in a file, and its offers, of which only the places are held.

    They are read from a copy that has no name: what was held against the plan's hash is what is
    sent, whatever becomes of the file meanwhile.

    Raises:
        ProjectError, HaltedError: see `walk_offer_plan`.
    """
    with tempfile.TemporaryFile() as copy:
        places = array("Q")

        def keep(_: OfferLine, line: bytes) -> None:
            places.append(copy.tell())
            copy.write(line)

        plan = _walk(path, keep)
        yield plan, StoredOffers(copy, places)


def walk_offer_plan(path: Path, take: Callable[[OfferLine], object]) -> Plan:
    """The plan in a file; `take` is given its offers one by one, before the end tells that all is well.

    Raises:
        ProjectError: it is no plan of offers.
        HaltedError: it is not as it was written.
    """
    return _walk(path, lambda offer, _: take(offer))


def _walk(path: Path, take: Callable[[OfferLine, bytes], object]) -> Plan:
    found = hashlib.sha256()
    with path.open("rb") as file:
        plan = _head(file, path)
        for number, line in enumerate(file, 2):
            found.update(line)
            try:
                offer = LINES.decode(line)
            except (msgspec.DecodeError, ValueError):
                raise HaltedError(f"{path}:{number}: altered since it was made") from None
            take(offer, line)
    if found.hexdigest() != plan.content["lines"]:
        raise HaltedError(f"{path}: altered since it was made; make another plan")
    return plan
