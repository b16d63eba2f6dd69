"""Measure Feedwright against the same mapping by other means, once all of them agree.

    python tests/bench/run.py [--rows 300000] [--formats csv,jsonl,parquet] [--threads 1,2] [--json FILE]
                              [--memory 3000000] [--memory-formats csv,jsonl,xml,parquet]

Each implementation is a process of its own, reading a file and writing two. Before any time is
taken, each renders a smaller feed, and its offers and rejections must equal the reference's. At the
end, feeds of so many rows are rendered by Feedwright to see how much memory it holds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import gettempdir
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from bench import canonical, memory, staging, workload  # noqa: E402 - found through the line above
from bench.implementations import (  # noqa: E402 - likewise
    CHECK_ROWS,
    IMPLEMENTATIONS,
    ROOT,
    Implementation,
    Job,
    installed,
)

LIMIT = "polars"  # what the others are measured against
REFERENCE = "python_decimal"  # what the others must equal


# --- one run ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """One process: how long it took, the most memory it held, how many lines it wrote."""

    seconds: float
    peak_mb: float
    offers: int
    rejections: int


class FailedRunError(Exception):
    """An implementation that stopped or gave the wrong answer."""


@contextmanager
def processors(count: int) -> Iterator[None]:
    """Keep what is started inside to so many processors, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(allowed)[:count]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def run_once(implementation: Implementation, job: Job, threads: int) -> Run:
    """Run an implementation on as many processors as it gets threads.

    Raises:
        FailedRunError: it did not end well.
    """
    environment = os.environ | {
        "POLARS_MAX_THREADS": str(threads),
        "PYTHONPATH": str(ROOT),
    }
    # Modules are compiled once and kept, as those of any installed program are.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    said = job.folder / "said.txt"
    with processors(threads):
        started = time.perf_counter()
        with said.open("wb") as words:
            process = subprocess.Popen(
                implementation.command(job),
                cwd=job.project,
                env=environment,
                stdout=words,
                stderr=words,
            )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = said.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise FailedRunError(f"exit code {process.returncode} of {process.args}\n{tail}")
    counts = [canonical.count_lines(path) for path in (job.offers, job.rejections)]
    return Run(seconds, used.ru_maxrss / 1024, *counts)


# --- the feeds ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where feeds are kept from run to run, and outputs for a moment."""

    root: Path

    def feed(self, rows: int, kind: str) -> Path:
        """The feed of `rows` rows, written now where it is not there yet."""
        made_by = hashlib.sha256(Path(workload.__file__).read_bytes()).hexdigest()[:12]
        path = self.root / f"feed-{made_by}-{workload.SEED}-{rows}.{kind}"
        if not path.exists():
            say(f"writing {path.name}")
            partial = path.with_suffix(".partial")
            # The system counts the harness's memory for those it starts, so it holds no feed.
            program = [sys.executable, str(workload.__file__), str(partial), kind, str(rows)]
            subprocess.run(program, check=True)
            partial.rename(path)
        return path

    def job(self, rows: int, kind: str, name: str) -> Job:
        """The job of one implementation."""
        folder = self.root / f"out-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        project = staging.stage_project(self.root / f"project-{kind}", kind)
        return Job(self.feed(rows, kind), kind, folder, project)


def say(line: str) -> None:
    """A line of progress, on stderr."""
    sys.stderr.write(f"bench: {line}\n")


# --- agreement ----------------------------------------------------------------------------------


def check_agreement(names: Sequence[str], place: Place, rows: int, kind: str, threads: int) -> None:
    """See that all write the same offers and rejections, of as many rows as each of them takes.

    Raises:
        FailedRunError: with a line on which one of them differs from the reference.
    """
    able = [n for n in names if kind in IMPLEMENTATIONS[n].formats and n != REFERENCE]
    sizes = {name: min(rows, IMPLEMENTATIONS[name].most_rows) for name in able}
    for size in sorted(set(sizes.values())):
        wanted = place.job(size, kind, "reference")
        run_once(IMPLEMENTATIONS[REFERENCE], wanted, 1)
        for name in (n for n in able if sizes[n] == size):
            job = place.job(size, kind, name)
            run_once(IMPLEMENTATIONS[name], job, threads)
            compare(name, job, wanted)


def compare(name: str, job: Job, wanted: Job) -> None:
    """See that two jobs wrote the same.

    Raises:
        FailedRunError: they did not.
    """
    outputs = (
        ("offers", job.offers, wanted.offers, canonical.canonical_offer),
        ("rejections", job.rejections, wanted.rejections, canonical.canonical_rejection),
    )
    for what, found, expected, form in outputs:
        mine, theirs = (
            canonical.digest_of(map(form, canonical.lines_of(p))) for p in (found, expected)
        )
        if mine != theirs:
            difference = canonical.first_difference(found, expected, form)
            raise FailedRunError(
                f"{name}: other {what} than {REFERENCE} ({mine}; {theirs}): {difference}"
            )


# --- measuring ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Series:
    """The runs of one implementation, by round."""

    name: str
    kind: str
    threads: int
    rows: int
    runs: dict[int, Run] = field(default_factory=dict)

    @property
    def us_per_row(self) -> float:
        """The median time."""
        return median(map(self.us_in, self.runs))

    def us_in(self, number: int) -> float:
        """The time per row in one round."""
        return self.runs[number].seconds / self.rows * 1e6

    @property
    def peak_mb(self) -> float:
        """The most memory in any run."""
        return max(run.peak_mb for run in self.runs.values())

    def ratio(self, other: Series) -> float:
        """The median, over the rounds both ran in, of its time over the other's."""
        both = self.runs.keys() & other.runs.keys()
        return median(self.us_in(number) / other.us_in(number) for number in both)


