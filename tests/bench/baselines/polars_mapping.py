"""The mapping by hand in Polars expressions over scaled integers: what Feedwright is measured against.

    python polars_mapping.py FEED --offers F --rejections F [--format csv|jsonl] [--way blocks|query]

`blocks` reads the feed in blocks of bounded size and overlaps reading, mapping and writing; `query`
is one lazy streaming query with two sinks. Both write the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

TABLES = Path(__file__).parents[1] / "project" / "tables"
COLUMNS = (
    "sku", "ean", "title", "description", "brand", "category", "cost", "price_eur", "vat_rate",
    "compare_at_price", "stock_qty", "weight_g", "unit", "unit_value", "sale_start", "sale_end",
    "sale_price", "min_price", "align_flag", "delivery_mode", "shipping_cost", "prep_days", "color",
    "size", "image_url", "updated_at",
)  # fmt: skip
YES, NO = ("y", "1", "oui", "yes", "true"), ("n", "0", "non", "no", "false")
MODES = {"Tracked": "THD", "BigParcelEco": "FDHD"}
SALE_STEPS = (70, 60, 50, 40, 30, 20, 10)
ESCAPES = {chr(n): f"\\u{n:04x}" for n in range(32)} | {'"': '\\"', "\\": "\\\\"}


@dataclass(frozen=True)
class NumberField:
    """How a column holds a number; bounds count units of 10**-scale."""

    scale: int
    least: int
    most: int
    required: bool = False


NUMBERS = {
    "cost": NumberField(4, 100, 1_000_000_000, required=True),
    "vat_rate": NumberField(2, 0, 10_000, required=True),
    "compare_at_price": NumberField(2, 10, 10_000_000),
    "stock_qty": NumberField(0, 0, 1_000_000, required=True),
    "unit_value": NumberField(3, 1, 1_000_000_000),
    "sale_price": NumberField(2, 1, 10_000_000),
    "min_price": NumberField(2, 1, 10_000_000),
    "shipping_cost": NumberField(2, 0, 100_000, required=True),
    "prep_days": NumberField(0, 1, 10, required=True),
}
MOMENTS = ("sale_start", "sale_end")
TEXTS = ("sku", "ean", "category", "unit", "align_flag", "delivery_mode")
NEEDED = (*TEXTS, *NUMBERS, *MOMENTS)
REQUIRED = ("sku", "ean", "category", *(name for name, field in NUMBERS.items() if field.required))


def table(name: str) -> list[list[str]]:
    """The rows of a look-up table; keys are compared without case."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [[key.lower(), *cells] for key, *cells in list(csv.reader(file))[1:]]


MARGINS = {key: 10_000 + int(Decimal(text.rstrip("%")) * 100) for key, text in table("margins")}
# The look-ups bring the text that stands around their result, so that fewer parts are put together.
PACKAGING = {key: f',"packaging":{{"unit":"{unit}","value":' for key, unit, _ in table("units")}
FACTORS = {key: int(Decimal(factor) * 1000) for key, _, factor in table("units")}
DELIVERY = {
    key: f',"deliveryModes":[{{"code":"{MODES[mode]}","cost":'
    for key, mode in table("delivery_modes")
}


# --- cells to values ----------------------------------------------------------------------------


def cells() -> list[pl.Expr]:
    """The cells without blanks around them; keys without case."""
    plain = [pl.col(name).str.strip_chars() for name in NEEDED if name not in KEYS]
    return plain + [pl.col(name).str.strip_chars().str.to_lowercase() for name in KEYS]


KEYS = ("category", "unit", "align_flag", "delivery_mode")


