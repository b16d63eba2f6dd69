"""What the commands on orders print for this repository's own rules, read as data differences."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_snapshot.plugin import Snapshot

from engine.cli.main import feedwright

ROOT = Path(__file__).parents[2]
AFTER_THE_SWITCH = "2025-08-01 09:00 Europe/Paris"


def run(*words: str) -> Result:
    return CliRunner().invoke(feedwright, [*words, "--project", str(ROOT)])


@pytest.fixture
def golden(snapshot: Snapshot) -> Snapshot:
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots" / "orders"
    return snapshot


@pytest.mark.parametrize(("style", "ending"), [("text", "txt"), ("md", "md"), ("json", "json")])
def test_the_matrix_after_the_switch(golden: Snapshot, style: str, ending: str) -> None:
    result = run("matrix", "--at", AFTER_THE_SWITCH, "--format", style)
    assert result.exit_code == 0, result.output
    golden.assert_match(result.output, f"matrix.{ending}")


def test_the_matrix_at_all_times(golden: Snapshot) -> None:
    result = run("matrix", "--all-times", "--format", "csv")
    assert result.exit_code == 0, result.output
    golden.assert_match(result.output, "matrix.csv")


def test_a_channel_that_no_rule_is_about() -> None:
    result = run("matrix", "--channel", "cdiscont")
    assert result.exit_code == 1
    assert "no rule is about orders on `cdiscont`" in str(result.exception)


LENGOW = """{"marketplace": "cdiscount", "marketplace_order_id": "2507291000ABCDE",
  "marketplace_status": "WaitingForSellerAcceptation", "lengow_status": "waiting_acceptance",
  "account_id": 1234, "marketplace_order_date": "2025-07-30T09:00:00+02:00", "packages": []}"""
OCTOPIA = """{"orderId": "SCID000000001", "status": "InPreparation",
  "salesChannel": {"id": "CDISFR"}, "seller": {"id": 98979}, "lines": [
  {"orderLineId": "1", "quantity": 1, "offer": {"sellerProductId": "A", "supplyMode": "Fulfillment"}}]}"""
OURS = OCTOPIA.replace("Fulfillment", "Seller")
SHIPS = ("--param", "carrier=colissimo", "--param", "tracking_number=XY123456789FR")
ACTS = {
    "cancel_of_a_shipped_order": [
        "--channel=cdiscount_octopia",
        "--state=Shipped",
        "--action=cancel",
    ],
    "cancel_of_a_closed_order": [
        "--channel=cdiscount_octopia",
        "--state=Cancelled",
        "--action=cancel",
    ],
    "cancel_on_the_old_channel": ["--order=-", "--action=cancel"],
    "shipping": ["--order=-", "--action=ship", *SHIPS],
    "shipping_what_another_ships": ["--order=-", "--action=ship", *SHIPS],
    "shipping_without_a_number": ["--order=-", "--action=ship", "--param=carrier=Colissimo"],
    "an_unlisted_carrier": [
        "--channel=cdiscount_octopia",
        "--state=waiting_shipment",
        "--action=ship",
        "--param=carrier=DHL Express",
        "--param=tracking_number=XY1",
    ],
    "refund": [
        "--channel=cdiscount_octopia",
        "--state=InPreparation",
        "--action=refund",
        "--param=refund_reason=out_of_stock",
        "--param=refund_shipping_fees=no",
        "--order-id=SCID000000001",
        "--account=1234",
    ],
    "refund_with_a_mode": [
        "--channel=cdiscount_octopia",
        "--state=Shipped",
        "--action=refund",
        "--param=refund_reason=out_of_stock",
        "--param=refund_mode=Claim",
    ],
}
DOCUMENTS = {
    "cancel_on_the_old_channel": LENGOW,
    "shipping": OURS,
    "shipping_what_another_ships": OCTOPIA,
    "shipping_without_a_number": OURS,
}


def acted(name: str, style: str) -> Result:
    words = ["orders", "act", *ACTS[name], "--at", AFTER_THE_SWITCH, "--format", style]
    given = [*words, "--project", str(ROOT)]
    return CliRunner().invoke(feedwright, given, input=DOCUMENTS.get(name, ""))


@pytest.mark.parametrize("name", ACTS)
def test_an_action(golden: Snapshot, name: str) -> None:
    result = acted(name, "json")
    assert result.exit_code == (0 if '"allowed"' in result.output else 1), result.output
    golden.assert_match(result.output, f"act/{name}.json")


def test_actions_for_people(golden: Snapshot) -> None:
    told = [f"{name}\n\n{acted(name, 'text').output}" for name in ACTS]
    golden.assert_match("\n".join(told), "act/all.txt")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--action=ship"], "name the order with --order"),
        (["--channel=cdiscount"], "--action"),
        (["--order=-", "--state=Shipped", "--action=ship"], "says its state and id itself"),
    ],
)
def test_what_cannot_be_asked(words: list[str], says: str) -> None:
    result = CliRunner().invoke(feedwright, ["orders", "act", *words])
    assert result.exit_code == 2
    assert says in result.output


WANTED = """\
{"order": "SCID000000001", "action": "refund", "parameters": {"refund_reason": "out_of_stock"}}
{"order": "SCID000000001", "action": "refund", "parameters": {"refund_reason": "out_of_stock"}}
{"order": "SCID000000001", "action": "ship", "parameters": {"carrier": "GLS", "tracking_number": "1"}}
{"order": "2507291000ABCDE", "action": "cancel"}
{"order": "SCID000000009", "action": "ship"}
{"order": "SCID000000001"
"""
CALLS = """\
{"account_id": 1, "marketplace": "cdiscount", "marketplace_order_id": "A1", "action_type": "ship", "carrier": "Colissimo", "tracking_number": "X1"}
{"account_id": 1, "marketplace": "cdiscount", "marketplace_order_id": "A2", "action_type": "ship", "carrier": "Colissimo"}
{"account_id": 1, "marketplace": "cdiscount", "marketplace_order_id": "A3", "action_type": "cancel"}
{"account_id": 1, "marketplace": "cdiscount", "marketplace_order_id": "A4", "action_type": "cancel", "lengow_status": "waiting_acceptance"}
{"account_id": 1, "marketplace": "cdiscount", "marketplace_order_id": "A5", "action_type": "cancel", "marketplace_status": "WaitingForShipmentAcceptation"}
{"account_id": 1, "marketplace": "cdiscount", "marketplace_order_id": "A6", "action_type": "refund", "refund_reason": "ProductStockUnavailable", "refund_mode": "Claim"}
{"account_id": 1, "marketplace": "cdiscount", "marketplace_order_id": "A7", "action_type": "refund", "refund_reason": "ClientClaim", "refund_mode": "Claim"}
{"account_id": 1, "marketplace": "cdiscount_octopia", "marketplace_order_id": "A8", "action_type": "accept"}
{"account_id": 1, "marketplace": "other_shop", "marketplace_order_id": "A9", "action_type": "accept"}
{"account_id": 1, "marketplace"
"""


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_list_of_wanted_actions(golden: Snapshot, tmp_path: Path, style: str) -> None:
    (tmp_path / "wanted.jsonl").write_text(WANTED, encoding="utf-8")
    lines = [" ".join(text.split()) for text in (LENGOW, OURS)]
    (tmp_path / "orders.jsonl").write_text("\n".join(lines), encoding="utf-8")
    files = (str(tmp_path / "wanted.jsonl"), "--orders", str(tmp_path / "orders.jsonl"))
    result = run("orders", "act", *files, "--at", AFTER_THE_SWITCH, "--format", style)
    assert result.exit_code == 1
    golden.assert_match(result.output, f"act/list.{'txt' if style == 'text' else 'jsonl'}")


@pytest.mark.parametrize("style", ["text", "json"])
def test_the_timeline(golden: Snapshot, style: str) -> None:
    result = run("timeline", "--at", AFTER_THE_SWITCH, "--format", style)
    assert result.exit_code == 0, result.output
    golden.assert_match(result.output, f"timeline.{'txt' if style == 'text' else 'json'}")


def test_old_calls(golden: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_text(CALLS, encoding="utf-8")
    files = (str(tmp_path / "calls.jsonl"), "--out", str(tmp_path / "new.jsonl"))
    result = run("migrate", "calls", *files, "--at", AFTER_THE_SWITCH)
    assert result.exit_code == 1
    new = (tmp_path / "new.jsonl").read_text(encoding="utf-8")
    golden.assert_match(f"{result.output}\nnew calls\n\n{new}", "migrate_calls.txt")
