"""The mapping in Python tuned by hand: integers instead of decimals, one loop, cells remembered.

python python_tuned.py FEED --offers F --rejections F [--format csv|jsonl]

Rows that are plain are mapped in the loop; whatever is odd goes to the clean mapping, which knows why.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import python_decimal as clean

NEEDED = tuple(column for column, _, _ in clean.FIELDS)
READ = {column: read for column, read, _ in clean.FIELDS}
SCALES = {
    "cost": 4,
    "vat_rate": 2,
    "compare_at_price": 2,
    "stock_qty": 0,
    "unit_value": 3,
    "sale_price": 2,
    "min_price": 2,
    "shipping_cost": 2,
    "prep_days": 0,
}
AT_ONCE = 10_000
REMEMBERED = 200_000
ODD = object()
_PLAIN_SKU = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class Cells(dict[str, Any]):
    """What each cell of a column means, worked out when it is first met; ODD where it is not plain."""

    def __init__(self, means: Callable[[str], Any]) -> None:
        super().__init__()
        self.means = means

    def __missing__(self, cell: str) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        try:
            value = self.means(cell)
        except ValueError:
            value = ODD
        self[cell] = value
        return value


def whole(column: str, *, required: bool) -> Callable[[str], Any]:
    """A reader of a number as a whole number of 10**-scale."""
    factor = 10 ** SCALES[column]

    def means(cell: str) -> Any:
        if cell == "":
            return ODD if required else None
        return int(READ[column](cell) * factor)

    return means


def optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader for which an empty cell is None."""
    return lambda cell: None if cell == "" else read(cell)


def text_of(instant: datetime) -> tuple[datetime, str]:
    """An instant and how it is written."""
    return instant, f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def gtin(cell: str) -> Any:
    """The code in 13 digits."""
    return clean.gtin13(cell) or ODD


def known(table: dict[str, Any], otherwise: Any) -> Callable[[str], Any]:
    """A look-up; blanks around a cell are odd."""
    return lambda cell: ODD if cell != cell.strip() else table.get(cell.casefold(), otherwise)


