"""The projects of eight families of feeds, run as their merchants would run them."""

import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine.offers.accounting import Accounting
from engine.offers.results import Outcome, RowResult
from engine.offers.rows import row_results
from engine.pipeline import check, open_run
from engine.preview.lines import row_line
from engine.project import load_project

FAMILIES = Path(__file__).parent
AT = datetime(2025, 8, 1, 7, tzinfo=UTC)
CHANNEL = "cdiscount_octopia"


@dataclass(frozen=True)
class Ran:
    """What became of a feed."""

    results: tuple[RowResult, ...]
    accounting: Accounting
    notes: tuple[str, ...]

    def of(self, outcome: Outcome) -> list[RowResult]:
        return [r for r in self.results if r.outcome is outcome]

    @property
    def offers(self) -> list[RowResult]:
        return self.of(Outcome.OFFER)

    def said(self, row: int) -> list[str]:
        """The messages of a row, by its number in the feed."""
        return [m.message for r in self.results if r.row == row for m in r.reasons]

    def rows_with(self, code: str, column: str | None = None) -> int:
        return sum(
            any(m.code == code and column in (None, m.column) for m in r.reasons)
            for r in self.results
        )


@cache
def run_family(family: str, feed: str, changed: str | None = None) -> Ran:
    """The feed of a family; `changed` is a changed copy of its file, read with the same settings."""
    project = load_project(FAMILIES / family)
    checked = check(project)
    assert checked.ruleset is not None, list(checked.report)
    if changed is not None:
        feeds = {feed: {**project.feeds[feed], "path": changed}}
        project = replace(project, feeds=feeds)
    run = open_run(project, checked.ruleset, feed, channel=CHANNEL, at=AT)
    accounting = Accounting()
    results = []
    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        results += row_results(run.program, mapped)
    return Ran(tuple(results), accounting, tuple(run.feed.notes))


def summary_text(ran: Ran) -> str:
    """The sum, the notes and the ranked reasons, for a person to read."""
    found: dict[str, Any] = {"notes": ran.notes, **ran.accounting.as_json()}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def rows_text(ran: Ran, most: int = 3) -> str:
    """The first rows of each outcome, and the first for each set of reasons, as JSON Lines."""
    seen: dict[tuple[str, ...], int] = {}
    lines = io.StringIO()
    for result in ran.results:
        sort = (result.outcome.value, *(f"{m.code} {m.column} {m.line}" for m in result.reasons))
        seen[sort] = seen.get(sort, 0) + 1
        if seen[sort] <= (most if result.outcome is Outcome.OFFER else 1):
            lines.write(row_line(result) + "\n")
    return lines.getvalue()
