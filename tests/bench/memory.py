"""How much memory Feedwright holds for feeds of any size: it must not grow with them.

Each format and size is one `feedwright render` with two threads. Feeds are written for one run and
deleted after it: ten million rows of JSON Lines are seven gigabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.implementations import IMPLEMENTATIONS

if TYPE_CHECKING:
    from bench.run import Place

FORMATS = ("csv", "jsonl", "xml", "parquet")
GOAL_MB = 300
KEPT_ROWS = 1_000_000  # feeds above are deleted
THREADS = 2


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory that one run held."""

    kind: str
    rows: int
    megabytes: float
    seconds: float

    @property
    def us_per_row(self) -> float:
        """The time per row."""
        return self.seconds / self.rows * 1e6


def peaks(
    place: Place, formats: Sequence[str], sizes: Sequence[int], say: Callable[[str], None]
) -> Iterator[Peak]:
    """Render a feed of each format and size once.

    Raises:
        FailedRunError: a row was lost.
    """
    from bench.run import FailedRunError, run_once

    for kind in formats:
        for rows in sizes:
            job = place.job(rows, kind, "memory")
            run = run_once(IMPLEMENTATIONS["feedwright"], job, THREADS)
            for path in (job.offers, job.rejections):
                path.unlink()
            if rows > KEPT_ROWS:
                job.feed.unlink()
            if run.offers + run.rejections != rows:
                raise FailedRunError(f"{run.offers} offers and {run.rejections} rejections")
            say(f"memory, {kind}, {rows} rows: {run.peak_mb:.0f} MB")
            yield Peak(kind, rows, run.peak_mb, run.seconds)


def table_of(found: Sequence[Peak]) -> str:
    """The peaks as a table of text: a line a format, a column a size; `!` marks what is too much."""
    sizes = sorted({one.rows for one in found})
    lines = ["peak MB of feedwright, 2 threads" + "".join(f"{size:>12,}" for size in sizes)]
    for kind in dict.fromkeys(one.kind for one in found):
        of_kind = {one.rows: one for one in found if one.kind == kind}
        cells = (_cell(of_kind.get(size)) for size in sizes)
        lines.append(f"{kind:32}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def _cell(peak: Peak | None) -> str:
    if peak is None:
        return "-"
    return f"{peak.megabytes:.0f}{' !' if peak.megabytes > GOAL_MB else ''}"


def as_json(found: Sequence[Peak]) -> list[dict[str, object]]:
    """The peaks as data."""
    return [
        {
            "format": one.kind,
            "rows": one.rows,
            "threads": THREADS,
            "peak_mb": round(one.megabytes),
            "us_per_row": round(one.us_per_row, 3),
        }
        for one in found
    ]
