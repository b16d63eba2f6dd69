"""The rows of a split as lines: the query of `render`, got ready once, its answers in the order of rows."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl
from msgspec import Struct, field

from engine.cluster.kinds import OFFERS, REJECTIONS
from engine.offers.accounting import Accounting
from engine.offers.lines import check_lines, rejection_line
from engine.offers.mapping import EXCLUDES, FIRST, STOPS, Mapper
from engine.offers.prepared import LINE, TOLD
from engine.offers.rendering import Renderer
from engine.program.program import ROW
from engine.program.vectors import copied

# Rows that are put in order at once: rejections are explained together.
IN_ORDER = 60_000
_MADE = {
    "split": pl.Int64,
    "place": pl.Int64,
    "row": pl.Int64,
    "kind": pl.String,
    "sku": pl.String,
    "line": pl.String,
    "account": pl.String,
}


class _NoneSeen:
    """Takes no row for a repetition: that is found out when all splits are done."""

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with an empty `__first`."""
        return frame.with_columns(pl.lit(None, pl.Int64).alias(FIRST))


def _behind_row(line: pl.Expr) -> pl.Expr:
    """What follows `{"row":12` in a line."""
    digits = pl.col(ROW).cast(pl.String).str.len_bytes()
    return line.str.slice(digits + len('{"row":'))


class LinesOfSplit(Struct):
    """Makes the lines of one split; gives them in the order of its rows."""

    renderer: Renderer
    number: int
    accounting: Accounting = field(default_factory=Accounting)
    _offers: list[pl.DataFrame] = field(default_factory=list)
    _others: list[pl.DataFrame] = field(default_factory=list)  # raw
    _since: int = 0  # rows put by since lines were given

    def of(self, batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """What became of all `batches`, part by part."""
        for batch in batches:
            self._part(self.renderer.prepared.run(batch))
            if self._since >= IN_ORDER:
                yield self._in_order()
        if self._since:
            yield self._in_order()
        self.accounting.check()

    def last(self, row: int, account: str) -> pl.DataFrame:
        """The row that says that the split is done."""
        row_of = {"split": self.number, "row": row, "account": account}
        return pl.DataFrame([{**dict.fromkeys(_MADE), **row_of}], schema=_MADE)

    def _part(self, made: pl.DataFrame) -> None:
        """Part rows into offers, whose lines are there, and others."""
        frame = made.with_row_index("__place", self.accounting.read)
        self.accounting.read += frame.height
        self._since += frame.height
        stops = frame[EXCLUDES] | frame[STOPS]
        if stops.any():
            raw = frame.select(*self.renderer.prepared.raw_cells(), "__place")
            self._others.append(copied(raw.filter(stops)))
        offers = frame.select(*TOLD, LINE, "__place").filter(~stops)
        if offers.height:
            check_lines(offers, offers[LINE])
            self.accounting.add_offers(offers)
            self._offers.append(
                self._made(offers, OFFERS, pl.col("sku"), _behind_row(pl.col(LINE)))
            )

    def _in_order(self) -> pl.DataFrame:
        """The lines since the last time, in the order of their rows."""
        made, self._offers, self._since = self._offers, [], 0
        if self._others:
            raw = pl.concat(self._others)
            self._others.clear()
            others = self.renderer.mapper.explain_others(
                raw.with_columns(pl.lit(None, pl.Int64).alias(FIRST))
            )
            self.accounting.add_others(others)
            line = _behind_row(rejection_line())
            made.append(self._made(others, REJECTIONS, pl.lit(None, pl.String), line))
        return pl.concat(made).sort("place")

    def _made(self, frame: pl.DataFrame, kind: str, sku: pl.Expr, line: pl.Expr) -> pl.DataFrame:
        return frame.select(
            pl.lit(self.number, pl.Int64).alias("split"),
            pl.col("__place").cast(pl.Int64).alias("place"),
            pl.col(ROW).cast(pl.Int64).alias("row"),
            pl.lit(kind).alias("kind"),
            sku.alias("sku"),
            line.alias("line"),
            pl.lit(None, pl.String).alias("account"),
        )


def repeats_rejected(
    mapper: Mapper, split: int, batches: Iterator[pl.DataFrame], places: pl.DataFrame
) -> pl.DataFrame:
    """The rejections of the offers at `places`, and what their rows were and are in the account.

    `places` has `place` and `first`. Only these rows go through the rules again.
    """
    seen, found = 0, []
    known = places.rename({"place": "__place", "first": FIRST})
    for batch in batches:
        numbered = batch.with_row_index("__place", seen).cast({"__place": pl.Int64})
        seen += batch.height
        found.append(numbered.join(known, on="__place", maintain_order="left"))
    rows = pl.concat(found, how="diagonal")
    before, after = Accounting(), Accounting()
    mapper.seen = _NoneSeen()
    before.add_offers(mapper.map(rows.drop("__place", FIRST)).offers)
    others = mapper.explain_others(rows)
    after.add_others(others)
    moved = json.dumps({"before": before.as_json(), "after": after.as_json()}, ensure_ascii=False)
    patches = others.select(
        pl.lit(split, pl.Int64).alias("split"),
        pl.col("__place").alias("place"),
        _behind_row(rejection_line()).alias("patch"),
        pl.lit(None, pl.String).alias("moved"),
    )
    last = {"split": split, "place": None, "patch": None, "moved": moved}
    return pl.concat([patches, pl.DataFrame([last], schema=patches.schema)])
