"""New and changed offers: those that an earlier output, or the journal of what was sent, has not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cluster.kinds import OFFERS
from engine.cluster.output import may_overwrite, parts
from engine.cluster.session import stopping

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from engine.outbox.journal import Journal

# An offer that only stands in another row than before is the same offer.
_ROW = r'^\\{"row":(\\d+),'
_HASHED = "row long, sku string, hash string, line string"


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
    parts(earlier, OFFERS)
    with stopping():
        now, before = _offers(spark, folder), _offers(spark, earlier)
        new = now.join(before.select("offer"), "offer", "left_anti")
        return _written(new, to)


def offers_to_send(
    spark: SparkSession, folder: Path, journal: Journal, channel: str, to: Path
) -> int:
    """Write to `to` the offers in `folder` that are new or not as the marketplace confirmed them last.

    `journal` is the seller's, loaded. What was sent is told by the hash that the journal keeps of it.

    Returns, Raises: as of `changed_offers`.
    """
    confirmed = [(sku, known.value.hash) for sku, known in journal.book.offers(channel).items()]
    with stopping():
        sent = spark.createDataFrame(confirmed, "sku string, hash string")
        hashed = _read(spark, folder).mapInArrow(hash_lines, _HASHED)
        return _written(hashed.join(sent, ["sku", "hash"], "left_anti"), to)


def hash_lines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For each line of an offer its row, reference and the hash that a journal keeps of such an offer."""
    import msgspec  # noqa: PLC0415 - on workers
    import pyarrow as pa  # noqa: PLC0415

    from engine.outbox.offers import FULL, UPSERT, OfferLine, hash_of_offer  # noqa: PLC0415

    read = msgspec.json.Decoder(dict[str, msgspec.Raw])
    for batch in batches:
        made = []
        for line in batch.column("value").to_pylist():
            of = {name: bytes(raw) for name, raw in read.decode(line).items()}
            sku, payload = json.loads(of["sku"]), of.get("payload", b"").decode()
            xml = json.loads(of["xml"]) if "xml" in of else None
            carrier, type_ = ("json", UPSERT) if xml is None else ("xml", FULL)
            offer = OfferLine(sku, "", carrier, type_, payload, None, None, floor=False, xml=xml)
            made.append(
                {"row": int(of["row"]), "sku": sku, "hash": hash_of_offer(offer), "line": line}
            )
        names = {"row": pa.int64(), "sku": pa.string(), "hash": pa.string(), "line": pa.string()}
        yield pa.RecordBatch.from_pylist(made, pa.schema(names))


def _written(offers: DataFrame, to: Path) -> int:
    may_overwrite(to)
    lines = offers.orderBy("row").selectExpr("line", f"'{OFFERS}' as kind")
    lines.write.mode("overwrite").partitionBy("kind").text(str(to.resolve()))
    return sum(p.read_bytes().count(b"\n") for p in parts(to, OFFERS))


def _read(spark: SparkSession, folder: Path) -> DataFrame:
    paths = [str(p.resolve()) for p in parts(folder, OFFERS)]
    return spark.read.text(paths) if paths else spark.createDataFrame([], "value string")


def _offers(spark: SparkSession, folder: Path) -> DataFrame:
    """Each offer with the row it stands in, and without."""
    return _read(spark, folder).selectExpr(
        "value as line",
        f"cast(regexp_extract(value, '{_ROW}', 1) as long) as row",
        f"regexp_replace(value, '{_ROW}', '') as offer",
    )
