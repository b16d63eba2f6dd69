"""One message at a time: what is sent, what is not, and what is found out later."""

from collections.abc import Callable
from pathlib import Path

import pytest
from simulator.clock import ManualClock
from simulator.disk import KilledError
from simulator.market import SELLER, Effect, Fate, Market, Named, Order
from simulator.wishes import approved, order_for, wish
from simulator.world import run_seed

from engine.errors import HaltedError
from engine.outbox.events import Event, Record, State, Step
from engine.outbox.journal import Journal
from engine.outbox.message import Kind, Message
from engine.outbox.moments import HOUR, MINUTE, SECOND, Moment
from engine.outbox.opening import open_journal
from engine.outbox.push import Push
from engine.outbox.settlement import Waits
from engine.transport.outcome import Call


class Shop:
    """A seller with one order and one wish."""

    def __init__(self, folder: Path, kind: Kind, fate: Fate | None = None) -> None:
        self.clock = ManualClock()
        self.market = Market(self.clock, fate or Fate())
        self.order = order_for(kind, "O-1")
        self.market.add(self.order)
        self.market.add(Order("ORDER-OF-OTHERS", self.order.status, ("1",)))
        self.message = wish(kind, self.order)
        self.messages = {self.message.id: self.message}
        self.path = folder / "j.sqlite"

    def journal(self) -> Journal:
        return open_journal(self.path, self.clock, seller=SELLER)

    def approve(self, lifetime: int = 10 * MINUTE) -> None:
        with self.journal() as journal:
            now = self.clock.wall
            journal.approve(approved(self.message, now, expires=now + lifetime))

    def run(self, *, later: int = 0) -> Record:
        self.clock.sleep(later)
        with self.journal() as journal:
            Push(journal, self.market, self.messages).run()
        return self.record()

    def record(self) -> Record:
        with self.journal() as journal:
            found = journal.record(self.message.id)
        assert found is not None
        return found

    @property
    def effects(self) -> list[Effect]:
        self.market.arrive()
        return self.market.ledger


@pytest.fixture
def shop(tmp_path: Path, request: pytest.FixtureRequest) -> Shop:
    kind, fate = request.param if isinstance(request.param, tuple) else (request.param, None)
    made = Shop(tmp_path, kind, fate)
    made.approve()
    return made


@pytest.mark.parametrize("shop", Kind, indirect=True)
def test_all_well(shop: Shop) -> None:
    assert shop.run().state is State.CONFIRMED
    assert len(shop.effects) == 1
    before = len(shop.market.calls)
    assert shop.run(later=HOUR).state is State.CONFIRMED
    assert len(shop.market.calls) == before  # what is final is not even looked at


@pytest.mark.parametrize("kind", [k for k in Kind if k in {Kind.ACCEPT, Kind.REFUSE, Kind.SHIP}])
@pytest.mark.parametrize("outcome", ["lost before", "500 before", "408 before", "302"])
def test_state_goes_out_again_after_the_quarantine_once(
    tmp_path: Path, kind: Kind, outcome: str
) -> None:
    shop = Shop(tmp_path, kind, Named(outcome, outcome))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    with shop.journal() as journal:
        for name in list(journal.halts):
            journal.lift(name, "Ada", "looked")
    assert shop.run(later=13 * MINUTE).state is State.UNKNOWN
    assert len(shop.market.writes) == 1
    assert shop.run(later=3 * MINUTE).sends == 2
    assert len(shop.market.writes) == 2
    with shop.journal() as journal:
        for name in list(journal.halts):
            journal.lift(name, "Ada", "looked")
    assert shop.run(later=16 * MINUTE).state is State.HELD
    assert shop.run(later=16 * MINUTE).state is State.HELD
    assert len(shop.market.writes) == 2
    assert shop.effects == []


@pytest.mark.parametrize("kind", [Kind.CANCEL, Kind.REFUND, Kind.GESTURE])
@pytest.mark.parametrize("outcome", ["lost before", "500 before", "429", "401", "408 before"])
def test_money_goes_out_once_and_is_held(tmp_path: Path, kind: Kind, outcome: str) -> None:
    shop = Shop(tmp_path, kind, Named(outcome))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    assert shop.run(later=16 * MINUTE).state is State.UNKNOWN  # seen to be absent once
    assert shop.run(later=5 * MINUTE).state is State.UNKNOWN  # too early for the second look
    held = shop.run(later=6 * MINUTE)
    assert held.state is State.HELD
    assert held.absences == 2
    assert len(shop.market.writes) == 1
    with shop.journal() as journal:
        journal.append(Event(Step.RELEASE, held.id, {"by": "Ada"}))
    assert shop.run(later=MINUTE).state is State.CONFIRMED
    assert len(shop.effects) == 1


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("outcome", ["lost after", "500 after", "late"])
def test_an_effect_that_shows_later_is_found_and_nothing_sent_again(
    tmp_path: Path, kind: Kind, outcome: str
) -> None:
    shop = Shop(tmp_path, kind, Named(outcome, lag=3 * MINUTE))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    assert shop.run(later=14 * MINUTE).state is State.CONFIRMED
    assert len(shop.market.writes) == 1