def writer() -> Callable[[Sequence[str]], str | None]:
    """The function that makes an offer's text of the needed cells; None where a row is odd."""
    mapping = clean.OfferMapping()
    margins = known({k: int(m * 10_000) for k, m in mapping.margins.items()}, 13_000)
    units = {
        k: (f',"packaging":{{"unit":"{name}","value":', int(factor * 1000))
        for k, (name, factor) in mapping.units.items()
    }
    category = Cells(lambda cell: margins(cell) if cell else ODD)
    unit, mode = Cells(known(units, None)), Cells(known(mapping.modes, ODD))
    flag = Cells(optional(READ["align_flag"]))
    moment = Cells(optional(lambda cell: text_of(READ["sale_start"](cell))))
    cost, vat, stock, days, shipping = (
        Cells(whole(c, required=True))
        for c in ("cost", "vat_rate", "stock_qty", "prep_days", "shipping_cost")
    )
    struck, content, sale, least = (
        Cells(whole(c, required=False))
        for c in ("compare_at_price", "unit_value", "sale_price", "min_price")
    )
    rate = Cells(lambda cell: clean._shortest(Decimal(cell)))

    def offer(cells: Sequence[str]) -> str | None:
        (c_sku, c_ean, c_cat, c_cost, c_vat, c_struck, c_stock, c_unit, c_content,
         c_start, c_end, c_sale, c_least, c_flag, c_mode, c_ship, c_days) = cells  # fmt: skip
        code = gtin(c_ean)
        values = (
            code, cost[c_cost], category[c_cat], vat[c_vat], struck[c_struck], stock[c_stock],
            unit[c_unit], content[c_content], moment[c_start], moment[c_end], sale[c_sale],
            least[c_least], flag[c_flag], mode[c_mode], shipping[c_ship], days[c_days],
        )  # fmt: skip
        if ODD in values or not 0 < len(c_sku) <= 50 or not _PLAIN_SKU.issuperset(c_sku):
            return None
        (
            _,
            amount,
            margin,
            tax,
            above,
            pieces,
            packed,
            value,
            start,
            end,
            low,
            floor,
            align,
            by,
            ship,
            prep,
        ) = values
        price = (amount * margin * (10_000 + tax) + 5 * 10**9) // 10**10
        written = f"{price // 100}.{price % 100:02}"
        text = (
            f'"sku":"{c_sku}","package":"json","payload":{{"sellerExternalReference":"{c_sku}",'
            f'"product":{{"gtin":"{code}"}},"condition":"New","price":{{"price":{written}'
        )
        if above is not None and above > price:
            text += f',"originPrice":{above // 100}.{above % 100:02}'
        half = (ship + 1) // 2
        text += (
            f',"taxes":[{{"code":"VAT","value":{rate[c_vat]}}},{{"code":"Ecotax","value":0}},'
            f'{{"code":"Deatax","value":0}}]}},"quantity":{pieces - 2 if pieces > 2 else 0},'
            f'"preparationTime":{prep},"deliveryModes":[{{"code":"{by}",'
            f'"cost":{ship // 100}.{ship % 100:02},"additionalCost":{half // 100}.{half % 100:02}}}],'
        )
        if align and floor is not None:
            floor = min(floor, price)
            text += f'"priceAlignment":{{"mode":"Align","minimumPrice":{floor // 100}.{floor % 100:02}}}'
        else:
            text += '"priceAlignment":{"mode":"DontAlign"}'
        if packed is not None and value is not None:
            size = (value * packed[1] + 500) // 1000
            if size:
                text += f"{packed[0]}{size // 1000}.{size % 1000:03}}}"
        if (
            start is not None and end is not None and low is not None and end[0] > start[0]
            and low * 100 <= price * 95 and price >= 10
        ):  # fmt: skip
            steps = 7 - (low * 100 + price * 10 - 1) // (price * 10) + 3
            percent = min(70, max(5, steps * 10))
            text += (
                f',"discount":{{"start":"{start[1]}","end":"{end[1]}",'
                f'"referencePrice":{written},"percent":{percent}}}'
            )
        return text + "}}\n"

    return offer


def needed_cells(path: Path, kind: str) -> Iterator[Sequence[str]]:
    """The needed cells of each row."""
    with path.open(encoding="utf-8", newline="" if kind == "csv" else "\n") as file:
        if kind == "csv":
            rows = csv.reader(file)
            header = next(rows)
            yield from map(itemgetter(*map(header.index, NEEDED)), rows)
        else:
            yield from map(itemgetter(*NEEDED), map(json.loads, file))


def render(rows: Iterable[Sequence[str]], offers: Path, rejections: Path) -> None:
    """Write an offer or a rejection for each row."""
    offer, mapping = writer(), clean.OfferMapping()
    place, rows = 0, iter(rows)
    with (
        offers.open("w", encoding="utf-8") as out,
        rejections.open("w", encoding="utf-8") as refused,
    ):
        while block := list(islice(rows, AT_ONCE)):
            good, bad = [], []
            for cells in block:
                place += 1
                text = offer(cells)
                if text is not None:
                    good.append(f'{{"row":{place},{text}')
                    continue
                row = dict(zip(NEEDED, cells, strict=True))
                text, reasons = mapping.offer(row)
                head = {"row": place, "sku": row["sku"].strip()}
                if text is None:
                    bad.append(
                        json.dumps({**head, "outcome": "rejected", "reasons": reasons}) + "\n"
                    )
                else:
                    good.append(f'{json.dumps(head)[:-1]},"package":"json","payload":{text}}}\n')
            out.write("".join(good))
            refused.write("".join(bad))


def main() -> None:
    """Render the feed that the command line names."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("feed", type=Path)
    options.add_argument("--format", default="csv", choices=("csv", "jsonl"))
    options.add_argument("--offers", type=Path, required=True)
    options.add_argument("--rejections", type=Path, required=True)
    chosen = options.parse_args()
    render(needed_cells(chosen.feed, chosen.format), chosen.offers, chosen.rejections)


if __name__ == "__main__":
    main()
