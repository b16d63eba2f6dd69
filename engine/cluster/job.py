"""The job: count the rows of each split, find references that stand twice, render, commit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cluster.output import accounts, may_overwrite, summed
from engine.cluster.session import stopping
from engine.cluster.shipped import Shipped, ship
from engine.cluster.splits import SPLIT, Split, cut_feed, files_of
from engine.cluster.worker import COUNTED, LINES, count_splits, render_splits
from engine.errors import EngineError, FeedError
from engine.pipeline import checked_ruleset, open_run

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from engine.language.ruleset import Ruleset
    from engine.offers.accounting import Accounting
    from engine.project import Project

_TASKS = "split long, about string, place long, first long"


@dataclass(frozen=True, slots=True)
class Job:
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

    Raises:
        RulesError, ProjectError, FeedError: as of `open_run`; no worker has been asked yet.
    """
    rules = ruleset or checked_ruleset(project)
    files = files_of(project, feed)
    notes: dict[str, None] = {}
    joined: set[str] = set()
    for file in files:
        run = open_run(project, rules, file, channel=channel, at=at, feed_name=feed_name)
        run.feed.opened.source.close()
        notes.update(dict.fromkeys(run.feed.notes))
        joined.update(j.path for j in run.feed.settings.join)
    splits = tuple(cut_feed(project, files, split_bytes, feed_name))
    return Job(splits, ship(project, run.channel, run.at, frozenset(joined)), tuple(notes))


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
    counted = tasks.mapInArrow(partial(count_splits, shipped), COUNTED)
    counted = counted.persist(StorageLevel.DISK_ONLY)
    try:
        numbered, rows = _numbered(job.splits, counted)
        lines = _tasks(spark, numbered, _duplicates(spark, counted, numbered)).mapInArrow(
            partial(render_splits, shipped), LINES
        )
        lines.write.mode("overwrite").partitionBy("kind").text(str(folder.resolve()))
    finally:
        counted.unpersist()
    return _checked(folder, numbered, rows)


def _tasks(
    spark: SparkSession, splits: tuple[Split, ...], more: DataFrame | None = None
) -> DataFrame:
    """A partition a split, in their order, with what else is known of it."""
    rows = [(s.number, s.as_text(), None, None) for s in splits]
    tasks = spark.createDataFrame(rows, _TASKS)
    both = tasks if more is None else tasks.unionByName(more, allowMissingColumns=True)
    placed = both.selectExpr("*", "cast(split as int) as partition")
    return placed.repartitionById(len(splits), "partition").drop("partition")


def _numbered(splits: tuple[Split, ...], counted: DataFrame) -> tuple[tuple[Split, ...], int]:
    """The splits with the number of their first row, and how many rows there are."""
    totals = {t.split: t for t in counted.where("rows is not null").collect()}
    made, first = [], 1
    for split in splits:
        made.append(replace(split, first_row=first))
        first += totals[split.number].row
    return tuple(made), sum(t.rows for t in totals.values())


def _duplicates(spark: SparkSession, counted: DataFrame, splits: tuple[Split, ...]) -> DataFrame:
    """The places of rows whose reference an earlier offer has, with the row of the first."""
    offsets = spark.createDataFrame(
        [(s.number, s.first_row - 1) for s in splits], "in_split long, offset long"
    )
    found = counted.where("rows is null").selectExpr(
        "split", "place", "min(struct(split, place, row)) over (partition by sku) as earliest"
    )
    later = found.where("split <> earliest.split or place <> earliest.place")
    return later.join(
        offsets.hint("broadcast"), later["earliest.split"] == offsets["in_split"]
    ).selectExpr("split", "place", "earliest.row + offset as first")


def _checked(folder: Path, splits: tuple[Split, ...], rows: int) -> Accounting:
    """The sum of all accounts, if they are of every split, in order, and of every row."""
    found = accounts(folder)
    if [a["split"] for a in found] != [s.number for s in splits]:
        raise EngineError(f"{folder}: the parts do not follow the feed: a fault of Feedwright")
    total = summed(found)
    if total.read != rows:
        raise FeedError(
            f"{total.read} rows were rendered and {rows} counted: the feed changed meanwhile"
        )
    return total
