"""From wanted actions to a plan: decided by the rules, made into messages, held against the journal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import ProjectError
from engine.octopia.reads import OctopiaReads
from engine.orders.batch import Batch, Decided
from engine.orders.decision import Ruling
from engine.orders.order_index import OrderIndex
from engine.orders.policy import order_policy
from engine.orders.requests import Request
from engine.orders.wanted import Broken, Wanted, read_wanted
from engine.outbox.account import first_channel
from engine.outbox.decisions import find_message
from engine.outbox.events import Record
from engine.outbox.guards import rails_of
from engine.outbox.lengow_evidence import by_hand, order_of
from engine.outbox.message import ACCOUNT, Kind
from engine.outbox.moments import Clock
from engine.outbox.opening import seller_journal
from engine.outbox.order_plan import Wanted as Wish
from engine.outbox.order_plan import plan_orders
from engine.outbox.plan import GuardFinding, Plan
from engine.outbox.settings import LENGOW, Seller, sending_settings
from engine.pipeline import checked_ruleset
from engine.project import Project
from engine.sending.orders import order_inputs
from engine.sending.reasons import unlisted_reasons
from engine.transport.outcome import Reading, Sender


def plan_wanted(
    project: Project,
    wanted: Path,
    orders: Path | Sender,
    *,
    seller: str | None,
    at: datetime,
    clock: Clock,
    corrects: str | None = None,
) -> Plan:
    """Plan what the rules allow of `wanted`; what they do not stands in the plan with its reason.

    Args:
        project: whose rules decide.
        wanted: the wanted actions, CSV or JSON lines; `-` is stdin.
        orders: the orders they name, JSON lines; or where to read those that are wanted.
        seller: the seller, the only one if not said.
        at: the instant that decides which rules are in force.
        clock: the time.
        corrects: the beginning of the id of the message in whose place the only action stands.

    Raises:
        RulesError: the rules have errors.
        ProjectError: an order is another seller's, or nothing can be planned.
    """
    policy = order_policy(project, checked_ruleset(project), at)
    sending = sending_settings(project)
    inputs = order_inputs(project)
    account = sending.seller(seller)
    rows = _rows(wanted)
    with OrderIndex() as index, _opened(orders, rows, account) as lines:
        name = str(orders) if isinstance(orders, Path) else "the marketplace"
        unread = [f"{t.span.line}: {t.code} {t.says}" for t in index.fill(lines, name)]
        decided = list(Batch(policy, index).decide(iter(rows)))
    notes: tuple[GuardFinding, ...] = ()
    if not isinstance(orders, Path) and account.connector != LENGOW:
        notes = tuple(unlisted_reasons(orders, decided))
    with seller_journal(sending, seller, clock) as journal:
        replaced = None if corrects is None else find_message(journal, corrects)
        instead_of = None if replaced is None else replaced.id
        sent = [w for d in decided for w in _wishes(d, account, instead_of)]
        if replaced is not None:
            _refuse_other(replaced, sent)
        channels = sorted({d.decision.channel for d in decided if d.decision.channel})
        if len(channels) > 1:
            raise ProjectError(f"one plan is for one channel, and this is {', '.join(channels)}")
        return plan_orders(
            journal,
            sent,
            channels[0] if channels else "",
            inputs=inputs,
            guards=notes,
            rails=rails_of(sending.guards),
            denied=[_denied(d, account) for d in decided if not _wishes(d, account, None)],
            unread=unread,
        )


def _refuse_other(replaced: Record, sent: Sequence[Wish]) -> None:
    """Only the same action on the same order stands in the place of a message.

    Raises:
        ProjectError: something else is wanted, or not one action.
    """
    if len(sent) != 1:
        raise ProjectError("--corrects takes one wanted action, and the rules must allow it")
    (wish,) = sent
    if (wish.order, wish.kind.value) != (replaced.subject, replaced.kind):
        raise ProjectError(
            f"--corrects: message {replaced.id[:12]} is {replaced.kind} of order {replaced.subject}, "
            f"and {wish.kind.value} of order {wish.order} is wanted; name a message of the same order "
            "and action, which `feedwright journal list` shows"
        )


def _opened(
    orders: Path | Sender, rows: Iterable[Wanted | Broken], seller: Seller
) -> AbstractContextManager[Iterable[bytes]]:
    if isinstance(orders, Path):
        return orders.open("rb")
    named = [w.order for w in rows if isinstance(w, Wanted)]
    return nullcontext(read_orders(orders, dict.fromkeys(named), seller))


def read_orders(sender: Sender, named: Iterable[str], seller: Seller) -> Iterator[bytes]:
    """The orders that are named, as they are shown now; one may not be known.

    Raises:
        ProjectError: one cannot be read.
    """
    write = msgspec.json.Encoder(decimal_format="number").encode
    for order in named:
        found = _shown(sender, order, seller)
        if found.incomplete is not None:
            raise ProjectError(f"order {order} cannot be read: {found.incomplete}")
        yield from (write(item) for item in found.items)


def _shown(sender: Sender, order: str, seller: Seller) -> Reading:
    if seller.connector == LENGOW:
        return order_of(sender, first_channel(seller), order)
    return OctopiaReads(sender).order(order)


def _rows(path: Path) -> list[Wanted | Broken]:
    """The wanted actions, read once: they may come from a pipe."""
    if str(path) == "-":
        return list(read_wanted(sys.stdin.buffer, "-"))
    with path.open("rb") as lines:
        return list(read_wanted(lines, str(path)))


def _wishes(decided: Decided, seller: Seller, corrects: str | None) -> list[Wish]:
    """What is sent of a decision: nothing that the rules do not allow, or that goes elsewhere."""
    decision = decided.decision
    if decision.ruling is not Ruling.ALLOWED or _elsewhere(decided, seller):
        return []
    if decision.stand_ins or decision.sends is None or decided.order is None:
        return []
    kind = Kind(decision.sends)
    made = []
    for request in decision.requests:
        own = _account(request)
        if own != seller.id:
            raise ProjectError(
                f"order {decided.order} is seller {own}'s, and the plan is for seller {seller.id}"
            )
        made.append(
            Wish(
                kind,
                decided.order,
                (),
                request.method,
                request.path,
                request.headers,
                request.body,
                corrects,
            )
        )
    return made


def _account(request: Request) -> str:
    named = dict(request.headers).get("SellerId")
    if named is not None:
        return named
    return str(request.body.get(ACCOUNT, "")) if isinstance(request.body, dict) else ""


def _elsewhere(decided: Decided, seller: Seller) -> str:
    """Why what is allowed is not sent from here; "" where it is."""
    decision = decided.decision
    if decision.connector != seller.connector:
        return (
            f"goes through {decision.connector}, and seller {seller.id} is connected to "
            f"{seller.connector}: see `sellers.{seller.id}.connector` and `orders.connector`"
        )
    if seller.connector != LENGOW:
        return ""
    why = by_hand(decision.channel or "", decision.sends or "")
    return f"not sent through Lengow: {why}" if why else ""


def _denied(decided: Decided, seller: Seller) -> dict[str, Any]:
    decision = decided.decision
    ruling = decision.ruling.value
    reason = decision.reason
    if decision.ruling is Ruling.ALLOWED:
        unsaid = ", ".join(decision.stand_ins or ())
        ruling, reason = "manual", _elsewhere(decided, seller) or f"nobody said its {unsaid}"
    return {
        "line": decided.line,
        "order": decided.order,
        "action": decided.action,
        "decision": ruling,
        "reason": reason,
    }
