"""Many sellers in one session: a manifest says whose feed goes through which project's rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.cluster.job import prepare, render_on_spark
from engine.cluster.splits import SPLIT
from engine.errors import EngineError, ProjectError
from engine.feeds.csv_table import read_csv_table
from engine.project import load_project

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from engine.offers.accounting import Accounting

COLUMNS = ("seller", "project", "feed", "channel")


class Seller(Struct, frozen=True):
    """A line of the manifest; paths count from the manifest's folder."""

    name: str
    project: Path
    feed: str
    channel: str | None


class Ended(Struct, frozen=True):
    """What became of a seller's feed: its account, or why there is none."""

    seller: Seller
    accounting: Accounting | None
    failure: str = ""


def read_manifest(path: Path) -> list[Seller]:
    """The sellers of a CSV file with the columns seller, project, feed and, if wanted, channel.

    Raises:
        ProjectError: it cannot be read, or names a seller twice or in no usable way.
    """
    if not path.is_file():
        raise ProjectError(f"{path}: no such manifest")
    table, faults = read_csv_table(path, str(path))
    if table is None:
        raise ProjectError(f"{path}: {faults[0].says}")
    if not set(COLUMNS[:3]) <= set(table.columns) <= set(COLUMNS):
        raise ProjectError(
            f"{path}: the columns are {', '.join(COLUMNS)}; the last may be left out"
        )
    sellers: dict[str, Seller] = {}
    for line, cells in zip(table.line_of_row, table.rows, strict=True):
        row = dict(zip(table.columns, (c.strip() for c in cells), strict=True))
        name = row["seller"]
        if not name.replace("-", "").replace("_", "").isalnum():
            raise ProjectError(
                f"{path}:{line}: `{name}` is no seller's name: letters, digits, - and _, "
                "since a folder is called so"
            )
        if name in sellers:
            raise ProjectError(f"{path}:{line}: the seller `{name}` stands twice")
        project, feed = path.parent / row["project"], row["feed"]
        inside = path.parent / feed
        anchored = feed if Path(feed).is_absolute() or "://" in feed else str(inside)
        sellers[name] = Seller(name, project, anchored, row.get("channel") or None)
    return list(sellers.values())


def render_sellers(
    spark: SparkSession,
    sellers: list[Seller],
    folder: Path,
    *,
    at: datetime,
    split_bytes: int = SPLIT,
) -> Iterator[Ended]:
    """Render each seller's feed to a folder of its own below `folder`, and tell what became of it.

    What stops one seller (rules with errors, a feed that is not there) stops no other.
    """
    for seller in sellers:
        try:
            job = prepare(
                load_project(seller.project),
                seller.feed,
                at=at,
                channel=seller.channel,
                split_bytes=split_bytes,
            )
            accounting = render_on_spark(spark, job, folder / f"seller={seller.name}")
        except (EngineError, OSError) as fault:
            yield Ended(seller, None, " ".join(str(fault).split()))
        else:
            yield Ended(seller, accounting)
