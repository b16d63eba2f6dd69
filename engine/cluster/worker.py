"""What runs on the workers: the rows of a split counted, then made into lines of text.

Called by Spark with Arrow batches, in processes that it starts and ends. Nothing here raises for a
bad row, calls anyone, or reads a clock: what runs twice gives the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.cluster.shipped import Shipped, received, ruleset_of, unpacked

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from engine.cluster.splits import Split
    from engine.feeds.feed import Feed
    from engine.offers.mapping import Mapper

OFFERS, REJECTIONS, ACCOUNTING = "offers", "rejections", "accounting"
COUNTED = "split long, place long, row long, rows long, sku string"
LINES = "line string, kind string"
_MOST = 10_000  # rows in an Arrow batch


@lru_cache(maxsize=4)
def compiled(text: str) -> tuple[Shipped, Mapper]:
    """The rules that were shipped as `text`, compiled once in this process.

    Raises:
        ProjectError: they are not what the driver sent, or this worker has another Feedwright.
    """
    from engine.pipeline import compile_side  # noqa: PLC0415 - brings Polars in

    shipped = received(text)
    with unpacked(shipped) as project:
        at = datetime.fromisoformat(shipped.at)
        side = compile_side(project, ruleset_of(project), shipped.channel, at)
    return shipped, side.mapper


@dataclass(slots=True)
class _References:
    """Collects the references of rows that would be offers; takes no row for a duplicate.

    Rows are told by their place in the split: a join may have made several out of one.
    """

    seen: int = 0
    found: list[pl.DataFrame] = field(default_factory=list)

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Note the references of `frame`."""
        import polars as pl  # noqa: PLC0415

        counts = ~pl.col("__excludes") & ~pl.col("__stops") & pl.col("sku").is_not_null()
        placed = frame.select(
            pl.int_range(self.seen, self.seen + frame.height, dtype=pl.Int64).alias("place"),
            pl.col("__row").cast(pl.Int64).alias("row"),
            "sku",
            counts.alias("counts"),
        )
        self.seen += frame.height
        self.found.append(placed.filter("counts").drop("counts"))
        return frame.with_columns(pl.lit(None, pl.Int64).alias("__first"))


@dataclass(slots=True)
class _Known:
    """Marks the rows that Spark found to repeat the reference of an earlier offer."""

    earlier: pl.DataFrame  # place, first
    seen: int = 0

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with `__first`."""
        import polars as pl  # noqa: PLC0415

        places = pl.int_range(self.seen, self.seen + frame.height, dtype=pl.Int64)
        known = self.earlier.rename({"first": "__first"})
        self.seen += frame.height
        placed = frame.with_columns(places.alias("place"))
        return placed.join(known, on="place", how="left", maintain_order="left").drop("place")


def count_splits(shipped: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For each split its references with their places, then how many rows it has."""
    from engine.cluster.splits import Split  # noqa: PLC0415

    for batch in batches:
        for text in batch.column("about").to_pylist():
            for counted in _counted(shipped, Split.of_text(text)):
                yield from _as_arrow(counted)


def _counted(shipped: str, split: Split) -> Iterator[pl.DataFrame]:
    import polars as pl  # noqa: PLC0415

    schema = dict.fromkeys(("split", "place", "row", "rows"), pl.Int64) | {"sku": pl.String}
    references = _References()
    last = 0
    with _opened(shipped, split) as (mapper, feed):
        mapper.seen = references
        for raw in feed.batches(mapper.program.source_columns):
            mapper.judge(mapper.program.run(raw))
            last = max(last, raw.select(pl.col("__row").max().fill_null(0)).item())
            for found in references.found:
                yield found.with_columns(
                    pl.lit(split.number, pl.Int64).alias("split"),
                    pl.lit(None, pl.Int64).alias("rows"),
                ).select(list(schema))
            references.found.clear()
    total = {"split": split.number, "place": None, "row": last, "rows": references.seen}
    yield pl.DataFrame([{**total, "sku": None}], schema=schema)


def render_splits(shipped: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For each split its offers and rejections as lines, then its account.

    Takes the rows of one split in one go: itself (`about`), and the places of its duplicates.
    """
    import polars as pl  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    from engine.cluster.splits import Split  # noqa: PLC0415

    table = pa.Table.from_batches(list(batches))
    if not table.num_rows:
        return
    frame = pl.DataFrame(pl.from_arrow(table))
    known = frame.filter(pl.col("about").is_null()).select("split", "place", "first")
    for number, about in frame.drop_nulls("about").select("split", "about").iter_rows():
        earlier = known.filter(pl.col("split") == number).drop("split")
        for made in _rendered(shipped, Split.of_text(about), earlier):
            yield from _as_arrow(made)


def _rendered(shipped: str, split: Split, earlier: pl.DataFrame) -> Iterator[pl.DataFrame]:
    import polars as pl  # noqa: PLC0415

    from engine.offers.accounting import Accounting  # noqa: PLC0415
    from engine.offers.lines import offer_lines, rejection_lines  # noqa: PLC0415

    accounting = Accounting()
    row = pl.col("__row") + (split.first_row - 1)
    with _opened(shipped, split) as (mapper, feed):
        mapper.seen = _Known(earlier)
        for raw in feed.batches(mapper.program.source_columns):
            mapped = mapper.map(raw.with_columns(row))
            accounting.add(raw, mapped)
            yield _lines(offer_lines(mapped.offers), OFFERS)
            yield _lines(rejection_lines(mapped.others), REJECTIONS)
    about = {
        "split": split.number,
        "file": split.file,
        "start": split.start,
        "end": split.size if split.end is None else split.end,
        "first_row": split.first_row,
        **accounting.as_json(),
    }
    yield _lines(json.dumps(about, ensure_ascii=False).encode() + b"\n", ACCOUNTING)


def _lines(text: bytes, kind: str) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415

    whole = pl.Series("line", [text.decode().removesuffix("\n")] if text else [], dtype=pl.String)
    lines = whole.str.split("\n").explode()
    return lines.to_frame().with_columns(pl.lit(kind).alias("kind"))


@contextmanager
def _opened(shipped: str, split: Split) -> Iterator[tuple[Mapper, Feed]]:
    """The compiled rules, and the split's rows; joined files stand there while it is open."""
    from engine.cluster.splits import open_split  # noqa: PLC0415

    held, mapper = compiled(shipped)
    with unpacked(held) as project:
        yield mapper, open_split(project, split)


def _as_arrow(frame: pl.DataFrame) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa  # noqa: PLC0415

    for piece in frame.iter_slices(_MOST):
        table = piece.to_arrow()
        plain = [t if pa.types.is_integer(t) else pa.string() for t in table.schema.types]
        schema = pa.schema(list(zip(table.column_names, plain, strict=True)))
        yield from table.cast(schema).to_batches()
