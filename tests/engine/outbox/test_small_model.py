"""The protocol's small model, searched whole; without a safeguard it must show a double."""

import pytest
from simulator.small_model import Rules, search


@pytest.mark.parametrize("sends", [1, 2])
def test_no_order_of_events_makes_two_effects(sends: int) -> None:
    found = search(Rules(sends=sends))
    assert found.double is None
    assert found.states > 200  # the search went somewhere


def test_longer_delays_within_the_quarantine_are_safe() -> None:
    found = search(Rules(quarantine=5, longest_delay=2, longest_lag=2))
    assert found.double is None
    assert found.states > 700


def test_money_is_safe_whatever_the_delays() -> None:
    assert search(Rules(sends=1, longest_delay=6, longest_lag=6)).double is None
    assert search(Rules(sends=1, from_discovery=False)).double is None
    assert search(Rules(sends=1, evidence=False, quarantine=0)).double is None


@pytest.mark.parametrize(
    "unsafe",
    [
        Rules(from_discovery=False),
        Rules(lock=False),
        Rules(lease=2),
        Rules(evidence=False),
        Rules(longest_delay=4),
        Rules(longest_lag=4),
        Rules(quarantine=2, longest_delay=2, longest_lag=1),
    ],
    ids=["clock from claim", "no lock", "lease", "no evidence", "late", "lag", "short quarantine"],
)
def test_without_a_safeguard_there_is_a_double(unsafe: Rules) -> None:
    found = search(unsafe)
    assert found.double is not None
    sent = [step for step in found.double if "sends" in step]
    assert len(sent) == 2, found.double
