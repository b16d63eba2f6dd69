"""What is told of an action is all that its decision came from, and says what the policy says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.insight.action_explained import ActionExplained, ActionExplainer
from engine.insight.derivation import State, What
from engine.orders.policy import Policy
from engine.orders.wish import Wish
from engine.pipeline import check
from engine.project import load_project

ROOT = Path(__file__).parents[2]
CHECKED = check(load_project(ROOT))
RULESET = CHECKED.ruleset
assert RULESET is not None
assert RULESET.orders is not None
ORDERS = RULESET.orders
INSTANTS = st.datetimes(datetime(2025, 6, 1), datetime(2026, 1, 1), timezones=st.just(UTC))
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "carrier": st.sampled_from(["GLS", "colissimo", "Jean", ""]),
        "tracking_number": st.sampled_from(["XY1", ""]),
        "tracking_url": st.sampled_from(["https://a.example/1", "no address"]),
        "lines": st.just("1"),
        "refund_reason": st.sampled_from(["out_of_stock", "whatever"]),
        "refund_mode": st.just("Claim"),
        "unheard_of": st.just("1"),
    },
)
FACTS = st.fixed_dictionaries({}, optional={"placed_at": INSTANTS, "updated_at": INSTANTS})


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    return Wish(
        draw(st.sampled_from(ORDERS.actions)),
        draw(PARAMETERS),
        draw(st.sampled_from(ORDERS.channels)),
        draw(st.sampled_from(list(ORDERS.states))),
        facts=draw(FACTS),
    )


def explained(wish: Wish, at: datetime) -> tuple[Policy, ActionExplained]:
    policy = Policy(ORDERS, at)
    assert RULESET is not None
    return policy, ActionExplainer(policy, RULESET, CHECKED.report.sources).explain(wish)


def mentioned(found: ActionExplained) -> Iterator[str]:
    for step in found.why:
        for part in step.walk():
            if part.what in (What.FACT, What.PARAMETER):
                yield part.text.split()[0]


@given(wish=wishes(), at=INSTANTS)
def test_only_what_is_mentioned_counts(wish: Wish, at: datetime) -> None:
    policy, found = explained(wish, at)
    told = set(mentioned(found))
    facts = {name: value for name, value in wish.facts.items() if name in told}
    kept = {name: value for name, value in wish.parameters.items() if name in told}
    only = Wish(wish.action, kept, wish.channel, wish.state, facts=facts)
    assert policy.decide(only).as_json() == found.decision.as_json()


@given(wish=wishes(), at=INSTANTS)
def test_the_steps_say_what_was_decided(wish: Wish, at: datetime) -> None:
    _, found = explained(wish, at)
    by_what = {step.what: step for step in found.why}
    permission = by_what.get(What.PERMISSION)
    failed = [s for s in found.why if s.what is What.PARAMETER and s.state is State.FAILED]
    allowed = permission is not None and permission.value == "allowed" and not failed
    assert allowed is (found.decision.ruling == "allowed")
    if found.decision.ruling == "denied" and found.decision.rule.file and not failed:
        assert permission is None or permission.rule == found.decision.rule


@given(wish=wishes(), at=INSTANTS)
def test_what_changes_changes_there_and_not_before(wish: Wish, at: datetime) -> None:
    _, found = explained(wish, at)
    later = datetime(2030, 1, 1, tzinfo=UTC)
    then = Policy(ORDERS, found.changes.at if found.changes else later).decide(wish)
    if found.changes is None:
        assert then.ruling is found.decision.ruling
    else:
        assert found.changes.at > at
        assert then.ruling is not found.decision.ruling
        middle = at + (found.changes.at - at) / 2
        assert Policy(ORDERS, middle).decide(wish).ruling is found.decision.ruling


@pytest.mark.parametrize("channel", ORDERS.channels)
def test_states_in_which_it_is_allowed_are_those_of_the_matrix(channel: str) -> None:
    at = datetime(2025, 8, 1, tzinfo=UTC)
    for action in ORDERS.actions:
        policy, found = explained(
            Wish(action, channel=channel, state=next(iter(ORDERS.states))), at
        )
        asked = {
            state
            for state in ORDERS.states
            if policy.decide(
                Wish(action, channel=channel, state=state, permission_only=True)
            ).ruling
            == "allowed"
        }
        assert set(found.allowed_in) == asked
