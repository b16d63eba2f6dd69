"""The feed of the random comparison: fields of every kind, and cells that fit them or do not."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from engine.values.field import (
    CurrencyWord,
    Field,
    Fold,
    PercentStyle,
    Reading,
    SourceSchema,
)
from engine.values.kinds import (
    DATE,
    INSTANT,
    INTEGER,
    NUMBER,
    PERCENT,
    TEXT,
    YES_NO,
    choice,
    list_of,
    money,
    quantity,
)

D = Decimal
EUR = money("EUR")
MASS = quantity("mass")
SHELVES = choice(("Lamps", "Chairs", "Outlet"), "the schema")

_FIELDS = (
    Field("title", TEXT, Reading("Title"), max_length=12),
    Field("brand", TEXT, Reading("Brand", missing_words=("n/a", "-")), required=True),
    Field("note", TEXT, Reading("Note", trim=False), min_length=2, text_pattern="^[a-z É]"),
    Field("ean", TEXT, Reading("EAN")),
    Field("shelf", SHELVES, Reading("Shelf"), required=True),
    Field("size", choice(("S", "M", "L")), Reading("Size")),
    Field(
        "cost",
        EUR,
        Reading("Cost", decimal_mark=",", grouping=" "),
        required=True,
        scale=2,
        minimum=D(0),
        maximum=D("9999.99"),
    ),
    Field(
        "price",
        EUR,
        Reading("Price", currency_word=CurrencyWord.OPTIONAL, grouping=","),
        scale=3,
        minimum=D("-5"),
        exclusive_minimum=True,
    ),
    Field(
        "fee",
        EUR,
        Reading("Fee", currency_word=CurrencyWord.REQUIRED),
        scale=2,
        maximum=D(100),
        exclusive_maximum=True,
    ),
    Field("cents", EUR, Reading("Cents", minor_units=True), scale=2, maximum=D("100.005")),
    Field(
        "shipping",
        EUR,
        Reading("Shipping", currency_column="Currency"),
        scale=2,
        minimum=D("0.005"),
        maximum=D(10),
    ),
    Field("ratio", NUMBER, Reading("Ratio"), scale=4, minimum=D(-100), maximum=D(100)),
    Field("stock", INTEGER, Reading("Stock"), required=True, minimum=D(0), maximum=D(500)),
    Field("reserved", INTEGER, Reading("Reserved", grouping="'")),
    Field("vat", PERCENT, Reading("VAT"), scale=2, minimum=D(0), maximum=D(25)),
    Field(
        "rebate",
        PERCENT,
        Reading("Rebate", percent=PercentStyle.FRACTION),
        scale=3,
        maximum=D(50),
    ),
    Field(
        "margin", PERCENT, Reading("Margin", percent=PercentStyle.SIGN, decimal_mark=","), scale=1
    ),
    Field("weight", MASS, Reading("Weight", unit="g"), scale=1, minimum=D(0), maximum=D(50)),
    Field("load", MASS, Reading("Load", unit="t"), required=True, scale=3),
    Field("start", DATE, Reading("Start", pattern="dd/MM/yyyy")),
    Field("end", DATE, Reading("End"), required=True),
    Field(
        "seen",
        INSTANT,
        Reading("Seen", pattern="yyyy-MM-dd HH:mm:ss", zone="Europe/Paris", fold=Fold.EARLIER),
    ),
    Field("changed", INSTANT, Reading("Changed", zone="Europe/Paris")),
    Field(
        "active",
        YES_NO,
        Reading("Active", yes_words=("oui", "1"), no_words=("non", "0")),
        required=True,
    ),
    Field("fragile", YES_NO, Reading("Fragile", yes_words=("Y",), no_words=("N",))),
    Field("tags", list_of(TEXT), Reading("Tags", separator="|")),
)
SOURCE = SourceSchema("schemas/random.schema.json", {field.name: field for field in _FIELDS})

# Cells by column: those that fit, then those that do not (or only seem to).
_CELLS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Title": (("Lampe", "Lampe LED", "été", "e\u0301te\u0301", "n/a"), ("x" * 13, "Ü" * 12, " a ")),
    "Brand": (("Ikea", "ikea ", "Philips"), ("n/a", " - ", "N/A", "\u00a0")),
    "Note": (("abc", "É!", " x"), ("a", "Abc", "", " ", "bb ")),
    "EAN": (("4006381333931", "96385074", "036000291452"), ("4006381333932", "x", "0" * 13)),
    "Shelf": (("Lamps", "Chairs", "Outlet"), ("lamps", "Lamp", " Lamps ")),
    "Size": (("S", "M", "L"), ("XL", "s")),
    "Cost": (
        ("0", "12", "12,5", "1 234,56", "9999,99", "1\u00a0234", "1\u202f234,00"),
        ("12.5", "-1", "10000", "1,234", "1,2345", "12 34", "1 2345", " ", "+1", "1e3", "１"),
    ),
    "Price": (
        ("10", "10.125 EUR", "1,234.5EUR", "-4.999", "0.001"),
        (
            "-5",
            "10 USD",
            "10 EUR EUR",
            "EUR",
            "10 eur",
            "EUR 1,234",
            "€1",
            "1,23",
            ".5",
            "5.",
            "1.2345",
        ),
    ),
    "Fee": (("0.50 EUR", "99.99 EUR", "-3 EUR"), ("5", "100 EUR", "5 €", "5 USD", "x EUR")),
    "Cents": (("1250", "0", "-1", "10000"), ("12.5", "10001", "1.250")),
    "Shipping": (("1.5", "10.00", "0.01"), ("10.01", "0", "0.00", "x", "1 EUR")),
    "Currency": (("EUR", " EUR "), ("USD", "eur", "")),
    "Ratio": (("0", "-0.5", "99.9999", "3.25", "100"), ("0.00001", "-100.1", "--1", "∞", "1_0")),
    "Stock": (("0", "1", "17", "500", "007"), ("501", "-1", "1.5", "1.0", "x")),
    "Reserved": (("0", "3", "1'000", "-2"), ("1'00", "'1", "0" * 17 + "12", "1" * 19)),
    "VAT": (("20", "5.5", "0", "25"), ("25.01", "-1", "20%", "5.555")),
    "Rebate": (("0.2", "0.5", "0", "-0.125"), ("0.501", "20", "0.1234", "20%")),
    "Margin": (("20%", "5,5 %", "-3%", "0%"), ("20", "5.5%", "5,55%", "%")),
    "Weight": (("0", "250", "1000.5", "50000"), ("50000.1", "-1", "1 kg", "0.25")),
    "Load": (("1", "0.001", "12.5"), ("0.0001", "x")),
    "Start": (("29/07/2025", "01/01/1000", "29/02/2024"), ("29/02/2025", "2025-07-29", "1/1/2025")),
    "End": (("2025-07-30", "2024-02-29", "9998-12-31"), ("2025-13-01", "30/07/2025", "20250730")),
    "Seen": (
        ("2025-07-29 10:00:00", "2025-10-26 02:30:00", "2025-10-26 03:00:00"),
        (
            "2025-03-30 02:30:00",
            "2025-07-29 24:00:00",
            "2025-07-29T10:00:00",
            "2025-07-29",
            "2025-07-29 10:00:60",
        ),
    ),
    "Changed": (
        (
            "2025-07-29T10:00:00Z",
            "2025-07-29T10:00",
            "2025-07-29 10:00:00+02:00",
            "2025-07-29T10:00:00.25Z",
        ),
        (
            "2025-10-26T02:30:00",
            "2025-03-30T02:30:00",
            "2025-02-30T00:00:00Z",
            "2025-07-29T10:00:60Z",
            "2025-07-29T24:00:00Z",
            "2025-07-29T10:00:00+24:00",
            "2025-07-29T10:00:00+0200",
            "2025-07-29",
            "x",
        ),
    ),
    "Active": (("oui", "non", "1", "0", "OUI"), ("yes", "2", "o")),
    "Fragile": (("Y", "N", " y"), ("Yes", "YN")),
    "Tags": (("a|b", "a", "b| c |a", "a||b"), ("|", " | ", "")),
}


def rows(columns: Iterable[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Rows with these columns, mostly sound: a row should not be rejected before all is tried."""
    cells = {}
    for column in columns:
        good, bad = (st.sampled_from(some) for some in _CELLS[column])
        cells[column] = st.one_of(good, good, good, st.none(), good, st.just(""), good, bad)
    return st.fixed_dictionaries(cells)
