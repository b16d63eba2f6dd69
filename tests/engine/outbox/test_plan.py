"""Plans about orders: what is in them goes out, and nothing else, and only while it is fresh."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from simulator.clock import ManualClock
from simulator.lengow_market import ACCOUNT
from simulator.market import SELLER, Fate, Market
from simulator.wishes import lengow_body, order_for, wish

from engine.errors import HaltedError, ProjectError
from engine.outbox.events import Event, State, Step
from engine.outbox.journal import AlreadySentError, Journal
from engine.outbox.message import Kind
from engine.outbox.moments import MINUTE, Moment
from engine.outbox.opening import open_journal
from engine.outbox.order_plan import (
    Planned,
    Wanted,
    approve_plan,
    message_of,
    messages_of,
    plan_orders,
    record_of,
)
from engine.outbox.plan import GuardFinding, Plan, read_plan
from engine.outbox.push import Push

INPUTS = {"rules": "r1", "program": "p1"}
HEADERS = (("SellerId", SELLER),)


def ship(order: str = "O-1", parcel: str = "X1", **more: str) -> Wanted:
    body = [{"parcelNumber": parcel, "carrierName": more.get("carrier", "GLS")}]
    return Wanted(Kind.SHIP, order, ("1", "2"), "POST", f"/orders/{order}/shipments", HEADERS, body)


def cancel(order: str = "O-1", *, corrects: str | None = None, reason: str = "r") -> Wanted:
    body = {"orderSellerId": order, "reason": reason}
    path = "/order-cancellation-requests"
    return Wanted(Kind.CANCEL, order, ("1", "2"), "POST", path, HEADERS, body, corrects)


def gesture(amount: int = 5, *, corrects: str | None = None) -> Wanted:
    body = {"orderSellerId": "O-1", "reason": "r", "amount": amount}
    path = "/order-commercial-gesture-requests"
    return Wanted(Kind.GESTURE, "O-1", (), "POST", path, HEADERS, body, corrects)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def journal(tmp_path: Path, clock: ManualClock) -> Iterator[Journal]:
    with open_journal(tmp_path / "j.sqlite", clock, seller=SELLER) as opened:
        yield opened


def plan(journal: Journal, *wanted: Wanted) -> Plan:
    return plan_orders(journal, wanted, "cdiscount_octopia", inputs=INPUTS)


def planned(made: Plan) -> list[Planned]:
    return [p.planned for p in messages_of(made)]


def test_a_plan_is_the_same_bytes_and_reads_back_as_itself(journal: Journal) -> None:
    made = plan(journal, ship())
    assert plan(journal, ship()).text() == made.text()
    read = read_plan(made.text(), "p.json")
    assert read == made
    assert read.hash == made.hash
    assert read.text() == made.text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"X1\\"', b'"X2\\"'),
        (b'"serial":0', b'"serial":1'),
        (b"2026-01-01", b"2026-01-02"),
        (b'"guards":[]', b'"guards":[{"name":"a","says":"b","halts":false}]'),
    ],
)
def test_an_altered_plan_is_refused(journal: Journal, old: bytes, new: bytes) -> None:
    text = plan(journal, ship()).text()
    assert old in text
    with pytest.raises(HaltedError, match="altered"):
        read_plan(text.replace(old, new), "p.json")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"format":1}',
        b"[" * 100_000,
        b'{"format":1,"hash":5,"guards":3}',
    ],
)
def test_what_is_no_plan_is_told(text: bytes) -> None:
    with pytest.raises(ProjectError, match="plan"):
        read_plan(text, "p.json")


def test_push_sends_exactly_the_plan(journal: Journal, clock: ManualClock) -> None:
    market = Market(clock, Fate())
    market.add(order_for(Kind.SHIP, "O-1"))
    made = read_plan(plan(journal, ship()).text(), "p.json")
    messages = approve_plan(made, journal, "Ada", INPUTS)
    Push(journal, market, messages).run()
    assert [c.body for _, c in market.writes] == [b'[{"carrierName":"GLS","parcelNumber":"X1"}]']
    assert [r.state for r in journal.records()] == [State.CONFIRMED]
    assert [r.approver for r in journal.records()] == ["Ada"]
    approve_plan(made, journal, "Ada", INPUTS)  # again: it goes on, and finds nothing to do
    assert journal.serial("orders of cdiscount_octopia") == 1
    assert planned(plan(journal, ship())) == [Planned.KNOWN]


def test_a_stale_plan_is_refused(journal: Journal) -> None:
    first, second = plan(journal, ship("O-1")), plan(journal, ship("O-2"))
    approve_plan(second, journal, "Ada", INPUTS)
    with pytest.raises(HaltedError, match="stale: made at serial 0, the journal is at 1"):
        approve_plan(first, journal, "Ada", INPUTS)
    assert [r.subject for r in journal.records()] == ["O-2"]


def test_plans_of_another_channel_are_not_stale(journal: Journal) -> None:
    first = plan(journal, ship("O-1"))
    second = plan_orders(journal, [ship("O-2")], "other_channel", inputs=INPUTS)
    approve_plan(first, journal, "Ada", INPUTS)
    approve_plan(second, journal, "Ada", INPUTS)
    assert {r.subject for r in journal.records()} == {"O-1", "O-2"}


def test_an_expired_plan_is_refused_unless_it_was_begun(
    journal: Journal, clock: ManualClock
) -> None:
    made = plan(journal, ship())
    clock.sleep(11 * MINUTE)
    with pytest.raises(HaltedError, match="expired"):
        approve_plan(made, journal, "Ada", INPUTS)
    again = plan(journal, ship())
    approve_plan(again, journal, "Ada", INPUTS)
    clock.sleep(11 * MINUTE)
    assert len(approve_plan(again, journal, "Ada", INPUTS)) == 1
    clock.jump(-60 * MINUTE)
    with pytest.raises(HaltedError, match="expired"):
        approve_plan(replace(again, serial=1, made=again.made + 1).sealed(), journal, "A", INPUTS)


def test_foreign_plans_are_refused(journal: Journal, tmp_path: Path, clock: ManualClock) -> None:
    made = plan(journal, ship())
    with (
        open_journal(tmp_path / "other.sqlite", clock, seller=SELLER) as other,
        pytest.raises(HaltedError, match="another journal"),
    ):
        approve_plan(made, other, "Ada", INPUTS)
    with (
        open_journal(tmp_path / "7.sqlite", clock, seller="7") as other,
        pytest.raises(HaltedError, match="seller 98979's"),
    ):
        approve_plan(made, other, "Ada", INPUTS)


@pytest.mark.parametrize(
    "now", [{"rules": "r2", "program": "p1"}, {"rules": "r1"}, {**INPUTS, "table a": "t"}]
)
def test_a_plan_of_other_inputs_is_refused(journal: Journal, now: dict[str, str]) -> None:
    with pytest.raises(HaltedError, match="changed since the plan was made"):
        approve_plan(plan(journal, ship()), journal, "Ada", now)


def test_guard_rails_and_halts_stop_a_push(journal: Journal) -> None:
    rail = GuardFinding("refunds", "31 refunds in a day, 30 are allowed", halts=True)
    made = plan_orders(journal, [ship()], "cdiscount_octopia", inputs=INPUTS, guards=(rail,))
    with pytest.raises(
        HaltedError,
        match=r"guard rail `refunds`: 31 refunds.*; its limit is `sending.guards.refunds` in",
    ):
        approve_plan(made, journal, "Ada", INPUTS)
    journal.halt("forbidden", "answered 403")
    with pytest.raises(HaltedError, match="halted: `forbidden`"):
        approve_plan(plan(journal, ship()), journal, "Ada", INPUTS)
    journal.lift("forbidden", "Ada", "the right was given")
    with pytest.raises(HaltedError, match="halted: `refunds`"):
        approve_plan(plan(journal, ship()), journal, "Ada", INPUTS)
    journal.lift("refunds", "Ada", "a recall")
    approve_plan(plan(journal, ship()), journal, "Ada", INPUTS)


def test_wishes_against_each_other_are_planned_once(journal: Journal) -> None:
    made = plan(journal, ship(), cancel(), ship(), ship("O-2"))
    assert planned(made) == [Planned.NEW, Planned.EXCLUDED, Planned.NEW]
    approve_plan(made, journal, "Ada", INPUTS)
    assert planned(plan(journal, cancel(), ship("O-2", carrier="DPD"))) == [
        Planned.EXCLUDED,
        Planned.CHANGED,
    ]


def to(journal: Journal, message: str, *steps: Step) -> None:
    for step in steps:
        journal.append(Event(step, message))


def test_corrections_of_what_had_no_effect(journal: Journal) -> None:
    made = plan(journal, ship())
    approve_plan(made, journal, "Ada", INPUTS)
    first = messages_of(made)[0].message.id
    to(journal, first, Step.CLAIM, Step.DOUBT, Step.REFUSE)
    assert planned(plan(journal, ship())) == [Planned.REFUSED]  # the very same is not sent again
    corrected = plan(journal, ship(carrier="DPD"))
    assert planned(corrected) == [Planned.CORRECTION]
    approve_plan(corrected, journal, "Ada", INPUTS)
    second = messages_of(corrected)[0].message.id
    assert journal.record(second).corrects == first  # type: ignore[union-attr] - it is there
    assert planned(plan(journal, ship(carrier="DPD"))) == [Planned.KNOWN]


def test_a_correction_of_money_is_named_by_a_person(journal: Journal) -> None:
    made = plan(journal, cancel())
    approve_plan(made, journal, "Ada", INPUTS)
    first = messages_of(made)[0].message.id
    to(journal, first, Step.CLAIM, Step.DOUBT, Step.REFUSE)
    assert planned(plan(journal, cancel())) == [Planned.REFUSED]
    assert planned(plan(journal, cancel(corrects=first))) == [Planned.CORRECTION]


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (Step.CLAIM,),
        (Step.CLAIM, Step.ANSWER, Step.CONFIRM),
        (Step.CLAIM, Step.DOUBT),
        (Step.CLAIM, Step.DOUBT, Step.HOLD),
        (Step.CLAIM, Step.DOUBT, Step.HOLD, Step.WITHDRAW),
    ],
)
def test_what_may_have_had_its_effect_is_corrected_by_nothing(
    journal: Journal, steps: tuple[Step, ...]
) -> None:
    approve_plan(plan(journal, gesture()), journal, "Ada", INPUTS)
    first = messages_of(plan(journal, gesture()))[0].message
    again = message_of(gesture(corrects=first.id), SELLER, "cdiscount_octopia")
    to(journal, first.id, *steps)
    (found,) = messages_of(plan(journal, gesture(corrects=first.id)))
    assert found.planned is Planned.EXCLUDED
    assert "only what certainly had no effect is corrected" in found.why
    before = list(journal.entries())
    with pytest.raises(AlreadySentError, match="only what certainly had no effect"):
        journal.approve(record_of(again, "p", "Ada", Moment(0, 0, ""), 0))
    assert list(journal.entries()) == before


def test_a_message_is_corrected_once(journal: Journal) -> None:
    approve_plan(plan(journal, gesture()), journal, "Ada", INPUTS)
    first = messages_of(plan(journal, gesture()))[0].message.id
    to(journal, first, Step.CLAIM, Step.DOUBT, Step.REFUSE)
    made = plan(journal, gesture(4, corrects=first))
    assert planned(made) == [Planned.CORRECTION]
    approve_plan(made, journal, "Ada", INPUTS)
    second = messages_of(made)[0].message.id
    (found,) = messages_of(plan(journal, gesture(3, corrects=first)))
    assert found.planned is Planned.EXCLUDED
    assert found.why == (
        f"message {second[:12]}, which is approved, stands in the place of message {first[:12]}"
    )
    to(journal, second, Step.CLAIM, Step.DOUBT, Step.REFUSE)
    assert planned(plan(journal, gesture(3, corrects=first))) == [Planned.CORRECTION]
    (unknown,) = messages_of(plan(journal, gesture(3, corrects="f" * 64)))
    assert unknown.why == (
        "message ffffffffffff, in whose place it would stand, is none of this order"
    )


def test_a_correction_that_was_refused_or_done_is_not_planned_as_new(journal: Journal) -> None:
    approve_plan(plan(journal, gesture()), journal, "Ada", INPUTS)
    first = messages_of(plan(journal, gesture()))[0].message.id
    to(journal, first, Step.CLAIM, Step.DOUBT, Step.REFUSE)
    made = plan(journal, gesture(4, corrects=first))
    approve_plan(made, journal, "Ada", INPUTS)
    second = messages_of(made)[0].message.id
    (known,) = messages_of(plan(journal, gesture(4)))
    assert (known.planned, known.message.id) == (Planned.KNOWN, second)
    to(journal, second, Step.CLAIM, Step.DOUBT, Step.REFUSE)
    (refused,) = messages_of(plan(journal, gesture(4)))
    assert refused.planned is Planned.REFUSED
    assert refused.why.endswith(f"--corrects {second[:12]}")
    again = plan(journal, gesture(4, corrects=second))
    assert planned(again) == [Planned.CORRECTION]
    approve_plan(again, journal, "Ada", INPUTS)
    third = messages_of(again)[0].message.id
    to(journal, third, Step.CLAIM, Step.ANSWER, Step.CONFIRM)
    (done,) = messages_of(plan(journal, gesture(4)))
    assert (done.planned, done.message.id, done.why) == (Planned.KNOWN, third, "it is confirmed")
    assert planned(plan(journal, gesture(3))) == [Planned.NEW]


def test_what_was_withdrawn_unsent_is_planned_again(journal: Journal) -> None:
    made = plan(journal, cancel())
    approve_plan(made, journal, "Ada", INPUTS)
    first = messages_of(made)[0].message.id
    to(journal, first, Step.WITHDRAW)
    again = plan(journal, cancel())
    assert planned(again) == [Planned.CORRECTION]
    approve_plan(again, journal, "Ada", INPUTS)
    to(journal, messages_of(again)[0].message.id, Step.CLAIM, Step.DOUBT, Step.HOLD, Step.WITHDRAW)
    assert planned(plan(journal, cancel())) != [Planned.CORRECTION]


def test_messages_in_simulations_are_those_of_plans(journal: Journal) -> None:
    made = wish(Kind.SHIP, order_for(Kind.SHIP, "O-1"))
    wanted = Wanted(
        Kind.SHIP,
        "O-1",
        ("1", "2"),
        "POST",
        made.call.path,
        HEADERS,
        [{"parcelNumber": "P-O-1", "carrierName": "GLS"}],
    )
    assert messages_of(plan(journal, wanted))[0].message.id == made.id


def test_too_many_refunds_within_a_day_halt(journal: Journal, clock: ManualClock) -> None:
    made = plan(journal, *(cancel(f"O-{n}") for n in range(20)))
    assert made.guards == ()
    approve_plan(made, journal, "Ada", INPUTS)
    one_more = plan(journal, cancel("O-20"), ship("O-21"))
    assert [g.says for g in one_more.guards] == ["21 messages move money within a day, 20 may"]
    with pytest.raises(HaltedError, match="guard rail `refunds`"):
        approve_plan(one_more, journal, "Ada", INPUTS)
    clock.sleep(25 * 60 * MINUTE)
    with pytest.raises(HaltedError, match="halted: `refunds`"):
        approve_plan(plan(journal, cancel("O-20")), journal, "Ada", INPUTS)
    journal.lift("refunds", "Ada", "a recall")
    approve_plan(plan(journal, cancel("O-20")), journal, "Ada", INPUTS)


def test_who_lifts_a_count_of_refunds_lets_no_more_through(journal: Journal) -> None:
    approve_plan(plan(journal, *(cancel(f"O-{n}") for n in range(20))), journal, "Ada", INPUTS)
    with pytest.raises(HaltedError, match="guard rail `refunds`: 21 messages"):
        approve_plan(plan(journal, cancel("O-20")), journal, "Ada", INPUTS)
    journal.lift("refunds", "Ada", "one is fine")
    with pytest.raises(HaltedError, match="guard rail `refunds`: 24 messages"):
        approve_plan(
            plan(journal, *(cancel(f"O-{n}") for n in range(20, 24))), journal, "B", INPUTS
        )
    journal.lift("refunds", "Ada", "four, then")
    approve_plan(plan(journal, *(cancel(f"O-{n}") for n in range(20, 24))), journal, "B", INPUTS)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.pop("messages"),
        lambda c: c.update(messages=5),
        lambda c: c["messages"][0].update(kind="nonsense"),
        lambda c: c["messages"][0].update(planned="nonsense"),
        lambda c: c["messages"][0].update(body=5),
        lambda c: c["messages"][0].update(headers=[["one"]]),
        lambda c: c["messages"][0].pop("lines"),
        lambda c: c["messages"][0].update(path="/orders/O-7/shipments"),
        lambda c: c["messages"][0].update(body='[{"parcelNumber": "X2", "carrierName": "GLS"}]'),
    ],
)
def test_a_plan_that_was_sealed_by_hand_is_told(
    journal: Journal, change: Callable[[dict[str, Any]], Any]
) -> None:
    made = plan(journal, ship())
    content = json.loads(json.dumps(made.content))
    change(content)
    with pytest.raises(HaltedError, match="the plan"):
        messages_of(replace(made, content=content).sealed())


def refuse(order: str) -> Wanted:
    path, body = f"/orders/{order}/approval-status", {"approval_status": "Refused"}
    return Wanted(Kind.REFUSE, order, (), "POST", path, HEADERS, body)


def test_too_many_refused_orders_within_a_day_halt(journal: Journal) -> None:
    many = [refuse(f"O-{n}") for n in range(21)]
    (guard,) = plan(journal, *many).guards
    assert (guard.name, guard.halts) == ("refusals", True)
    assert guard.says == "21 messages refuse orders within a day, 20 may"
    assert plan(journal, *many[:20]).guards == ()


def test_shipments_through_lengow_are_no_refunds(tmp_path: Path, clock: ManualClock) -> None:
    """They have the class of what moves money, for each may go out once only; the cap is on refunds."""

    def wanted(kind: Kind, number: int) -> Wanted:
        body = lengow_body(kind, f"O-{number}")
        return Wanted(kind, f"O-{number}", (), "POST", "/v3.0/orders/actions/", (), body)

    with open_journal(tmp_path / "l.sqlite", clock, seller=ACCOUNT) as journal:
        ships = [wanted(Kind.SHIP, number) for number in range(30)]
        assert plan(journal, *ships).guards == ()
        approve_plan(plan(journal, *ships), journal, "Ada", INPUTS)
        refunds = [wanted(Kind.REFUND, number) for number in range(100, 121)]
        assert [g.name for g in plan(journal, *refunds).guards] == ["refunds"]
        assert plan(journal, *refunds[:20]).guards == ()
