"""References that stand twice in a feed, found batch by batch in little memory.

Twelve bytes are kept for each reference, whatever its length: a 64-bit hash and the row. A table of
marks, each shared by many hashes, tells at a look of most references that they are new.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

# Runs of so many references are merged no more: merging takes as much memory again.
LONGEST_RUN = 1 << 18
_LEAST_BITS, _MOST_BITS = 18, 25
_SPARSE = 4  # marks for each reference, as long as the table may grow


@dataclass(slots=True)
class SeenReferences:
    """The references of the offers so far, as runs sorted by hash that double in length."""

    runs: list[pl.DataFrame] = field(default_factory=list)
    _count: int = 0
    _bits: int = _LEAST_BITS
    _marks: pl.Series = field(default_factory=lambda: _no_marks(_LEAST_BITS))

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with `__first`: the row of an earlier offer with the same `sku`, or null.

        Rows that are excluded or rejected already (`__excludes`, `__stops`) count for nothing.
        """
        counts = ~pl.col("__excludes") & ~pl.col("__stops") & pl.col("sku").is_not_null()
        keys = (
            frame.lazy()
            .with_row_index("place")  # one row of a feed may make several here
            .filter(counts)
            .select(
                "place",
                pl.col("sku").hash(1).alias("hash"),
                pl.col("__row").cast(pl.UInt32).alias("row"),
            )
            .sort("hash", maintain_order=True)  # of equal ones the earlier row comes first
            .with_columns(
                (pl.col("hash") == pl.col("hash").shift(1)).fill_null(value=False).alias("again")
            )
            .collect(engine="in-memory")
        )
        marked = self._marks.gather(_places(keys["hash"], self._bits)) != 0
        if not marked.any() and not keys["again"].any():
            self._remember(keys.select("hash", "row"))
            return frame.with_columns(pl.lit(None, pl.Int64).alias("__first"))
        known = self._with_earlier(keys, marked)
        twice = pl.col("again") | pl.col("earlier").is_not_null()
        self._remember(known.filter(~twice).select("hash", "row"))
        first = pl.coalesce("earlier", pl.col("row").first().over("hash")).cast(pl.Int64)
        found = known.with_columns(first.alias("__first")).filter(twice).select("place", "__first")
        return (
            frame.with_row_index("place")
            .join(found, on="place", how="left", maintain_order="left")
            .drop("place")
        )

    def _with_earlier(self, keys: pl.DataFrame, marked: pl.Series) -> pl.DataFrame:
        """`keys` with `earlier`: the row of an offer of the same reference in earlier batches."""
        sought = keys.filter(marked & ~keys["again"])["hash"]
        found = [pl.DataFrame(schema={"hash": pl.UInt64, "earlier": pl.UInt32})]
        for run in self.runs:
            places = run["hash"].search_sorted(sought).clip(upper_bound=run.height - 1)
            at = run[places]
            same = at["hash"] == sought
            found.append(at.filter(same).rename({"row": "earlier"}))
        return keys.join(pl.concat(found), on="hash", how="left", maintain_order="left")

    def _remember(self, run: pl.DataFrame) -> None:
        """Keep `run`; runs of like length become one, so that there are never many."""
        if not run.height:
            return
        self._count += run.height
        while self.runs and self.runs[-1].height <= min(run.height * 2, LONGEST_RUN // 2):
            run = pl.concat([self.runs.pop(), run], rechunk=True).sort("hash")
        self.runs.append(run)
        if self._count * _SPARSE > 1 << self._bits and self._bits < _MOST_BITS:
            self._bits = min(self._bits + 2, _MOST_BITS)
            self._marks = _no_marks(self._bits)
            run = pl.concat(self.runs)
        self._marks = self._marks.scatter(_places(run["hash"], self._bits), 1)


def _no_marks(bits: int) -> pl.Series:
    return pl.Series([0], dtype=pl.UInt8).new_from_index(0, 1 << bits)


def _places(hashes: pl.Series, bits: int) -> pl.Series:
    """Which mark each hash has: its first bits."""
    return (hashes // (1 << (64 - bits))).cast(pl.UInt32)
