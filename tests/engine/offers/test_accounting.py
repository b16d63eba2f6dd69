"""Reasons are ranked alike, whichever rows are counted first."""

import json
from typing import Any

import polars as pl
import pytest

from engine.offers import accounting
from engine.offers.accounting import Accounting

CELLS = [{"code": "R101", "column": name} for name in ("price", "cost")]
RULES = [{"code": "R207", "rule": {"file": "offers.rules", "line": line}} for line in (9, 30)]


def told(row: int, reasons: list[dict[str, Any]]) -> pl.DataFrame:
    """A row that makes no offer, and why."""
    written = [{"severity": "error", "message": f"row {row}", **reason} for reason in reasons]
    return pl.DataFrame(
        {"__row": row, "sku": f"S{row}", "outcome": "rejected", "reasons": json.dumps(written)},
        {"__row": pl.Int64, "sku": pl.String, "outcome": pl.String, "reasons": pl.String},
    )


@pytest.mark.parametrize("sorts", [CELLS, RULES], ids=["cells", "rules"])
def test_the_order_of_counting_does_not_tell(
    sorts: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounting, "_RANKED_AT_ONCE", 1)
    rows = [told(5, sorts), told(7, sorts[:1]), told(8, sorts[1:])]
    found = []
    for order in (rows, rows[::-1], [rows[1], rows[2], rows[0]]):
        total = Accounting()
        for row in order:
            total.add_others(row)
        found.append(total.as_json()["reasons"])
    assert [(one["rows"], one["example_row"]) for one in found[0]] == [(2, 5), (2, 5)]
    assert found[1:] == found[:1] * 2
    told_first = json.loads(rows[0]["reasons"].item())
    assert [one.get("column", one.get("rule")) for one in found[0]] == [
        one.get("column", one.get("rule")) for one in told_first
    ]
