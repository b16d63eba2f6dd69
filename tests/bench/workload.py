"""The benchmark's feed: a shop export of 26 columns, seeded, with the dirt that real exports have.

The first n rows are the same however many follow. Only `Random.random` is used, whose sequence
Python promises for a seed, and all amounts are integers until they are written.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

SEED = 20250801
CHUNK = 20_000

COLUMNS = (
    "sku", "ean", "title", "description", "brand", "category", "cost", "price_eur", "vat_rate",
    "compare_at_price", "stock_qty", "weight_g", "unit", "unit_value", "sale_start", "sale_end",
    "sale_price", "min_price", "align_flag", "delivery_mode", "shipping_cost", "prep_days", "color",
    "size", "image_url", "updated_at",
)  # fmt: skip
Row = tuple[str, ...]

# How much of the feed is dirty, in shares of all rows unless said otherwise.
BAD_EAN = 0.02
COMMA_DECIMAL = 0.01
GARBAGE_PRICE = 0.005
EMPTY_STOCK = 0.01
INVALID_DATE = 0.005
UNKNOWN_DELIVERY = 0.005
EMPTY_DELIVERY = 0.001
BAD_FLAG = 0.0002
BAD_SKU = 0.0002
TIE = 0.02  # of the rows: costs whose price ends on half a cent, besides those that do by chance
PADDED = 0.003  # blanks around a cell, which mean nothing
ODD_CASE = 0.006  # CATEGORY for Category, which means the same
NEWLINE = 0.03  # a line end inside a quoted description
ON_SALE = 0.3
REPEATED_HOUR = 0.003  # of the sales: they start when the clocks of Paris show that hour twice
SKIPPED_HOUR = 0.0015  # of the sales: they start when the clocks of Paris skip that hour
REVERSED = 0.015  # of the sales: the end stands before the start

GARBAGE = (
    "n/a", "-", "abc", "12.50 €", "1e3", "NaN", "inf", "1.234.56", "--5", "12.", "٣.٥٠", "１２.５０",
    ".50", "+4.20", "0x1F", "1 234.50", "-3.50", "0", "12.34567", "999999999", "12345678901234567.89",
)  # fmt: skip
INVALID_DATES = (
    "2026-02-30 08:00", "2025-13-01 10:00", "31/12/2025", "2025-11-31 00:00", "0000-00-00 00:00",
    "2025-10-05 24:30", "2025-10-05", "2025-9-05 10:00", "demain", "2025-10-05 10:00:00",
    "2025-10-05T10:00", "2025-10-05 10:60",
)  # fmt: skip
BAD_EANS = (
    "n.c.",
    "4006381333931.0",
    "4.00638E+12",
    "EAN4006381333",
    "-400638133393",
    "0000000000000",
)

_CATEGORIES = (
    "Luminaires", "Lampes", "Cuisine", "Épicerie", "Boissons", "Jardin", "Outillage", "Peinture",
    "Literie", "Meubles", "Décoration", "Jouets", "Puériculture", "Sport", "Vélo", "Bagagerie",
    "Hygiène", "Parfums", "Papeterie", "Livres", "Audio", "Informatique", "Téléphonie",
    "Électroménager", "Animalerie", "Divers",
)  # fmt: skip
TIE_CATEGORY = (
    "Luminaires"  # margin 25 %: with 20 % of VAT, an odd number of cents costs half a cent
)
_VAT = ("20",) * 14 + ("20.0", "20.00") + ("5.5", "5.50", "10", "2.1")
_UNITS = (
    ("kg", 25_000), ("KG", 25_000), ("Kilogramme", 25_000), ("g", 900_000), ("gr", 900_000),
    ("l", 20_000), ("L", 20_000), ("Litre", 20_000), ("cl", 150_000), ("ml", 990_000),
    ("m2", 40_000), ("m3", 3_000), ("pcs", 12_000), ("pièce", 12_000), ("boîte", 9_000),
)  # fmt: skip
_FLAGS = (
    "Y",
    "N",
    "1",
    "0",
    "oui",
    "non",
    "OUI",
    "Non",
    "true",
    "false",
    "yes",
    "no",
    "",
    "",
    "",
    "",
)
_DELIVERY = (
    "COL", "col", "CHR", "DPD", "GLS", "UPS", "TNT", "PAL", "pal", "MES", "COL", "COL", "DPD", "CHR",
)  # fmt: skip
_UNKNOWN_DELIVERY = ("???", "XYZ", "COLISSIMO2", "0", "retrait")
_SHIPPING = (
    "0",
    "0.00",
    "2.99",
    "3.5",
    "4.99",
    "4.95",
    "5.90",
    "6.99",
    "7.45",
    "9.90",
    "12",
    "14.95",
    "29.00",
)
_SHIPPING_BIG = ("29.90", "39.00", "49", "59.95", "79.99")
_COLOURS = (
    "noir",
    "blanc",
    "bleu marine",
    "rouge",
    "vert d'eau",
    "gris, clair",
    "écru",
    "",
    "",
    "",
)
_SIZES = ("S", "M", "L", "XL", '19"', '27" / 69 cm', "180 x 200", "", "", "")
_WORDS = (
    "lampe", "bureau", "chêne", "métal", "pliable", "réglable", "avec", "sans", "fil", "solaire",
    "compact", "robuste", "design", "jardin", "salon", "enfant", "professionnel", "léger", "pour",
    "garantie", "deux", "ans", "livré", "monté", "couleur", "naturelle", "finition", "mate",
)  # fmt: skip

_FIRST_DAY = date(2025, 8, 15)
_DAYS = 420
_REPEATED = ("2025-10-26 02:00", "2025-10-26 02:15", "2025-10-26 02:30", "2025-10-26 02:59")
_SKIPPED = ("2026-03-29 02:00", "2026-03-29 02:20", "2026-03-29 02:30", "2026-03-29 02:59")


@cache
def _weights() -> tuple[int, ...]:
    """What four digits add to a check sum: every other digit counts three times."""
    return tuple(
        n // 1000 + 3 * (n // 100 % 10) + n // 10 % 10 + 3 * (n % 10) for n in range(10_000)
    )


@cache
def _days() -> tuple[str, ...]:
    return tuple((_FIRST_DAY + timedelta(n)).isoformat() for n in range(_DAYS + 40))


@cache
def _clock() -> tuple[str, ...]:
    return tuple(f" {n // 4:02d}:{n % 4 * 15:02d}" for n in range(96))


@cache
def _stamps() -> tuple[str, ...]:
    start = datetime(2025, 7, 1)
    return tuple((start + timedelta(seconds=n * 2591)).isoformat() for n in range(1000))


@cache
def _texts(seed: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Titles, descriptions, and descriptions with line ends, out of which rows draw theirs."""
    draw = Random(seed).random  # noqa: S311 - repeatable on purpose

    def words(least: int, most: int) -> str:
        count = least + int(draw() * (most - least + 1))
        return " ".join(_WORDS[int(draw() * len(_WORDS))] for _ in range(count))

    titles = tuple(words(2, 5).capitalize() for _ in range(997))
    plain = tuple(f"{words(11, 25).capitalize()}, {words(2, 4)}." for _ in range(1999))
    broken = tuple(f'{words(6, 10)}\n"{words(2, 4)}"\r\n- {words(3, 6)}' for _ in range(499))
    return titles, plain, broken


