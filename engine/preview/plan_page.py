"""A plan as one page: what would be sent, what cannot be and why, what the guard rails say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.outbox.limits import lifting, limit_of
from engine.outbox.offers import OfferLine
from engine.outbox.order_plan import SENT, PlannedMessage, messages_of
from engine.outbox.plan import Plan
from engine.outbox.plan_moves import PlanMoves, percent
from engine.preview.movements import signed
from engine.preview.page import render_page
from engine.preview.plans import (
    GONE,
    MISFITS,
    channel_of,
    first_lines,
    misfit_words,
    moves_lines,
    place_of,
    rows_sentence,
    step,
    until,
)

LONGEST = 5_000
_WORDS = {
    "new": ("offer", "are new"),
    "changed": ("offer", "are changed"),
    "asserted": ("offer", "say stock 0 again"),
    "withdrawn": ("excluded", "are withdrawn: stock 0"),
    "unchanged": ("same", "are unchanged: not sent"),
    "waiting": ("excluded", "wait: few are tried first"),
    "failing": ("rejected", "were refused before, unchanged: not sent"),
    "rejected": ("rejected", "are rejected: what is on sale stays"),
    "excluded": ("excluded", "are excluded by a rule"),
}
_PLANNED = {
    "new": ("offer", "new: sent"),
    "correction": ("offer", "sent instead of another"),
    "known": ("same", "known: not sent again"),
    "excluded": ("excluded", "excluded by another message"),
    "changed": ("rejected", "sent before with other content"),
    "refused": ("rejected", "refused by the marketplace before"),
    "denied": ("rejected", "denied by the rules"),
    "manual": ("excluded", "done by hand"),
}


def offer_plan_page(plan: Plan, moves: PlanMoves, standing: Mapping[str, str] | None = None) -> str:
    """The page of a plan of offers; `moves` took all of them and kept those that are listed."""
    counts = plan.content["counts"]
    listed = [_offer(offer) for kept in moves.kept.values() for offer in kept]
    reasons = plan.content.get("reasons", ())
    return render_page(
        "offer_plan.html.j2",
        scripts=("list.js",),
        **_about(plan, standing),
        sentence=rows_sentence(plan),
        tiles=list(_tiles(counts, _WORDS, plan.content["rows"])),
        gone=sum(counts.get(name, 0) for name in GONE),
        moves=[
            *(line.strip() for line in moves_lines(moves) if "furthest" not in line),
            *first_lines(plan, moves),
        ],
        farthest=[_farthest(offer) for offer in moves.farthest],
        reasons=[_reason(r) for r in reasons if r["severity"] == "error"],
        warnings=[_reason(r) for r in reasons if r["severity"] != "error"],
        misfits=[misfit_words(one) for one in plan.content.get("misfits", ())],
        all_misfits=plan.content.get("all_misfits", 0),
        misfits_title=MISFITS[0].upper() + MISFITS[1:],
        failing=plan.content.get("failing", ()),
        all_failing=counts.get("failing", 0),
        changes=list(moves.kept),
        listed=listed,
        sent=sum(moves.changes.values()),
    )


def order_plan_page(plan: Plan, standing: Mapping[str, str] | None = None) -> str:
    """The page of a plan of orders."""
    messages = messages_of(plan)
    denied = plan.content["denied"]
    counts: dict[str, int] = {}
    for name in [*(m.planned.value for m in messages), *(d["decision"] for d in denied)]:
        counts[name] = counts.get(name, 0) + 1
    return render_page(
        "order_plan.html.j2",
        scripts=("list.js",),
        **_about(plan, standing),
        tiles=list(_tiles(counts, _PLANNED, len(messages) + len(denied))),
        changes=sorted({m.planned.value for m in messages}),
        messages=[_message(m) for m in messages],
        denied=denied,
        unread=plan.content["unread"],
        sent=sum(m.planned in SENT for m in messages),
    )


def _about(plan: Plan, standing: Mapping[str, str] | None) -> Mapping[str, Any]:
    """What every plan has: whose it is, how long it is good, what halts it, what it was made from.

    `standing`: the halts in the seller's journal, which no plan knows of.
    """
    return {
        "plan": plan,
        "channel": channel_of(plan),
        "made": until(plan.made),
        "expires": until(plan.expires),
        "guards": [
            {"name": g.name, "says": g.says, "halts": g.halts, "limit": limit_of(g.name)}
            for g in plan.guards
        ],
        "standing": [
            {"name": name, "why": why, "lift": lifting(name)}
            for name, why in sorted((standing or {}).items())
        ],
        "halts": [guard for guard in plan.guards if guard.halts],
        "inputs": sorted(plan.inputs.items()),
    }


def _tiles(
    counts: Mapping[str, int], words: Mapping[str, tuple[str, str]], whole: int
) -> Iterator[Mapping[str, Any]]:
    """A tile for each count that is not 0, in the order of `words`."""
    for name, (look, said) in words.items():
        number = counts.get(name, 0)
        if number:
            tenths = min(number * 1000 // max(whole, 1), 1000)
            share = f"{tenths // 10}.{tenths % 10}"
            yield {"name": look, "number": number, "words": said, "share": share}


def _offer(offer: OfferLine) -> Mapping[str, Any]:
    moves = percent(offer)
    return {
        "sku": offer.sku,
        "change": offer.change,
        "row": offer.row,
        "price": _step(offer.was_price, offer.price),
        "percent": f"{signed(moves)} %" if moves is not None else "",
        "stock": _step(offer.was_quantity, offer.quantity),
        "package": f"{offer.carrier.upper()} {offer.type}",
        "payload": offer.xml if offer.carrier == "xml" and offer.xml else offer.payload,
    }


def _step(old: object, new: object) -> str:
    return "" if new is None else step(old, new).replace(" -> ", " → ")


def _farthest(offer: OfferLine) -> Mapping[str, Any]:
    return {
        "sku": offer.sku,
        "old": offer.was_price,
        "new": offer.price,
        "percent": f"{signed(percent(offer))} %",
    }


def _reason(reason: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**reason, "message": _cut(reason["message"]), "place": place_of(reason)}


def _cut(text: str) -> str:
    """As much of a text as a browser lays out at once."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters, cut here)"


def _message(planned: PlannedMessage) -> Mapping[str, Any]:
    message, call = planned.message, planned.message.call
    return {
        "planned": planned.planned.value,
        "why": planned.why,
        "kind": message.kind.value,
        "order": message.subject,
        "class": message.message_class.value,
        "id": message.id,
        "call": f"{call.method} {call.path}",
        "body": "" if call.body is None else call.body.decode(),
        "key": json.dumps(dict(message.natural_key), ensure_ascii=False),
    }
