"""What runs on the workers: the rows of a split made into lines of text, in one pass.

Called by Spark with Arrow batches, in processes that it starts and ends. Nothing here raises for a
bad row, calls anyone, or reads a clock: what runs twice gives the same. A split knows neither how
many rows stand before it nor which references do, so lines leave without the number of their row,
and offers that turn out to repeat an earlier reference are rejected afterwards, they alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from engine.cluster.shipped import Shipped, received, ruleset_of, unpacked

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from engine.cluster.pieces import RowsOfSplit
    from engine.cluster.splits import Split
    from engine.offers.rendering import Renderer

_MOST = 10_000  # rows in an Arrow batch


@lru_cache(maxsize=4)
def compiled(text: str) -> tuple[Shipped, Renderer]:
    """The rules that were shipped as `text`, compiled once in this process, and what writes their lines.

    Raises:
        ProjectError: they are not what the driver sent, or this worker has another Feedwright.
    """
    from engine.offers.rendering import Renderer  # noqa: PLC0415 - brings Polars in
    from engine.pipeline import compile_side  # noqa: PLC0415

    shipped = received(text)
    with unpacked(shipped) as project:
        at = datetime.fromisoformat(shipped.at)
        side = compile_side(project, ruleset_of(project), shipped.channel, at)
    return shipped, Renderer(side.mapper, BytesIO(), None)


def render_splits(shipped: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For each split (`about`) its offers and rejections in order, then its account."""
    from engine.cluster.lines import LinesOfSplit  # noqa: PLC0415 - brings Polars in
    from engine.cluster.splits import Split  # noqa: PLC0415

    for batch in batches:
        for text in batch.column("about").to_pylist():
            split = Split.of_text(text)
            with _opened(shipped, split) as (renderer, rows):
                lines = LinesOfSplit(renderer, split.number)
                for made in lines.of(rows.batches()):
                    yield from _as_arrow(made)
                about = {**split.as_json(), **lines.accounting.as_json()}
                account = json.dumps(about, ensure_ascii=False)
                yield from _as_arrow(lines.last(rows.last, account))


def reject_repeats(shipped: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rejections of offers that repeat a reference, and how they change the split's account.

    Takes the rows of a split in one go: itself (`about`), and the `place` of each such offer, with
    the number of the `first` row that has its reference.
    """
    import polars as pl  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    from engine.cluster.lines import repeats_rejected  # noqa: PLC0415
    from engine.cluster.splits import Split  # noqa: PLC0415

    table = pa.Table.from_batches(list(batches))
    if not table.num_rows:
        return
    frame = pl.DataFrame(pl.from_arrow(table))
    places = frame.filter(pl.col("about").is_null()).select("split", "place", "first")
    for number, about in frame.drop_nulls("about").select("split", "about").iter_rows():
        of_split = places.filter(pl.col("split") == number).drop("split")
        with _opened(shipped, Split.of_text(about)) as (renderer, rows):
            yield from _as_arrow(
                repeats_rejected(renderer.mapper, number, rows.batches(), of_split)
            )


@contextmanager
def _opened(shipped: str, split: Split) -> Iterator[tuple[Renderer, RowsOfSplit]]:
    """The compiled rules, and the split's rows; joined files stand there while it is open."""
    from engine.cluster.pieces import RowsOfSplit  # noqa: PLC0415

    held, renderer = compiled(shipped)
    with unpacked(held) as project:
        yield renderer, RowsOfSplit(project, split, renderer.mapper.program)


def _as_arrow(frame: pl.DataFrame) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa  # noqa: PLC0415

    for piece in frame.iter_slices(_MOST):
        table = piece.to_arrow()
        plain = [t if pa.types.is_integer(t) else pa.string() for t in table.schema.types]
        schema = pa.schema(list(zip(table.column_names, plain, strict=True)))
        yield from table.cast(schema).to_batches()