def rows(count: int, seed: int = SEED) -> Iterator[Row]:
    """The first `count` rows of the feed, cells as text in the order of `COLUMNS`."""
    draw = Random(seed).random  # noqa: S311 - repeatable on purpose
    titles, plain, broken = _texts(seed)
    stamps = _stamps()
    for number in range(count):
        texts = broken if draw() < NEWLINE else plain
        title = titles[int(draw() * len(titles))]
        cells = [
            _sku(draw, number),
            _ean(draw),
            title,
            texts[int(draw() * len(texts))],
            f"Marque {int(draw() * 180)}",
            *_prices(draw),
            _COLOURS[int(draw() * 10)],
            _SIZES[int(draw() * 10)],
            f"https://img.example.com/p/{number:07d}/{int(draw() * 1e9):09d}.jpg",
            stamps[int(draw() * len(stamps))],
        ]
        if draw() < PADDED:
            _pad(draw, cells)
        yield tuple(cells)


def _sku(draw: Callable, number: int) -> str:
    dice = draw()
    if dice < BAD_SKU:
        return f"REF {number:07d}" if dice < BAD_SKU / 2 else f"REF|{number:07d}"
    if dice < 0.003:  # what JSON must escape
        return f'19"\\{number:07d}'
    return f"REF-{number:07d}"