@pytest.mark.parametrize("kind", [Kind.ACCEPT, Kind.SHIP])
def test_what_did_not_leave_goes_out_at_once_again(tmp_path: Path, kind: Kind) -> None:
    shop = Shop(tmp_path, kind, Named("no connection", "no connection"))
    shop.approve()
    assert shop.run().state is State.CONFIRMED
    shop = Shop(tmp_path / "b", Kind.REFUND, Named(*["no connection"] * 3))
    shop.approve()
    assert shop.run().state is State.APPROVED
    assert shop.run().state is State.CONFIRMED
    assert shop.run().sends == 1


def test_an_old_token_is_renewed_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named("401"))
    shop.approve()
    assert shop.run().state is State.CONFIRMED
    shop = Shop(tmp_path / "b", Kind.SHIP, Named("401", "401"))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    with shop.journal() as journal:
        assert set(journal.halts) == {"credentials"}


def test_a_marketplace_that_is_full_is_asked_again_later(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.ACCEPT, Named("429"))
    shop.approve()
    assert shop.run().state is State.APPROVED
    assert shop.run(later=30 * SECOND).state is State.APPROVED  # it asked for 40 s
    assert len(shop.market.writes) == 1
    assert shop.run(later=20 * SECOND).state is State.CONFIRMED


@pytest.mark.parametrize("status", ["400", "404", "422"])
def test_a_clear_refusal_of_state_is_final_after_a_look(tmp_path: Path, status: str) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named(status))
    shop.approve()
    refused = shop.run()
    assert refused.state is State.REFUSED
    assert not refused.holds


@pytest.mark.parametrize(
    ("kind", "status"), [(Kind.SHIP, "409"), (Kind.REFUND, "400"), (Kind.CANCEL, "422")]
)
def test_other_refusals_are_final_after_the_quarantine(
    tmp_path: Path, kind: Kind, status: str
) -> None:
    shop = Shop(tmp_path, kind, Named(status))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    assert shop.run(later=16 * MINUTE).state is State.REFUSED


class Liar(Named):
    def error_had_effect(self) -> bool:
        return True


def test_a_refund_that_was_made_though_an_error_was_answered_is_found(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.REFUND, Liar("400", lag=MINUTE))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    assert shop.run(later=2 * MINUTE).state is State.CONFIRMED


@pytest.mark.parametrize("shop", [Kind.ACCEPT, Kind.SHIP, Kind.REFUND], indirect=True)
def test_403_stops_the_seller_until_a_person_lifts_it(shop: Shop) -> None:
    shop.market.fate = Named("403")
    assert shop.run().state is State.UNKNOWN
    with shop.journal() as journal:
        assert set(journal.halts) == {"forbidden"}
    other = order_for(Kind.ACCEPT, "O-2")
    shop.market.add(other)
    second = wish(Kind.ACCEPT, other)
    shop.messages[second.id] = second
    with shop.journal() as journal:
        journal.approve(approved(second, shop.clock.wall))
    shop.run(later=MINUTE)
    assert len(shop.market.writes) == 1


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [
        (Kind.ACCEPT, "Accepted", State.CONFIRMED),
        (Kind.ACCEPT, "Delivered", State.CONFIRMED),
        (Kind.ACCEPT, "Refused", State.WITHDRAWN),
        (Kind.ACCEPT, "Cancelled", State.WITHDRAWN),
        (Kind.REFUSE, "Refused", State.CONFIRMED),
        (Kind.REFUSE, "InPreparation", State.WITHDRAWN),
        (Kind.SHIP, "Accepted", State.WITHDRAWN),
        (Kind.SHIP, "Cancelled", State.WITHDRAWN),
        (Kind.SHIP, "Shipped", State.APPROVED),  # shows no parcel: nobody knows
        (Kind.SHIP, "SomethingNew", State.APPROVED),
        (Kind.REFUND, "Refused", State.WITHDRAWN),
        (Kind.GESTURE, "Accepted", State.WITHDRAWN),
    ],
)
def test_nothing_is_sent_where_the_order_moved_meanwhile(
    tmp_path: Path, kind: Kind, status: str, state: State
) -> None:
    shop = Shop(tmp_path, kind)
    shop.approve()
    shop.order.status = status
    shop.market._show("O-1", 0)
    assert shop.run().state is state
    assert shop.market.writes == []


