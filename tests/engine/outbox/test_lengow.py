"""Actions through Lengow: each asked for once, and believed only where Lengow or the order shows it."""

from pathlib import Path
from typing import Any

import pytest
from simulator.clock import ManualClock
from simulator.lengow_market import ACCOUNT, LengowMarket
from simulator.market import OUTCOMES, Named
from simulator.wishes import LENGOW_STATUS, approved, lengow_body, lengow_wish

from engine.outbox.canonical import canonical
from engine.outbox.events import Record, State
from engine.outbox.lengow_evidence import by_hand, look_through_lengow
from engine.outbox.message import Kind, Message, natural_key
from engine.outbox.moments import HOUR, MINUTE
from engine.outbox.opening import open_journal
from engine.outbox.push import Push
from engine.transport.outcome import Call, MessageClass

CHANNEL = "cdiscount_octopia"
KINDS = tuple(LENGOW_STATUS)


class Shop:
    """An account with one order and one wish."""

    def __init__(self, folder: Path, kind: Kind, *outcomes: str) -> None:
        self.clock = ManualClock()
        self.market = LengowMarket(self.clock, Named(*outcomes))
        self.market.add("O-1", *LENGOW_STATUS[kind])
        self.message = lengow_wish(kind, "O-1")
        self.path = folder / "j.sqlite"
        self.said: dict[str, str] = {}
        with open_journal(self.path, self.clock, seller=ACCOUNT) as journal:
            now = self.clock.wall
            journal.approve(approved(self.message, now, expires=now + HOUR))

    def run(self, *, later: int = 0) -> Record:
        self.clock.sleep(later)
        with open_journal(self.path, self.clock, seller=ACCOUNT) as journal:
            messages = {self.message.id: self.message}
            push = Push(journal, self.market, messages, looks=look_through_lengow)
            done = push.run()
            self.notes, self.said = done.notes, {**self.said, **done.said}
            found = journal.record(self.message.id)
        assert found is not None
        return found

    def live(self) -> Record:
        """Through the quarantine, Lengow at work, to where nothing moves any more."""
        record = self.run()
        for _ in range(4):
            self.market.work()
            record = self.run(later=30 * MINUTE)
        return record


@pytest.mark.parametrize("kind", KINDS)
def test_all_well(tmp_path: Path, kind: Kind) -> None:
    shop = Shop(tmp_path, kind)
    assert shop.message.message_class is MessageClass.MONEY
    assert shop.run().state is State.ANSWERED  # queued is not done
    assert "queued" in shop.notes[shop.message.id].came_back
    shop.market.work()
    assert shop.run(later=MINUTE).state is State.CONFIRMED
    assert shop.market.effects == [("O-1", kind.value)]
    assert shop.market.posts == 1


ARRIVED = {"answered", "no connection", "lost after", "late", "500 after", "503 after"}
MAY_HAVE = {"html", "cut body", "400", "409", "422"}


@pytest.mark.parametrize("error_had_effect", [False, True])
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_asked_for_twice(
    tmp_path: Path, kind: Kind, outcome: str, *, error_had_effect: bool
) -> None:
    shop = Shop(tmp_path, kind)
    shop.market.fate = Named(outcome, errors_had_effect=error_had_effect)
    record = shop.live()
    assert shop.market.posts == (2 if outcome == "no connection" else 1)
    done = outcome in ARRIVED or (outcome in MAY_HAVE and error_had_effect)
    assert shop.market.effects == ([("O-1", kind.value)] if done else [])
    if done:
        assert record.state is State.CONFIRMED
    elif outcome in {"400", "403", "404", "409", "422"}:
        assert record.state is State.REFUSED
    else:
        assert record.state is State.HELD


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_marketplace_refuses_is_held_and_its_words_are_not_kept(
    tmp_path: Path, kind: Kind
) -> None:
    shop = Shop(tmp_path, kind)
    shop.market.errors = "carrier is not known"
    record = shop.live()
    assert record.state is State.HELD
    assert record.why == "Lengow tried, and was refused"
    assert shop.said == {record.id: "carrier is not known"}
    assert b"carrier is not known" not in shop.path.read_bytes()
    assert shop.market.posts == 1


