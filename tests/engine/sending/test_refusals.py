"""Refused offers on their way back to the attribute, the row and the rule."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from simulator.clock import ManualClock
from simulator.market import SELLER

from engine.cli.main import feedwright
from engine.outbox.book import PackageStep
from engine.outbox.events import Event
from engine.outbox.opening import open_journal
from engine.outbox.result_codes import meanings_of

ROOT = Path(__file__).parents[3]
CHANNEL = "cdiscount_octopia"


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ("Rejected: 1008 mandatory field", [("1008", "eco-participation: required", "EcoPart")]),
        ("Rejected: 1906; 1906 price", [("1906", "price: price not above 0", "Price")]),
        (
            "Rejected: 1001; 4045",
            [
                ("1001", "EAN: required", "ProductEan"),
                (
                    "4045",
                    "home delivery: delivery mode not set up",
                    "ShippingInformationDeliveryMode",
                ),
            ],
        ),
        ("Rejected: 9999", [("9999", "nobody knows what this code says", "")]),
        ("Rejected: 3699", [("3699", "offer does not exist", "")]),
        ("Duplicated: ", []),
        ("Rejected: 12345", []),
    ],
)
def test_codes_in_words(why: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(m.code, m.says, m.attribute) for m in meanings_of(why)] == expected


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    settings = (ROOT / ".feedwright.yaml").read_text()
    settings += f'\nsellers:\n  "{SELLER}": {{client_id: env:ID, client_secret: env:SECRET}}\n'
    (tmp_path / ".feedwright.yaml").write_text(settings)
    path = tmp_path / "var/journal" / f"{SELLER}.sqlite"
    with open_journal(path, ManualClock(), seller=SELLER) as journal:
        begin = {"channel": CHANNEL, "carrier": "json", "type": "Upsert", "plan": "p", "part": 0}
        values = [["LU-1005", "h", "10.00", 1, False], ["GONE", "h", "10.00", 1, False]]
        refused = {"LU-1005": "Rejected: 1906 the price", "GONE": "Rejected: 1008"}
        for step, data in (
            (PackageStep.BEGIN, begin),
            (PackageStep.COMMIT, {"offers": values}),
            (PackageStep.RESULTS, {"refused": refused}),
        ):
            journal.append(Event(step, None, {"package": "P", **data}))
    return tmp_path


def test_refused_offers_lead_to_their_rule(project: Path) -> None:
    words = ["journal", "refused", "--project", str(project)]
    short = CliRunner().invoke(feedwright, words)
    assert short.exit_code == 1
    assert short.output.splitlines() == [
        "GONE  cdiscount_octopia  Rejected: 1008",
        "  1008  eco-participation: required",
        "LU-1005  cdiscount_octopia  Rejected: 1906 the price",
        "  1906  price: price not above 0",
    ]
    feed = str(project / "samples/catalogue.csv")
    at = ["--at", "2025-08-01T09:00+02:00"]
    long = CliRunner().invoke(feedwright, [*words, "--feed", feed, *at, "--format", "json"])
    found = {one["sku"]: one for one in map(json.loads, long.output.splitlines())}
    assert found["GONE"]["places"] == {}
    place = found["LU-1005"]["places"]["Price"]
    file, _, line = place["rule"].partition(":")
    assert file == "rules/offers.rules"
    rule = (ROOT / file).read_text().splitlines()[int(line) - 1]
    assert "Price" in rule, rule
    explained = ["explain", "--sku", "LU-1005", "Price", feed, "--channel", CHANNEL, *at]
    told = CliRunner().invoke(feedwright, [*explained, "--project", str(project)])
    assert place["value"] in told.output
    assert place["rule"] in told.output
