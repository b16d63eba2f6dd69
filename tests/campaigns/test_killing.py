"""A few real kills of a real push, each time; the whole campaign by its own command."""

import pytest
from campaigns.killing import FAULTY, QUIET, BrokenError, Life, campaign

from engine.outbox.events import State


@pytest.mark.parametrize("faults", [QUIET, FAULTY])
def test_a_killed_push_sends_nothing_twice_and_loses_nothing(faults: str) -> None:
    counted = campaign(8, 1, (faults,), per_life=8)
    assert counted["kills"] == 8


def test_a_double_would_be_found(tmp_path: object) -> None:
    from pathlib import Path

    life = Life(Path(str(tmp_path)), 3, QUIET, each=1)
    try:
        life.run_and_kill(None)
        life.check()
        refund = next(m for m in life.messages.values() if m.kind == "refund")
        with pytest.raises(BrokenError, match="never took effect"):
            life._hold(refund, State.CONFIRMED, 0)
        with pytest.raises(BrokenError, match="but took effect"):
            life._hold(refund, State.HELD, 1)
    finally:
        life.sandbox.end()


@pytest.mark.campaign
def test_five_hundred_kills() -> None:
    assert campaign(500, 1000, (QUIET, FAULTY))["kills"] == 500
