"""A second file brought to the rows of a feed: stock by reference, variants by product."""

from __future__ import annotations

import polars as pl

from engine.errors import FeedError
from engine.feeds.feed_settings import JoinSettings
from engine.feeds.opened import OpenFeed

_BLANKS = " \t\u00a0"
_KEY = "__key"


def load_joined(join: JoinSettings, feed: OpenFeed, notes: list[str]) -> pl.DataFrame:
    """The second file whole: its key and the columns that are asked for; `notes` take its faults.

    Raises:
        FeedError: it lacks one of them.
    """
    for name in (join.other_key, *join.columns):
        if feed.columns and name not in feed.columns:
            raise FeedError(
                f"{feed.source.shown}: has no column `{name}`; it has {', '.join(feed.columns[:12])}"
            )
    frames = list(feed.batches([join.other_key, *join.columns]))
    if not frames:
        return pl.DataFrame(schema={_KEY: pl.String, **dict.fromkeys(_names(join), pl.String)})
    table = pl.concat(frames)
    broken = table.filter(pl.col("__problem").is_not_null())
    if broken.height:
        row, why = broken.select("__row", "__problem").row(0)
        notes.append(
            f"{join.path}: {broken.height} rows cannot be read and are joined to none; row {row}: {why}"
        )
        table = table.filter(pl.col("__problem").is_null())
    return table.select(
        pl.col(join.other_key).str.strip_chars(_BLANKS).alias(_KEY),
        *(pl.col(c).alias(f"{join.prefix}{c}") for c in join.columns),
    ).filter(pl.col(_KEY).is_not_null() & (pl.col(_KEY) != ""))


def _names(join: JoinSettings) -> list[str]:
    return [f"{join.prefix}{c}" for c in join.columns]


def joined(batch: pl.DataFrame, join: JoinSettings, table: pl.DataFrame) -> pl.DataFrame:
    """`batch` with the joined columns; a row that matches none has them empty."""
    keyed = batch.with_columns(pl.col(join.key).str.strip_chars(_BLANKS).alias(_KEY))
    # The table may be as long as the feed: what is costly is done with what this batch asks for.
    table = table.join(keyed.select(_KEY), on=_KEY, how="semi", maintain_order="left")
    if join.many == "each":
        return _each(keyed, table)
    counts = table.group_by(_KEY, maintain_order=True).agg(
        pl.len().alias("__many"),
        *(pl.col(n).first() for n in _names(join)),
    )
    made = keyed.join(counts, on=_KEY, how="left", maintain_order="left")
    if join.many == "reject":
        says = pl.format(
            f"{{}} rows of {join.path} have the {join.other_key} of this row", pl.col("__many")
        )
        twice = pl.when(pl.col("__many") > 1).then(says)
        made = made.with_columns(pl.coalesce("__problem", twice).alias("__problem"))
    return made.drop("__many", _KEY)


def _each(batch: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """A row for each match; they keep the number of the row that they come from."""
    return batch.join(table, on=_KEY, how="left", maintain_order="left_right").drop(_KEY)
