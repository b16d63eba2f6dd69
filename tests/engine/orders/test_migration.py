import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.orders.calls import Call
from engine.orders.migration import (
    Migrated,
    MigrationSummary,
    Outcome,
    Suggestion,
    Verdict,
    migrate_calls,
)

LEGACY, OCTOPIA = "cdiscount", "cdiscount_octopia"
FRAME = {"account_id": 1234, "marketplace": LEGACY, "marketplace_order_id": "2506010900ABC"}
SHIP = {**FRAME, "action_type": "ship", "carrier": "Colissimo", "tracking_number": "XY1FR"}
REFUND = {**FRAME, "action_type": "refund", "refund_reason": "ClientClaim", "refund_mode": "Claim"}
CANCEL = {**FRAME, "action_type": "cancel"}


def decide(channel: str, action: str, parameters: Mapping[str, Any], call: Call) -> Verdict:
    """The table of the migration notice, as far as these calls need it."""
    if "lines" in parameters:
        return Verdict(allowed=False, reason="No refund per line", code="lines-forbidden")
    if action == "cancel" and channel == OCTOPIA:
        if call.state == "waiting_acceptance":
            suggest = Suggestion("refuse")
        elif call.state == "refunded":
            suggest = Suggestion(None, says="The order is already closed")
        else:
            suggest = Suggestion("refund", ("refund_reason",))
        return Verdict(
            allowed=False,
            reason="Cancel is not available on Octopia",
            code="no-cancel",
            suggest=suggest,
        )
    return Verdict(allowed=True, sends="refuse" if action == "cancel" else action)


def migrate(call: Any, **how: Any) -> Migrated:
    line = call if isinstance(call, str | bytes) else json.dumps(call)
    (found,) = migrate_calls([line], "calls.jsonl", decide, **how)
    return found


def test_a_shipment_gets_the_new_marketplace_code() -> None:
    found = migrate(SHIP)
    assert (found.outcome, found.causes) == (Outcome.REWRITTEN, ("marketplace-code",))
    assert found.new == {**SHIP, "marketplace": OCTOPIA}


def test_a_refund_loses_its_mode() -> None:
    found = migrate(REFUND)
    assert found.outcome is Outcome.REWRITTEN
    assert found.causes == ("marketplace-code", "refund-mode-dropped")
    assert found.new == {
        **FRAME,
        "marketplace": OCTOPIA,
        "action_type": "refund",
        "refund_reason": "ClientClaim",
    }


def test_all_that_changes_is_named() -> None:
    call = {
        **FRAME,
        "action_type": "refund",
        "reason": "ClientClaim",
        "refund_shipping_fees": "True",
        "comment": "",
        "id": 77,
        "lengow_status": "shipped",
    }
    found = migrate(call)
    assert found.causes == (
        "marketplace-code",
        "argument-renamed",
        "refund_shipping_fees-value-spelling",
        "empty-argument-dropped",
    )
    assert found.new is not None
    assert found.new["refund_shipping_fees"] is True
    assert "id" not in found.new


def test_a_carrier_is_written_as_its_label() -> None:
    found = migrate({**SHIP, "carrier": "COLISSIMO "})
    assert found.causes == ("marketplace-code", "carrier-value-spelling")
    assert found.new is not None
    assert found.new["carrier"] == "Colissimo"


def test_calls_to_other_marketplaces_go_on() -> None:
    call = {**CANCEL, "marketplace": "amazon_fr", "line": "1"}
    found = migrate(call)
    assert (found.outcome, found.causes) == (Outcome.UNCHANGED, ("other-marketplace",))
    assert found.new == call


def test_a_call_that_was_rewritten_already_stays_as_it_is() -> None:
    call = {**SHIP, "marketplace": OCTOPIA, "account_id": "1234"}
    found = migrate(call)
    assert (found.outcome, found.causes) == (Outcome.UNCHANGED, ("nothing-to-change",))
    assert found.new == call


def test_orders_of_the_legacy_channel_may_stay_there() -> None:
    refund = migrate(REFUND, stays=lambda call: call.reference.startswith("2506"))
    assert (refund.outcome, refund.new) == (Outcome.UNCHANGED, REFUND)
    # There, a cancel is a refusal.
    cancel = migrate(CANCEL, stays=lambda _: True)
    assert (cancel.outcome, cancel.causes) == (Outcome.REWRITTEN, ("action-alias",))
    assert cancel.new == {**CANCEL, "action_type": "refuse"}