def measure(  # noqa: PLR0917 - one call, and each is a fact of the run
    names: Sequence[str], place: Place, rows: int, kind: str, threads: int, rounds: int
) -> list[Series]:
    """Run all in turn, round after round, so that each meets the same machine.

    Raises:
        FailedRunError: one wrote another number of lines than the first.
    """
    able = [n for n in names if kind in IMPLEMENTATIONS[n].formats]
    series = {n: Series(n, kind, threads, min(rows, IMPLEMENTATIONS[n].most_rows)) for n in able}
    counts: dict[int, tuple[int, int]] = {}
    for number in range(rounds):
        for name in able[number % len(able) :] + able[: number % len(able)]:
            one, size = IMPLEMENTATIONS[name], series[name].rows
            if one.slow and number:
                continue
            run = run_once(one, place.job(size, kind, name), threads)
            found = (run.offers, run.rejections)
            if found != counts.setdefault(size, found) or sum(found) != size:
                raise FailedRunError(f"{name}: {run.offers} offers and {run.rejections} rejections")
            series[name].runs[number] = run
            say(f"{kind}, {threads} threads, round {number + 1}: {name} {run.seconds:.2f} s")
    return list(series.values())


# --- the answer ---------------------------------------------------------------------------------


def table_of(results: Sequence[Series]) -> str:
    """The measurements as a table of text."""
    lines = [f"{'':16}{'format':>8}{'threads':>9}{'us/row':>9}{'ratio':>8}{'peak MB':>9}"]
    for one in results:
        ratio = ratio_of(one, results)
        shown = "-" if ratio is None else f"{ratio:.2f}"
        lines.append(
            f"{one.name:16}{one.kind:>8}{one.threads:>9}{one.us_per_row:>9.2f}{shown:>8}{one.peak_mb:>9.0f}"
        )
    return "\n".join(lines)


def ratio_of(one: Series, results: Sequence[Series]) -> float | None:
    """Its time over that of the limit, in the same format with as many threads."""
    same = (r for r in results if (r.name, r.kind, r.threads) == (LIMIT, one.kind, one.threads))
    limit = next(same, None)
    return one.ratio(limit) if limit else None


def as_json(
    results: Sequence[Series], rows: int, peaks: Sequence[memory.Peak] = ()
) -> dict[str, Any]:
    """The measurements as data; `us_per_row` holds those of CSV at the most threads."""
    most = max((one.threads for one in results), default=0)
    main = [one for one in results if (one.kind, one.threads) == ("csv", most)]
    return {
        "rows": rows,
        "seed": workload.SEED,
        "threads": most,
        "us_per_row": {one.name: round(one.us_per_row, 3) for one in main},
        "versions": versions(),
        "results": [
            {
                "implementation": one.name,
                "format": one.kind,
                "threads": one.threads,
                "rows": one.rows,
                "us_per_row": round(one.us_per_row, 3),
                "ratio_to_polars": ratio_of(one, results),
                "peak_mb": round(one.peak_mb),
                "seconds": [round(run.seconds, 3) for run in one.runs.values()],
            }
            for one in results
        ],
        "memory": memory.as_json(peaks),
    }


def versions() -> dict[str, str]:
    """What was measured, on what."""
    packages = {name: installed(name) for name in ("feedwright", "polars", "duckdb")}
    machine = {"python": platform.python_version(), "system": platform.platform()}
    return machine | {"processors": str(os.cpu_count())} | {k: v for k, v in packages.items() if v}


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--formats", default="csv,jsonl,parquet")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument(
        "--only", default=",".join(IMPLEMENTATIONS), help="implementations, with commas between"
    )
    parser.add_argument(
        "--memory", default="3000000", help="rows of feeds to see the memory of, 0 for none"
    )
    parser.add_argument("--memory-formats", default="csv,jsonl,xml,parquet")
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    parser.add_argument("--work", type=Path, default=Path(gettempdir()) / "feedwright-bench")
    return parser.parse_args()


def able_ones(wanted: Sequence[str]) -> list[str]:
    """Those that can run here; says of each other why it is left out."""
    able = []
    for name in wanted:
        reason = IMPLEMENTATIONS[name].lacking()
        if reason is None:
            able.append(name)
        else:
            say(f"{name} is left out: {reason}")
    return able


def main() -> int:
    """Compare, then measure, then report; 1 where two implementations disagree."""
    asked = options()
    place = Place(asked.work)
    names = able_ones([n for n in asked.only.split(",") if n])
    results: list[Series] = []
    peaks: list[memory.Peak] = []
    try:
        for kind in filter(None, asked.formats.split(",")):
            for threads in map(int, asked.threads.split(",")):
                check_agreement(names, place, min(CHECK_ROWS, asked.rows), kind, threads)
                say(f"{kind}, {threads} threads: all agree; measuring")
                results += measure(names, place, asked.rows, kind, threads, asked.rounds)
        sizes = [size for text in asked.memory.split(",") if (size := int(text or 0))]
        peaks += memory.peaks(place, asked.memory_formats.split(","), sizes, say)
    except FailedRunError as fault:
        say(str(fault))
        return 1
    if results:
        print(table_of(results))
    if peaks:
        print(memory.table_of(peaks))
    if asked.json:
        report = as_json(results, asked.rows, peaks)
        asked.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
