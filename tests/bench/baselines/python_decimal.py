"""The mapping in clean Python: DictReader, Decimal, zoneinfo. The reference that others must equal.

python python_decimal.py FEED --offers F --rejections F [--format csv|jsonl|parquet|xml]
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

TABLES = Path(__file__).parents[1] / "project" / "tables"
PARIS = ZoneInfo("Europe/Paris")
CENT, THOUSANDTH = Decimal("0.01"), Decimal("0.001")
YES, NO = {"y", "1", "oui", "yes", "true"}, {"n", "0", "non", "no", "false"}
MODES = {"Tracked": "THD", "BigParcelEco": "FDHD"}
SALE_STEPS = tuple((Decimal(100 - points) / 100, points) for points in (70, 60, 50, 40, 30, 20, 10))

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")
_SKU = re.compile(r"[!-{}~]{1,50}")

Reason = dict[str, str]
Values = dict[str, Any]  # by column; None: missing


class UnreadableError(ValueError):
    """A cell that cannot be read; the message is the code of the fault."""


# --- reading ------------------------------------------------------------------------------------


def sku(cell: str) -> str:
    """A seller reference: 1 to 50 visible ASCII characters without |."""
    if not _SKU.fullmatch(cell):
        raise UnreadableError("R108")
    return cell


def number(scale: int, least: str, most: str, *, above: bool = False) -> Callable[[str], Decimal]:
    """A reader of exact numbers with a point and so many decimals; `above`: more than `least`."""
    pattern = re.compile(rf"-?[0-9]+(?:\.(?=[0-9])[0-9]{{0,{scale}}}0*)?")
    low, high = Decimal(least), Decimal(most)

    def read(cell: str) -> Decimal:
        if not pattern.fullmatch(cell) or len(cell.replace(".", "").lstrip("-")) > 18:
            raise UnreadableError("R101")
        value = Decimal(cell)
        if value < low or value > high or (above and value == low):
            raise UnreadableError("R103")
        return value

    return read


def moment(cell: str) -> datetime:
    """What the clocks of Paris show, in UTC: never a skipped hour, the earlier of a repeated one."""
    try:
        shown = datetime.fromisoformat(cell) if _MOMENT.fullmatch(cell) else None
        instant = shown and shown.replace(tzinfo=PARIS).astimezone(UTC)
    except (ValueError, OverflowError):
        instant = None
    if instant is None or instant.astimezone(PARIS).replace(tzinfo=None) != shown:
        raise UnreadableError("R105")
    return instant


def flag(cell: str) -> bool:
    """Yes or no, in one of the words declared."""
    word = cell.lower()
    if word not in YES and word not in NO:
        raise UnreadableError("R106")
    return word in YES


# Each column that the mapping uses: how it is read, and whether it must be there.
FIELDS: tuple[tuple[str, Callable[[str], Any], bool], ...] = (
    ("sku", sku, True),
    ("ean", str, True),
    ("category", str.casefold, True),
    ("cost", number(4, "0.01", "100000"), True),
    ("vat_rate", number(2, "0", "100"), True),
    ("compare_at_price", number(2, "0.10", "100000"), False),
    ("stock_qty", number(0, "0", "1000000"), True),
    ("unit", str.casefold, False),
    ("unit_value", number(3, "0", "1000000", above=True), False),
    ("sale_start", moment, False),
    ("sale_end", moment, False),
    ("sale_price", number(2, "0", "100000", above=True), False),
    ("min_price", number(2, "0", "100000", above=True), False),
    ("align_flag", flag, False),
    ("delivery_mode", str.casefold, False),
    ("shipping_cost", number(2, "0", "1000"), True),
    ("prep_days", number(0, "1", "10"), True),
)


def read_product(row: Mapping[str, str]) -> tuple[Values, list[Reason]]:
    """The cells of `row` as values, and a reason for each that cannot be read or is missing."""
    values: Values = {}
    reasons: list[Reason] = []
    for column, read, required in FIELDS:
        cell = row[column].strip()
        values[column] = None
        if cell:
            try:
                values[column] = read(cell)
            except UnreadableError as fault:
                reasons.append({"code": str(fault), "column": column, "value": cell})
        elif required:
            reasons.append({"code": "R102", "column": column})
    return values, reasons


# --- mapping ------------------------------------------------------------------------------------


class OfferMapping:
    """The mapping with its tables: a row to the text of an offer request."""

    def __init__(self, tables: Path = TABLES) -> None:
        self.margins = {
            k: 1 + Decimal(v.rstrip("%")) / 100 for k, v in _table(tables / "margins.csv")
        }
        self.units = {
            k: (name, Decimal(factor)) for k, name, factor in _table(tables / "units.csv")
        }
        self.modes = {k: MODES[mode] for k, mode in _table(tables / "delivery_modes.csv")}

    def offer(self, row: Mapping[str, str]) -> tuple[str | None, list[Reason]]:
        """The offer request of a row as JSON text, or why there is none."""
        product, reasons = read_product(row)
        gtin = gtin13(product["ean"])
        if product["ean"] is not None and gtin is None:
            message = f"EAN {product['ean']} is not a valid code"
            reasons.append({"code": "R208", "message": message})
        mode = self.modes.get(product["delivery_mode"])
        if mode is None:
            reasons.append({"code": "R208", "message": "No delivery mode is known for this row"})
        return (None if reasons else self._text(product, gtin, mode)), reasons

    def _text(self, product: Values, gtin: str | None, mode: str | None) -> str:
        margin = self.margins.get(product["category"], Decimal("1.30"))
        price = _cents(product["cost"] * margin * (1 + product["vat_rate"] / 100))
        shipping = product["shipping_cost"]
        parts = (
            f'{{"sellerExternalReference":{json.dumps(product["sku"])}',
            f'"product":{{"gtin":"{gtin}"}}',
            '"condition":"New"',
            f'"price":{{"price":{price}{_origin(product["compare_at_price"], price)}',
            f'"taxes":[{{"code":"VAT","value":{_shortest(product["vat_rate"])}}}',
            '{"code":"Ecotax","value":0}',
            '{"code":"Deatax","value":0}]}',
            f'"quantity":{max(0, int(product["stock_qty"]) - 2)}',
            f'"preparationTime":{int(product["prep_days"])}',
            f'"deliveryModes":[{{"code":"{mode}"',
            f'"cost":{_cents(shipping)}',
            f'"additionalCost":{_cents(shipping / 2)}}}]',
            f'"priceAlignment":{{{_alignment(product, price)}}}',
        )
        return f"{','.join(parts)}{self._packaging(product)}{_discount(product, price)}}}"

    def _packaging(self, product: Values) -> str:
        known = self.units.get(product["unit"])
        if known is None or product["unit_value"] is None:
            return ""
        content = (product["unit_value"] * known[1]).quantize(THOUSANDTH, ROUND_HALF_UP)
        if not content:
            return ""
        return f',"packaging":{{"unit":"{known[0]}","value":{_shortest(content)}}}'


def _table(path: Path) -> list[tuple[str, ...]]:
    """The rows of a look-up table; keys are compared without case."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(key.casefold(), *cells) for key, *cells in list(csv.reader(file))[1:]]