def test_a_cancel_cannot_work_and_its_substitute_needs_a_reason() -> None:
    found = migrate(CANCEL)
    assert (found.outcome, found.causes, found.new) == (Outcome.IMPOSSIBLE, ("no-cancel",), None)
    assert found.reason == "Cancel is not available on Octopia"
    assert found.substitute is not None
    assert found.substitute.suggestion.action == "refund"
    assert found.substitute.missing == ("refund_reason",)
    assert found.substitute.call is None


def test_a_substitute_is_whole_where_the_old_call_gives_all() -> None:
    with_reason = migrate({**CANCEL, "refund_reason": "ProductStockUnavailable"})
    assert with_reason.substitute is not None
    assert with_reason.substitute.call == {
        **FRAME,
        "marketplace": OCTOPIA,
        "action_type": "refund",
        "refund_reason": "ProductStockUnavailable",
    }
    waiting = migrate({**CANCEL, "lengow_status": "waiting_acceptance"})
    assert waiting.substitute is not None
    assert waiting.substitute.call == {**FRAME, "marketplace": OCTOPIA, "action_type": "refuse"}
    # Even so it is not made by itself.
    assert (with_reason.new, waiting.new) == (None, None)


def test_nothing_may_be_left_to_do() -> None:
    found = migrate({**CANCEL, "lengow_status": "refunded"})
    assert found.substitute is not None
    assert found.substitute.suggestion.says == "The order is already closed"
    assert found.substitute.call is None


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"tracking_number": ""}, "parameter-missing"),
        ({"tracking_number": "tracking_number not available"}, "placeholder-text"),
        ({"carrier": "DHL Express"}, "unknown-carrier"),
        ({"custom_carrier": "Own van"}, "no-such-parameter"),
        ({"tracking_url": "example"}, "parameter-unreadable"),
        ({"line": "1"}, "lines-forbidden"),
        ({"action_type": "teleport"}, "no-request"),
        ({"account_id": None}, "broken-call"),
        ({"marketplace_order_id": {}}, "broken-call"),
    ],
)
def test_what_cannot_work(change: dict[str, Any], cause: str) -> None:
    found = migrate({**SHIP, **change})
    assert (found.outcome, found.causes, found.new) == (Outcome.IMPOSSIBLE, (cause,), None)
    assert found.reason != ""
    assert str(found.place) == "calls.jsonl:1:1"


def test_free_carriers_are_the_merchants_choice() -> None:
    found = migrate({**SHIP, "carrier": "DHL Express"}, free_carrier=True)
    assert found.outcome is Outcome.REWRITTEN


def test_two_names_of_one_argument_must_agree() -> None:
    assert migrate({**REFUND, "reason": "ClientClaim"}).outcome is Outcome.REWRITTEN
    found = migrate({**REFUND, "reason": "Other"})
    assert found.causes == ("broken-call",)
    assert found.reason == (
        "this call cannot be read: `reason` and `refund_reason` mean the same and differ"
    )


@pytest.mark.parametrize("line", ["{", "[]", "7", b"\xff", '{"account_id": NaN}'])
def test_a_line_that_is_no_call(line: str | bytes) -> None:
    found = migrate(line)
    assert (found.call, found.causes) == (None, ("broken-call",))
    assert [d.code.number for d in found.diagnostics] == ["R461"]


def test_the_summary_counts_by_cause() -> None:
    summary = MigrationSummary()
    lines = [json.dumps(c) for c in (SHIP, REFUND, CANCEL, CANCEL)] + ["", "{"]
    for migrated in migrate_calls(lines, "calls.jsonl", decide):
        summary.add(migrated)
    assert summary.outcomes == {Outcome.REWRITTEN: 2, Outcome.IMPOSSIBLE: 3}
    assert summary.by_cause() == [
        (Outcome.REWRITTEN, "marketplace-code", 2),
        (Outcome.REWRITTEN, "refund-mode-dropped", 1),
        (Outcome.IMPOSSIBLE, "no-cancel", 2),
        (Outcome.IMPOSSIBLE, "broken-call", 1),
    ]


def test_calls_are_read_as_they_come() -> None:
    asked = []

    def lines() -> Any:
        for number in range(3):
            asked.append(number)
            yield json.dumps(SHIP)

    next(migrate_calls(lines(), "calls.jsonl", decide))
    assert asked == [0]


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just({})
KEYS = st.sampled_from([*SHIP, *REFUND, "line", "reason", "lengow_status", "x"])


@given(st.dictionaries(KEYS, VALUES))
def test_no_call_makes_the_migration_fail(change: dict[str, Any]) -> None:
    for call in (SHIP, REFUND, CANCEL):
        found = migrate({**call, **change})
        assert (found.new is None) == (found.outcome is Outcome.IMPOSSIBLE)
        assert found.causes != ()