def values() -> list[pl.Expr]:
    """What the cells say, as columns `=name`; null where they say nothing that can be read."""
    numbers = [_number(name, field) for name, field in NUMBERS.items()]
    code = pl.col("ean").cast(pl.Int64, strict=False)
    return [
        *numbers,
        *(_moment(name) for name in MOMENTS),
        code.alias("=ean"),
        pl.col("category")
        .replace_strict(MARGINS, default=13_000, return_dtype=pl.Int64)
        .alias("=category"),
        pl.col("unit")
        .replace_strict(PACKAGING, default=None, return_dtype=pl.String)
        .alias("=unit"),
        pl.col("unit")
        .replace_strict(FACTORS, default=None, return_dtype=pl.Int64)
        .alias("=factor"),
        pl.col("delivery_mode")
        .replace_strict(DELIVERY, default=None, return_dtype=pl.String)
        .alias("=delivery_mode"),
        _flag().alias("=align_flag"),
    ]


def _number(name: str, field: NumberField) -> pl.Expr:
    """An exact number as a whole number of 10**-scale."""
    text = pl.col(name)
    if field.scale == 0:
        value = text.cast(pl.Int64, strict=False)
    else:
        value = text.cast(pl.Decimal(18, field.scale), strict=False).to_physical().cast(pl.Int64)
    sound = text.str.contains(_pattern(field.scale)) & value.is_between(field.least, field.most)
    return pl.when(sound).then(value).alias(f"={name}")


def _pattern(scale: int) -> str:
    decimals = rf"[0-9]{{1,{scale}}}0*" if scale else "0+"
    return rf"^-?[0-9]+(?:\.{decimals})?$"


def _moment(name: str) -> pl.Expr:
    """What the clocks of Paris show, in UTC: never a skipped hour, the earlier of a repeated one."""
    shown = pl.col(name).str.to_datetime("%Y-%m-%d %H:%M", time_unit="ms", strict=False)
    local = shown.dt.replace_time_zone("Europe/Paris", ambiguous="earliest", non_existent="null")
    sound = pl.col(name).str.len_bytes() == 16
    return pl.when(sound).then(local.dt.convert_time_zone("UTC")).alias(f"={name}")


def _flag() -> pl.Expr:
    words = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    return pl.col("align_flag").replace_strict(words, default=None, return_dtype=pl.Boolean)


# --- what is wrong ------------------------------------------------------------------------------


