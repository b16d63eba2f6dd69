"""`feedwright explain` on the sample: why values are what they are, and why rows make no offer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_snapshot.plugin import Snapshot

from engine.cli.main import feedwright

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots/explain"
AT = ["--at", "2025-08-01T09:00+02:00", "--channel", "cdiscount_octopia"]


def explain(*words: str) -> Result:
    feed = str(ROOT / "samples/catalogue.csv")
    arguments = ["explain", *words, feed, *AT, "--project", str(ROOT)]
    return CliRunner(env={"COLUMNS": "100"}).invoke(feedwright, arguments)


@pytest.mark.parametrize(
    ("row", "attribute"),
    [
        (5, "Price"),  # cases: one not taken, a let, two cells
        (5, "PriceMustBeAligned"),  # a row of a table
        (5, "Stock"),  # an override with what it inherits
        (5, "ShippingInformationDeliveryMode"),  # a decision table that collects
        (5, "DiscountComponentStartDate"),  # left out by a condition
        (17, "ProductEan"),  # a function that fails, and rejects
        (23, "Price"),  # a row that a requirement rejects
        (38, "Price"),  # a cell that cannot be read
        (99, "StrikedPrice"),  # dropped by a requirement
        (145, "DiscountComponentEndDate"),  # two reasons
        (207, "Price"),  # a record that cannot be read
    ],
)
def test_explanations(row: int, attribute: str, snapshot: Snapshot) -> None:
    result = explain("--row", str(row), attribute)
    assert result.exit_code == 0, result.output
    snapshot.snapshot_dir = SNAPSHOTS
    snapshot.assert_match(result.output, f"row_{row}_{attribute}.txt")


def test_json_has_stable_keys_and_the_same_values() -> None:
    result = explain("--sku", "LU-1005", "Price", "--format", "json")
    (line,) = result.output.splitlines()
    told = json.loads(line)
    assert list(told) == [
        *("row", "sku", "channel", "at", "outcome", "reasons", "explanation", "wire"),
    ]
    found = told["explanation"]
    assert (found["state"], found["value"]) == ("value", "114.20 EUR")
    cells: list[tuple[str, str]] = []
    steps = [found["why"]]
    while steps:
        step = steps.pop()
        steps += step.get("parts", [])
        if "cell" in step:
            cells.append((step["cell"]["column"], step["cell"]["text"]))
    assert sorted(cells) == [("Catégorie", "Lamps"), ("Prix HT", "95,17"), ("Taux TVA", "20")]


def test_no_such_row() -> None:
    result = explain("--sku", "NOT-THERE", "Price")
    assert result.exit_code == 2
    assert "no row of" in result.output
    assert "NOT-THERE" in result.output


def test_no_such_attribute() -> None:
    with pytest.raises(Exception, match="offers have no attribute `Pirce`; closest: Price"):
        CliRunner().invoke(
            feedwright,
            ["explain", "--row", "5", "Pirce", str(ROOT / "samples/catalogue.csv"), *AT],
            catch_exceptions=False,
        )


def test_a_feed_needs_a_row() -> None:
    assert "--sku or --row" in explain("Price").output
