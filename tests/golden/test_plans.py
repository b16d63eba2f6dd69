"""What `show` prints of plans, as a person or a program gets it."""

from pathlib import Path

import pytest
from checking.plans import offer, write_offers, write_orders
from conftest import Feedwright
from pytest_snapshot.plugin import Snapshot

from engine.outbox.message import Kind
from engine.outbox.order_plan import Planned, Wanted
from engine.outbox.plan import GuardFinding

REFUSE = Wanted(Kind.REFUSE, "SC-2", (), "POST", "/orders/SC-2/approval-status", (), {"a": 1})


@pytest.fixture
def offers(tmp_path: Path) -> Path:
    reasons = [
        {
            "rows": 6,
            "example_row": 17,
            "code": "R208",
            "severity": "error",
            "message": "EAN \u202e3760 is not valid",
            "rule": {"file": "rules/offers.rules", "line": 36},
        },
        {
            "rows": 1,
            "example_row": 2,
            "code": "R206",
            "severity": "warning",
            "message": "72 hours before",
            "column": "Prix HT",
        },
    ]
    return write_offers(
        tmp_path / "offers.jsonl",
        [
            offer("CH-1", price="12.00", was=("10.00", 3)),
            offer("CH-2", "new"),
            offer("CH-3", price="0.95", quantity=2, was=("9.50", 4)),
            offer("CH-4", "withdrawn", price=None, quantity=0, was=("9.00", 4)),
        ],
        counts={"unchanged": 5, "rejected": 6, "failing": 1},
        guards=[
            GuardFinding("slips", "1 prices moved by a factor of 10", halts=True),
            GuardFinding("withdrawn", "1 of 8 offers are withdrawn", halts=False),
        ],
        reasons=reasons,
        failing=[{"row": 9, "sku": "CH-9", "why": "Rejected: 1008"}],
    )


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    denied = {"line": 3, "order": "SC-3", "action": "cancel", "decision": "denied"}
    return write_orders(
        tmp_path / "orders.json",
        [(Planned.REFUSED, "the marketplace refused it before", REFUSE)],
        denied=[{**denied, "reason": "Cancel is not available on Octopia"}],
        guards=[GuardFinding("refusals", "21 messages refuse orders", halts=True)],
    )


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("kind", ["offers", "orders"])
def test_a_plan(
    kind: str,
    style: str,
    request: pytest.FixtureRequest,
    feedwright: Feedwright,
    golden: Snapshot,
) -> None:
    plan: Path = request.getfixturevalue(kind)
    ran = feedwright("show", plan.name, "--format", style, cwd=plan.parent)
    assert (ran.code, ran.err) == (0, "")
    golden.assert_match(ran.out, f"show_{kind}.{style}.txt")


def test_an_altered_plan_is_not_shown(offers: Path, feedwright: Feedwright) -> None:
    text = offers.read_bytes()
    offers.write_bytes(text.replace(b'"12.00"', b'"21.00"'))
    ran = feedwright("show", offers.name, cwd=offers.parent)
    assert (ran.code, ran.out) == (3, "")
    assert "altered since it was made" in ran.err
    offers.write_bytes(text.replace(b'"serial":7', b'"serial":8'))
    assert feedwright("show", offers.name, cwd=offers.parent).code == 3


def test_what_is_no_plan_is_told(tmp_path: Path, feedwright: Feedwright) -> None:
    for text in (b"", b"rules 1\n", b"{}\n", b"\xff\xfe", b"[" * 100_000):
        (tmp_path / "plan").write_bytes(text)
        ran = feedwright("show", "plan", cwd=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert "no plan" in ran.err