def _ean(draw: Callable) -> str:
    """A code of 13 digits, sometimes of 12 or 8, with the check digit right but for some."""
    weights, dice = _weights(), draw()
    first, second, third = 3000 + int(draw() * 900), int(draw() * 10_000), int(draw() * 10_000)
    length = 13
    if dice > 0.98:
        first, second, length = 0, int(draw() * 1000), 8
    elif dice > 0.94:
        first, length = int(draw() * 1000), 12
    check = -(weights[first] + weights[second] + weights[third]) % 10
    code = f"{first:04d}{second:04d}{third:04d}"
    if dice >= BAD_EAN:
        return f"{code}{check}"[-length:]
    if dice < BAD_EAN * 0.8:
        return f"{code}{(check + 1 + int(draw() * 9)) % 10}"
    return code[:11] if dice < BAD_EAN * 0.9 else BAD_EANS[int(draw() * len(BAD_EANS))]


def _prices(draw: Callable) -> list[str]:
    """The cells from category to prep_days."""
    category = _CATEGORIES[int(draw() * 26)]
    vat = _VAT[int(draw() * 20)]
    spread = draw()
    cents = 50 + int(spread * spread * 40_000)
    dice = draw()
    if dice < TIE:
        category, vat, cents = TIE_CATEGORY, "20", cents | 1
    cost = _cost(cents, dice, draw)
    if draw() < ODD_CASE:
        category = category.upper()
    price = cents * (165 + int(draw() * 30)) // 100
    compare = _cents(price * (92 + int(draw() * 50)) // 100) if draw() < 0.4 else ""
    lowest = _cents(price * (60 + int(draw() * 50)) // 100) if draw() < 0.7 else ""
    unit, value = _measure(draw)
    start, end, sale = _sale(draw, price)
    mode = _mode(draw)
    shipping = (
        _SHIPPING_BIG[int(draw() * 5)]
        if mode in {"PAL", "pal", "MES"}
        else _SHIPPING[int(draw() * 13)]
    )
    stock = "" if draw() < EMPTY_STOCK else str(max(0, int(draw() * 520) - 40))
    flag = "?" if draw() < BAD_FLAG else _FLAGS[int(draw() * 16)]
    if draw() < COMMA_DECIMAL:
        cost, compare, sale, lowest, shipping = _with_comma(
            draw, cents, compare, sale, lowest, shipping, cost
        )
    if draw() < GARBAGE_PRICE:
        cost, sale = _with_garbage(draw, cost, sale)
    return [
        category, cost, _cents(price), vat, compare, stock, str(20 + int(draw() * 35_000)), unit, value,
        start, end, sale, lowest, flag, mode, shipping, "12345"[int(draw() * 5)],
    ]  # fmt: skip


def _cents(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _cost(cents: int, dice: float, draw: Callable) -> str:
    """A cost: mostly cents, sometimes finer, sometimes without the zeros at its end."""
    if dice < 0.7:
        return _cents(cents)
    if dice < 0.85:
        return f"{_cents(cents)}{int(draw() * 10)}"
    if dice < 0.93:
        return f"{_cents(cents)}{int(draw() * 100):02d}"
    return _cents(cents - cents % 10)[:-1] if dice < 0.98 else str(cents // 100 + 1)


def _measure(draw: Callable) -> tuple[str, str]:
    if draw() < 0.4:
        return "", ""
    unit, most = _UNITS[int(draw() * len(_UNITS))]
    thousandths = 1000 + int(draw() * most)
    if draw() < 0.5:
        return unit, str(thousandths // 1000)
    return unit, f"{thousandths // 1000}.{thousandths % 1000:03d}"


def _sale(draw: Callable, price: int) -> tuple[str, str, str]:
    """Start, end and price of a sale."""
    invalid = draw() < INVALID_DATE
    if draw() >= ON_SALE and not invalid:
        return "", "", ""
    day, days, clock = int(draw() * _DAYS), _days(), _clock()
    start = days[day] + clock[int(draw() * 96)]
    end = days[day + 1 + int(draw() * 30)] + clock[int(draw() * 96)]
    sale = _cents(price * (28 + int(draw() * 75)) // 100)
    dice = draw()
    if dice < SKIPPED_HOUR:
        start, end = _SKIPPED[int(draw() * 4)], "2026-04-20 10:00"
    elif dice < SKIPPED_HOUR + REPEATED_HOUR:
        start, end = _REPEATED[int(draw() * 4)], "2025-11-20 10:00"
    elif dice < SKIPPED_HOUR + REPEATED_HOUR + REVERSED:
        start, end = end, start
    elif dice > 0.98:  # half a sale is none
        sale = ""
    if invalid:
        bad = INVALID_DATES[int(draw() * len(INVALID_DATES))]
        return (bad, end, sale) if draw() < 0.6 else (start, bad, sale)
    return start, end, sale


def _mode(draw: Callable) -> str:
    dice = draw()
    if dice < EMPTY_DELIVERY:
        return ""
    if dice < EMPTY_DELIVERY + UNKNOWN_DELIVERY:
        return _UNKNOWN_DELIVERY[int(draw() * 5)]
    return _DELIVERY[int(draw() * 14)]


def _with_comma(draw: Callable, cents: int, *amounts: str) -> tuple[str, ...]:
    """One of compare, sale, lowest, shipping and cost with a comma; cost first in the answer."""
    compare, sale, lowest, shipping, cost = amounts
    dice = draw()
    if dice < 0.1 and "." in compare:
        compare = compare.replace(".", ",")
    elif dice < 0.2 and "." in sale:
        sale = sale.replace(".", ",")
    elif dice < 0.3 and "." in lowest:
        lowest = lowest.replace(".", ",")
    elif dice < 0.4 and "." in shipping:
        shipping = shipping.replace(".", ",")
    else:
        cost = _cents(cents).replace(".", ",")
    return cost, compare, sale, lowest, shipping


def _with_garbage(draw: Callable, cost: str, sale: str) -> tuple[str, str]:
    garbage = GARBAGE[int(draw() * len(GARBAGE))]
    return (cost, garbage) if sale and draw() < 0.3 else (garbage, sale)


def _pad(draw: Callable, cells: list[str]) -> None:
    """Blanks around one of the cells that the mapping reads."""
    place = (1, 5, 6, 8, 10, 12, 13, 17, 18, 19, 20)[int(draw() * 11)]
    if cells[place]:
        cells[place] = (f" {cells[place]}", f"{cells[place]}  ", f"\u00a0{cells[place]}")[
            int(draw() * 3)
        ]


# --- files --------------------------------------------------------------------------------------


def write_csv(path: Path, count: int, seed: int = SEED) -> None:
    """Write the first `count` rows as CSV: UTF-8, commas, LF, quotes only where needed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        source = rows(count, seed)
        while chunk := list(islice(source, CHUNK)):
            writer.writerows(chunk)


def write_jsonl(path: Path, count: int, seed: int = SEED) -> None:
    """Write the first `count` rows as JSON Lines: every cell a text, empty ones too."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with path.open("w", encoding="utf-8", newline="") as file:
        source = rows(count, seed)
        while chunk := list(islice(source, CHUNK)):
            file.writelines(f"{encode(dict(zip(COLUMNS, row, strict=True)))}\n" for row in chunk)


def write_parquet(path: Path, count: int, seed: int = SEED) -> None:
    """Write the first `count` rows as Parquet: every column a text, row groups of one chunk."""
    import polars as pl

    with TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "plain.csv"
        write_csv(plain, count, seed)
        pl.scan_csv(plain, infer_schema=False).sink_parquet(path, row_group_size=CHUNK)


def write_xml(path: Path, count: int, seed: int = SEED) -> None:
    """Write the first `count` rows as XML: a `product` each, an element a cell, empty ones too."""
    starts = [f"<{name}>" for name in COLUMNS]
    ends = [f"</{name}>" for name in COLUMNS]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<products>\n')
        source = rows(count, seed)
        while chunk := list(islice(source, CHUNK)):
            for row in chunk:
                cells = "".join(
                    f"{a}{_escaped(c)}{b}" for a, c, b in zip(starts, row, ends, strict=True)
                )
                file.write(f"<product>{cells}</product>\n")
        file.write("</products>\n")


def _escaped(cell: str) -> str:
    # A carriage return as it stands would be read as a line feed.
    return escape(cell, {"\r": "&#13;"})


WRITERS = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet, "xml": write_xml}

if __name__ == "__main__":
    # workload.py FILE KIND ROWS: a process of its own, so that its memory is not the harness's.
    WRITERS[sys.argv[2]](Path(sys.argv[1]), int(sys.argv[3]))