def test_what_others_asked_for_is_not_asked_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.REFUND)
    shop.market.ask(lengow_body(Kind.REFUND, "O-1"))
    assert shop.run().state is State.APPROVED
    assert "queued" in shop.notes[shop.message.id].came_back
    shop.market.work()
    assert shop.run(later=MINUTE).state is State.CONFIRMED
    assert shop.market.posts == 0


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize(
    ("kind", "other"), [(Kind.ACCEPT, Kind.REFUSE), (Kind.REFUSE, Kind.ACCEPT)]
)
def test_nothing_is_asked_for_beside_what_it_excludes(
    tmp_path: Path, kind: Kind, other: Kind, *, carried_out: bool
) -> None:
    shop = Shop(tmp_path, kind)
    made = shop.market.ask(lengow_body(other, "O-1"), by="person")
    made.done = carried_out  # and the order does not show it yet
    record = shop.run()
    assert (record.state, shop.market.posts) == (State.WITHDRAWN, 0)
    assert record.why == f"Lengow was asked to {other.value} the order"


def test_what_was_asked_in_vain_excludes_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.ACCEPT)
    shop.market.failed_before(lengow_body(Kind.REFUSE, "O-1"), times=1)
    shop.run()
    assert shop.market.posts == 1


@pytest.mark.parametrize("lie", ["lost", "nameless", "no order"])
def test_what_proves_nothing_sends_nothing(tmp_path: Path, lie: str) -> None:
    shop = Shop(tmp_path, Kind.REFUND)
    shop.market.fate = Named(reads=(lie,) * 9)
    shop.market.ask(lengow_body(Kind.REFUND, "O-1"))
    shop.market.work()
    assert shop.run().state is State.APPROVED
    assert shop.market.posts == 0


def test_an_order_that_moved_on_is_left_alone(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP)
    shop.market.add("O-1", "Shipped", "shipped")
    record = shop.run()
    assert (record.state, record.sends) == (State.WITHDRAWN, 0)
    assert "not by this action" in record.why


def test_a_request_of_another_account_is_not_sent(tmp_path: Path) -> None:
    from engine.errors import HaltedError

    shop = Shop(tmp_path, Kind.SHIP)
    other = lengow_wish(Kind.SHIP, "O-1", account="8")
    shop.message = Message(
        ACCOUNT, CHANNEL, Kind.SHIP, "O-1", other.natural_key, other.lines, other.call
    )
    with pytest.raises(HaltedError):
        shop.run()
    assert shop.market.posts == 0


def test_what_is_not_certain_goes_by_hand() -> None:
    assert by_hand(CHANNEL, "ship") == ""
    assert "canceled" in by_hand("cdiscount", "refuse")
    assert "not public" in by_hand("cdiscount", "refund")
    assert "nothing is known" in by_hand(CHANNEL, "gesture")


@pytest.mark.parametrize(
    ("kind", "changed", "told"),
    [
        (Kind.ACCEPT, {"action_type": "refuse"}, "asks for refuse"),
        (Kind.GESTURE, {"action_type": "gesture"}, "no commercial gestures"),
        (Kind.REFUND, {"refund_reason": ""}, "no `refund_reason`"),
    ],
)
def test_bodies_that_are_not_of_their_kind(kind: Kind, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        natural_key(kind, {**lengow_body(kind, "O-1"), **changed}, ("*",))


def test_the_reason_may_have_its_other_name() -> None:
    asked = lengow_body(Kind.REFUND, "O-1")
    asked["reason"] = asked.pop("refund_reason")
    assert natural_key(Kind.REFUND, asked, ("*",)) == {"lines": ["*"], "reason": "out_of_stock"}


def test_whose_request_it_is() -> None:
    made = Message(ACCOUNT, CHANNEL, Kind.SHIP, "O-1", {}, ("*",), Call("POST", "/x", (), b"[1]"))
    assert made.account == ""
    assert lengow_wish(Kind.SHIP, "O-1").account == ACCOUNT
    assert canonical(lengow_body(Kind.SHIP, "O-1")) == lengow_wish(Kind.SHIP, "O-1").call.body
