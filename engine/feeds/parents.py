"""Rows that take their empty cells from a parent row, and rows that are no products at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from engine.feeds.feed_settings import FeedSettings, ParentSettings, SkipSettings
from engine.feeds.opened import OpenFeed

_BLANKS = " \t\u00a0"


def _cell(name: str) -> pl.Expr:
    """A cell without outer blanks; null where it is empty."""
    trimmed = pl.col(name).str.strip_chars(_BLANKS)
    return pl.when(trimmed != "").then(trimmed)


def id_columns(parent: ParentSettings) -> tuple[str, ...]:
    """The columns that identify a parent: `id:ID` is the column `ID`, referred to as `id:741`."""
    return tuple(i.rpartition(":")[2] for i in parent.id)


@dataclass(slots=True)
class Inheritance:
    """Applies a feed's `parent` and `skip` settings, batch by batch."""

    settings: FeedSettings
    reopen: Callable[[], OpenFeed]
    carried: pl.DataFrame | None = None
    parents: pl.DataFrame | None = field(default=None)

    def apply(self, batch: pl.DataFrame) -> pl.DataFrame:
        """`batch` with inherited cells, and `__excluded` for rows that the settings leave out."""
        made = batch
        reasons = [self._skipped(s, batch) for s in self.settings.skip]
        parent = self.settings.parent
        if parent is not None and parent.mode == "group":
            made = self._group(made, parent)
        elif parent is not None:
            made, is_parent = self._reference(made, parent)
            if parent.skip_parents:
                reasons.append(pl.when(is_parent).then(pl.lit(parent.skip_parents)))
        if not reasons:
            return made.drop("__is_parent", strict=False)
        return made.with_columns(pl.coalesce(reasons).alias("__excluded")).drop(
            "__is_parent", strict=False
        )

    @staticmethod
    def _skipped(skip: SkipSettings, batch: pl.DataFrame) -> pl.Expr:
        empty = [_cell(c).is_null() for c in skip.empty if c in batch.columns]
        fits = pl.all_horizontal(empty) if empty else pl.lit(value=True)
        if skip.column in batch.columns:
            fits &= _cell(skip.column).is_in(list(skip.values)).fill_null(value=False)
        return pl.when(fits & pl.col("__problem").is_null()).then(pl.lit(skip.because))

    def _group(self, batch: pl.DataFrame, parent: ParentSettings) -> pl.DataFrame:
        """The first row with a key gives its cells to the rows behind it that have the same key."""
        columns = [c for c in parent.columns if c in batch.columns]
        rows = batch.height
        whole = (
            pl.concat([self.carried, batch], how="diagonal") if self.carried is not None else batch
        )
        key = _cell(parent.key)  # rows without a key belong to nobody
        filled = whole.with_columns(
            pl.coalesce(
                _cell(c), pl.when(key.is_not_null()).then(_cell(c).first().over(key))
            ).alias(c)
            for c in columns
        )
        # The first row of each key so far: whether a row inherits must not hang on the batches' size.
        firsts = whole.select([*dict.fromkeys([parent.key, *columns])]).filter(key.is_not_null())
        self.carried = firsts.unique(parent.key, keep="first", maintain_order=True)
        return filled.tail(rows)

    def _reference(
        self, batch: pl.DataFrame, parent: ParentSettings
    ) -> tuple[pl.DataFrame, pl.Expr]:
        """Rows name their parent by one of its identifiers; the parents are read beforehand."""
        if self.parents is None:
            self.parents = self._load(parent)
        columns = [c for c in parent.columns if c in batch.columns]
        key = _cell(parent.key)
        for prefix in parent.id:
            label, _, column = prefix.rpartition(":")
            del column
            if label:
                key = key.str.strip_prefix(f"{label}:")
        keyed = batch.with_columns(key.alias("__parent"))
        made = keyed.join(
            self.parents, left_on="__parent", right_on="__id", how="left", maintain_order="left"
        )
        made = made.with_columns(pl.coalesce(_cell(c), f"__parent.{c}").alias(c) for c in columns)
        ids = [_cell(i) for i in id_columns(parent)]
        named = self.parents["__id"].implode()
        is_parent = pl.any_horizontal([i.is_in(named).fill_null(value=False) for i in ids])
        made = made.with_columns(is_parent.alias("__is_parent"))
        return made.drop("__parent", *(f"__parent.{c}" for c in columns)), pl.col("__is_parent")

    def _load(self, parent: ParentSettings) -> pl.DataFrame:
        """The rows that others name as their parent, by identifier: one more pass over the feed."""
        ids = id_columns(parent)
        wanted = [parent.key, *ids, *parent.columns]
        frames = list(self.reopen().batches(list(dict.fromkeys(wanted))))
        if not frames:
            return pl.DataFrame(
                schema={"__id": pl.String, **{f"__parent.{c}": pl.String for c in parent.columns}}
            )
        rows = pl.concat(frames)
        named = rows.select(_cell(parent.key).alias("k")).drop_nulls().to_series()
        named = pl.concat([named, named.str.replace(r"^[a-z]+:", "")]).unique()
        kept = [
            rows.select(
                _cell(i).alias("__id"),
                *(_cell(c).alias(f"__parent.{c}") for c in parent.columns if c in rows.columns),
            )
            for i in ids
        ]
        table = pl.concat(kept).drop_nulls("__id").unique("__id", keep="first", maintain_order=True)
        return table.filter(pl.col("__id").is_in(named.implode()))