def test_an_order_shipped_with_other_parcels_is_left_alone(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP)
    shop.approve()
    shop.order.status, shop.order.parcels = "Shipped", ["OTHER"]
    shop.market._show("O-1", 0)
    assert shop.run().state is State.WITHDRAWN
    assert shop.market.writes == []


def test_an_order_asked_to_be_cancelled_is_not_shipped(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP)
    shop.approve()
    shop.order.cancelled = {"1"}
    shop.market._show("O-1", 0)
    assert shop.run().state is State.WITHDRAWN
    assert shop.market.writes == []


def test_another_cancellation_is_not_ours(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.CANCEL, Named("lost before"))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    shop.market.requests.append({"orderSellerId": "O-1", "reason": "other", "list": "cancellation"})
    shop.market._show("O-1", 0)
    assert shop.run(later=MINUTE).state is State.HELD


@pytest.mark.parametrize("lie", ["lost", "500", "html", "another order"])
def test_a_read_that_proves_nothing_sends_nothing(tmp_path: Path, lie: str) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named(reads=(lie,)))
    shop.approve()
    assert shop.run().state is State.APPROVED
    assert shop.market.writes == []
    assert shop.run().state is State.CONFIRMED


@pytest.mark.parametrize("lies", [("true", "filter ignored"), ("true", "true", "page fails")])
def test_a_list_that_is_not_whole_proves_no_absence(tmp_path: Path, lies: tuple[str, ...]) -> None:
    shop = Shop(tmp_path, Kind.GESTURE, Named(reads=lies))
    shop.approve()
    assert shop.run().state is State.APPROVED
    assert shop.market.writes == []


def test_what_can_never_be_proved_is_held(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named("lost before", reads=("true", *["500"] * 20)))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    assert shop.run(later=5 * HOUR).state is State.UNKNOWN
    assert shop.run(later=2 * HOUR).state is State.HELD


def test_a_plan_that_expired_is_withdrawn(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP)
    shop.approve(10 * MINUTE)
    assert shop.run(later=11 * MINUTE).state is State.WITHDRAWN
    shop = Shop(tmp_path / "b", Kind.SHIP)
    shop.approve(10 * MINUTE)
    shop.clock.jump(-HOUR)  # the wall clock is set back: the steady one knows
    assert shop.run(later=11 * MINUTE).state is State.WITHDRAWN
    assert shop.market.writes == []


def test_a_look_that_grew_old_permits_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.REFUND)
    shop.approve()
    # The claim takes long: the machine sleeps.
    found = at_the_claim(shop, lambda: shop.clock.sleep(2 * MINUTE))
    assert (found.state, found.sends) == (State.APPROVED, 0)
    assert shop.market.writes == []


def at_the_claim(shop: Shop, what: Callable[[], None], *, nth: int = 1) -> Record:
    """A run in which something happens right after its `nth` commit: the claim, where it is told so."""
    commits = 0

    def committed(_: Path) -> None:
        nonlocal commits
        commits += 1
        if commits == nth:
            what()

    with open_journal(shop.path, shop.clock, seller=SELLER, synced=committed) as journal:
        Push(journal, shop.market, shop.messages).run()
    return shop.record()


@pytest.mark.parametrize("kind", Kind)
def test_a_plan_that_expires_between_the_look_and_the_first_byte(
    tmp_path: Path, kind: Kind
) -> None:
    shop = Shop(tmp_path, kind)
    shop.approve(10 * MINUTE)
    shop.clock.sleep(10 * MINUTE - 20 * SECOND)
    withdrawn = at_the_claim(shop, lambda: shop.clock.sleep(30 * SECOND))
    assert (withdrawn.state, withdrawn.sends) == (State.WITHDRAWN, 0)
    assert withdrawn.why == "its plan expired before it was sent"
    assert shop.market.writes == []


