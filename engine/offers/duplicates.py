"""References that stand twice in a feed, found batch by batch in little memory.

Sixteen bytes are kept for each reference, whatever its length: a 64-bit hash and the row.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

_KEEP = ("hash", "row")


@dataclass(slots=True)
class SeenReferences:
    """The references of the offers so far, as sorted runs that double in length."""

    runs: list[pl.DataFrame] = field(default_factory=list)

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with `__first`: the row of an earlier offer with the same `sku`, or null.

        Rows that are excluded or rejected already (`__excludes`, `__stops`) count for nothing.
        """
        counts = ~pl.col("__excludes") & ~pl.col("__stops") & pl.col("sku").is_not_null()
        keyed = frame.with_columns(pl.when(counts).then(pl.col("sku").hash(1)).alias("__hash"))
        keyed = keyed.with_columns(
            pl.when(pl.col("__hash").is_not_null() & ~pl.col("__hash").is_first_distinct())
            .then(pl.col("__row").first().over("__hash"))
            .alias("__first"),
        )
        for run in self.runs:
            earlier = run.rename({"hash": "__hash", "row": "__earlier"})
            keyed = (
                keyed.join(earlier, on="__hash", how="left", maintain_order="left")
                .with_columns(
                    pl.coalesce("__earlier", "__first").alias("__first"),
                )
                .drop("__earlier")
            )
        new = keyed.filter(pl.col("__hash").is_not_null() & pl.col("__first").is_null())
        self._remember(new.select(pl.col("__hash").alias("hash"), pl.col("__row").alias("row")))
        return keyed.drop("__hash")

    def _remember(self, run: pl.DataFrame) -> None:
        """Keep `run`; runs of like length become one, so that there are never many."""
        while self.runs and self.runs[-1].height <= run.height * 2:
            run = pl.concat([self.runs.pop(), run], rechunk=True)
        if run.height:
            self.runs.append(run)
