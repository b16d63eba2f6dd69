"""The words of the random comparison: literals, tables, attributes, constant arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from oracle.feed import EUR, MASS

from engine.diagnostics.place import Span
from engine.functions import library
from engine.language import ruleset as r
from engine.language.vocabulary import Attribute
from engine.values.kinds import (
    DATE,
    DURATION,
    INSTANT,
    INTEGER,
    NUMBER,
    PERCENT,
    TEXT,
    YES_NO,
    Kind,
    KindName,
    list_of,
)

D = Decimal
TAGS = list_of(TEXT)
FUNCTIONS = library()
CHANNEL = "cdiscount"
KINDS = (TEXT, NUMBER, INTEGER, EUR, PERCENT, MASS, DURATION, DATE, INSTANT, YES_NO, TAGS)
NUMERIC = (NUMBER, INTEGER, EUR, PERCENT, MASS)

CONSTANTS: dict[KindName, tuple[Any, ...]] = {
    KindName.TEXT: ("", "Lampe", "ikea", "Ikea", "4006381333931", "12,5", "a|b", "Cœur ", "Lamps"),
    KindName.NUMBER: (D(0), D("1.5"), D("-0.25"), D(3), D("99.9999")),
    KindName.INTEGER: (D(0), D(1), D(2), D(-7), D(100)),
    KindName.MONEY: (D(0), D("0.01"), D("12.50"), D("-3"), D("9999.99"), D("0.005")),
    KindName.PERCENT: (D("0.2"), D(0), D("0.055"), D(1), D("-0.1")),
    KindName.QUANTITY: (D(0), D("0.25"), D(30), D("0.0005")),
    KindName.DURATION: (D(0), D(86_400), D(172_800), D(604_800)),
    KindName.DATE: (
        date(2025, 7, 29),
        date(2018, 2, 17),
        date(2018, 11, 4),
        date(2024, 2, 29),
        date(2025, 10, 26),
        date(2025, 3, 30),
    ),
    KindName.INSTANT: (
        datetime(2025, 7, 29, 8, tzinfo=UTC),
        datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
        datetime(2024, 2, 28, 23, tzinfo=UTC),
    ),
    KindName.YES_NO: (True, False),
}
STEPS = {
    KindName.NUMBER: (D("0.01"), D("0.25"), D(1), D("0.3")),
    KindName.INTEGER: (D(1), D(5), D(12)),
    KindName.MONEY: (D("0.01"), D("0.05"), D(1), D("0.99")),
    KindName.PERCENT: (D("0.01"), D("0.0025")),
    KindName.QUANTITY: (D("0.001"), D(1), D("0.75")),
}


def span(line: int) -> Span:
    """All of a line."""
    return Span("random.rules", line * 100, line * 100 + 50, line, 1, line, 51)


def _table(rows: tuple[tuple[Any, ...], ...], kind: Kind, *, optional: bool) -> r.Table:
    columns = (
        r.Column("brand", TEXT, optional=False, span=span(1)),
        r.Column("value", kind, optional=optional, span=span(1)),
    )
    return r.Table(f"{kind.name.name.lower()}s", ("brand",), columns, rows, _row_span, span(1))


def _row_span(row: int) -> Span:
    return span(2 + row)


TABLES = {
    EUR: _table((("Ikea", D("1.5")), ("LAMPE", D("20.125"))), EUR, optional=False),
    TEXT: _table((("ikea", "Bois"), ("Philips", None)), TEXT, optional=True),
    YES_NO: _table((("Ikea", True), ("lamps", False)), YES_NO, optional=False),
}
SIZES = r.Table(
    "sizes",
    ("shelf", "pieces"),
    (
        r.Column("shelf", TEXT, optional=False, span=span(1)),
        r.Column("pieces", INTEGER, optional=False, span=span(1)),
        r.Column("weight", MASS, optional=True, span=span(1)),
    ),
    (("Lamps", D(1), D("0.5")), ("Lamps", D(2), D(3)), ("Outlet", D(0), None)),
    _row_span,
    span(1),
)

ATTRIBUTES = (
    Attribute("Title", TEXT, required_on=frozenset({CHANNEL}), max_length=20),
    Attribute("Code", TEXT, max_length=13, text_pattern="^[0-9]{8,13}$"),
    Attribute(
        "Price",
        EUR,
        required_on=frozenset({CHANNEL}),
        scale=2,
        minimum=D(0),
        exclusive_minimum=True,
        maximum=D(10_000),
    ),
    Attribute("Struck", EUR, scale=2, minimum=D("0.01"), clearable=True),
    Attribute("Stock", INTEGER, required_on=frozenset({"elsewhere"}), minimum=D(0)),
    Attribute("Ratio", NUMBER, scale=2),
    Attribute("Vat", PERCENT, scale=2, minimum=D(0), maximum=D(100), exclusive_maximum=True),
    Attribute("Weight", MASS, scale=3, maximum=D(30)),
    Attribute("Start", DATE),
    Attribute("Seen", INSTANT),
    Attribute("Aligned", YES_NO),
)
LISTED = (
    Attribute("Mode", TEXT, listed=True, group="delivery"),
    Attribute("Charge", EUR, listed=True, group="delivery", scale=2, minimum=D(0)),
)
# The roundings without which an attribute could not take a number.
ATTRIBUTE_STEPS = {EUR: D("0.01"), NUMBER: D("0.01"), PERCENT: D("0.0001"), MASS: D("0.001")}

CONSTANT_ARGUMENTS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "replace": (("a", "x"), ("1", ""), ("é", "$0")),
    "remove": (("a",), (" ",), ("Lamp",)),
    "shorten": ((D(5),), (D(1),), (D(8),)),
    "left": ((D(1),), (D(4),)),
    "right": ((D(1),), (D(4),)),
    "middle": ((D(1), D(2)), (D(3), D(9))),
    "matches": (("[A-Za-z ]+",), ("[0-9]{8}|[0-9]{13}",), ("(?i)ikea",)),
    "extract": (("[0-9]+",), ("([a-z])([a-z])",), ("a(x)?",)),
    "join_texts": ((" ",), ("",), ("|",)),
    "split": (("|",), (" ",), ("a",)),
    "join": ((", ",), ("",)),
    "item": ((D(1),), (D(2),)),
    "round": ((D(0),), (D(2),), (D(1),)),
    "number": ((), (",",)),
    "text_of": ((), (D(2),)),
    "up_to_cents": ((D(99),), (D(0),)),
    "down_to_cents": ((D(99),), (D(0),)),
    "to_date": (("dd/MM/yyyy",), ("yyyy-MM-dd",)),
    "date_of": (("Europe/Paris",), ("Pacific/Auckland",)),
}
