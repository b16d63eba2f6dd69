"""The job: render each split, find references that stand twice, number the rows, commit.

One pass over the feed: what workers make of a split is kept on their disks, without the numbers of
rows, until all splits are counted. Of splits with an offer that repeats a reference, those offers alone
are rendered again, as rejections. The last step is Spark's own: it numbers the lines and writes them.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.cluster.kinds import ACCOUNTING, MADE, OFFERS, PATCHES, REJECTIONS
from engine.cluster.output import accounts, changed, may_overwrite, summed
from engine.cluster.session import stopping
from engine.cluster.shipped import Shipped, ship
from engine.cluster.splits import SPLIT, Cutter, Split, files_of, settings_of
from engine.cluster.worker import reject_repeats, render_splits
from engine.errors import EngineError
from engine.pipeline import checked_ruleset, compile_side, feed_of
from engine.program.lacking import refuse_lacking

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from engine.language.ruleset import Ruleset
    from engine.offers.accounting import Accounting
    from engine.project import Project

_TASKS = "split long, about string, place long, first long, task int"
# So many offers to reject are told to every worker; more are joined by sorting.
FEW = 200_000


class Job(Struct, frozen=True):
    """What is to be done: splits of a feed, and the rules for all of them."""

    splits: tuple[Split, ...]
    shipped: Shipped
    notes: tuple[str, ...]


def prepare(
    project: Project,
    feed: str,
    *,
    at: datetime,
    channel: str | None = None,
    feed_name: str | None = None,
    ruleset: Ruleset | None = None,
    split_bytes: int = SPLIT,
) -> Job:
    """Check that the feed fits the rules, cut its files, and pack the rules for the workers.

    Of many small files the first are looked at here, the others where they are read.

    Raises:
        RulesError, ProjectError, FeedError: as of `open_run`; no worker has been asked yet.
    """
    side = compile_side(project, ruleset or checked_ruleset(project), channel, at)
    if feed_name is not None and feed_name not in project.feeds:
        feed_of(project, feed, feed_name)  # says which there are
    files = files_of(project, feed)
    cutter = Cutter(project, split_bytes, feed_name)
    splits = tuple(cutter.splits(files))
    notes: dict[str, None] = {}
    for opened in cutter.opened:
        refuse_lacking(side.program, opened)
        notes.update(dict.fromkeys(opened.notes))
    names = dict.fromkeys(piece.settings for split in splits for piece in split.pieces)
    joined = frozenset(j.path for name in names for j in settings_of(project, name).join)
    channel, at = side.part.channel, side.program.at
    return Job(splits, ship(project, channel, at, joined), tuple(notes))


def render_on_spark(spark: SparkSession, job: Job, folder: Path) -> Accounting:
    """Write the offers and rejections of the feed to `folder`, and an account a split.

    Rows are numbered, and duplicates found, as though all files were one. The parts of a kind, one
    after the other, are what `render` on one machine writes.

    Raises:
        ProjectError: something else stands in `folder`.
        EngineError: a worker could not do its part, also when it was tried again.
    """
    may_overwrite(folder)
    with stopping():
        return _run(spark, job, folder)


def _run(spark: SparkSession, job: Job, folder: Path) -> Accounting:
    from pyspark import StorageLevel  # noqa: PLC0415

    shipped = job.shipped.as_text()
    spark.conf.set("spark.sql.shuffle.partitions", str(min(len(job.splits), 200)))
    tasks = _tasks(spark, job.splits)
    made = tasks.mapInArrow(partial(render_splits, shipped), MADE).persist(StorageLevel.DISK_ONLY)
    kept = [made]
    try:
        done = _done(job.splits, made)
        repeats = _repeats(spark, made, done).persist(StorageLevel.DISK_ONLY)
        kept.append(repeats)
        in_split = {r["split"]: r["count"] for r in repeats.groupBy("split").count().collect()}
        patches = None
        if in_split:
            touched = tuple(s for s in job.splits if s.number in in_split)
            again = _tasks(spark, touched, repeats.select("split", "place", "first"))
            patches = again.mapInArrow(partial(reject_repeats, shipped), PATCHES)
            patches = patches.persist(StorageLevel.DISK_ONLY)
            kept.append(patches)
            for row in patches.where("moved is not null").select("split", "moved").collect():
                done[row["split"]].move(json.loads(row["moved"]))
        lines = _lines(spark, made, done)
        if patches is not None:
            lines = _patched(lines, patches, len(job.splits), few=sum(in_split.values()) <= FEW)
        written = lines.selectExpr("text", "kind")
        written.write.mode("overwrite").partitionBy("kind").text(str(folder.resolve()))
    finally:
        for frame in kept:
            frame.unpersist()
    return _checked(folder, done)


def _tasks(
    spark: SparkSession, splits: tuple[Split, ...], more: DataFrame | None = None
) -> DataFrame:
    """A partition a split, in their order, with what else is known of it."""
    rows = [(s.number, s.as_text(), None, None, n) for n, s in enumerate(splits)]
    tasks = spark.createDataFrame(rows, _TASKS)
    if more is not None:
        numbers = tasks.select("split", "task").hint("broadcast")
        tasks = tasks.unionByName(more.join(numbers, "split"), allowMissingColumns=True)
    return tasks.repartitionById(len(splits), "task").drop("task")


class _Done(Struct):
    """A split that was rendered: the number of its first row, and its account."""

    first_row: int
    rows: int
    about: dict[str, Any]

    def move(self, moved: dict[str, Any]) -> None:
        """Count the rows that were offers `before` as what they are `after`."""
        self.about.update(changed(self.about, moved["before"], moved["after"]))

    def text(self) -> str:
        """Its account, with the numbers that rows have in the whole feed."""
        reasons = [
            {**r, "example_row": r["example_row"] + self.first_row - 1}
            for r in self.about["reasons"]
        ]
        about = {**self.about, "first_row": self.first_row, "reasons": reasons}
        return json.dumps(about, ensure_ascii=False)


def _done(splits: tuple[Split, ...], made: DataFrame) -> dict[int, _Done]:
    """The splits with the numbers of their first rows, in order."""
    ends = made.where("account is not null").select("split", "row", "account").collect()
    found = {e["split"]: e for e in ends}
    done, first = {}, 1
    for split in splits:
        end = found[split.number]
        done[split.number] = _Done(first, end["row"], json.loads(end["account"]))
        first += end["row"]
    return done


def _repeats(spark: SparkSession, made: DataFrame, done: dict[int, _Done]) -> DataFrame:
    """The places of offers whose reference an earlier offer has, with the row of the first.

    First by hashes of eight bytes, which shuffle well; then what shares one by its text.
    """
    offers = made.where(f"kind = '{OFFERS}'").selectExpr(
        "split", "place", "row", "sku", "xxhash64(sku) as hash"
    )
    shared = offers.groupBy("hash").count().where("count > 1").select("hash")
    earliest = "min(struct(split, place, row)) over (partition by sku) as earliest"
    found = offers.join(shared, "hash", "left_semi").selectExpr("split", "place", earliest)
    later = found.where("split <> earliest.split or place <> earliest.place")
    offsets = spark.createDataFrame(
        [(number, one.first_row - 1) for number, one in done.items()],
        "in_split long, offset long",
    )
    return later.join(
        offsets.hint("broadcast"), later["earliest.split"] == offsets["in_split"]
    ).selectExpr("split", "place", "earliest.row + offset as first")


def _lines(spark: SparkSession, made: DataFrame, done: dict[int, _Done]) -> DataFrame:
    """The lines as they are written, each where its row stands in the whole feed."""
    rows = [(number, one.first_row - 1, one.text()) for number, one in done.items()]
    known = spark.createDataFrame(rows, "split long, offset long, about string")
    return made.join(known.hint("broadcast"), "split").selectExpr(
        "split",
        "place",
        "row + offset as row",
        f"coalesce(kind, '{ACCOUNTING}') as kind",
        """if(account is null, concat('{"row":', row + offset, line), about) as text""",
    )


def _patched(lines: DataFrame, patches: DataFrame, splits: int, *, few: bool) -> DataFrame:
    """`lines` with the rejections of `patches` in the place of offers."""
    told = patches.where("patch is not null").select("split", "place", "patch")
    both = lines.join(told.hint("broadcast") if few else told, ["split", "place"], "left")
    made = both.selectExpr(
        "split",
        "place",
        f"if(patch is null, kind, '{REJECTIONS}') as kind",
        """if(patch is null, text, concat('{"row":', row, patch)) as text""",
    )
    if few:
        return made
    placed = made.selectExpr("*", "cast(split as int) as task", "place is null as ends")
    return placed.repartitionById(splits, "task").sortWithinPartitions("split", "ends", "place")


def _checked(folder: Path, done: dict[int, _Done]) -> Accounting:
    """The sum of all accounts, if they are of every split, in order, and of every row."""
    found = accounts(folder)
    if [a["split"] for a in found] != list(done):
        raise EngineError(f"{folder}: the parts do not follow the feed: a fault of Feedwright")
    total = summed(found)
    total.check()
    read = sum(one.about["read"] for one in done.values())
    if total.read != read:
        raise EngineError(
            f"{folder}: {total.read} rows of {read} have an account: a fault of Feedwright"
        )
    return total
