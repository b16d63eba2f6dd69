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
