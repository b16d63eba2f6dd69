"""Lists of wanted actions: each row decided, repeats and exclusions found, broken rows told."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ProjectError
from engine.orders.batch import Batch, Decided
from engine.orders.order_index import OrderIndex
from engine.orders.policy import Policy
from engine.orders.wanted import Broken, Wanted, wanted_csv, wanted_json
from engine.pipeline import check
from engine.project import load_project

ROOT = Path(__file__).parents[3]
SHIP = {"carrier": "GLS", "tracking_number": "XY1"}


@pytest.fixture(scope="module")
def policy() -> Policy:
    ruleset = check(load_project(ROOT)).ruleset
    assert ruleset is not None
    assert ruleset.orders is not None
    return Policy(ruleset.orders, datetime(2025, 8, 1, 9, tzinfo=UTC))


def order(reference: str, state: str = "InPreparation") -> dict[str, Any]:
    lines = [{"offer": {"supplyMode": "Seller"}}]
    place = {"salesChannel": {"id": "CDISFR"}, "seller": {"id": 98979}}
    return {"orderId": reference, "status": state, **place, "lines": lines}


@pytest.fixture
def index() -> Iterator[OrderIndex]:
    with OrderIndex() as made:
        documents = [json.dumps(order(n)).encode() for n in ("SC1", "SC2")]
        assert list(made.fill(documents, "orders.jsonl")) == []
        yield made


def decided(policy: Policy, index: OrderIndex, *rows: object) -> list[Decided]:
    lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in rows]
    return list(Batch(policy, index).decide(wanted_json(lines, "wanted.jsonl")))


def codes(found: list[Decided]) -> list[str | None]:
    return [d.decision.code for d in found]


def test_a_denied_action_excludes_nothing(policy: Policy, index: OrderIndex) -> None:
    refund = {"order": "SC1", "action": "refund", "parameters": {}}
    ship = {"order": "SC1", "action": "ship", "parameters": SHIP}
    assert codes(decided(policy, index, refund, ship)) == ["R474", None]


def test_the_rows_after_a_broken_one_are_decided(policy: Policy, index: OrderIndex) -> None:
    ship = {"order": "SC1", "action": "ship", "parameters": SHIP}
    broken = [b"{", b"[]", b'{"order": "SC1"}', b'"\xff"', {"order": "SC1", "action": 3}]
    broken += [{"order": "SC1", "action": "ship", "parameters": []}]
    found = decided(policy, index, *broken, ship)
    assert codes(found) == ["R489"] * len(broken) + [None]
    assert [d.line for d in found] == [1, 2, 3, 4, 5, 6, 7]


def test_a_list_as_csv(policy: Policy, index: OrderIndex) -> None:
    text = "order;action;carrier;tracking_number\nSC1;ship;gls;1\nSC2;ship;;\nSC2;ship\n"
    rows = wanted_csv(text.splitlines(keepends=True), "wanted.csv")
    found = list(Batch(policy, index).decide(rows))
    assert codes(found) == [None, "R474", "R489"]
    assert found[0].decision.requests[0].body == [{"parcelNumber": "1", "carrierName": "GLS"}]
    assert "it has 2 cells, and the header 4" in found[2].decision.reason


@pytest.mark.parametrize(
    "lines",
    [
        'SC1,ship,"GLS,1\n{0}',
        'SC1,ship,"GLS,1\n{0}SC2,ship,GLS,5"\n',  # a mark that would close it
        'SC1,ship,GLS,"\n{0}',
    ],
)
def test_a_quote_that_is_not_closed_costs_its_own_line(lines: str) -> None:
    text = "order,action,carrier,tracking_number\n" + lines.format("SC2,ship,GLS,2\n" * 2)
    found = list(wanted_csv(text.splitlines(keepends=True), "wanted.csv"))
    assert [one.line for one in found] == [*range(2, len(text.splitlines()) + 1)]
    first, *others = found
    assert isinstance(first, Broken)
    assert "a quote that opens in this line is not closed in it" in first.told.says
    assert all(isinstance(one, Wanted) for one in others)


@pytest.mark.parametrize("header", ["", "order\n", "order,action,action\n", "order,action,\n"])
def test_a_header_that_cannot_be_used(header: str) -> None:
    with pytest.raises(ProjectError, match="columns `order` and `action`"):
        list(wanted_csv([header, "SC1,ship,x\n"], "wanted.csv"))


def test_a_header_that_is_too_long_is_told() -> None:
    with pytest.raises(
        ProjectError, match=r"wanted\.csv:1: the header cannot be read: field larger"
    ):
        list(wanted_csv([f"order,action,{'x' * (1 << 27)}\n"], "wanted.csv"))


def test_the_last_document_of_an_order_counts(policy: Policy) -> None:
    with OrderIndex() as index:
        documents = [order("SC1"), order("SC1", "Refused")]
        assert list(index.fill([json.dumps(d).encode() for d in documents], "orders.jsonl")) == []
        wish = {"order": "SC1", "action": "ship", "parameters": SHIP}
        assert codes(decided(policy, index, wish)) == ["R472"]


def test_an_order_that_cannot_be_read_is_told() -> None:
    with OrderIndex() as index:
        told = list(index.fill([b'{"orderId": 1}', b"{"], "orders.jsonl"))
    assert [t.code.number for t in told] == ["R403", "R403", "R401"]


def test_what_is_kept_of_an_order_decides_as_the_order_does(policy: Policy) -> None:
    """Of a document that another ships, that is Lengow's alone, and that the route warns about."""
    lengow = {
        "marketplace": "cdiscount",
        "marketplace_order_id": "L1",
        "lengow_status": "waiting_shipment",
        "account_id": 7,
        "marketplace_order_date": "2025-07-30T09:00:00+02:00",
    }
    other = order("SC3")
    other["lines"][0]["offer"]["supplyMode"] = "Fulfillment"
    with OrderIndex() as index:
        list(index.fill([json.dumps(d).encode() for d in (lengow, other)], "orders.jsonl"))
        wishes = [{"order": n, "action": "ship", "parameters": SHIP} for n in ("L1", "SC3")]
        first, second = decided(policy, index, *wishes)
    assert (first.decision.code, first.decision.connector) == (None, "lengow")
    assert first.decision.warnings == ("Legacy order placed after the switch",)
    assert first.decision.requests[0].body["account_id"] == 7
    assert second.decision.code == "R408"
