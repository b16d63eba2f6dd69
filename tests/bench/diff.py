"""What `diff` of two versions of rules costs beside one `render`: processor time and memory.

    python tests/bench/diff.py [--rows 200000,1000000] [--rounds 3] [--json FILE]

Both work on the benchmark's feed with the benchmark's rules; the other version has a point more of
margin in every category and another condition of a discount, so that nearly every price changes. Each
round runs
one `render` and one `diff` right after each other; processor time counts, since what else runs on the
machine stretches the clock. `diff` is to cost at most 2.3 times a `render`, and its memory not to
grow with the rows.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]

from bench.implementations import AT, CHANNEL  # noqa: E402 - found through the line above
from bench.run import Place, say  # noqa: E402 - likewise

LIMIT = "2.3"


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used: processor time in seconds, the most memory it held in MB."""

    seconds: float
    peak_mb: float


def other_version(project: Path, folder: Path) -> Path:
    """A copy of the project with other margins, and another condition."""
    shutil.copytree(project, folder, dirs_exist_ok=True)
    rules = folder / "rules" / "offers.rules"
    text = rules.read_text(encoding="utf-8")
    changed = text.replace("sale_price <= full_price * 90%", "sale_price <= full_price * 92%")
    if changed == text:
        raise SystemExit("the benchmark's rules have no such condition any more")
    rules.write_text(changed, encoding="utf-8")
    margins = folder / "tables" / "margins.csv"
    head, *lines = margins.read_text(encoding="utf-8").splitlines()
    raised = [
        f"{category},{Decimal(margin.rstrip('%')) + 1}%" for category, margin in map(_cells, lines)
    ]
    margins.write_text("\n".join([head, *raised]) + "\n", encoding="utf-8")
    return folder


def _cells(line: str) -> list[str]:
    return line.rsplit(",", 1)


def used_by(command: Sequence[str], folder: Path, codes: tuple[int, ...]) -> Used:
    """Run a command of Feedwright to its end.

    Raises:
        SystemExit: it ends with another code than `codes`.
    """
    words = [sys.executable, "-m", "engine.cli.main", *command]
    said = folder / "said.txt"
    environment = os.environ | {"PYTHONPATH": str(HERE.parents[1])}
    with said.open("wb") as output:
        process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, env=environment)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise SystemExit(f"{' '.join(words)}\n{said.read_text(encoding='utf-8')[-2000:]}")
    return Used(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measure(place: Place, rows: int, rounds: int) -> dict[str, float]:
    """The least of some rounds of both commands on `rows` rows, and their ratio."""
    job = place.job(rows, "csv", "diff")
    other = other_version(job.project, place.root / "project-other")
    when = ["--channel", CHANNEL, "--at", AT, "--project", str(job.project)]
    out = ["--offers", str(job.offers), "--rejections", str(job.rejections)]
    rendering = ["render", str(job.feed), *when, *out]
    comparing = ["diff", str(job.project), str(other), "--feed", str(job.feed), *when]
    rendered, compared = [], []
    for number in range(rounds):
        rendered.append(used_by(rendering, job.folder, (0,)))
        compared.append(used_by([*comparing, "--format", "json"], job.folder, (1,)))
        say(
            f"{rows} rows, round {number + 1}: {rendered[-1].seconds:.1f} s, {compared[-1].seconds:.1f} s"
        )
    found = json.loads((job.folder / "said.txt").read_text(encoding="utf-8"))
    pairs = zip(compared, rendered, strict=True)
    return {
        "rows": rows,
        "offers_touched": found["offers_touched"],
        "render_s": round(min(u.seconds for u in rendered), 2),
        "diff_s": round(min(u.seconds for u in compared), 2),
        "ratio": round(statistics.median(c.seconds / r.seconds for c, r in pairs), 2),
        "render_mb": round(max(u.peak_mb for u in rendered)),
        "diff_mb": round(max(u.peak_mb for u in compared)),
    }


def main() -> int:
    """Measure, print a table; 1 where the ratio is beyond the limit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", default="200000,1000000", help="how many, with commas between")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, help="a folder where feeds are kept")
    parser.add_argument("--json", type=Path, help="write what was measured to this file too")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        place = Place(asked.cache or Path(folder))
        found = [measure(place, int(rows), asked.rounds) for rows in asked.rows.split(",")]
    names = list(found[0])
    print(" | ".join(names))
    for one in found:
        print(" | ".join(str(one[name]) for name in names))
    if asked.json is not None:
        asked.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return int(any(one["ratio"] > float(LIMIT) for one in found))


if __name__ == "__main__":
    sys.exit(main())
