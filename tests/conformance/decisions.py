"""Examples of pages on decisions: wishes on this repository's rules, one by one or in a list.

A wish is decided at 2025-08-01 unless it says `at`; `rules` replaces words of the rules, `facts`
says fields of the order, `order` is a document. A list is wanted of two orders in preparation.
"""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from conformance.examples import Example

from engine.diagnostics.place import Source
from engine.language.checker import check_rules
from engine.orders.batch import Batch
from engine.orders.decision import Decision
from engine.orders.documents import read_order
from engine.orders.order_index import OrderIndex
from engine.orders.policy import Policy
from engine.orders.wanted import wanted_json
from engine.orders.wish import Wish
from engine.project import load_project
from engine.workspace import Workspace

ROOT = Path(__file__).parents[2]
FIRST_OF_LISTS = "R486"
USUAL = "2025-08-01T09:00+02:00"


def codes_of(shown: Example) -> set[str]:
    """The codes of what is denied or left to a person; none where all of it is allowed."""
    text = shown.block("json")
    assert text, f"{shown.number}: no {shown.title} example"
    found = of_list(text) if shown.number >= FIRST_OF_LISTS else [of_wish(json.loads(text))]
    assert all(len(d.requests) == (1 if d.ruling == "allowed" else 0) for d in found)
    assert all(d.reason for d in found)
    return {d.code for d in found if d.code}


@cache
def policy(replaced: tuple[tuple[str, str], ...] = (), at: str = USUAL) -> Policy:
    sources = []
    for name in ("rules/offers.rules", "rules/orders.rules"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for old, new in replaced:
            text = text.replace(old, new)
        sources.append(Source(name, text))
    ruleset, report = check_rules(sources[0], Workspace(load_project(ROOT)), sources[1:])
    assert ruleset is not None, [d.says for d in report]
    assert ruleset.orders is not None
    return Policy(ruleset.orders, datetime.fromisoformat(at).astimezone(UTC))


def of_wish(wish: dict[str, Any]) -> Decision:
    facts = wish.get("facts", {})
    if "placed_at" in facts:
        facts["placed_at"] = datetime.fromisoformat(facts["placed_at"]).astimezone(UTC)
    order = read_order(wish["order"]).document if "order" in wish else None
    action, parameters = wish["action"], wish["parameters"]
    by = policy(tuple(wish.get("rules", {}).items()), wish.get("at", USUAL))
    return by.decide(
        Wish(action, parameters, wish.get("channel"), wish.get("state"), order, facts=facts)
    )


def of_list(text: str) -> list[Decision]:
    lines = [json.dumps(order(name)).encode() for name in ("SC1", "SC2")]
    with OrderIndex() as index:
        assert list(index.fill(lines, "orders.jsonl")) == []
        rows = wanted_json((line.encode() for line in text.splitlines()), "wanted.jsonl")
        return [decided.decision for decided in Batch(policy(), index).decide(rows)]


def order(reference: str) -> dict[str, Any]:
    place = {"salesChannel": {"id": "CDISFR"}, "seller": {"id": 98979}}
    lines = [{"offer": {"supplyMode": "Seller"}}]
    return {"orderId": reference, "status": "InPreparation", **place, "lines": lines}
