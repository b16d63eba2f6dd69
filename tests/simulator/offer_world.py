"""A feed that changes and is pushed again and again, with everything that can go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from checking.offer_texts import element, request
from simulator.disk import KilledError
from simulator.life import KILLS, BrokenError, Life, lived
from simulator.market import BREAKS, DrawnFate, Fate
from simulator.offer_market import OFFER_LIES, PUBLIC, OfferMarket, Published

from engine.errors import JournalError
from engine.outbox.gate import push_offers
from engine.outbox.guards import Rails
from engine.outbox.journal import Journal
from engine.outbox.moments import HOUR, MINUTE, SECOND
from engine.outbox.offer_plan import OfferRow, plan_offers, read_offer_plan
from engine.outbox.packages import PackagePush
from engine.outbox.places import Place
from engine.outbox.xml_files import publisher
from engine.transport.outcome import Call

INPUTS = {"rules": "r"}
OPEN = Rails(*[1_000_000] * 9, cheap=0, few=0)  # what goes wrong here is not the feed's fault


class KillingFate(DrawnFate):
    """Sometimes the process dies when it is about to send, or right after."""

    world: OfferWorld

    def paused(self, call: Call) -> None:
        if self.random.random() < 0.02 and self.world.killing:
            if self.random.random() < 0.5:
                self.world.market.apply(call)
            raise KilledError


@dataclass(slots=True)
class OfferWorld(Life):
    """One seller's feed. A price tells the version of the feed."""

    market: OfferMarket = field(init=False)
    version: int = 0
    feed: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    plans: list[Path] = field(default_factory=list)
    killing: bool = True

    def __post_init__(self) -> None:
        Life.__post_init__(self)
        fate = KillingFate(self.random, self.random.choice((0.05, 0.2, 0.6)))
        fate.world, fate.lies = self, OFFER_LIES
        bad = {f"S{n}" for n in range(8) if self.random.random() < 0.1}
        self.market = OfferMarket(self.clock, fate, self.random, bad)
        self.market.files = Published(self.folder)

    @property
    def xml(self) -> bool:
        """Whether this seller's offers go as XML: its packages have no name before they are taken."""
        return self.seed % 3 == 1

    @property
    def place(self) -> OfferMarket:
        return self.market

    def change_feed(self) -> None:
        self.version += 1
        price = Decimal(100) + Decimal(self.version) / 100
        for number in range(8):
            sku, draw = f"S{number}", self.random.random()
            if draw < 0.5:
                self.feed[sku] = (price, self.random.randrange(1, 9))
            elif draw < 0.6:
                self.feed.pop(sku, None)

    def rows(self) -> list[OfferRow]:
        rows = [
            OfferRow(
                n,
                sku,
                request(sku, price, quantity),
                element(sku, price, quantity) if self.xml else None,
            )
            for n, (sku, (price, quantity)) in enumerate(sorted(self.feed.items()))
        ]
        return [*rows, OfferRow(99, "REJECTED", keeps=True), OfferRow(100, "EXCLUDED")]

    def plan(self) -> None:
        """Make a plan; it may be pushed at once, later, or never."""
        path = self.folder / f"plan-{len(self.plans)}.jsonl"
        try:
            with self.journal() as journal, path.open("wb") as file:
                plan_offers(
                    journal, "cdiscount_octopia", self.rows(), inputs=INPUTS, rails=OPEN, to=file
                )
        except JournalError as fault:
            self.say(f"plan: {fault}")
            return
        self.plans.append(path)

    def push(self, path: Path, *, at: int = 0, how: str = "", patience: int = 0) -> str:
        """A process that lifts halts and pushes a plan."""

        def work(journal: Journal) -> str:
            for name in list(journal.halts):
                journal.lift(name, "Ada", "looked")
            plan, offers = read_offer_plan(path)
            push = PackagePush(
                journal, self.market, "cdiscount_octopia", "CDISFR", patience=patience
            )
            push.publish = publisher(Place(self.folder, ".", PUBLIC), "CDISFR")
            done = push_offers(plan, offers, push, inputs=INPUTS, approver="Ada")
            return f"done {done} {[str(note) for note in push.notes.values()]}"

        return self.process(work, at=at, how=how)

    def say(self, what: str) -> None:
        Life.say(self, f"v{self.version} {what}")

    def live(self) -> None:
        for _ in range(self.random.randrange(3, 9)):
            self.turn()
        self.settle_down()
        self.check()

    def turn(self) -> None:
        if self.random.random() < 0.7:
            self.change_feed()
        if self.random.random() < 0.8:
            self.plan()
        if self.plans:
            path = (
                self.plans[-1]
                if self.random.random() < 0.6
                else self.random.choice(self.plans[-3:])
            )
            at, how = 0, ""
            if self.random.random() < 0.3:
                at = self.random.randrange(1, 40)
                how = self.random.choice(KILLS)
            patience = self.random.choice((0, 2 * MINUTE, 30 * MINUTE))
            said = self.push(path, at=at, how=how, patience=patience)
            self.say(f"{path.name} {how}@{at}: {said}")
            if not said.startswith("done"):
                self.may_lose_power()
        self.trouble_clocks(0.05, MINUTE)
        self.pass_time(
            self.random.choice((SECOND, SECOND, SECOND, MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR))
        )

    def settle_down(self) -> None:
        """Nothing goes wrong any more: what is shown must become what the feed says."""
        self.market.fate = Fate()
        self.killing = False
        for _ in range(5):
            self.disk.at = 0
            self.plan()
            said = self.push(self.plans[-1], patience=2 * HOUR)
            self.say(f"quiet: {said}")
            self.pass_time(20 * MINUTE)

    def check(self) -> None:
        for sku, prices in self.market.history.items():
            if prices != sorted(prices):
                raise BrokenError(f"{sku}: an older price after a newer one: {prices}")
        if self.market.most_at_once > 1:
            raise BrokenError("two packages under way at once")
        for row in self.market.uploaded:
            if row["sellerExternalReference"] in {"REJECTED", "EXCLUDED"}:
                raise BrokenError("sent what the rules reject")
        for sku, (price, quantity) in self.feed.items():
            shown = self.market.offers.get(sku)
            if sku in self.market.bad:
                continue
            if shown is None or (shown["integrationPrice"], shown["quantity"]) != (price, quantity):
                raise BrokenError(f"{sku} should be {price} x {quantity} and is {shown}")
        for sku, shown in self.market.offers.items():
            if sku not in self.feed and shown["quantity"] != 0:
                raise BrokenError(f"{sku} vanished from the feed and is still on sale")
        with self.quiet_journal() as journal:
            for sku, known in journal.book.offers("cdiscount_octopia").items():
                shown = self.market.offers[sku]
                if known.value.quantity != shown["quantity"]:
                    raise BrokenError(f"{sku}: the journal says {known.value}, shown is {shown}")


@dataclass(slots=True)
class BreakingWorld(OfferWorld):
    """A seller whose line breaks before a request left or after it had, and again when it is repeated."""

    def __post_init__(self) -> None:
        OfferWorld.__post_init__(self)
        fate = self.market.fate
        assert isinstance(fate, DrawnFate)
        fate.trouble, fate.outcomes = 0.6, BREAKS


def run_breaking_seed(seed: int) -> BreakingWorld:
    """Live one life of offers behind a line that breaks.

    Raises:
        BrokenError: something that must hold does not.
    """
    return lived(BreakingWorld, seed)


def run_offer_seed(seed: int) -> OfferWorld:
    """Live one life of offers.

    Raises:
        BrokenError: something that must hold does not.
    """
    return lived(OfferWorld, seed)
