"""Plans in files, as a test wants them: whole, sealed, the same each time."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine.outbox.offers import OfferLine
from engine.outbox.order_plan import Planned, PlannedMessage, Wanted, message_of
from engine.outbox.plan import OFFERS, ORDERS, GuardFinding, Plan

MADE = 1_764_072_000_000  # 2025-11-25 12:00 UTC
MINUTES = 60_000
CHANNEL = "cdiscount_octopia"


def offer(
    sku: str,
    change: str = "changed",
    price: str | None = "10.00",
    quantity: int = 3,
    *,
    was: tuple[str | None, int] | None = None,
    **payload: Any,
) -> OfferLine:
    """An offer of a plan; `was` is the price and the stock that were confirmed before."""
    body = {"sellerExternalReference": sku, "price": {"price": price}, "quantity": quantity}
    text = msgspec.json.encode({**body, **payload}).decode()
    type_ = "Update" if change == "withdrawn" else "Upsert"
    was_price, was_quantity = was or (None, None)
    found = OfferLine(sku, change, "json", type_, text, price, quantity, False)  # noqa: FBT003
    return msgspec.structs.replace(
        found,
        row=None if change == "withdrawn" else 1,
        was_price=was_price,
        was_quantity=was_quantity,
    )


def write_offers(
    path: Path,
    offers: Sequence[OfferLine],
    *,
    counts: Mapping[str, int] | None = None,
    guards: Sequence[GuardFinding] = (),
    **content: Any,
) -> Path:
    """A plan of offers; `counts` are those of the rows that send nothing."""
    lines = b"".join(msgspec.json.encode(o, order="deterministic") + b"\n" for o in offers)
    counted = Counter(o.change for o in offers) + Counter(counts or {})
    rows = counted.total() - counted["withdrawn"]
    held = {"rows": rows, "counts": dict(sorted(counted.items())), "rules": "r" * 64}
    held |= {"lines": hashlib.sha256(lines).hexdigest(), "reasons": [], "failing": [], **content}
    path.write_bytes(_plan(OFFERS, held, guards).text() + lines)
    return path


def write_orders(
    path: Path,
    messages: Sequence[tuple[Planned, str, Wanted]],
    *,
    denied: Sequence[Mapping[str, Any]] = (),
    guards: Sequence[GuardFinding] = (),
) -> Path:
    """A plan of orders: what is planned of each wanted message, and why."""
    made = [
        PlannedMessage(message_of(wanted, "10001", CHANNEL), planned, why)
        for planned, why, wanted in messages
    ]
    held = {"messages": [m.as_json() for m in made], "denied": list(denied), "unread": []}
    path.write_bytes(_plan(ORDERS, held, guards).text())
    return path


def _plan(kind: str, content: Mapping[str, Any], guards: Sequence[GuardFinding]) -> Plan:
    return Plan(
        kind=kind,
        seller="10001",
        channel=CHANNEL,
        lineage="1" * 32,
        serial=7,
        made=MADE,
        expires=MADE + 30 * MINUTES,
        inputs={"rules/offers.rules": "a" * 64, "the feed": "b" * 64},
        content=content,
        guards=tuple(guards),
    ).sealed()
