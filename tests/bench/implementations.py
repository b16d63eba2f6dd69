"""The ways to do the work: how each is started, and what it needs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which

from bench.baselines import jsonata_mapping

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHANNEL = "cdiscount_octopia"
AT = "2025-08-01T09:00+02:00"
CHECK_ROWS = 20_000
FEW_ROWS = 2_000  # for what takes milliseconds a row


@dataclass(frozen=True, slots=True)
class Job:
    """A feed to render: in which format, and where to."""

    feed: Path
    kind: str
    folder: Path  # of the outputs
    project: Path

    @property
    def offers(self) -> Path:
        """Where the offers go."""
        return self.folder / "offers.jsonl"

    @property
    def rejections(self) -> Path:
        """Where the rejections go."""
        return self.folder / "rejections.jsonl"


TABULAR = ("csv", "jsonl", "parquet")


@dataclass(frozen=True, slots=True)
class Implementation:
    """A way to do the work.

    `lacking` says why it cannot run here, or None. A slow one is measured in the first round only, and
    on no more than `most_rows`.
    """

    command: Callable[[Job], list[str]]
    lacking: Callable[[], str | None] = lambda: None
    formats: tuple[str, ...] = TABULAR
    slow: bool = False
    most_rows: int = 10**9


def script(name: str, *options: str) -> Callable[[Job], list[str]]:
    """The command of a script in `baselines/`."""

    def command(job: Job) -> list[str]:
        program = [sys.executable, str(HERE / "baselines" / name), str(job.feed)]
        outputs = ["--offers", str(job.offers), "--rejections", str(job.rejections)]
        return [*program, "--format", job.kind, *outputs, *options]

    return command


def feedwright(job: Job) -> list[str]:
    """The command of Feedwright, to be run inside the project."""
    outputs = ["--offers", str(job.offers), "--rejections", str(job.rejections)]
    when = ["--channel", CHANNEL, "--at", AT]
    return [sys.executable, "-m", "engine.cli.main", "render", str(job.feed), *when, *outputs]


def no_render() -> str | None:
    """Why `feedwright render` cannot run."""
    asked = [sys.executable, "-m", "engine.cli.main", "render", "--help"]
    found = subprocess.run(asked, capture_output=True, check=False, cwd=ROOT)
    return "the command `feedwright render` is not there" if found.returncode else None


def no_package(name: str) -> Callable[[], str | None]:
    """Asks whether a package is installed."""
    return lambda: None if installed(name) else f"the package {name} is not installed"


def no_program(name: str) -> Callable[[], str | None]:
    """Asks whether a program is installed."""
    return lambda: None if which(name) else f"the program {name} is not installed"


def installed(package: str) -> str | None:
    """The version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


IMPLEMENTATIONS = {
    "feedwright": Implementation(feedwright, no_render, (*TABULAR, "xml")),
    "polars": Implementation(script("polars_mapping.py", "--way", "blocks")),
    # As much memory as Feedwright may take: fewer rows at once.
    "polars_small": Implementation(script("polars_mapping.py", "--block", str(6 << 20))),
    "polars_query": Implementation(script("polars_mapping.py", "--way", "query")),
    "duckdb": Implementation(script("duckdb_mapping.py"), no_package("duckdb")),
    "python_decimal": Implementation(
        script("python_decimal.py"), formats=(*TABULAR, "xml"), slow=True
    ),
    "python_tuned": Implementation(script("python_tuned.py"), formats=("csv", "jsonl"), slow=True),
    "jq": Implementation(
        script("jq_mapping.py"), no_program("jq"), ("jsonl",), slow=True, most_rows=CHECK_ROWS
    ),
    "jsonata": Implementation(
        script("jsonata_mapping.py"),
        jsonata_mapping.lacking,
        ("jsonl",),
        slow=True,
        most_rows=FEW_ROWS,
    ),
}
