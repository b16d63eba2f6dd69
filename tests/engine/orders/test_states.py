import pytest

from engine.diagnostics.codes.orders import UNKNOWN_ORDER_STATE
from engine.orders.states import Spelling, state_table

OCTOPIA, LEGACY = "cdiscount_octopia", "cdiscount"
RULE_NAMES = {"WaitingShipment": "InPreparation", "Refunded": "Cancelled"}


@pytest.mark.parametrize(
    ("written", "channel", "spelling", "names"),
    [
        ("InPreparation", OCTOPIA, Spelling.NATIVE, ["InPreparation"]),
        (" inpreparation ", OCTOPIA, Spelling.NATIVE, ["InPreparation"]),
        ("waitingshipment", OCTOPIA, Spelling.RULES, ["InPreparation"]),
        ("waiting_shipment", OCTOPIA, Spelling.LENGOW, ["InPreparation"]),
        ("waiting_shipment", LEGACY, Spelling.LENGOW, ["WaitingForShipmentAcceptation"]),
        ("InPreparation", LEGACY, Spelling.COMMON, ["WaitingForShipmentAcceptation"]),
        ("Shipped", OCTOPIA, Spelling.NATIVE, ["Shipped"]),
        # The rules call it Refunded, Lengow refunded: both are Octopia's Cancelled.
        ("Refunded", OCTOPIA, Spelling.RULES, ["Cancelled"]),
        # Names that look alike are not the same state.
        ("canceled", OCTOPIA, Spelling.LENGOW, ["Refused", "Rejected"]),
        ("BlockedFraudSuspicion", LEGACY, Spelling.NATIVE, ["BlockedFraudSuspicion"]),
    ],
)
def test_a_state_is_found_in_any_spelling(
    written: str, channel: str, spelling: Spelling, names: list[str]
) -> None:
    found = state_table().find(written, channel, RULE_NAMES)
    assert found.spelling is spelling
    assert [n.name for n in found.names] == names


def test_lengow_names_may_leave_a_doubt() -> None:
    # `shipped` is read as Octopia's own Shipped, whatever its case; `accepted` on the legacy
    # channel covers three states.
    assert state_table().find("shipped", OCTOPIA).only is not None
    accepted = state_table().find("accepted", LEGACY)
    # The common name Accepted covers the same three.
    assert [n.name for n in accepted.names] == [
        "AcceptedBySeller",
        "PaymentInProgress",
        "ValidatedFianet",
    ]
    assert accepted.only is None


def test_an_unknown_state_names_the_closest() -> None:
    found = state_table().find("InPreperation", OCTOPIA)
    assert found.names == ()
    assert found.closest == ("InPreparation",)
    told = found.unknown()
    assert told.code is UNKNOWN_ORDER_STATE
    assert told.says == "“InPreperation” is no state of an order on cdiscount_octopia"
    assert [h.says for h in told.helps] == ["did you mean `InPreparation`?"]


def test_the_other_channels_name_is_unknown_and_its_counterpart_is_named() -> None:
    found = state_table().find("WaitingForSellerAcceptation", OCTOPIA)
    assert found.names == ()
    assert found.closest == ("WaitingAcceptance",)


def test_a_name_like_nothing_has_no_random_neighbour() -> None:
    assert state_table().find("Teleported", OCTOPIA).closest == ()


def test_states_go_across_channels() -> None:
    table = state_table()
    legacy = table.native("CancelledByCustomer", LEGACY)
    assert legacy is not None
    assert [n.name for n in table.across(legacy, OCTOPIA)] == ["Cancelled"]
    blocked = table.native("CegidDown", LEGACY)
    assert blocked is not None
    assert table.across(blocked, OCTOPIA) == ()


def test_cancelled_on_octopia_is_refunded_at_lengow() -> None:
    cancelled = state_table().native("Cancelled", OCTOPIA)
    assert cancelled is not None
    assert cancelled.lengow == "refunded"
    assert cancelled.fact.certain


def test_a_lengow_status_is_never_taken_for_a_native_name() -> None:
    shipped = state_table().of_lengow("shipped", OCTOPIA)
    assert [n.name for n in shipped.names] == ["Shipped", "Delivered"]
