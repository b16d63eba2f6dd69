"""Guard rails: what a plan of offers may look like before a person has to look at it.

They see the whole plan and what the marketplace confirmed before, and only count and compare; none
changes an offer. What halts is written into the plan and, when a push is tried, into the journal,
where it stands until a person lifts it by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from engine.outbox.book import Known
from engine.outbox.journal import Journal
from engine.outbox.message import MOVES_MONEY, Kind
from engine.outbox.moments import HOUR
from engine.outbox.plan import REFUNDS, REFUSALS, GuardFinding
from engine.values.placed import wrong

SLIPS = (Decimal(10), Decimal(100), Decimal(1000))
SLIP_NEAR = Decimal("0.2")  # how near to a factor counts as it: prices move while they slip
CAPPED: Mapping[str, str] = {**dict.fromkeys(MOVES_MONEY, REFUNDS), Kind.REFUSE: REFUSALS}
UNLIKELY = 10  # how many times another price of the same offer
EXAMPLES = 3


class Rails(Struct, frozen=True):
    """The limits, each a whole number; percents of the offers that are compared.

    Attributes:
        price_change: how much one price may move, in percent.
        price_changes: how many offers may move further than that, of a thousand.
        slips: how many prices may be 10, 100 or 1,000 times what they were, or a part of it.
        batch_move: how far the median price may move, in percent.
        shrunken: how much smaller a feed may be than the offers that are on sale, in percent.
        to_zero: how many offers may lose their stock at once, in percent.
        withdrawn: how many offers may be withdrawn at once, in percent.
        rejected: how many rows may be rejected, in percent.
        floors_lost: how many offers may lose their floor price, in percent.
        cheap: a price below this many cents is an error.
        dear: a price above this many euros, or what the channel's currency is, is an error.
        unlikely: how many offers that are new may cost a tenth of their own struck price or less, or
            ten times their own floor price or more.
        refused: how many offers of a package the marketplace may refuse, in percent.
        few: below so many offers, percents say nothing: each counts alone.
        stale_hours: how old a feed's file may be.
        repeated_hours: how long the very same feed may be pushed, where offers change all the same.
        refunds: how many messages that move money may be new within a day.
        refusals: how many orders may be refused within a day.
        canary: how many offers may change at once by rules that were never pushed.
    """

    price_change: int = 40
    price_changes: int = 20
    slips: int = 0
    batch_move: int = 4
    shrunken: int = 20
    to_zero: int = 25
    withdrawn: int = 10
    rejected: int = 20
    floors_lost: int = 10
    cheap: int = 50
    dear: int = 10_000
    unlikely: int = 0
    refused: int = 20
    few: int = 10
    stale_hours: int = 48
    repeated_hours: int = 72
    refunds: int = 20
    refusals: int = 20
    canary: int = 50


def rails_of(read: Mapping[str, Any]) -> Rails:
    """The limits from the settings under `sending.guards`.

    Raises:
        ProjectError: there is no such limit, or it is no whole number.
    """
    known = set(Rails.__struct_fields__)
    for name, value in read.items():
        if name not in known:
            listed = ", ".join(sorted(known))
            raise wrong(read, name, f"no guard rail is called `{name}`; known: {listed}")
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,7}", value):
            raise wrong(read, name, f"sending.guards.{name} must be a whole number")
    return Rails(**{name: int(value) for name, value in read.items()})


class Beside(Struct, frozen=True):
    """The other prices of an offer, None where it has none."""

    struck: Decimal | None = None
    floor: Decimal | None = None


class Watch(Struct):
    """Sees every offer of a plan beside what was confirmed of it, and then judges."""

    rails: Rails
    known: Mapping[str, Known]
    seen: int = 0
    compared: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    ratios: Counter[int] = field(default_factory=Counter)  # of the new price, in thousandths
    floors: int = 0

    def see(
        self,
        sku: str,
        price: str | None,
        quantity: int | None,
        *,
        floor: bool,
        own: Beside | None = None,
    ) -> None:
        """An offer as it would be, whether or not it changed; `own`: its other prices."""
        self.seen += 1
        if price is not None and Decimal(price) * 100 < self.rails.cheap:
            self._count("cheap", f"{sku}: {price}")
        if price is not None and Decimal(price) > self.rails.dear:
            self._count("dear", f"{sku}: {price}")
        known = self.known.get(sku)
        before = None if known is None else known.value.price
        if before is None and price is not None and own is not None:
            # Nothing was confirmed that its price could be held against, but what it says itself.
            self._beside(sku, Decimal(price), own)
        if known is None:
            return
        self.compared += 1
        was = known.value
        if was.floor:
            self.floors += 1
            if not floor:
                self._count("floors-lost", sku)
        if was.quantity and quantity == 0:
            self._count("to-zero", sku)
        if price is not None and before is not None and Decimal(before) > 0:
            self._price(sku, Decimal(before), Decimal(price))

    def _beside(self, sku: str, price: Decimal, own: Beside) -> None:
        if own.struck is not None and price * UNLIKELY <= own.struck:
            self._count("unlikely", f"{sku}: {price}, struck {own.struck}")
        elif own.floor is not None and own.floor > 0 and price >= own.floor * UNLIKELY:
            self._count("unlikely", f"{sku}: {price}, floor {own.floor}")

    def _price(self, sku: str, before: Decimal, after: Decimal) -> None:
        ratio = after / before
        self.ratios[int((ratio * 1000).to_integral_value())] += 1
        told = f"{sku}: {before} to {after}"
        if any(_near(ratio, factor) or _near(1 / ratio, factor) for factor in SLIPS if after > 0):
            self._count("slips", told)
        if abs(ratio - 1) * 100 > self.rails.price_change:
            self._count("price-changes", told)

    def _count(self, name: str, example: str) -> None:
        self.counts[name] += 1
        shown = self.examples.setdefault(name, [])
        if len(shown) < EXAMPLES:
            shown.append(example)

    def findings(self, *, rows: int, rejected: int, withdrawn: int) -> tuple[GuardFinding, ...]:
        """What the guard rails say, the halting ones first."""
        on_sale = sum(1 for k in self.known.values() if k.value.quantity)
        found = [
            *self._absolute(),
            *self._shares(on_sale, withdrawn),
            *self._whole_feed(rows, rejected, on_sale),
        ]
        return tuple(sorted(found, key=lambda f: (not f.halts, f.name)))

    def _absolute(self) -> Iterator[GuardFinding]:
        rails = self.rails
        yield from self._limit("slips", rails.slips, "prices moved by a factor of 10, 100 or 1,000")
        allowed = max(self.compared * rails.price_changes // 1000, 1 if self.compared else 0)
        words = f"prices moved by more than {rails.price_change} %"
        yield from self._limit("price-changes", allowed, words)
        yield from self._limit("cheap", 0, f"prices below {rails.cheap} cents")
        yield from self._limit("dear", 0, f"prices above {rails.dear}")
        words = "new offers cost a tenth of their struck price or ten times their floor price"
        yield from self._limit("unlikely", rails.unlikely, words)

    def _limit(self, name: str, allowed: int, words: str) -> Iterator[GuardFinding]:
        number = self.counts[name]
        if number:
            shown = "; ".join(self.examples[name])
            says = f"{number} {words}, {allowed} may: {shown}"
            yield GuardFinding(name, says, halts=number > allowed)

    def _shares(self, on_sale: int, withdrawn: int) -> Iterator[GuardFinding]:
        rails = self.rails
        shares = (
            ("to-zero", self.counts["to-zero"], on_sale, rails.to_zero, "offers lose their stock"),
            ("withdrawn", withdrawn, on_sale, rails.withdrawn, "offers are withdrawn"),
            (
                "floors-lost",
                self.counts["floors-lost"],
                self.floors,
                rails.floors_lost,
                "offers lose their floor price",
            ),
        )
        for name, number, whole, limit, words in shares:
            if number:
                says = f"{number} of {whole} {words}, {limit} % may"
                yield GuardFinding(name, says, halts=self._too_many(number, whole, limit))

    def _whole_feed(self, rows: int, rejected: int, on_sale: int) -> Iterator[GuardFinding]:
        rails = self.rails
        if self._too_many(rejected, rows, rails.rejected):
            says = f"{rejected} of {rows} rows are rejected, {rails.rejected} % may"
            yield GuardFinding("rejected", says, halts=True)
        gone = on_sale - self.seen
        if on_sale and self._too_many(gone, on_sale, rails.shrunken):
            says = f"the feed gives {self.seen} offers where {on_sale} are on sale"
            yield GuardFinding("shrunken", says, halts=True)
        median = _median(self.ratios)
        if median is not None and abs(median - 1000) > rails.batch_move * 10:
            says = f"half of the prices moved by {(median - 1000) // 10:+d} % or further"
            yield GuardFinding("batch-move", says, halts=sum(self.ratios.values()) >= rails.few)

    def _too_many(self, number: int, whole: int, percent: int) -> bool:
        """Whether a share is too large; of few offers, all of them have to be."""
        if whole < self.rails.few:
            return 0 < whole <= number
        return number * 100 > whole * percent


def stale_feed(rails: Rails, age: int) -> tuple[GuardFinding, ...]:
    """What is said of a feed whose file was last written `age` milliseconds ago."""
    hours = age // HOUR
    if hours < rails.stale_hours:
        return ()
    says = f"the feed was written {hours} hours ago, {rails.stale_hours} may have passed"
    return (GuardFinding("stale-feed", says, halts=True),)


def repeated_feed(rails: Rails, age: int | None, changed: int) -> tuple[GuardFinding, ...]:
    """What is said of a feed that was pushed, byte for byte, since `age` milliseconds; None: never.

    An export that broke goes on writing what it wrote before. Where nothing changes, nothing is
    lost; where offers change, rules that wait for a date work on what may be old.
    """
    hours = -1 if age is None else age // HOUR
    if hours < rails.repeated_hours:
        return ()
    says = (
        f"the feed is byte for byte the one that was pushed {hours} hours ago, "
        f"{rails.repeated_hours} may have passed"
    )
    return (GuardFinding("repeated-feed", says, halts=changed > 0),)


def new_rules(rails: Rails, changed: int) -> tuple[GuardFinding, ...]:
    """What is said where rules that were never pushed change so many offers."""
    if changed <= rails.canary:
        return ()
    says = (
        f"the rules changed since the last push, and {changed} offers with them; push a few first: "
        f"`feedwright plan --canary {rails.canary}`"
    )
    return (GuardFinding("new-rules", says, halts=True),)


def order_findings(rails: Rails, journal: Journal, new: Iterable[str]) -> tuple[GuardFinding, ...]:
    """What is said of new messages about orders, with those of the last day.

    Args:
        rails: the limits.
        journal: the seller's.
        new: the kind of each message that a plan would send.
    """
    since = journal.clock.now().wall - 24 * HOUR
    recent = [r for r in journal.records() if r.approved.wall >= since]
    counted = Counter(CAPPED.get(r.kind, "") for r in recent)
    counted += Counter(CAPPED.get(kind, "") for kind in new)
    limits = (
        (REFUNDS, rails.refunds, "move money"),
        (REFUSALS, rails.refusals, "refuse orders"),
    )
    return tuple(
        GuardFinding(
            name, f"{counted[name]} messages {words} within a day, {limit} may", halts=True
        )
        for name, limit, words in limits
        if counted[name] > limit
    )


def _near(ratio: Decimal, factor: Decimal) -> bool:
    return abs(ratio / factor - 1) <= SLIP_NEAR


def _median(counted: Counter[int]) -> int | None:
    half, passed = sum(counted.values()), 0
    for value in sorted(counted):
        passed += counted[value]
        if passed * 2 >= half and half:
            return value
    return None
