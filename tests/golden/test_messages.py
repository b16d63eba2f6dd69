"""Each message as a person reads it: the bad example of its page at the terminal, or its row's reason."""

import json
import re
from pathlib import Path

import pytest
from conformance.examples import example
from conformance.shop import Shop
from conformance.test_pages import ROWS, RULES
from pytest_snapshot.plugin import Snapshot

from engine.diagnostics.terminal import WIDTH, as_text

_HEAD = re.compile(r"(?:error|warning|lint)\[")  # the sentence itself is never cut
SNAPSHOTS = Path(__file__).parent / "snapshots/messages"


@pytest.mark.parametrize("number", RULES)
def test_the_message_at_the_terminal(tmp_path: Path, number: str, snapshot: Snapshot) -> None:
    _, report = Shop(tmp_path, example(number, "Bad")).check()
    text = as_text(report)
    assert f"[{number}]: " in text
    below = [line for line in text.split("\n") if not _HEAD.match(line)]
    assert [line for line in below if len(line) > WIDTH] == []
    snapshot.snapshot_dir = SNAPSHOTS
    snapshot.assert_match(text, f"{number}.txt")


@pytest.mark.parametrize("number", ROWS)
def test_the_reason_of_the_row(tmp_path: Path, number: str, snapshot: Snapshot) -> None:
    rows = Shop(tmp_path, example(number, "Bad")).rows()
    told = [
        {
            "row": row.row,
            "outcome": row.outcome.value,
            "reasons": [r.as_json() for r in row.reasons],
        }
        for row in rows
    ]
    snapshot.snapshot_dir = SNAPSHOTS
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    snapshot.assert_match(text, f"{number}.json")
