"""Running the schedule: one job after the other, each fault told, none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import EngineError, HaltedError
from engine.outbox.account import remote_channel
from engine.outbox.drift import find_drift
from engine.outbox.moments import MINUTE, Clock
from engine.outbox.opening import seller_journal
from engine.outbox.plan import OFFERS, subject_of
from engine.outbox.schedule import Schedule
from engine.outbox.settings import Seller, Sending
from engine.outbox.signs import Numbers
from engine.project import Project
from engine.sending.offers import plan, push, sync_offers
from engine.sending.orders import sync_orders
from engine.transport.outcome import Sender

Connect = Callable[[Seller, str], Sender]
Log = Callable[..., Any]


@dataclass(slots=True)
class Runner:
    """Runs what is due, for every seller of a project."""

    project: Project
    sending: Sending
    schedule: Schedule
    clock: Clock
    connect: Connect
    log: Any
    feed: str | None = None
    numbers: Numbers | None = None
    jobs: Mapping[str, Callable[[Seller], bool]] = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = {"orders": self.orders, "offers": self.offers, "drift": self.drift}

    def once(self) -> bool:
        """Run what is due now; whether all of it went well."""
        now = self.clock.now().wall
        due = self.schedule.due(now)
        well = True
        for job in due:
            done = [self._guarded(job.name, s) for s in self.sending.sellers.values()]
            fine = all(done)
            # What became due meanwhile counts from here on: missed times are not made up.
            self.schedule.ran(job.name, self.clock.now().wall, well=fine)
            if self.numbers is not None:
                self.numbers.ran(job.name, well=fine)
            well = well and fine
        self.schedule.save(self.clock.now().wall)
        return well

    def forever(self) -> None:
        """Run until the process is ended."""
        while True:
            self.once()
            self.clock.sleep(max(self.schedule.nap(self.clock.now().wall), 1000))

    def _guarded(self, name: str, seller: Seller) -> bool:
        """Run a job for a seller: what goes wrong is told, and stops nobody else's."""
        started = self.clock.now()
        try:
            well = self.jobs[name](seller)
        except HaltedError as fault:
            self.log.error("halted", job=name, seller=seller.id, why=str(fault))  # noqa: TRY400 - its words are for a person
            return False
        except EngineError as fault:
            self.log.error("failed", job=name, seller=seller.id, why=str(fault))  # noqa: TRY400 - its words are for a person
            return False
        took = self.clock.now().steady - started.steady
        self.log.info("ran", job=name, seller=seller.id, well=well, milliseconds=took)
        self._see(seller)
        return well

    def _see(self, seller: Seller) -> None:
        if self.numbers is not None:
            with seller_journal(self.sending, seller.id, self.clock) as journal:
                self.numbers.see(journal)

    # The jobs

    def orders(self, seller: Seller) -> bool:
        """Take on the messages about orders that are open; what is held is an alarm."""
        outcome = sync_orders(self.project, self._sender(seller), self.clock)
        for record in outcome.open:
            tell = self.log.warning if record.state == "held" else self.log.info
            tell(
                "open",
                message=record.id[:12],
                kind=record.kind,
                order=record.subject,
                why=record.why,
            )
        return not outcome.halts

    def offers(self, seller: Seller) -> bool:
        """Look after packages, then plan the feed and push the plan."""
        if sync_offers(self.project, self._sender(seller), self.clock):
            self.log.info("packages are under way", seller=seller.id)
            return True
        with seller_journal(self.sending, seller.id, self.clock) as journal:
            begun = all(journal.serial(subject_of(OFFERS, c)) for c in seller.channels)
        if self.feed is None or not begun:
            why = "no feed is set" if self.feed is None else "a person pushes the first plan"
            self.log.info("nothing is planned", seller=seller.id, why=why)
            return True
        done = [self._push(seller, channel, self.feed) for channel in seller.channels]
        return all(done)

    def _push(self, seller: Seller, channel: str, feed: str) -> bool:
        now = self._now()
        path = self._plan_path(seller, channel)
        with path.open("wb") as file:
            made = plan(
                self.project,
                feed,
                file,
                seller=seller.id,
                channel=channel,
                at=now,
                clock=self.clock,
            )
        pushed = push(
            self.project,
            path,
            self.connect(seller, channel),
            remote_channel=remote_channel(channel),
            approver="schedule",
            at=now,
            clock=self.clock,
            patience=20 * MINUTE,
        )
        self.log.info("pushed", plan=made.hash[:12], done=pushed.done, **made.content["counts"])
        return True

    def _plan_path(self, seller: Seller, channel: str) -> Path:
        self.sending.plans.mkdir(parents=True, exist_ok=True)
        return self.sending.plans / f"scheduled-{seller.id}-{channel}.jsonl"

    def drift(self, seller: Seller) -> bool:
        """Compare what is shown with what was confirmed; nothing is corrected."""
        well = True
        for channel in seller.channels:
            with seller_journal(self.sending, seller.id, self.clock) as journal:
                sender = self.connect(seller, channel)
                found = find_drift(journal, sender, channel, remote_channel(channel))
            if isinstance(found, str):
                self.log.warning("offers were not read whole", seller=seller.id, why=found)
                well = False
                continue
            for one in found[:20]:
                self.log.warning(
                    "drift", sku=one.sku, what=one.what, was=one.confirmed, shown=one.shown
                )
            if self.numbers is not None:
                self.numbers.drifted(seller.id, channel, len(found))
        return well

    def _sender(self, seller: Seller) -> Sender:
        return self.connect(seller, seller.channels[0] if seller.channels else "cdiscount_octopia")

    def _now(self) -> datetime:
        return self.clock.now().instant
