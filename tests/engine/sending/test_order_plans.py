"""From wanted actions to what the marketplace did: decided by the rules, planned, pushed once."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from simulator.clock import ManualClock
from simulator.market import SELLER, Fate, Market, Order
from simulator.wishes import approved, wish

from engine.cli.main import feedwright
from engine.errors import HaltedError, ProjectError
from engine.outbox.events import Event, Step
from engine.outbox.message import Kind
from engine.outbox.moments import wall_of
from engine.outbox.opening import open_journal
from engine.outbox.order_plan import messages_of
from engine.project import load_project
from engine.sending.order_plans import plan_wanted
from engine.sending.orders import push_orders
from engine.transport.outcome import Answer, Call, NotSent, NotSentReason, Outcome

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def document(order: str, status: str, seller: str = SELLER) -> dict[str, Any]:
    line = {
        "orderLineId": "1",
        "status": status,
        "quantity": 1,
        "offer": {"sellerProductId": "LU-1005", "supplyMode": "Seller"},
    }
    return {
        "orderId": order,
        "status": status,
        "salesChannel": {"id": "CDISFR"},
        "seller": {"id": seller},
        "updatedAt": "2025-12-31T10:00:00Z",
        "lines": [line],
    }


SHIP = {"tracking_number": "XY123456789FR", "carrier": "Colissimo"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    settings = (ROOT / ".feedwright.yaml").read_text()
    settings += f'\nsellers:\n  "{SELLER}": {{client_id: env:ID, client_secret: env:SECRET}}\n'
    (tmp_path / ".feedwright.yaml").write_text(settings)
    orders = [document("O-1", "InPreparation"), document("O-2", "WaitingAcceptance")]
    (tmp_path / "orders.jsonl").write_text("\n".join(json.dumps(o) for o in orders))
    want(
        tmp_path,
        {"order": "O-1", "action": "ship", "parameters": SHIP},
        {"order": "O-2", "action": "accept"},
        {"order": "O-2", "action": "ship", "parameters": SHIP},
        {"order": "O-9", "action": "accept"},
    )
    return tmp_path


def want(folder: Path, *rows: dict[str, Any]) -> None:
    (folder / "wanted.jsonl").write_text("\n".join(json.dumps(r) for r in rows))


def orders_plan(folder: Path, *more: str) -> Result:
    words = ["orders", "plan", str(folder / "wanted.jsonl"), "--project", str(folder)]
    words += ["--orders", str(folder / "orders.jsonl"), "--out", str(folder / "plan.json")]
    return CliRunner().invoke(feedwright, [*words, "--at", "2026-01-01T12:00Z", *more])


def test_what_the_rules_allow_is_planned_and_the_rest_told(project: Path) -> None:
    planned = orders_plan(project)
    assert planned.exit_code == 1, planned.output
    told = [line.split()[:4] for line in planned.output.splitlines()]
    assert [words[0] for words in told] == [
        "denied", "denied", "new", "new", "seller", "made", "plan",
    ]  # fmt: skip
    assert told[2][1:] == ["ship", "of", "order"]
    read = json.loads((project / "plan.json").read_bytes())
    assert [m["body"] for m in read["content"]["messages"]] == [
        '[{"carrierName":"Colissimo","parcelNumber":"XY123456789FR"}]',
        '{"approval_status":"Accepted"}',
    ]
    assert {d["line"] for d in read["content"]["denied"]} == {3, 4}


def test_it_is_pushed_once(project: Path) -> None:
    clock = ManualClock(wall=wall_of(AT))
    market = Market(clock, Fate())
    market.add(Order("O-1", "InPreparation", ("1",)))
    market.add(Order("O-2", "WaitingAcceptance", ("1",)))
    opened = load_project(project)
    paths = project / "wanted.jsonl", project / "orders.jsonl"
    made = plan_wanted(opened, *paths, seller=None, at=AT, clock=clock)
    (project / "plan.json").write_bytes(made.text())
    done = push_orders(
        opened, project / "plan.json", market, approver="Ada", clock=clock, first=True
    )
    assert done.open == ()
    assert [(e.order, e.what) for e in market.ledger] == [
        ("O-1", "ship XY123456789FR"),
        ("O-2", "Accepted"),
    ] or [(e.order, e.what) for e in market.ledger] == [
        ("O-2", "Accepted"),
        ("O-1", "ship XY123456789FR"),
    ]
    again = plan_wanted(opened, *paths, seller=None, at=AT, clock=clock)
    assert [p.planned for p in messages_of(again)] == ["known", "known"]


@pytest.mark.parametrize("order", [".", "..", " .. "])
def test_an_id_that_leads_elsewhere_is_denied_and_the_others_are_planned(
    project: Path, order: str
) -> None:
    """A request for it is not made: that no request was, once stopped the whole plan."""
    clock = ManualClock(wall=wall_of(AT))

    class Strict(Market):
        def send(self, call: Call) -> Outcome:
            if call.path.rpartition("/")[2] in {".", ".."}:
                return NotSent(NotSentReason.REFUSED_HERE, "the path leaves its place")
            return Market.send(self, call)

    market = Strict(clock, Fate())
    market.add(Order("O-2", "WaitingAcceptance", ("1",)))
    want(project, {"order": order, "action": "accept"}, {"order": "O-2", "action": "accept"})
    wanted = project / "wanted.jsonl"
    made = plan_wanted(load_project(project), wanted, market, seller=None, at=AT, clock=clock)
    assert [m.message.subject for m in messages_of(made)] == ["O-2"]
    (denied,) = made.content["denied"]
    assert (denied["line"], denied["decision"]) == (1, "denied")
    assert "which can be no order's id" in denied["reason"]


def test_wanted_actions_come_from_a_pipe_too(project: Path) -> None:
    market = Market(clock := ManualClock(wall=wall_of(AT)), Fate())
    market.add(Order("O-2", "WaitingAcceptance", ("1",)))
    os.mkfifo(pipe := project / "pipe")
    text = b"order,action\nO-2,accept\n"
    with ThreadPoolExecutor(1) as pool:
        pool.submit(pipe.write_bytes, text)
        made = plan_wanted(load_project(project), pipe, market, seller=None, at=AT, clock=clock)
    assert [m.message.subject for m in messages_of(made)] == ["O-2"]
    words = ["orders", "plan", "-", "--project", str(project), "--out", str(project / "p.json")]
    words += ["--orders", str(project / "orders.jsonl"), "--at", AT.isoformat()]
    (project / "orders.jsonl").write_text(json.dumps(document("O-2", "WaitingAcceptance")))
    ran = CliRunner().invoke(feedwright, words, input=text)
    assert (ran.exit_code, "accept of order O-2" in ran.output) == (0, True), ran.output


def test_only_the_same_action_on_the_same_order_corrects_a_message(project: Path) -> None:
    (project / "orders.jsonl").write_text(
        "\n".join(json.dumps(document(name, "WaitingAcceptance")) for name in ("O-1", "O-2"))
    )
    accepts = wish(Kind.ACCEPT, Order("O-2", "WaitingAcceptance", ("1",)))
    clock = ManualClock(wall=wall_of(AT))
    path = project / f"var/journal/{SELLER}.sqlite"
    with open_journal(path, clock, seller=SELLER) as journal:
        journal.approve(approved(accepts, clock.wall))
        for step in (Step.CLAIM, Step.DOUBT, Step.REFUSE):
            journal.append(Event(step, accepts.id, {"why": "answered 422"}))
    corrects = ("--corrects", accepts.id[:12])
    for order, action in (("O-1", "accept"), ("O-2", "refuse")):
        want(project, {"order": order, "action": action})
        found = orders_plan(project, *corrects)
        assert isinstance(found.exception, ProjectError), found.output
        told = f"is accept of order O-2, and {action} of order {order} is wanted"
        assert told in str(found.exception)
    want(project, {"order": "O-2", "action": "accept"})
    assert orders_plan(project, *corrects).exit_code == 0


@pytest.mark.parametrize(("rows", "code"), [([], 0), ([{"order": "O-9", "action": "accept"}], 1)])
def test_a_plan_of_nothing_says_so_and_is_pushed_well(
    project: Path, rows: list[dict[str, Any]], code: int
) -> None:
    want(project, *rows)
    planned = orders_plan(project, "--html", str(project / "plan.html"))
    assert planned.exit_code == code
    again = CliRunner().invoke(feedwright, ["show", str(project / "plan.json")])
    assert "nothing to send\n" in again.output
    assert f"seller {SELLER}, no channel, serial 0\n" in again.output
    assert "Plan of orders for no channel" in (project / "plan.html").read_text()
    words = ["orders", "push", str(project / "plan.json"), "--project", str(project)]
    pushed = CliRunner().invoke(feedwright, words)
    assert (pushed.exit_code, pushed.output) == (0, "done: nothing was to be sent\n")


def test_an_order_of_another_seller_is_not_planned(project: Path) -> None:
    (project / "orders.jsonl").write_text(json.dumps(document("O-1", "InPreparation", seller="7")))
    found = orders_plan(project)
    assert isinstance(found.exception, ProjectError)
    assert "order O-1 is seller 7's" in str(found.exception)


def test_changed_order_rules_make_a_plan_stale(project: Path) -> None:
    clock = ManualClock(wall=wall_of(AT))
    opened = load_project(project)
    paths = project / "wanted.jsonl", project / "orders.jsonl"
    (project / "plan.json").write_bytes(
        plan_wanted(opened, *paths, seller=None, at=AT, clock=clock).text()
    )
    with (project / "rules/orders.rules").open("a") as rules:
        rules.write("\n# changed\n")
    market = Market(clock, Fate())
    with pytest.raises(HaltedError, match=r"rules/orders\.rules changed"):
        push_orders(opened, project / "plan.json", market, approver="Ada", clock=clock, first=True)
    assert market.calls == []


class Listing(Market):
    """A marketplace that lists its reasons for cancelling."""

    codes: tuple[str, ...] = ("buyer-request",)

    def send(self, call: Call) -> Outcome:
        if call.path.startswith("/cancellation-reasons"):
            self.calls.append(call)
            return Answer(200, body=[{"code": code} for code in self.codes])
        return Market.send(self, call)


@pytest.mark.parametrize(
    ("codes", "noted"),
    [(("buyer-request",), True), (("seller-out-of-stock", "buyer-request"), False), ((), False)],
)
def test_a_reason_that_the_marketplace_does_not_list_is_noted(
    project: Path, codes: tuple[str, ...], *, noted: bool
) -> None:
    clock = ManualClock()
    market = Listing(clock, Fate())
    market.codes = codes
    for name in ("O-1", "O-2"):
        market.add(Order(name, "Shipped", ("1",)))
    refund = {"action": "refund", "parameters": {"refund_reason": "out_of_stock"}}
    want(project, {"order": "O-1", **refund}, {"order": "O-2", **refund})
    made = plan_wanted(
        load_project(project),
        project / "wanted.jsonl",
        market,
        seller=SELLER,
        at=AT,
        clock=clock,
    )
    assert len(messages_of(made)) == 2
    assert [g.name for g in made.guards] == (["reason"] if noted else [])
    assert not any(g.halts for g in made.guards)
    asked = [c for c in market.calls if c.path.startswith("/cancellation-reasons")]
    assert len(asked) == 1  # the same list serves all orders of a state
    if noted:
        assert "`seller-out-of-stock` (order O-1) is not among" in made.guards[0].says
        assert "for Shipped: buyer-request" in made.guards[0].says
