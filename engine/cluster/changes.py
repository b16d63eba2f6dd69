"""New and changed offers: those of an output that an earlier output has not, word for word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.cluster.output import may_overwrite, parts
from engine.cluster.session import stopping
from engine.cluster.worker import OFFERS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# An offer that only stands in another row than before is the same offer.
_ROW = r'^\{"row":(\d+),'


def changed_offers(spark: SparkSession, folder: Path, earlier: Path, to: Path) -> int:
    """Write to `to` the offers in `folder` that are new or not as they were in `earlier`.

    In the order of the feed; `to` is whole when `_SUCCESS` stands in it.

    Returns:
        How many there are.

    Raises:
        FeedError: one of the two outputs is not whole.
        ProjectError: something else stands in `to`.
        EngineError: Spark could not do it.
    """
    for one in (folder, earlier):
        parts(one, OFFERS)
    may_overwrite(to)
    with stopping():
        now, before = _offers(spark, folder), _offers(spark, earlier)
        new = now.join(before.select("offer"), "offer", "left_anti").orderBy("row")
        new.selectExpr("line", f"'{OFFERS}' as kind").write.mode("overwrite").partitionBy(
            "kind"
        ).text(str(to.resolve()))
    return sum(p.read_bytes().count(b"\n") for p in parts(to, OFFERS))


def _offers(spark: SparkSession, folder: Path) -> DataFrame:
    """Each offer with the row it stands in, and without."""
    paths = [str(p.resolve()) for p in parts(folder, OFFERS)]
    lines = spark.read.text(paths) if paths else spark.createDataFrame([], "value string")
    pattern = _ROW.replace("\\", "\\\\")
    return lines.selectExpr(
        "value as line",
        f"cast(regexp_extract(value, '{pattern}', 1) as long) as row",
        f"regexp_replace(value, '{pattern}', '') as offer",
    )