def sound_gtin() -> pl.Expr:
    """Whether the check digit is right; mod 10, digit k of n is n // 10**k, tripled for odd k."""
    code, size = pl.col("=ean"), pl.col("ean").str.len_bytes()
    total = pl.sum_horizontal(code // 10**k * (1, 3)[k % 2] for k in range(13))
    right_size = (size == 13) | (size == 12) | (size == 8)
    return right_size & (code > 0) & (total % 10 == 0) & ~pl.col("ean").str.starts_with("+")


def missing(name: str) -> pl.Expr:
    """Whether the cell is empty."""
    return pl.col(name).is_null() | (pl.col(name).str.len_bytes() == 0)


def unreadable(name: str) -> pl.Expr:
    """Whether the cell holds something that cannot be read."""
    return (pl.col(name).str.len_bytes() > 0) & pl.col(f"={name}").is_null()


def sound_sku() -> pl.Expr:
    """Whether the seller reference is 1 to 50 visible ASCII characters without |."""
    return pl.col("sku").str.contains(r"^[!-{}~]{1,50}$")


def sound() -> pl.Expr:
    """Whether the row makes an offer."""
    parts = [pl.col(f"={name}").is_not_null() for name, field in NUMBERS.items() if field.required]
    optional = [name for name, field in NUMBERS.items() if not field.required]
    parts += [
        ~unreadable(name).fill_null(value=False) for name in (*optional, *MOMENTS, "align_flag")
    ]
    parts += [~missing("category"), pl.col("=delivery_mode").is_not_null()]
    return pl.all_horizontal(
        *parts, sound_gtin().fill_null(value=False), sound_sku().fill_null(value=False)
    )


# --- offers -------------------------------------------------------------------------------------


def amounts() -> list[pl.Expr]:
    """Price, alignment, content and sale, out of the values."""
    # cost counts 1/10,000, margin and VAT 1/10,000 each: cents are 10**10 units, half up.
    price = (
        pl.col("=cost") * pl.col("=category") * (10_000 + pl.col("=vat_rate")) + 5 * 10**9
    ) // 10**10
    content = (pl.col("=unit_value") * pl.col("=factor") + 500) // 1000
    return [price.alias("price"), content.alias("content")]


def on_sale() -> pl.Expr:
    """Whether the discount applies."""
    price, sale = pl.col("price"), pl.col("=sale_price")
    dated = pl.col("=sale_end") > pl.col("=sale_start")
    return dated & (sale * 100 <= price * 95) & (price >= 10)


def offer() -> pl.Expr:
    """The offer as a line of JSON; a part that is null is left out."""
    sku = escaped(pl.col("sku"))
    cents = pl.col("price")
    price, shipping = money(cents), pl.col("=shipping_cost")
    struck, lowest = pl.col("=compare_at_price"), pl.col("=min_price")
    floor = pl.when(pl.col("=align_flag")).then(lowest)
    content = pl.when(pl.col("content") > 0).then(pl.col("content"))
    sale = on_sale()
    return pl.concat_str(
        pl.lit('{"row":'),
        (pl.col("row") + 1).cast(pl.String),
        pl.lit(',"sku":"'),
        sku,
        pl.lit('","package":"json","payload":{"sellerExternalReference":"'),
        sku,
        pl.lit('","product":{"gtin":"'),
        pl.col("ean").str.zfill(13),
        pl.lit('"},"condition":"New","price":{"price":'),
        price,
        text(',"originPrice":', money(pl.when(struck > cents).then(struck))),
        pl.lit(',"taxes":[{"code":"VAT","value":'),
        amount(pl.col("=vat_rate"), 2),
        pl.lit('},{"code":"Ecotax","value":0},{"code":"Deatax","value":0}]},"quantity":'),
        (pl.col("=stock_qty") - 2).clip(0).cast(pl.String),
        pl.lit(',"preparationTime":'),
        pl.col("=prep_days").cast(pl.String),
        pl.col("=delivery_mode"),
        money(shipping),
        pl.lit(',"additionalCost":'),
        money((shipping + 1) // 2),
        pl.lit('}],"priceAlignment":{"mode":'),
        pl.when(floor.is_null()).then(pl.lit('"DontAlign"}')).otherwise(pl.lit('"Align","minimumPrice":')),
        text(money(pl.when(floor < cents).then(floor).otherwise(pl.when(floor.is_not_null()).then(cents))), "}"),
        text(pl.when(content.is_not_null()).then(pl.col("=unit")), amount(content, 3), "}"),
        text(
            ',"discount":{"start":"', moment_text(pl.when(sale).then(pl.col("=sale_start"))),
            '","end":"', moment_text(pl.col("=sale_end")),
            '","referencePrice":', price, ',"percent":', percent(), "}",
        ),
        pl.lit("}}"),
        ignore_nulls=True,
    )  # fmt: skip


def text(*parts: str | pl.Expr) -> pl.Expr:
    """Constants and columns in a row; null where a part is null."""
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])


def money(cents: pl.Expr) -> pl.Expr:
    """Cents as an amount with two decimals."""
    return amount(cents, 2)


def amount(number: pl.Expr, scale: int) -> pl.Expr:
    """A whole number of 10**-scale with all its decimals."""
    unit = pl.lit(f"0.{'0' * (scale - 1)}1").cast(pl.Decimal(18, scale))
    return (number.cast(pl.Decimal(18, 0)) * unit).cast(pl.String)


def moment_text(moment: pl.Expr) -> pl.Expr:
    """An instant as `2025-08-01T07:00:00Z`."""
    return moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def percent() -> pl.Expr:
    """The greatest step of the reduction that the sale price reaches: 70, 60 ... 10, else 5."""
    price, sale = pl.col("price"), pl.col("=sale_price") * 100
    # The steps are ten points apart, so their count says which; null where there is no sale price.
    reached = [(sale <= price * (100 - step)).cast(pl.Int64) for step in SALE_STEPS]
    count = reached[0]
    for one in reached[1:]:
        count = count + one
    return (count * 10).clip(5).cast(pl.String)


