"""What rules cost: checking, compiling and running generated rulesets of 20 to 2,000 rules.

    python tests/bench/rules_cost.py [--rules 20,100,500,2000] [--rows 20000] [--json FILE]

Times are the processor's, so that what else runs on the machine counts less.
The rules are the benchmark's own with so many requirements and values more, each about other bounds,
so that nothing is computed once for two of them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]

from bench import staging, workload  # noqa: E402 - found through the line above

from engine.pipeline import check, open_run  # noqa: E402 - likewise
from engine.project import load_project  # noqa: E402 - likewise

AT = datetime(2025, 8, 1, 7, tzinfo=UTC)
CHANNEL = "cdiscount_octopia"


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


def measure(folder: Path, feed: Path, count: int) -> dict[str, float]:
    """The seconds that `count` rules take to be checked and compiled, and the time per row."""
    entry = folder / "rules" / "offers.rules"
    original = (staging.PROJECT / "rules" / "offers.rules").read_text(encoding="utf-8")
    entry.write_text(with_rules(original, count), encoding="utf-8")
    project = load_project(folder)
    started = time.process_time()
    checked = check(project)
    seconds = time.process_time() - started
    if checked.ruleset is None:
        raise SystemExit(f"the generated rules have errors: {list(checked.report)[:3]}")
    started = time.process_time()
    run = open_run(project, checked.ruleset, str(feed), channel=CHANNEL, at=AT)
    compiled = time.process_time() - started
    return {
        "rules": count,
        "check_s": round(seconds, 3),
        "compile_s": round(compiled, 3),
        "us_per_row": round(_per_row(run, folder), 2),
    }


def _per_row(run: object, folder: Path) -> float:
    """Processor time per row; planning the query counts, as in any run. The least of two runs."""
    from engine.pipeline import write_lines

    started = time.process_time()
    with (folder / "offers.jsonl").open("wb") as offers, (folder / "no.jsonl").open("wb") as others:
        rows = write_lines(run, offers, others).read  # type: ignore[arg-type]
    return (time.process_time() - started) / rows * 1e6


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rules", default="20,100,500,2000")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    asked = parser.parse_args()
    with TemporaryDirectory() as place:
        feed = Path(place) / "feed.csv"
        workload.write_csv(feed, asked.rows)
        folder = staging.stage_project(Path(place) / "project")
        measure(folder, feed, 0)  # the first run loads what the others find loaded
        bare = measure(folder, feed, 0)
        results = [measure(folder, feed, int(n)) for n in asked.rules.split(",")]
        shutil.rmtree(folder)
    print(f"{'rules':>6}{'check s':>9}{'compile s':>11}{'us/row':>8}{'ns/row and rule':>17}")
    for one in [bare, *results]:
        more = one["us_per_row"] - bare["us_per_row"]
        each = f"{more / one['rules'] * 1000:.1f}" if one["rules"] else "-"
        print(
            f"{one['rules']:>6}{one['check_s']:>9}{one['compile_s']:>11}{one['us_per_row']:>8}{each:>17}"
        )
    if asked.json:
        asked.json.write_text(json.dumps([bare, *results], indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
