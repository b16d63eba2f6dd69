"""Offers: plan a feed, push a plan, look after the packages under way; one page, as `pipeline` is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine.errors import ProjectError
from engine.offers.accounting import Accounting
from engine.outbox.account import remote_channel
from engine.outbox.book import Package
from engine.outbox.canonical import hash_of
from engine.outbox.gate import push_offers
from engine.outbox.guards import rails_of
from engine.outbox.moments import MINUTE, Clock
from engine.outbox.obstacles import Obstacle
from engine.outbox.offer_plan import OfferRow, plan_offers, read_offer_head, stored_offer_plan
from engine.outbox.offers import hash_of_offer
from engine.outbox.opening import seller_journal
from engine.outbox.packages import PackagePush
from engine.outbox.plan import Plan
from engine.outbox.settings import LENGOW, sending_settings
from engine.outbox.xml_files import publisher
from engine.pipeline import Run, check, checked_ruleset, open_run
from engine.project import Project
from engine.sending.inputs import hash_of_file, inputs_of, recorded
from engine.transport.outcome import Sender

if TYPE_CHECKING:
    from engine.offers.mapping import MappedBatch


def plan(
    project: Project,
    feed: str,
    to: IO[bytes],
    *,
    seller: str | None,
    channel: str | None,
    at: datetime,
    clock: Clock,
    canary: int | None = None,
) -> Plan:
    """Plan what a push of the whole of `feed` would send, against the seller's journal.

    With `canary`, only so many new and changed offers: rules are tried on a few first.

    Raises:
        RulesError: the rules have errors.
        ProjectError, FeedError, JournalError: see `open_run`, `open_journal`.
    """
    if feed == "-":
        raise ProjectError("a plan needs a feed that stays as it is: name a file, not `-`")
    sending = sending_settings(project)
    own = sending.seller(seller)
    if own.connector == LENGOW:
        raise ProjectError(
            f"seller {own.id} is behind Lengow, which fetches the feed itself: write the offers "
            "with `feedwright render`"
        )
    noting = recorded(project)
    run = open_run(noting, checked_ruleset(noting), feed, channel=channel, at=at)
    rules = hash_of({noting.shown(path): hash_of_file(path) for path in sorted(noting.found)})
    inputs = {**inputs_of(noting, run.feed.path), "feed": run.feed.path, "channel": run.channel}
    accounting = Accounting()
    with seller_journal(sending, seller, clock) as journal:
        return plan_offers(
            journal,
            run.channel,
            rows_of(run, accounting),
            inputs=inputs,
            rails=rails_of(sending.guards),
            to=to,
            rules=rules,
            canary=canary,
            age=clock.now().wall - Path(run.feed.path).stat().st_mtime_ns // 1_000_000,
            reasons=lambda: [
                # The sentence quotes as much of a cell as can be read.
                {key: value for key, value in reason.items() if key != "value"}
                for reason in accounting.as_json()["reasons"]
            ],
        )


def rows_of(run: Run, accounting: Accounting) -> Iterator[OfferRow]:
    """Every row of the run with its outcome, as a plan takes it; `accounting` gets the reasons."""
    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        yield from _offers(mapped)
        for row, sku, outcome in mapped.others.select("__row", "sku", "outcome").iter_rows():
            yield OfferRow(row, sku, keeps=outcome == "rejected")


def _offers(mapped: MappedBatch) -> Iterator[OfferRow]:
    frame = mapped.offers
    floor = "attribute.MinimumPriceForPriceAlignment"
    columns = ["__row", "sku", "payload", "xml", *([floor] if floor in frame.columns else [])]
    for row, sku, payload, xml, *rest in frame.select(columns).iter_rows():
        yield OfferRow(row, sku, payload, xml, floor=bool(rest) and rest[0] is not None)


def current_inputs(project: Project, made: Plan, at: datetime) -> dict[str, str]:
    """What the inputs of a plan are now, to be held against what they were.

    Raises:
        RulesError: the rules have errors by now.
    """
    noting = recorded(project)
    feed, channel = made.inputs.get("feed", ""), made.inputs.get("channel")
    if check(noting).ruleset is not None:
        open_run(noting, checked_ruleset(noting), feed, channel=channel, at=at)
    return {**inputs_of(noting, feed), "feed": feed, "channel": channel or ""}


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push came to: whether everything is at its end, and what is in the way if not."""

    done: bool
    notes: tuple[Obstacle, ...]
    offers: int = 0  # of the plan
    confirmed: int = 0  # of them, as the marketplace shows them


def push(
    project: Project,
    path: Path,
    sender: Sender,
    *,
    remote_channel: str,
    approver: str,
    at: datetime,
    clock: Clock,
    patience: int = 30 * MINUTE,
    tell: Callable[[str], None] | None = None,
) -> Pushed:
    """Push the plan of offers in `path`: exactly it, once, and on from where it stopped.

    `tell` is told what is going on, for who waits.

    Raises:
        HaltedError: it may not be pushed.
        ProjectError, JournalError: see `stored_offer_plan`, `open_journal`.
    """
    inputs = current_inputs(project, read_offer_head(path), at)
    sending = sending_settings(project)
    with (
        stored_offer_plan(path) as (made, offers),
        seller_journal(sending, sender.seller, clock) as journal,
    ):
        publish = None if sending.xml is None else publisher(sending.xml, remote_channel)
        work = PackagePush(journal, sender, made.channel, remote_channel, patience, publish=publish)
        if tell is not None:
            work.tell = tell
        done = push_offers(made, offers, work, inputs=inputs, approver=approver)
        known = journal.book.offers(made.channel)
        confirmed = sum(
            o.sku in known and known[o.sku].value.hash == hash_of_offer(o) for o in offers
        )
        return Pushed(done, tuple(work.notes.values()), len(offers), confirmed)


@dataclass(frozen=True, slots=True)
class Synced:
    """The packages that are under way still, what is in their way, and what halts."""

    open: tuple[Package, ...]
    notes: tuple[Obstacle, ...]
    halts: Mapping[str, str]


def sync_offers(project: Project, sender: Sender, clock: Clock) -> Synced:
    """Look after the packages that are under way.

    Raises:
        JournalError: see `open_journal`.
    """
    sending = sending_settings(project)
    with seller_journal(sending, sender.seller, clock) as journal:
        notes: list[Obstacle] = []
        for channel in sorted({p.channel for p in journal.book.open_packages()}):
            work = PackagePush(journal, sender, channel, remote_channel(channel))
            work.settle()
            notes += work.notes.values()
        return Synced(tuple(journal.book.open_packages()), tuple(notes), dict(journal.halts))
