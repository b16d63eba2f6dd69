"""The mapping in DuckDB's SQL (`mapping.sql`): the feed is scanned twice, for offers and for rejections.

python duckdb_mapping.py FEED --offers F --rejections F [--format csv|jsonl|parquet]
"""

from __future__ import annotations

import argparse
import csv
import os
from decimal import Decimal
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
TABLES = HERE.parent / "project" / "tables"
MODES = {"Tracked": "THD", "BigParcelEco": "FDHD"}
COLUMNS = (
    "sku", "ean", "title", "description", "brand", "category", "cost", "price_eur", "vat_rate",
    "compare_at_price", "stock_qty", "weight_g", "unit", "unit_value", "sale_start", "sale_end",
    "sale_price", "min_price", "align_flag", "delivery_mode", "shipping_cost", "prep_days", "color",
    "size", "image_url", "updated_at",
)  # fmt: skip
BLANKS = " \t\r\n\u00a0"
# Lines as they are: no cell of them is ever quoted.
PLAIN = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"


def table(name: str) -> list[list[str]]:
    """The rows of a look-up table; keys are compared without case."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [[key.lower(), *cells] for key, *cells in list(csv.reader(file))[1:]]


def source(feed: Path, kind: str) -> str:
    """What reads the feed, every cell as text."""
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS) + "}"
    if kind == "csv":
        form = "header = true, delim = ',', quote = '\"', escape = '\"', auto_detect = false"
        return f"read_csv('{feed}', columns = {columns}, {form})"
    if kind == "jsonl":
        return f"read_json('{feed}', columns = {columns}, format = 'newline_delimited')"
    return f"read_parquet('{feed}')"


def prepare(database: duckdb.DuckDBPyConnection, feed: Path, kind: str) -> None:
    """Make the tables and views that the mapping reads and is."""
    rows = f"SELECT row_number() OVER () AS number, * FROM {source(feed, kind)}"  # noqa: S608 - a path of ours
    database.execute(f"CREATE VIEW feed AS {rows}")
    database.execute(f"CREATE MACRO blanks() AS '{BLANKS}'")
    margins = [(key, 1 + Decimal(text.rstrip("%")) / 100) for key, text in table("margins")]
    units = [(key, unit, Decimal(factor)) for key, unit, factor in table("units")]
    modes = [(key, MODES[mode]) for key, mode in table("delivery_modes")]
    for name, columns, entries in (
        ("margins", "key VARCHAR, margin DECIMAL(5, 4)", margins),
        ("units", "key VARCHAR, packaging VARCHAR, factor DECIMAL(4, 3)", units),
        ("modes", "key VARCHAR, code VARCHAR", modes),
    ):
        database.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" * len(entries[0]))
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", entries)  # noqa: S608 - a name of ours
    database.execute((HERE / "mapping.sql").read_text(encoding="utf-8"))


def render(feed: Path, kind: str, offers: Path, rejections: Path) -> None:
    """Write the offers and the rejections of a feed."""
    threads = int(os.environ.get("POLARS_MAX_THREADS", "0")) or os.cpu_count() or 1
    with duckdb.connect(config={"threads": threads}) as database:
        prepare(database, feed, kind)
        for view, path in (("offer_lines", offers), ("rejection_lines", rejections)):
            lines = f"SELECT line FROM {view}"  # noqa: S608 - a name of ours
            database.execute(f"COPY ({lines}) TO '{path}' {PLAIN}")


def main() -> None:
    """Render the feed that the command line names."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("feed", type=Path)
    options.add_argument("--format", default="csv", choices=("csv", "jsonl", "parquet"))
    options.add_argument("--offers", type=Path, required=True)
    options.add_argument("--rejections", type=Path, required=True)
    chosen = options.parse_args()
    render(chosen.feed, chosen.format, chosen.offers, chosen.rejections)


if __name__ == "__main__":
    main()
