"""Snapshots of rule tests: written on request, compared, read as data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

RunTests = Callable[..., Any]

TEST = """test "t" on cdiscount_octopia at 2025-08-01 09:00 Europe/Paris
  given product "fixtures/chair.json" but stock = STOCK
  expect snapshot "chair"
end
"""


def test_a_snapshot_is_written_compared_and_shown_where_it_differs(
    run: RunTests, shop: Path
) -> None:
    three, four = TEST.replace("STOCK", "3"), TEST.replace("STOCK", "4")
    assert "there is no snapshot `chair` yet" in run(three).failures[0]
    written = run(three, update=True)
    file = shop / "rules/snapshots/chair.json"
    assert [Path(w) for w in written.written] == [file]
    assert written.failures == []
    assert run(three).failures == []
    (differs,) = run(four).failures
    assert "snapshot `chair` differs" in differs
    assert '-    "quantity": 3' in differs
    assert '+    "quantity": 4' in differs
    assert run(three, update=True).written == []


def test_a_snapshot_holds_exact_numbers_as_texts(run: RunTests, shop: Path) -> None:
    run(TEST.replace("STOCK", "3"), update=True)
    read = json.loads((shop / "rules/snapshots/chair.json").read_text(encoding="utf-8"))
    assert read["attributes"]["Price"] == "80.00"
    assert read["payload"]["price"]["price"] == "80.00"
    assert list(read) == sorted(read)
