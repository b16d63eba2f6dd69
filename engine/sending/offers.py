"""Offers: plan a feed, push a plan, look after the packages under way; one page, as `pipeline` is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING

import polars as pl
from msgspec import Struct

from engine.errors import HaltedError, ProjectError
from engine.offers.accounting import Accounting
from engine.outbox.account import remote_channel
from engine.outbox.book import Package
from engine.outbox.canonical import hash_of
from engine.outbox.gate import push_offers
from engine.outbox.guards import Beside, rails_of
from engine.outbox.moments import MINUTE, Clock
from engine.outbox.obstacles import Obstacle
from engine.outbox.offer_plan import OfferRow, plan_offers, read_offer_head, stored_offer_plan
from engine.outbox.offers import OfferLine, hash_of_offer
from engine.outbox.opening import seller_journal
from engine.outbox.packages import PackagePush
from engine.outbox.plan import Plan
from engine.outbox.plan_moves import PlanMoves
from engine.outbox.rejections import rejected_packages, rejection, rejection_key
from engine.outbox.settings import LENGOW, sending_settings
from engine.outbox.xml_files import publisher
from engine.pipeline import Run, check, checked_ruleset, open_run
from engine.project import Project
from engine.sending.inputs import hash_of_file, inputs_of, recorded
from engine.transport.outcome import Sender
from engine.values.scaled import Scaled

if TYPE_CHECKING:
    from engine.offers.mapping import MappedBatch


OTHER_PRICES = ("StrikedPrice", "MinimumPriceForPriceAlignment")


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
    others = _other_prices(run)
    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        yield from _offers(mapped, others)
        for row, sku, outcome in mapped.others.select("__row", "sku", "outcome").iter_rows():
            yield OfferRow(row, sku, keeps=outcome == "rejected")


def _offers(mapped: MappedBatch, others: Sequence[Scaled]) -> Iterator[OfferRow]:
    """The offers of a batch; `others`: their struck and floor prices."""
    struck, floor = others
    prices = (struck.expr.alias("__struck"), floor.expr.alias("__floor"))
    frame = mapped.offers.select("__row", "sku", "payload", "xml", *prices)
    for row, sku, payload, xml, *cells in frame.iter_rows():
        own = Beside(_price(cells[0], struck.scale), _price(cells[1], floor.scale))
        yield OfferRow(row, sku, payload, xml, floor=own.floor is not None, own=own)


def _price(cell: int | None, scale: int) -> Decimal | None:
    return None if cell is None else Decimal(cell).scaleb(-scale)


def _other_prices(run: Run) -> list[Scaled]:
    """The struck and the floor price, never there where the rules make none."""
    none = Scaled(pl.lit(None, pl.Int64), 0, 0, 0)
    made = (run.program.made.get(name) for name in OTHER_PRICES)
    return [none if m is None or m.value.number is None else m.value.scaled for m in made]


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


class Pushed(Struct, frozen=True):
    """What a push came to: whether everything is at its end, and what is in the way if not."""

    done: bool
    notes: tuple[Obstacle, ...]
    offers: int = 0  # of the plan
    confirmed: int = 0  # of them, as the marketplace shows them
    rejected: int = 0  # packages of the plan, each as a whole


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
    first: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Pushed:
    """Push the plan of offers in `path`: exactly it, once, and on from where it stopped.

    `first`: a person looked at the first plan of the channel; `tell` is told what is going on, for who
    waits.

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
        begun = any(p.channel == made.channel for p in journal.book.packages.values())
        if offers and not first and not begun:
            raise HaltedError(_first_push(path, made, offers))
        publish = None if sending.xml is None else publisher(sending.xml, remote_channel)
        work = PackagePush(journal, sender, made.channel, remote_channel, patience, publish=publish)
        work.most_rejected = rails_of(sending.guards).refused
        if tell is not None:
            work.tell = tell
        done = push_offers(made, offers, work, inputs=inputs, approver=approver)
        known = journal.book.offers(made.channel)
        confirmed = sum(
            o.sku in known and known[o.sku].value.hash == hash_of_offer(o) for o in offers
        )
        rejected = [p for p in rejected_packages(journal) if p.plan == made.hash]
        # Told at each look, also at one that found the package at its end already.
        work.notes |= {rejection_key(p): rejection(p) for p in rejected}
        return Pushed(done, tuple(work.notes.values()), len(offers), confirmed, len(rejected))


def _first_push(path: Path, made: Plan, offers: Sequence[OfferLine]) -> str:
    """Why the first push waits for a person: there is no price yet that its own could be held against."""
    moves = PlanMoves(0)
    for offer in offers:
        moves.take(offer)
    lines = "".join(f"\n  {line}" for line in moves.new_prices_lines())
    return (
        f"nothing was pushed to {made.channel} before, so no guard rail knows what these prices were:"
        f"{lines}\nIf they are right: `feedwright push {path} --first`. To try a few before: "
        "`feedwright plan --canary 20`"
    )


class Synced(Struct, frozen=True):
    """The packages under way, those of the last plan that were rejected, what is in the way, what halts."""

    open: tuple[Package, ...]
    rejected: tuple[Package, ...]
    notes: tuple[Obstacle, ...]
    halts: Mapping[str, str]


def sync_offers(project: Project, sender: Sender, clock: Clock) -> Synced:
    """Look after the packages that are under way.

    Raises:
        JournalError: see `open_journal`.
    """
    sending = sending_settings(project)
    with seller_journal(sending, sender.seller, clock) as journal:
        notes: dict[str, Obstacle] = {}
        for channel in sorted({p.channel for p in journal.book.open_packages()}):
            work = PackagePush(journal, sender, channel, remote_channel(channel))
            work.most_rejected = rails_of(sending.guards).refused
            work.settle()
            notes |= work.notes
        rejected = rejected_packages(journal)
        notes |= {rejection_key(p): rejection(p) for p in rejected}
        return Synced(
            tuple(journal.book.open_packages()),
            tuple(rejected),
            tuple(notes.values()),
            dict(journal.halts),
        )