@pytest.mark.parametrize("kind", Kind)
def test_a_plan_that_is_good_until_the_first_byte(tmp_path: Path, kind: Kind) -> None:
    shop = Shop(tmp_path, kind)
    shop.approve(10 * MINUTE)
    shop.clock.sleep(10 * MINUTE - 40 * SECOND)
    assert at_the_claim(shop, lambda: shop.clock.sleep(30 * SECOND)).state is State.CONFIRMED


@pytest.mark.parametrize("outcome", ["429", "no connection"])
def test_what_had_no_effect_is_as_new_as_it_was(tmp_path: Path, outcome: str) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named(*[outcome] * 3))
    shop.approve(10 * MINUTE)
    shop.run()
    sent = len(shop.market.writes)
    assert sent > 0
    assert (shop.record().state, shop.record().sends) == (State.APPROVED, 0)
    assert shop.run(later=11 * MINUTE).state is State.WITHDRAWN
    assert len(shop.market.writes) == sent


def test_a_plan_that_expires_while_the_token_is_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named("401"))
    shop.approve(10 * MINUTE)

    def slowly(_: Market) -> bool:
        shop.clock.sleep(50 * SECOND)
        return True

    monkeypatch.setattr(Market, "renew", slowly)
    assert shop.run(later=10 * MINUTE - 20 * SECOND).state is State.WITHDRAWN
    assert len(shop.market.writes) == 1  # the one that was answered 401
    assert shop.effects == []


@pytest.mark.parametrize("kind", [Kind.ACCEPT, Kind.REFUSE, Kind.SHIP])
def test_a_claim_whose_sender_died_goes_out_again_once_though_its_plan_expired(
    tmp_path: Path, kind: Kind
) -> None:
    shop = dead_with_a_claim(tmp_path, kind)
    assert shop.run().state is State.UNKNOWN  # the quarantine begins
    assert shop.run(later=14 * MINUTE).state is State.UNKNOWN
    assert shop.market.writes == []
    again = shop.run(later=2 * MINUTE)
    assert (again.state, again.sends) == (State.CONFIRMED, 2)
    assert len(shop.market.writes) == len(shop.effects) == 1


@pytest.mark.parametrize("kind", [Kind.CANCEL, Kind.REFUND, Kind.GESTURE])
def test_money_whose_sender_died_with_a_claim_does_not_go_out(tmp_path: Path, kind: Kind) -> None:
    shop = dead_with_a_claim(tmp_path, kind)
    for _ in range(3):
        found = shop.run(later=16 * MINUTE)
    assert (found.state, found.sends) == (State.HELD, 1)
    assert shop.market.writes == []


def test_long_after_its_approval_nothing_goes_out_again(tmp_path: Path) -> None:
    shop = dead_with_a_claim(tmp_path, Kind.SHIP)
    assert shop.run().state is State.UNKNOWN
    shop.clock.sleep(6 * HOUR - 20 * SECOND)
    # The second commit is the claim: the first is what the look showed.
    held = at_the_claim(shop, lambda: shop.clock.sleep(30 * SECOND), nth=2)
    assert (held.state, held.sends) == (State.HELD, 1)
    assert held.why == "too long after its approval to be sent again"
    assert shop.market.writes == []


def dead_with_a_claim(folder: Path, kind: Kind) -> Shop:
    """A shop whose process died right after the claim: nothing left, and nobody can know."""

    def die() -> None:
        raise KilledError

    shop = Shop(folder, kind)
    shop.approve(10 * MINUTE)
    with pytest.raises(KilledError):
        at_the_claim(shop, die)
    assert shop.record().state is State.SENDING
    return shop


def test_clocks_that_disagree_start_the_quarantine_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named("lost before"))
    shop.approve()
    assert shop.run().state is State.UNKNOWN
    shop.clock.reboot(MINUTE)
    shop.clock.jump(HOUR)
    assert shop.run().state is State.UNKNOWN
    assert len(shop.market.writes) == 1
    assert shop.run(later=14 * MINUTE).sends == 1
    shop.clock.jump(-HOUR)
    assert shop.run(later=2 * MINUTE).sends == 1
    assert shop.run(later=16 * MINUTE).sends == 2


def test_long_lags_make_the_quarantine_longer(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named(lag=12 * MINUTE))
    shop.approve()
    assert shop.run().state is State.ANSWERED
    assert shop.run(later=10 * MINUTE).state is State.ANSWERED
    assert shop.run(later=3 * MINUTE).state is State.CONFIRMED
    with shop.journal() as journal:
        assert 10 * MINUTE <= journal.longest_lag < 11 * MINUTE  # it certainly took so long
    second = Shop(tmp_path / "b", Kind.ACCEPT, Named("lost before"))
    second.path = shop.path
    second.clock = second.market.clock = shop.clock
    second.approve()
    assert second.run().state is State.UNKNOWN
    assert second.run(later=20 * MINUTE).sends == 1
    assert second.run(later=15 * MINUTE).sends == 2


