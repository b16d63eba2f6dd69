"""What a policy decides beyond the rules' own tests: spellings, settings, connectors, routes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ProjectError
from engine.language.ruleset import Table
from engine.language.ruleset.orders import OrderRules
from engine.orders.act import Said, decide_one
from engine.orders.decision import Decision
from engine.orders.documents import read_order
from engine.orders.policy import Policy
from engine.orders.rule_parameters import table_words
from engine.orders.wish import Wish
from engine.pipeline import check
from engine.project import OrderSettings, load_project

ROOT = Path(__file__).parents[3]
AFTER = datetime(2025, 8, 1, 9, tzinfo=UTC)
SHEET = {"carrier": "GLS", "tracking_number": "XY1"}


@pytest.fixture(scope="module")
def rules() -> OrderRules:
    ruleset = check(load_project(ROOT)).ruleset
    assert ruleset is not None
    assert ruleset.orders is not None
    return ruleset.orders


def ship(rules: OrderRules, settings: OrderSettings | None = None, **more: Any) -> Decision:
    wish = {"channel": "cdiscount_octopia", "state": "WaitingShipment", **more}
    sheet = wish.pop("sheet", SHEET)
    return Policy(rules, AFTER, settings).decide(Wish("ship", sheet, **wish))


@pytest.mark.parametrize(
    "state",
    ["WaitingShipment", "InPreparation", "waiting_shipment", " inpreparation ", "WAITINGSHIPMENT"],
)
def test_a_state_in_any_spelling(rules: OrderRules, state: str) -> None:
    found = ship(rules, state=state)
    assert (found.ruling, found.state) == ("allowed", "WaitingShipment")


def test_the_name_of_the_other_channel_is_none_here(rules: OrderRules) -> None:
    found = ship(rules, state="WaitingForShipmentAcceptation")
    assert found.code == "R406"
    assert "did you mean `InPreparation`?" in found.reason


def test_a_name_of_lengow_for_several_states_is_decided_where_they_agree(rules: OrderRules) -> None:
    """Lengow's canceled is Refused on Octopia, and four more of the old channel."""
    policy = Policy(rules, AFTER)
    for channel in ("cdiscount", "cdiscount_octopia"):
        found = policy.decide(Wish("ship", SHEET, channel, "canceled"))
        assert (found.code, found.state) == ("R472", "Refused")


@pytest.mark.parametrize("value", ["tracking_number not available", "N/A", "-"])
def test_a_placeholder_is_refused(rules: OrderRules, value: str) -> None:
    assert ship(rules, sheet={**SHEET, "tracking_number": value}).code == "R452"


def test_a_carrier_of_ones_own_needs_the_setting(rules: OrderRules) -> None:
    own = {**SHEET, "carrier": "Jean and his van"}
    assert ship(rules, sheet=own).code == "R451"
    found = ship(rules, OrderSettings(free_carriers=True), sheet=own)
    assert found.requests[0].body[0]["carrierName"] == "Jean and his van"


def test_the_connector_is_the_settings_or_who_serves_the_channel(rules: OrderRules) -> None:
    assert ship(rules).connector == "octopia"
    through_lengow = ship(rules, OrderSettings(connector="lengow"))
    assert through_lengow.connector == "lengow"
    assert through_lengow.requests[0].body["action_type"] == "ship"
    legacy = {"channel": "cdiscount", "state": "waiting_shipment"}
    assert ship(rules, OrderSettings(connector="octopia"), **legacy).connector == "lengow"


def test_a_spelling_of_the_settings_is_sent(rules: OrderRules) -> None:
    settings = OrderSettings(spellings={"octopia": ("orderId",)})
    wish = Wish("refund", {"refund_reason": "out_of_stock"}, "cdiscount_octopia", "Shipped")
    body = Policy(rules, AFTER, settings).decide(wish).requests[0].body
    assert body == {"orderId": "ORDER-ID", "reason": "seller-out-of-stock"}


def test_stand_ins_are_said(rules: OrderRules) -> None:
    assert ship(rules).stand_ins == {"order": "ORDER-ID", "account": "98979"}
    assert ship(rules, reference="SC1", account="7").stand_ins is None


