"""Running the schedule: one job after the other, each fault told, none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import EngineError, HaltedError
from engine.outbox.account import first_channel, remote_channel
from engine.outbox.drift import find_drift
from engine.outbox.local_disk import private_file
from engine.outbox.moments import MINUTE, Clock
from engine.outbox.obstacles import troubles
from engine.outbox.opening import seller_journal
from engine.outbox.plan import OFFERS, subject_of
from engine.outbox.schedule import Schedule
from engine.outbox.settings import LENGOW, Seller, Sending
from engine.outbox.signs import Numbers
from engine.project import Project
from engine.sending.offers import plan, push, sync_offers
from engine.sending.orders import sync_orders, undone_text
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
    jobs: Mapping[str, Callable[[Seller], list[str]]] = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = {"orders": self.orders, "offers": self.offers, "drift": self.drift}

    def once(self) -> bool:
        """Run what is due now; whether all of it went well."""
        now = self.clock.now().wall
        due = self.schedule.due(now)
        well = True
        for job in due:
            told = {s.id: self._guarded(job.name, s) for s in self.sending.sellers.values()}
            trouble = {seller: words for seller, words in told.items() if words}
            fine = not trouble
            # What became due meanwhile counts from here on: missed times are not made up.
            self.schedule.ran(job.name, self.clock.now().wall, trouble)
            if self.numbers is not None:
                self.numbers.ran(job.name, well=fine)
            well = self._saved() and well and fine
        return (bool(due) or self._saved()) and well

    def _saved(self) -> bool:
        """Write the file of the schedule; a disk that is full stops no job."""
        try:
            self.schedule.save(self.clock.now().wall)
        except EngineError as fault:
            self.log.error("failed", job="schedule", why=str(fault))  # noqa: TRY400 - its words are for a person
            return False
        return True

    def forever(self) -> None:
        """Run until the process is ended."""
        while True:
            self.once()
            self.clock.sleep(max(self.schedule.nap(self.clock.now().wall), 1000))

    def _guarded(self, name: str, seller: Seller) -> list[str]:
        """Run a job for a seller; what goes wrong is told, and stops nobody else's."""
        started = self.clock.now()
        try:
            trouble = self.jobs[name](seller)
        except HaltedError as fault:
            return self._failed("halted", name, seller, str(fault))
        except EngineError as fault:
            return self._failed("failed", name, seller, str(fault))
        except Exception as fault:  # noqa: BLE001 - a schedule outlives a fault of one of its jobs
            return self._failed("failed", name, seller, f"{type(fault).__name__}: {fault}")
        for words in trouble:
            self.log.warning("in the way", job=name, seller=seller.id, why=words)
        took = self.clock.now().steady - started.steady
        self.log.info("ran", job=name, seller=seller.id, well=not trouble, milliseconds=took)
        self._see(seller)
        return trouble

    def _failed(self, what: str, job: str, seller: Seller, why: str) -> list[str]:
        self.log.error(what, job=job, seller=seller.id, why=why)
        self._see(seller)
        return [why]

    def _see(self, seller: Seller) -> None:
        """Take the numbers of the seller's journal: a halt shows there whatever became of the job."""
        if self.numbers is None:
            return
        with (
            suppress(EngineError),
            seller_journal(self.sending, seller.id, self.clock) as journal,
        ):
            self.numbers.see(journal)

    # The jobs: each says what is in the way of something, if anything is

    def orders(self, seller: Seller) -> list[str]:
        """Take on the messages about orders that are open; what is held, or came to nothing, is an alarm."""
        outcome = sync_orders(self.project, self._sender(seller), self.clock)
        for record in outcome.open:
            tell = self.log.warning if record.state == "held" else self.log.info
            note = outcome.notes.get(record.id)
            tell(
                "open",
                message=record.id[:12],
                kind=record.kind,
                order=record.subject,
                why=record.why,
                goes_on="" if note is None else note.goes_on,
            )
        undone = [undone_text(record) for record in outcome.undone]
        return [*_halted(outcome.halts), *undone, *troubles(outcome.notes.values())]

    def offers(self, seller: Seller) -> list[str]:
        """Look after packages, then plan the feed and push the plan."""
        if seller.connector == LENGOW:
            why = "Lengow fetches the feed of its sellers itself"
            self.log.info("nothing is planned", seller=seller.id, why=why)
            return []
        synced = sync_offers(self.project, self._sender(seller), self.clock)
        trouble = troubles(synced.notes)
        if synced.open:
            self.log.info("packages are under way", seller=seller.id)
            return [*_halted(synced.halts), *trouble]
        with seller_journal(self.sending, seller.id, self.clock) as journal:
            begun = all(journal.serial(subject_of(OFFERS, c)) for c in seller.channels)
        if self.feed is None or not begun:
            why = "no feed is set" if self.feed is None else "a person pushes the first plan"
            self.log.info("nothing is planned", seller=seller.id, why=why)
            return trouble
        for channel in seller.channels:
            trouble += self._push(seller, channel, self.feed)
        return trouble

    def _push(self, seller: Seller, channel: str, feed: str) -> list[str]:
        now = self._now()
        path = self._plan_path(seller, channel)
        with private_file(path) as file:
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
        return troubles(pushed.notes)

    def _plan_path(self, seller: Seller, channel: str) -> Path:
        self.sending.plans.mkdir(parents=True, exist_ok=True)
        return self.sending.plans / f"scheduled-{seller.id}-{channel}.jsonl"

    def drift(self, seller: Seller) -> list[str]:
        """Compare what is shown with what was confirmed; nothing is corrected."""
        trouble: list[str] = []
        for channel in seller.channels if seller.connector != LENGOW else ():
            with seller_journal(self.sending, seller.id, self.clock) as journal:
                sender = self.connect(seller, channel)
                found = find_drift(journal, sender, channel, remote_channel(channel))
            if isinstance(found, str):
                trouble.append(f"the offers on {channel} were not read whole: {found}")
                continue
            for one in found[:20]:
                self.log.warning(
                    "drift", sku=one.sku, what=one.what, was=one.confirmed, shown=one.shown
                )
            if self.numbers is not None:
                self.numbers.drifted(seller.id, channel, len(found))
        return trouble

    def _sender(self, seller: Seller) -> Sender:
        return self.connect(seller, first_channel(seller))

    def _now(self) -> datetime:
        return self.clock.now().instant


def _halted(halts: Mapping[str, str]) -> list[str]:
    return [f"halted: {name}: {why}" for name, why in sorted(halts.items())]
