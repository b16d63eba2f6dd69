"""A few real kills of a real push, each time; the whole campaign by its own command."""

from pathlib import Path

import pytest
from campaigns.killing import FAULTY, QUIET, BrokenError, Life, campaign
from msgspec.structs import replace

from engine.outbox.events import State
from engine.outbox.opening import read_journal


@pytest.mark.parametrize("faults", [QUIET, FAULTY])
def test_a_killed_push_sends_nothing_twice_and_loses_nothing(faults: str) -> None:
    counted = campaign(8, 1, (faults,), per_life=8)
    assert counted["kills"] == 8


def test_a_double_would_be_found(tmp_path: Path) -> None:
    life = Life(tmp_path, 3, QUIET, each=1)
    try:
        life.run_and_kill(None)
        life.check()
        refund = next(m for m in life.messages.values() if m.kind == "refund")
        with read_journal(life.path, life.clock) as journal:
            confirmed = journal.record(refund.id)
        assert confirmed is not None
        held = replace(confirmed, state=State.HELD)
        with pytest.raises(BrokenError, match="never took effect"):
            life._hold(refund, confirmed, 0)
        with pytest.raises(BrokenError, match="but took effect"):
            life._hold(refund, held, 1)
        with pytest.raises(BrokenError, match="at the end"):
            life._hold(refund, replace(held, sends=0), 0)
        life._hold(refund, held, 0)
    finally:
        life.sandbox.end()


def test_a_killed_push_of_offers_changes_each_offer_once() -> None:
    from campaigns import killing_packages

    # Killed while it uploads: what is killed at its commit has to wait for two minutes.
    counted = killing_packages.campaign(2, 1, offers=400, latest=3)
    assert counted["kills"] == 2


def test_a_killed_push_of_orders_sends_each_action_once() -> None:
    from campaigns import killing_orders

    assert killing_orders.campaign(2, 1, each=3)["kills"] == 2


def test_a_killed_push_through_lengow_asks_for_each_action_once() -> None:
    from campaigns import killing_orders

    assert killing_orders.campaign(2, 1, lengow=(True,), each=3)["kills"] == 2


@pytest.mark.campaign
def test_kills_of_the_command_for_orders() -> None:
    from campaigns import killing_orders

    assert killing_orders.campaign(250, 1000, (QUIET, FAULTY), lengow=(False, True))["kills"] == 250


@pytest.mark.campaign
def test_a_large_push_is_bounded_by_its_answers(tmp_path: Path) -> None:
    from campaigns import large_push

    cost = large_push.push(50_000, tmp_path)
    assert cost.code == 0
    assert cost.megabytes < large_push.MOST_MEMORY
    assert cost.percent < large_push.MOST_PERCENT


@pytest.mark.campaign
def test_hundred_kills_of_packages() -> None:
    from campaigns import killing_packages

    assert killing_packages.campaign(100, 1000)["kills"] == 100


@pytest.mark.campaign
def test_five_hundred_kills() -> None:
    assert campaign(500, 1000, (QUIET, FAULTY))["kills"] == 500