def gtin13(code: str | None) -> str | None:
    """A product code in 13 digits, or None where length or check digit is wrong."""
    if code is None or len(code) not in {8, 12, 13} or not (code.isascii() and code.isdigit()):
        return None
    code = code.zfill(13)
    total = sum(map(int, code[::2])) + 3 * sum(map(int, code[1::2]))
    return code if total % 10 == 0 and code.strip("0") else None


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _shortest(exact: Decimal) -> str:
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _origin(struck: Decimal | None, price: Decimal) -> str:
    return f',"originPrice":{_cents(struck)}' if struck is not None and struck > price else ""


def _alignment(product: Values, price: Decimal) -> str:
    if not product["align_flag"] or product["min_price"] is None:
        return '"mode":"DontAlign"'
    return f'"mode":"Align","minimumPrice":{_cents(min(product["min_price"], price))}'


def _discount(product: Values, price: Decimal) -> str:
    start, end, sale = product["sale_start"], product["sale_end"], product["sale_price"]
    if start is None or end is None or sale is None or end <= start:
        return ""
    if sale > price * Decimal("0.95") or price < Decimal("0.10"):
        return ""
    percent = next((points for share, points in SALE_STEPS if sale <= price * share), 5)
    return (
        f',"discount":{{"start":"{start:%Y-%m-%dT%H:%M:%SZ}","end":"{end:%Y-%m-%dT%H:%M:%SZ}",'
        f'"referencePrice":{price},"percent":{percent}}}'
    )


# --- files --------------------------------------------------------------------------------------


def read_rows(path: Path, kind: str) -> Iterator[Mapping[str, str]]:
    """The rows of a feed, cells as text."""
    if kind == "parquet":
        yield from _parquet_rows(path)
        return
    if kind == "xml":
        yield from _xml_rows(path)
        return
    with path.open(encoding="utf-8", newline="" if kind == "csv" else "\n") as file:
        yield from csv.DictReader(file) if kind == "csv" else map(json.loads, file)


def _parquet_rows(path: Path) -> Iterator[Mapping[str, str]]:
    import polars as pl

    rows = pl.scan_parquet(path)
    for first in range(0, rows.select(pl.len()).collect().item(), 10_000):
        yield from rows.slice(first, 10_000).collect().fill_null("").iter_rows(named=True)


def _xml_rows(path: Path) -> Iterator[Mapping[str, str]]:
    root = None
    for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314 - ours
        root = element if root is None else root
        if event == "end" and element.tag == "product":
            yield {cell.tag: cell.text or "" for cell in element}
            root.clear()


def render(rows: Iterable[Mapping[str, str]], offers: Path, rejections: Path) -> None:
    """Write an offer request or a rejection for each row, both as JSON Lines."""
    mapping = OfferMapping()
    with (
        offers.open("w", encoding="utf-8") as out,
        rejections.open("w", encoding="utf-8") as refused,
    ):
        for place, row in enumerate(rows, 1):
            text, reasons = mapping.offer(row)
            if text is not None:
                sku = json.dumps(row["sku"].strip())
                out.write(f'{{"row":{place},"sku":{sku},"package":"json","payload":{text}}}\n')
            else:
                rejection = {
                    "row": place,
                    "sku": row["sku"],
                    "outcome": "rejected",
                    "reasons": reasons,
                }
                refused.write(json.dumps(rejection, ensure_ascii=False) + "\n")


def main() -> None:
    """Render the feed that the command line names."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("feed", type=Path)
    options.add_argument("--format", default="csv", choices=("csv", "jsonl", "parquet", "xml"))
    options.add_argument("--offers", type=Path, required=True)
    options.add_argument("--rejections", type=Path, required=True)
    chosen = options.parse_args()
    render(read_rows(chosen.feed, chosen.format), chosen.offers, chosen.rejections)


if __name__ == "__main__":
    main()