def test_an_order_is_handled_by_its_own_connector(
    rules: OrderRules, octopia_order: dict[str, Any], lengow_order: dict[str, Any]
) -> None:
    for document, name in ((octopia_order, "octopia"), (lengow_order, "lengow")):
        order = read_order(document).document
        found = Policy(rules, AFTER).decide(Wish("ship", SHEET, order=order))
        assert (found.ruling, found.connector) == ("allowed", name)


def test_an_order_for_another_channel_is_denied(
    rules: OrderRules, octopia_order: dict[str, Any]
) -> None:
    order = read_order(octopia_order).document
    found = Policy(rules, AFTER).decide(Wish("ship", SHEET, "cdiscount", order=order))
    assert (found.code, found.requests) == ("R480", ())


def test_the_old_words_of_a_reason_are_known_on_the_new_channel(rules: OrderRules) -> None:
    def sent(reason: str) -> Any:
        wish = Wish("refund", {"refund_reason": reason}, "cdiscount_octopia", "Shipped")
        found = Policy(rules, AFTER).decide(wish)
        return found.requests[0].body["reason"] if found.requests else found.code

    assert sent("Out_Of_Stock ") == "seller-out-of-stock"
    assert sent("ProductStockUnavailable") == "seller-out-of-stock"
    assert sent("ClientClaim") == "R476"


def test_a_word_that_another_channel_uses_twice_means_nothing_here(rules: OrderRules) -> None:
    table = _table(rules)
    twice = (*table.rows, ("lost", "ProductStockUnavailable", "seller-lost"))
    more = Table(table.name, table.keys, table.columns, twice, table.row_span, table.span)
    words = table_words(more, "cdiscount_octopia", ("cdiscount",))
    assert "productstockunavailable" not in words
    assert words["lost"] == "seller-lost"


def _table(rules: OrderRules) -> Table:
    found = rules.slices[0].actions["refund"].parameters["refund_reason"].table  # type: ignore[union-attr]
    assert found is not None
    return found


@pytest.mark.parametrize("words", [("carrier",), ("=x",), ("carrier=a", "carrier=b")])
def test_a_parameter_that_is_none_is_told(rules: OrderRules, words: tuple[str, ...]) -> None:
    said = Said("ship", words, "cdiscount", "Shipped", None, None, "", None)
    assert decide_one(Policy(rules, AFTER), said).code == "R455"


def test_what_is_unknown_in_an_order_is_a_warning(
    rules: OrderRules, octopia_order: dict[str, Any]
) -> None:
    octopia_order["lines"][0]["status"] = "Strange"

    said = Said(
        "ship",
        ("carrier=GLS", "tracking_number=1"),
        None,
        None,
        None,
        None,
        "order.json",
        json.dumps(octopia_order).encode(),
    )
    found = decide_one(Policy(rules, AFTER), said)
    assert found.ruling == "allowed"
    assert any(w.startswith("R405 ") for w in found.warnings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("orders: {conector: lengow}", "did you mean `orders.connector`?"),
        ("orders: {connector: soap}", "write one of octopia, lengow"),
        ("orders: {free_carriers: perhaps}", "write yes or no"),
        ("orders: {spellings: {soap: orderId}}", "there is no setting `orders.spellings.soap`"),
        ("rules: {a: b}", "must be a file, or a list"),
    ],
)
def test_a_setting_that_means_nothing(tmp_path: Path, settings: str, says: str) -> None:
    (tmp_path / "feedwright.yaml").write_text(settings, encoding="utf-8")
    with pytest.raises(ProjectError, match=says.replace("?", r"\?")):
        load_project(tmp_path)


def test_settings_of_orders(tmp_path: Path) -> None:
    text = "orders:\n  connector: lengow\n  free_carriers: yes\n  spellings: {octopia: orderId}\n"
    (tmp_path / "feedwright.yaml").write_text(text, encoding="utf-8")
    expected = OrderSettings("lengow", free_carriers=True, spellings={"octopia": ("orderId",)})
    assert load_project(tmp_path).orders == expected
