"""From wanted actions to a plan: decided by the rules, made into messages, held against the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import ProjectError
from engine.octopia.reads import OctopiaReads
from engine.orders.batch import Batch, Decided
from engine.orders.decision import Ruling
from engine.orders.order_index import OrderIndex
from engine.orders.policy import order_policy
from engine.orders.wanted import Broken, Wanted, wanted_csv, wanted_json
from engine.outbox.decisions import find_message
from engine.outbox.guards import rails_of
from engine.outbox.message import Kind
from engine.outbox.moments import Clock
from engine.outbox.opening import seller_journal
from engine.outbox.order_plan import Wanted as Wish
from engine.outbox.order_plan import plan_orders
from engine.outbox.plan import Plan
from engine.outbox.settings import sending_settings
from engine.pipeline import checked_ruleset
from engine.project import Project
from engine.sending.orders import order_inputs
from engine.transport.outcome import Sender

OCTOPIA = "octopia"


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
        wanted: the wanted actions, CSV or JSON lines.
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
    with OrderIndex() as index, _opened(orders, wanted) as lines:
        name = str(orders) if isinstance(orders, Path) else "the marketplace"
        unread = [f"{t.span.line}: {t.code} {t.says}" for t in index.fill(lines, name)]
        with wanted.open("rb") as rows:
            decided = list(Batch(policy, index).decide(_rows(wanted, rows)))
    with seller_journal(sending, seller, clock) as journal:
        replaced = None if corrects is None else find_message(journal, corrects).id
        sent = [w for d in decided for w in _wishes(d, journal.seller, replaced)]
        if replaced is not None and len(sent) != 1:
            raise ProjectError("--corrects takes one wanted action, and the rules must allow it")
        channels = sorted({d.decision.channel for d in decided if d.decision.channel})
        if len(channels) > 1:
            raise ProjectError(f"one plan is for one channel, and this is {', '.join(channels)}")
        return plan_orders(
            journal,
            sent,
            channels[0] if channels else "",
            inputs=inputs,
            rails=rails_of(sending.guards),
            denied=[*(_denied(d) for d in decided if not _wishes(d, journal.seller, None))],
            unread=unread,
        )


def _opened(orders: Path | Sender, wanted: Path) -> AbstractContextManager[Iterable[bytes]]:
    if isinstance(orders, Path):
        return orders.open("rb")
    with wanted.open("rb") as rows:
        named = [w.order for w in _rows(wanted, rows) if isinstance(w, Wanted)]
    return nullcontext(read_orders(orders, dict.fromkeys(named)))


def read_orders(sender: Sender, named: Iterable[str]) -> Iterator[bytes]:
    """The orders that are named, as the marketplace writes them now; it may not know one.

    Raises:
        ProjectError: one cannot be read.
    """
    reads = OctopiaReads(sender)
    write = msgspec.json.Encoder(decimal_format="number").encode
    for order in named:
        found = reads.order(order)
        if found.incomplete is not None:
            raise ProjectError(f"order {order} cannot be read: {found.incomplete}")
        yield from (write(item) for item in found.items)


def _rows(path: Path, lines: BufferedReader) -> Iterator[Wanted | Broken]:
    if path.suffix.lower() == ".csv":
        text = TextIOWrapper(lines, encoding="utf-8-sig", errors="surrogateescape", newline="")
        return wanted_csv(text, str(path))
    return wanted_json(lines, str(path))


def _wishes(decided: Decided, seller: str, corrects: str | None) -> list[Wish]:
    """What is sent of a decision: nothing that the rules do not allow, or that goes elsewhere."""
    decision = decided.decision
    if decision.ruling is not Ruling.ALLOWED or decision.connector != OCTOPIA:
        return []
    if decision.stand_ins or decision.sends is None or decided.order is None:
        return []
    kind = Kind(decision.sends)
    made = []
    for request in decision.requests:
        own = dict(request.headers).get("SellerId")
        if own != seller:
            raise ProjectError(
                f"order {decided.order} is seller {own}'s, and the plan is for seller {seller}"
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


def _denied(decided: Decided) -> dict[str, Any]:
    decision = decided.decision
    ruling = decision.ruling.value
    reason = decision.reason
    if decision.ruling is Ruling.ALLOWED:
        ruling, reason = "manual", f"goes through {decision.connector}, which is not sent from here"
    return {
        "line": decided.line,
        "order": decided.order,
        "action": decided.action,
        "decision": ruling,
        "reason": reason,
    }
