"""`feedwright explain` for actions on orders, by this repository's own rules."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_snapshot.plugin import Snapshot

from engine.cli.main import feedwright

ROOT = Path(__file__).parents[2]
AFTER, BEFORE = "2025-08-01T09:00+02:00", "2025-07-01T09:00+02:00"
OCTOPIA, LEGACY = ("--channel", "cdiscount_octopia"), ("--channel", "cdiscount")
ORDERS = """\
{"marketplace": "cdiscount", "marketplace_order_id": "2507291000ABCDE", \
"marketplace_status": "WaitingForSellerAcceptation", "lengow_status": "waiting_acceptance", \
"account_id": 1234, "marketplace_order_date": "2025-07-30T09:00:00+02:00", "packages": []}
{"orderId": "SCID000000001", "status": "Accepted", "salesChannel": {"id": "CDISFR"}}
{"orderId": "SCID000000001", "status": "InPreparation", "salesChannel": {"id": "CDISFR"}, \
"seller": {"id": 98979}, "lines": [{"orderLineId": "1", "quantity": 1, \
"offer": {"sellerProductId": "A", "supplyMode": "Fulfillment"}}]}
"""
ASKED = {
    "no_such_action": [*OCTOPIA, "--state=Shipped", "cancel"],
    "lacking_and_forbidden_parameters": [
        *OCTOPIA, "--state=WaitingShipment", "ship", "--param=carrier=GLS", "--param=lines=1",
    ],
    "not_yet": [*OCTOPIA, "--state=WaitingAcceptance", "accept", "--at", BEFORE],
    "another_name_of_it": [*LEGACY, "--state=WaitingAcceptance", "cancel"],
    "an_order_of_a_file": ["--order=2507291000ABCDE", "accept", "-"],
    "what_another_ships": ["--order=SCID000000001", "ship", "-", "--param=carrier=GLS"],
}  # fmt: skip


def explained(*words: str) -> Result:
    at = () if "--at" in words else ("--at", AFTER)
    given = ["explain", *words, *at, "--project", str(ROOT)]
    return CliRunner().invoke(feedwright, given, input=ORDERS)


@pytest.fixture
def golden(snapshot: Snapshot) -> Snapshot:
    snapshot.snapshot_dir = Path(__file__).parent / "snapshots/orders"
    return snapshot


def test_actions_for_people(golden: Snapshot) -> None:
    results = {name: explained(*words) for name, words in ASKED.items()}
    assert {r.exit_code for r in results.values()} == {0}
    told = [f"{name}\n\n{result.output}" for name, result in results.items()]
    golden.assert_match("\n".join(told), "explained.txt")


@pytest.mark.parametrize("name", ["no_such_action", "not_yet"])
def test_actions_for_programs(golden: Snapshot, name: str) -> None:
    result = explained(*ASKED[name], "--format", "json")
    assert result.exit_code == 0
    text = json.dumps(json.loads(result.output), indent=2, ensure_ascii=False) + "\n"
    golden.assert_match(text, f"explained_{name}.json")


def test_what_is_done_by_hand_says_since_when_and_what_the_other_channel_says(
    tmp_path: Path,
) -> None:
    for part in ("rules", "schemas", "samples"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    rules = tmp_path / "rules/offers.rules"
    text, number = re.subn(
        "soap_end +=.*", "soap_end = 2025-10-01 10:00 Europe/Paris", rules.read_text("utf-8")
    )
    assert number == 1
    rules.write_text(text, "utf-8")

    def told(at: str) -> Any:
        words = ["explain", *LEGACY, "--state=Shipped", "refund", "--at", at, "--format", "json"]
        words += ["--param=refund_reason=out_of_stock", "--param=refund_mode=Claim"]
        result = CliRunner().invoke(feedwright, [*words, "--project", str(tmp_path)])
        return json.loads(result.output)

    before, after = told(AFTER), told("2025-11-01T09:00+01:00")
    assert (before["decision"], after["decision"]) == ("allowed", "manual")
    assert before["changes"]["at"] == "2025-10-01T08:00:00+00:00"
    assert before["changes"]["milestones"] == ["soap_end"]
    cases = after["why"][1]["parts"]
    assert [(c["text"], c["taken"]) for c in cases[1:]] == [
        ('marketplace_code is "cdiscount" and now before soap_end', False),
        ("otherwise", True),
    ]
    # Of the second case only what failed is told.
    assert [c["text"] for c in cases[1]["parts"][0]["parts"]] == ["now before soap_end"]
    assert [(e["channel"], e["decision"]) for e in after["elsewhere"]] == [
        ("cdiscount_octopia", "allowed")
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--order=X", "ship"], "explain --order ID ACTION ORDERS_FILE"),
        (["--state=Shipped", "ship"], "say --channel and --state"),
        (["--order=SCID000000001", "--state=Shipped", "ship", "-"], "say --channel and --state"),
        (["--order=NONE", "ship", "-"], "no order in - has the id NONE"),
        ([*LEGACY, "--state=Shipped", "ship", "--param=x"], "not written as name=value"),
    ],
)
def test_what_cannot_be_asked(words: list[str], says: str) -> None:
    result = explained(*words)
    assert result.exit_code == 2
    assert says in result.output
