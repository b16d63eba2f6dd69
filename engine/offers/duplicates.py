"""References that stand twice in a feed, found batch by batch in memory that does not grow with it.

Sixteen bytes are kept for each reference, whatever its length: a hash of 64 bits, 32 further bits and the
row. A quarter of a million stay in memory, more go to files. Marks of a fixed size tell at a look of nearly all
references that they are new; only the others are looked up.

References are the same where all 96 bits are. Among ten million different ones, two have the same 64
bits once in 300,000 feeds: the further bits tell them apart, and only the first is remembered, so that
a repeat of the second would not be seen.
"""

from __future__ import annotations

import polars as pl
from msgspec import Struct, field

from engine.offers.marks import Marks, no_marks
from engine.offers.stored_references import SCHEMA, StoredRun

# Runs of so many references are merged no more in memory: merging takes as much memory again.
LONGEST_RUN = 1 << 16
# So many references are kept in memory.
MOST_IN_MEMORY = 1 << 18
# So many files of like length become one: each is looked through.
STORED_ALIKE = 4
# The marks are so many words of 64 bits at first, and 16 MB in the end. With so many for each reference, hardly
# one is looked up that is new.
LEAST_WORDS, MOST_WORDS = 1 << 13, 1 << 21
WORDS_EACH = 8
_ROW = (1 << 32) - 1  # the lower half of a tail


class SeenReferences(Struct):
    """The references of the offers so far: the last ones as they came, the others sorted by hash.

    Those in memory make runs that double in length. They are sorted when one is looked up, or goes to
    a file, which is seldom.
    """

    latest: list[pl.DataFrame] = field(default_factory=list)
    runs: list[pl.DataFrame] = field(default_factory=list)
    stored: list[StoredRun] = field(default_factory=list)
    _marks: Marks = field(default_factory=lambda: no_marks(LEAST_WORDS))

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with `__first`: the row of an earlier offer with the same `sku`, or null.

        Rows that are excluded or rejected already (`__excludes`, `__stops`) count for nothing.

        Raises:
            EngineError: the folder for temporary files takes no more.
        """
        keys = _keys(frame)
        hashes = keys["hash"]
        sought = hashes.filter(self._marks.add(hashes)).unique()
        taken = self._taken(sought)
        if not taken.height and not _any_twice(hashes, sought):
            self._remember(keys)
            return frame.with_columns(pl.lit(None, pl.Int64).alias("__first"))
        keys = keys.join(taken, on="hash", how="left", maintain_order="left").with_columns(
            pl.coalesce("taken", pl.col("tail").first().over("hash")).alias("first"),
            (pl.col("taken").is_null() & pl.col("hash").is_first_distinct()).alias("new"),
        )
        new = keys["new"]
        self._remember(keys.filter(new))
        same = (pl.col("tail") ^ pl.col("first")) <= _ROW
        found = keys.filter(~pl.col("new") & same).select(
            "place", (pl.col("first") & _ROW).cast(pl.Int64).alias("__first")
        )
        return (
            frame.with_row_index("place")
            .join(found, on="place", how="left", maintain_order="left")
            .drop("place")
        )

    def _taken(self, sought: pl.Series) -> pl.DataFrame:
        """Those of the hashes that earlier batches had, each with its tail (`taken`)."""
        found = [pl.DataFrame(schema=SCHEMA)]
        if len(sought):
            self._sort()
            for run in self.runs:
                at = run[run["hash"].search_sorted(sought).clip(upper_bound=run.height - 1)]
                found.append(at.filter(at["hash"] == sought))
            found += [run.found(sought) for run in self.stored]
        return pl.concat(found).rename({"tail": "taken"})

    def _remember(self, keys: pl.DataFrame) -> None:
        """Keep `keys`, which are marked."""
        if not keys.height:
            return
        self.latest.append(keys.select(SCHEMA.names()))
        count = sum(map(len, [*self.runs, *self.latest]))
        wanted = min(WORDS_EACH * count, MOST_WORDS)
        if not self.stored and self._marks.words < wanted:
            self._marks = no_marks(min(1 << wanted.bit_length() + 2, MOST_WORDS))
            for held in [*self.runs, *self.latest]:
                self._marks.add(held["hash"])
        if count > MOST_IN_MEMORY:
            self._store()

    def _sort(self) -> None:
        """Sort the latest; runs of like length become one, so that there are never many."""
        if not self.latest:
            return
        run = pl.concat(self.latest, rechunk=True).sort("hash")
        self.latest.clear()
        while self.runs and self.runs[-1].height <= min(run.height * 2, LONGEST_RUN // 2):
            run = pl.concat([self.runs.pop(), run], rechunk=True).sort("hash")
        self.runs.append(run)

    def _store(self) -> None:
        """Put what is in memory into a file; files of like length become one."""
        self._sort()
        run = StoredRun.of(self.runs, 0)
        self.runs.clear()
        before = STORED_ALIKE - 1
        while [one.level for one in self.stored[-before:]] == [run.level] * before:
            run = StoredRun.of([*self.stored[-before:], run], run.level + 1)
            del self.stored[-before:]
        self.stored.append(run)


def _any_twice(hashes: pl.Series, sought: pl.Series) -> bool:
    """Whether any of those that are `sought` stands twice among the `hashes`."""
    return bool(hashes.filter(hashes.is_in(sought.implode())).is_duplicated().any())


def _keys(frame: pl.DataFrame) -> pl.DataFrame:
    """The hashes of the references that count, in their order."""
    counts = ~pl.col("__excludes") & ~pl.col("__stops") & pl.col("sku").is_not_null()
    row = pl.col("__row").cast(pl.UInt32).cast(pl.UInt64)
    return (
        frame.lazy()
        .with_row_index("place")  # one row of a feed may make several here
        .filter(counts)
        .select(
            "place",
            pl.col("sku").hash(1).alias("hash"),
            (pl.col("sku").hash(2) & ~pl.lit(_ROW, pl.UInt64) | row).alias("tail"),
        )
        .collect(engine="in-memory")
    )