def escaped(value: pl.Expr) -> pl.Expr:
    """Text as it stands inside a JSON string."""
    return value.str.replace_many(list(ESCAPES), list(ESCAPES.values()))


# --- rejections ---------------------------------------------------------------------------------


def rejection() -> pl.Expr:
    """The reasons of a row that makes no offer, as JSON text. For bad rows only: it is slow."""
    found = [
        *(
            _fault(name)
            for name in NEEDED
            if name not in {"ean", "category", "unit", "delivery_mode"}
        )
    ]
    found += [_missing("ean"), _missing("category")]
    message = text(
        '{"code":"R208","message":"EAN ', escaped(pl.col("ean")), ' is not a valid code"}'
    )
    found.append(pl.when(~missing("ean") & ~sound_gtin().fill_null(value=False)).then(message))
    no_mode = pl.lit('{"code":"R208","message":"No delivery mode is known for this row"}')
    found.append(pl.when(pl.col("=delivery_mode").is_null()).then(no_mode))
    reasons = pl.concat_str(found, separator=",", ignore_nulls=True)
    sku = escaped(pl.col("sku").fill_null(""))
    return text(
        '{"row":',
        (pl.col("row") + 1).cast(pl.String),
        ',"sku":"',
        sku,
        '","outcome":"rejected","reasons":[',
        reasons,
        "]}",
    )


def _fault(name: str) -> pl.Expr:
    """What is wrong with a cell, null where nothing is."""
    code = pl.lit("R105" if name in MOMENTS else "R106")
    bad = unreadable(name) if name != "sku" else ~sound_sku()
    if name == "sku":
        code = pl.lit("R108")
    if name in NUMBERS:
        cell, scale = pl.col(name), NUMBERS[name].scale
        short = cell.str.replace_all("[-.]", "").str.len_bytes() <= 18
        code = (
            pl.when(cell.str.contains(_pattern(scale)) & short)
            .then(pl.lit("R103"))
            .otherwise(pl.lit("R101"))
        )
    fault = text('{"code":"', code, f'","column":"{name}","value":"', escaped(pl.col(name)), '"}')
    return pl.when(missing(name)).then(_missing(name)).when(bad).then(fault)


def _missing(name: str) -> pl.Expr:
    none = pl.lit(None, pl.String)
    return (
        pl.when(missing(name)).then(pl.lit(f'{{"code":"R102","column":"{name}"}}'))
        if name in REQUIRED
        else none
    )


# --- ways to run it -----------------------------------------------------------------------------


