"""Rows that take their empty cells from a parent row, and rows that are no products at all."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from msgspec import Struct, field

from engine.feeds.feed_settings import FeedSettings, ParentSettings, SkipSettings
from engine.feeds.opened import OpenFeed

# Names of parents that are put together at once.
_NAMED_AT_ONCE = 100_000
_BLANKS = " \t\u00a0"


def _cell(name: str) -> pl.Expr:
    """A cell without outer blanks; null where it is empty."""
    trimmed = pl.col(name).str.strip_chars(_BLANKS)
    return pl.when(trimmed != "").then(trimmed)


def id_columns(parent: ParentSettings) -> tuple[str, ...]:
    """The columns that identify a parent: `id:ID` is the column `ID`, referred to as `id:741`."""
    return tuple(i.rpartition(":")[2] for i in parent.id)


class Inheritance(Struct):
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
        key = _cell(parent.key)  # rows without a key belong to nobody
        if self.carried is None:
            self.carried = batch.select(key).clear()
        earlier = _of_those(self.carried, parent.key, batch.select(key))
        whole = pl.concat([earlier, batch], how="diagonal")
        filled = whole.with_columns(
            pl.coalesce(
                _cell(c), pl.when(key.is_not_null()).then(_cell(c).first().over(key))
            ).alias(c)
            for c in columns
        )
        # The first row of each key so far: whether a row inherits must not hang on the batches' size.
        given = [c for c in columns if c != parent.key]
        firsts = whole.select(key, *given).drop_nulls(parent.key)
        firsts = firsts.unique(parent.key, keep="first", maintain_order=True)
        new = firsts.join(earlier, on=parent.key, how="anti")
        self.carried = pl.concat([self.carried, new], how="diagonal")
        return filled.tail(rows).select(batch.columns)

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
        known = _of_those(self.parents, "__id", keyed.select("__parent"))
        made = keyed.join(
            known, left_on="__parent", right_on="__id", how="left", maintain_order="left"
        )
        made = made.with_columns(pl.coalesce(_cell(c), f"__parent.{c}").alias(c) for c in columns)
        ids = [_cell(i) for i in id_columns(parent)]
        own = pl.concat([batch.select(i.alias("__id")) for i in ids])
        named = _of_those(self.parents, "__id", own)["__id"].implode()
        is_parent = pl.any_horizontal([i.is_in(named).fill_null(value=False) for i in ids])
        made = made.with_columns(is_parent.alias("__is_parent"))
        return made.drop("__parent", *(f"__parent.{c}" for c in columns)), pl.col("__is_parent")

    def _load(self, parent: ParentSettings) -> pl.DataFrame:
        """The rows that others name as their parent, by identifier: one more pass over the feed."""
        ids = id_columns(parent)
        wanted = [parent.key, *ids, *parent.columns]
        named = self._named(parent.key)
        nobody = pl.DataFrame(
            schema={"__id": pl.String, **{f"__parent.{c}": pl.String for c in parent.columns}}
        )
        found: dict[str, list[pl.DataFrame]] = {i: [] for i in ids}
        for batch in self.reopen().batches(list(dict.fromkeys(wanted))):
            cells = [_cell(c).alias(f"__parent.{c}") for c in parent.columns if c in batch.columns]
            for i in ids:
                rows = batch.select(_cell(i).alias("__id"), *cells)
                found[i].append(_of_those(rows, "__id", named))
        # What is named by the first of the identifiers counts before what another one names.
        table = pl.concat([nobody, *(r for rows in found.values() for r in rows)], how="diagonal")
        return table.unique("__id", keep="first", maintain_order=True)

    def _named(self, key: str) -> pl.DataFrame:
        """What rows call their parents, each once, with and without the word before the colon."""
        named, fresh = pl.Series(dtype=pl.String), list[pl.Series]()
        for batch in self.reopen().batches([key]):
            said = batch.select(_cell(key)).to_series().drop_nulls()
            fresh += [said.unique(), said.str.replace(r"^[a-z]+:", "").unique()]
            if sum(map(len, fresh)) > len(named) + _NAMED_AT_ONCE:
                named = pl.concat([named, *fresh]).unique()
                fresh.clear()
        return pl.concat([named, *fresh]).unique().to_frame("__id")


def _of_those(table: pl.DataFrame, column: str, named: pl.DataFrame) -> pl.DataFrame:
    """The rows of `table` whose `column` has one of the texts in the one column of `named`."""
    return table.join(
        named, left_on=column, right_on=named.columns[0], how="semi", maintain_order="left"
    )
