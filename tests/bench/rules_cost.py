"""What rules cost: checking, compiling and running generated rulesets of 20 to 2,000 rules.

    python tests/bench/rules_cost.py [--rules 20,100,500,2000] [--rows 24000] [--rounds 30] [--json FILE]

Times are the processor's, on one thread. The rules are the benchmark's own with so many requirements and
values more, each about other bounds, so that nothing is computed once for two of them. What a rule
costs a row is told from rows that were read before: reading and writing cost a hundred times as much.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]
if __name__ == "__main__":
    os.environ["POLARS_MAX_THREADS"] = "1"  # read when Polars is loaded

from bench import staging, workload  # noqa: E402 - found through the line above

from engine.pipeline import check, open_run  # noqa: E402 - likewise
from engine.project import load_project  # noqa: E402 - likewise

if TYPE_CHECKING:
    import polars as pl

    from engine.pipeline import Run

AT = datetime(2025, 8, 1, 7, tzinfo=UTC)
CHANNEL = "cdiscount_octopia"
FEW, MANY, MOST_RATIO = 20, 500, 2  # a rule among many costs at most so many times one among few


def with_rules(rules: str, count: int) -> str:
    """The rules with `count` more: in turn a value that is computed and a requirement on it."""
    head, end, tail = rules.rpartition("\nend")
    return head + "\n" + "\n".join(_lines(count)) + end + tail


def _lines(count: int) -> Iterator[str]:
    for number in range(count):
        if number % 2 == 0:
            yield f"  let total_{number} = cost * {number + 2} + shipping_cost * {number + 3}"
        else:
            yield (
                f"  require total_{number - 1} < {90_000_000 + number} EUR"
                f' else reject "total {number} is too high"'
            )


@dataclass(slots=True)
class Cost:
    """A ruleset with so many rules more, compiled; `seconds` is the least time its rows took."""

    rules: int
    check_s: float
    compile_s: float
    run: Run
    seconds: float = float("inf")

    def once(self, rows: pl.DataFrame) -> None:
        """Run the rows through the rules once more."""
        from engine.offers.prepared import Prepared

        prepared = Prepared(self.run.mapper)
        started = time.process_time()
        prepared.run(rows)
        self.seconds = min(self.seconds, time.process_time() - started)


def compiled(folder: Path, feed: Path, count: int) -> Cost:
    """The project in `folder` with `count` rules more, and what that took."""
    entry = folder / "rules" / "offers.rules"
    original = (staging.PROJECT / "rules" / "offers.rules").read_text(encoding="utf-8")
    entry.write_text(with_rules(original, count), encoding="utf-8")
    project = load_project(folder)
    started = time.process_time()
    checked = check(project)
    checked_s = time.process_time() - started
    if checked.ruleset is None:
        raise SystemExit(f"the generated rules have errors: {list(checked.report)[:3]}")
    started = time.process_time()
    run = open_run(project, checked.ruleset, str(feed), channel=CHANNEL, at=AT)
    return Cost(count, checked_s, time.process_time() - started, run)


def measure(counts: Sequence[int], rows: int, rounds: int) -> list[dict[str, Any]]:
    """The costs of rulesets with `counts` rules more, the first of which is that of none.

    All run in turn, round after round; the least time of each counts, since others only add to it.
    """
    import polars as pl

    with TemporaryDirectory() as place:
        feed = Path(place) / "feed.csv"
        workload.write_csv(feed, rows)
        folder = staging.stage_project(Path(place) / "project")
        compiled(folder, feed, 0)  # the first loads what the others find loaded
        costs = [compiled(folder, feed, count) for count in (0, *counts)]
        batches = costs[0].run.feed.batches(costs[0].run.program.source_columns)
        read = pl.concat(list(batches))
        for _ in range(rounds):
            for cost in costs:
                cost.once(read)
        for cost in costs:
            cost.run.feed.opened.source.close()
    bare = costs[0].seconds
    return [
        {
            "rules": cost.rules,
            "check_s": round(cost.check_s, 3),
            "compile_s": round(cost.compile_s, 3),
            "us_per_row": round(cost.seconds / read.height * 1e6, 3),
            "ns_per_row_and_rule": round((cost.seconds - bare) / read.height / cost.rules * 1e9, 2)
            if cost.rules
            else None,
        }
        for cost in costs
    ]


def ratio(found: Sequence[dict[str, Any]]) -> float | None:
    """What a rule among 500 costs over what one among 20 does."""
    each = {one["rules"]: one["ns_per_row_and_rule"] for one in found}
    return round(each[MANY] / each[FEW], 2) if each.get(FEW) and MANY in each else None


def report(found: Sequence[dict[str, Any]]) -> str:
    """The costs as a table of text, and what they say."""
    lines = [f"{'rules':>6}{'check s':>9}{'compile s':>11}{'us/row':>9}{'ns/row and rule':>17}"]
    for one in found:
        each = "-" if one["ns_per_row_and_rule"] is None else one["ns_per_row_and_rule"]
        lines.append(
            f"{one['rules']:>6}{one['check_s']:>9}{one['compile_s']:>11}{one['us_per_row']:>9}{each:>17}"
        )
    told = ratio(found)
    if told is not None:
        said = "as it should be" if told <= MOST_RATIO else "MORE THAN IT SHOULD BE"
        lines.append(
            f"a rule among {MANY} costs {told} times one among {FEW}; at most {MOST_RATIO}: {said}"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rules", default="20,100,500,2000")
    parser.add_argument("--rows", type=int, default=24_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    asked = parser.parse_args()
    found = measure([int(n) for n in asked.rules.split(",")], asked.rows, asked.rounds)
    print(report(found))
    if asked.json:
        told = {"ratio_500_to_20": ratio(found), "rules": found}
        asked.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