def test_what_is_held_is_confirmed_where_it_shows_after_all(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP, Named(lag=HOUR))
    shop.approve()
    assert shop.run().state is State.ANSWERED
    assert shop.run(later=16 * MINUTE).state is State.HELD
    assert shop.run(later=16 * MINUTE).state is State.HELD
    assert shop.run(later=HOUR).state is State.CONFIRMED
    with shop.journal() as journal:
        assert journal.longest_lag == 0


def test_the_quarantine_cannot_be_made_short() -> None:
    with pytest.raises(ValueError, match="5 minutes"):
        Waits(quarantine=4 * MINUTE)


def test_an_order_of_another_seller_stops_everything(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP)
    shop.approve()
    shop.market.seller_shown = "7"
    shop.market._show("O-1", 0)
    with pytest.raises(HaltedError, match="seller 7 where 98979"):
        shop.run()
    shop.market.seller_shown = SELLER
    shop.market._show("O-1", 0)
    shop.run()
    assert shop.market.writes == []
    with shop.journal() as journal:
        assert set(journal.halts) == {"seller"}


def test_a_header_of_another_seller_is_not_sent(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP)
    call = shop.message.call
    shop.message = Message(
        SELLER,
        shop.message.channel,
        Kind.SHIP,
        "O-1",
        shop.message.natural_key,
        shop.message.lines,
        Call(call.method, call.path, (("SellerId", "7"),), call.body),
    )
    shop.messages = {shop.message.id: shop.message}
    shop.approve()
    with pytest.raises(HaltedError):
        shop.run()
    assert shop.market.writes == []


def test_a_payload_that_was_not_approved_is_not_sent(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.SHIP)
    shop.approve()
    call = shop.message.call
    altered = Message(
        SELLER,
        shop.message.channel,
        Kind.SHIP,
        "O-1",
        shop.message.natural_key,
        shop.message.lines,
        Call(call.method, call.path, call.headers, b"[]"),
    )
    shop.messages = {shop.message.id: altered}
    with pytest.raises(HaltedError, match="not as it was approved"):
        shop.run()
    assert shop.market.writes == []


def test_moments_tell_only_what_both_clocks_agree_on() -> None:
    first = Moment(1_000, 500, "a")
    assert Moment(61_000, 60_500, "a").since(first) == 60_000
    assert Moment(61_000, 60_500, "b").since(first) is None
    assert Moment(61_000, 400, "a").since(first) is None
    assert Moment(61_000 + 6 * MINUTE, 60_500, "a").since(first) is None
    assert Moment(61_000 - 4 * MINUTE, 60_500, "a").since(first) == 60_000


def test_a_few_lives() -> None:
    """Thousands of them: tests/properties/test_lives.py."""
    for seed in range(40):
        run_seed(seed)


def test_more_than_may_be_given_is_not_asked_for(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Kind.GESTURE)
    shop.market.allowable = 3
    shop.approve()
    record = shop.run()
    assert (record.state, record.sends) == (State.WITHDRAWN, 0)
    assert "only 3 may still be given" in record.why
    assert shop.market.ledger == []


def test_a_gesture_that_is_gone_and_not_listed_is_held(tmp_path: Path) -> None:
    """What may be given shrank after it was sent: it may have been given, and does not show."""
    shop = Shop(tmp_path, Kind.GESTURE, Named("lost before"))
    shop.approve()
    shop.run()
    shop.market.allowable = 3
    record = shop.run(later=MINUTE)
    assert (record.state, record.sends) == (State.HELD, 1)
    shop.market.allowable = 100
    assert shop.run(later=HOUR).state is State.HELD


@pytest.mark.parametrize("status", ["Accepted", "InPreparation", "Shipped", "Delivered"])
def test_a_refund_leaves_in_each_state_in_which_the_rules_allow_one(
    tmp_path: Path, status: str
) -> None:
    """Before shipment it is the request that others call a cancellation: one and the same."""
    shop = Shop(tmp_path, Kind.REFUND)
    shop.order.status = status
    shop.market._show("O-1", 0)
    shop.approve()
    assert shop.run().state is State.CONFIRMED
    assert len(shop.market.writes) == 1