def mapped(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows with all values, ready to be written; column `ok` tells offers from rejections."""
    return (
        rows.with_columns(cells())
        .with_columns(values())
        .with_columns(*amounts(), sound().alias("ok"))
    )


REJECTED_AT_ONCE = 20_000
ROWS_AT_ONCE = 40_000  # of a Parquet file
LINES = {"include_header": False, "quote_style": "never", "batch_size": 8192}


def run_query(feed: Path, kind: str, offers: Path, rejections: Path) -> None:
    """One lazy query over the whole feed, with two sinks."""
    if kind == "csv":
        rows = pl.scan_csv(feed, infer_schema=False)
    elif kind == "parquet":
        rows = pl.scan_parquet(feed)
    else:
        rows = pl.scan_ndjson(feed, schema=dict.fromkeys(COLUMNS, pl.String))
    done = mapped(rows.select(NEEDED).with_row_index("row"))
    good = done.filter("ok").select(offer()).sink_csv(offers, lazy=True, **LINES)
    bad = done.filter(~pl.col("ok")).select(rejection()).sink_csv(rejections, lazy=True, **LINES)
    pl.collect_all([good, bad], engine="streaming")


def run_blocks(feed: Path, kind: str, offers: Path, rejections: Path, size: int) -> None:
    """Block after block: as many at a time as Polars has threads, written in the feed's order."""
    workers = pl.thread_pool_size()
    bad: list[pl.DataFrame] = []
    running: deque[Future[tuple[pl.DataFrame, pl.DataFrame]]] = deque()
    with (
        offers.open("wb") as out,
        rejections.open("wb") as refused,
        ThreadPoolExecutor(workers) as pool,
    ):

        def finish() -> None:
            good, rejected = running.popleft().result()
            good.write_csv(out, **LINES)
            bad.append(rejected)
            if sum(map(len, bad)) > REJECTED_AT_ONCE:
                write_rejections(bad, refused)

        before: Future[int] = Future()
        before.set_result(0)
        pieces = slices(feed) if kind == "parquet" else blocks(feed, kind, size)
        for block in pieces:
            after: Future[int] = Future()
            running.append(pool.submit(map_block, block, kind, before, after))
            before = after
            if len(running) > workers:
                finish()
        while running:
            finish()
        write_rejections(bad, refused)


def map_block(
    block: bytes | pl.LazyFrame, kind: str, before: Future[int], after: Future[int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The offers of a block as lines, and the rows that make none; takes and gives on a row count."""
    rows = parse(block, kind)
    first = before.result()
    after.set_result(first + len(rows))
    done = mapped(rows.lazy().with_row_index("row", first)).collect()
    return done.lazy().filter("ok").select(offer()).collect(), done.filter(~pl.col("ok"))


def write_rejections(bad: list[pl.DataFrame], refused: io.BufferedWriter) -> None:
    """Write the rejections of the rows in `bad`, and empty it: few large frames cost least."""
    if bad:
        pl.concat(bad).lazy().select(rejection()).collect().write_csv(refused, **LINES)
        bad.clear()


def blocks(feed: Path, kind: str, size: int) -> Iterator[bytes]:
    """The feed in blocks that end with a row: a line end inside quotes does not count."""
    with feed.open("rb") as file:
        if kind == "csv":
            file.readline()
        more = size
        while block := file.read(more):
            end = block.rfind(b"\n") + 1
            if kind == "csv":
                end = _outside_quotes(block, end)
            if len(block) < more:
                end = len(block)
            if not end:
                more *= 2
                file.seek(-len(block), os.SEEK_CUR)
                continue
            file.seek(end - len(block), os.SEEK_CUR)
            more = size
            yield block[:end]


def _outside_quotes(block: bytes, end: int) -> int:
    """The last line end at or before `end` that is no part of a cell."""
    quotes = block.count(b'"', 0, end)
    while quotes % 2:
        before = block.rfind(b"\n", 0, end - 1) + 1
        quotes -= block.count(b'"', before, end)
        end = before
    return end


def slices(feed: Path) -> Iterator[pl.LazyFrame]:
    """The rows of a Parquet file, so many at a time."""
    rows = pl.scan_parquet(feed)
    for first in range(0, rows.select(pl.len()).collect().item(), ROWS_AT_ONCE):
        yield rows.slice(first, ROWS_AT_ONCE)


def parse(block: bytes | pl.LazyFrame, kind: str) -> pl.DataFrame:
    """The needed columns of a block, as text."""
    if isinstance(block, pl.LazyFrame):
        return block.select(pl.col(NEEDED).fill_null("")).collect()
    if kind == "csv":
        rows = pl.scan_csv(block, has_header=False, schema=dict.fromkeys(COLUMNS, pl.String))
        return rows.select(NEEDED).collect()
    return pl.read_ndjson(io.BytesIO(block), schema=dict.fromkeys(NEEDED, pl.String))


def main() -> None:
    """Render the feed that the command line names."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("feed", type=Path)
    options.add_argument("--format", default="csv", choices=("csv", "jsonl", "parquet"))
    options.add_argument("--offers", type=Path, required=True)
    options.add_argument("--rejections", type=Path, required=True)
    options.add_argument("--way", default="blocks", choices=("blocks", "query"))
    options.add_argument("--block", type=int, default=16 << 20, help="bytes of the feed in a block")
    chosen = options.parse_args()
    if chosen.way == "query":
        run_query(chosen.feed, chosen.format, chosen.offers, chosen.rejections)
    else:
        run_blocks(chosen.feed, chosen.format, chosen.offers, chosen.rejections, chosen.block)


if __name__ == "__main__":
    main()
