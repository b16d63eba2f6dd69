"""A feed that changes and is pushed again and again, with everything that can go wrong."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

from simulator.clock import ManualClock
from simulator.disk import Disk, KilledError
from simulator.market import SELLER, DrawnFate, Fate
from simulator.offer_market import OfferMarket
from simulator.world import BrokenError

from engine.errors import HaltedError, JournalError
from engine.outbox.gate import push_offers
from engine.outbox.guards import Rails
from engine.outbox.moments import HOUR, MINUTE, SECOND
from engine.outbox.offer_plan import OfferRow, plan_offers, read_offer_plan
from engine.outbox.opening import open_journal
from engine.outbox.packages import PackagePush
from engine.transport.outcome import Call

INPUTS = {"rules": "r"}
OPEN = Rails(*[1_000_000] * 9, cheap=0, few=0)  # what goes wrong here is not the feed's fault


class KillingFate(DrawnFate):
    """Sometimes the process dies when it is about to send, or right after."""

    world: OfferWorld

    def paused(self, call: Call) -> None:
        if self.random.random() < 0.02 and self.world.killing:
            if self.random.random() < 0.5:
                self.world.market._apply(call)
            raise KilledError


@dataclass(slots=True)
class OfferWorld:
    """One seller's feed: `seed` decides everything. A price tells the version of the feed."""

    seed: int
    folder: Path
    random: Random = field(init=False)
    clock: ManualClock = field(default_factory=ManualClock)
    market: OfferMarket = field(init=False)
    disk: Disk = field(default_factory=Disk)
    version: int = 0
    feed: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    plans: list[Path] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    killing: bool = True

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - a game, not a secret
        fate = KillingFate(self.random, self.random.choice((0.05, 0.2, 0.6)))
        fate.world = self
        bad = {f"S{n}" for n in range(8) if self.random.random() < 0.1}
        self.market = OfferMarket(self.clock, fate, self.random, bad)

    @property
    def path(self) -> Path:
        return self.folder / f"{SELLER}.sqlite"

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
                f'{{"sellerExternalReference":"{sku}","price":{{"price":{price}}},"quantity":{quantity}}}',
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

    def journal(self):  # type: ignore[no-untyped-def] - as open_journal says
        return open_journal(
            self.path, self.clock, seller=SELLER, opener=self.disk.connect, synced=self.disk.synced
        )

    def push(self, path: Path, *, at: int = 0, how: str = "", patience: int = 0) -> str:
        journal = None
        self.disk.at, self.disk.how, self.disk.writes = at, how, 0
        try:
            journal = self.journal()
            self.disk.keep(self.path)
            for name in list(journal.halts):
                journal.lift(name, "Ada", "looked")
            plan, offers = read_offer_plan(path)
            push = PackagePush(
                journal, self.market, "cdiscount_octopia", "CDISFR", patience=patience
            )
            done = push_offers(plan, offers, push, inputs=INPUTS, approver="Ada")
        except KilledError:
            return "killed"
        except JournalError as fault:
            return f"journal: {fault}"
        except HaltedError as fault:
            return f"halted: {fault}"
        else:
            return f"done {done} {push.notes}"
        finally:
            if journal is not None:
                journal.close()

    def pass_time(self, milliseconds: int) -> None:
        self.clock.sleep(milliseconds)
        self.market.arrive()

    def say(self, what: str) -> None:
        self.log.append(f"{self.clock.true // 1000}: v{self.version} {what}")

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
                how = self.random.choice(
                    ("killed before", "killed after", "full", "broken", "stuck")
                )
            patience = self.random.choice((0, 2 * MINUTE, 30 * MINUTE))
            said = self.push(path, at=at, how=how, patience=patience)
            self.say(f"{path.name} {how}@{at}: {said}")
            if not said.startswith("done") and self.random.random() < 0.4:
                self.say("power lost")
                self.disk.lose_power(self.path)
        what = self.random.random()
        if what < 0.05:
            self.clock.jump(self.random.choice((-3600, -400, 400, 3600)) * SECOND)
        elif what < 0.1:
            self.clock.reboot(MINUTE)
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
        with open_journal(self.path, self.clock, seller=SELLER) as journal:
            for sku, known in journal.book.offers("cdiscount_octopia").items():
                shown = self.market.offers[sku]
                if known.value.quantity != shown["quantity"]:
                    raise BrokenError(f"{sku}: the journal says {known.value}, shown is {shown}")


def run_offer_seed(seed: int) -> OfferWorld:
    """Live one life.

    Raises:
        BrokenError: something that must hold does not.
    """
    shm = Path("/dev/shm")  # noqa: S108 - syncs are simulated: no disk has to wait for them
    folder = Path(tempfile.mkdtemp(prefix="life-", dir=shm if shm.is_dir() else None))
    world = OfferWorld(seed, folder)
    try:
        world.live()
    except BrokenError as fault:
        story = "\n".join(world.log[-40:])
        raise BrokenError(f"offers, seed {seed}: {fault}\n{story}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return world
