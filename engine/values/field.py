"""A field of the source: what it is called, its kind, and how a cell of the feed becomes it.

Built from the source schema, a JSON Schema with `x-` keywords (`feeds/source_schema.py`).
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from engine.diagnostics.place import NOWHERE, Span
from engine.values.kinds import Kind


class PercentStyle(StrEnum):
    """How a cell writes 20 %."""

    POINTS = "points"  # 20
    FRACTION = "fraction"  # 0.2
    SIGN = "sign"  # 20%, 20 %


class CurrencyWord(StrEnum):
    """Whether a money cell carries its currency: `40.99 EUR`."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Fold(StrEnum):
    """Which of the two instants a repeated local time in autumn means."""

    REJECT = "reject"
    EARLIER = "earlier"
    LATER = "later"


class Reading(Struct, frozen=True):
    """How a cell's text becomes a value. Nothing is guessed: what does not fit rejects the row."""

    column: str  # header, or path inside a record: `priceInfo.price`, `g:price`, `@id`
    trim: bool = True
    missing_words: tuple[str, ...] = ()  # besides the empty cell, which is always missing
    decimal_mark: str = "."
    grouping: str = ""  # "" or one of ' ', '.', ',', "'"; a space takes no-break spaces too
    currency_word: CurrencyWord = CurrencyWord.NONE
    currency_column: str | None = None  # another column that names the currency
    minor_units: bool = False  # the cell counts cents
    unit: str | None = None  # of a quantity: the cell's number counts this unit
    percent: PercentStyle = PercentStyle.POINTS
    pattern: str | None = None  # of dates: "dd/MM/yyyy HH:mm", or None for ISO 8601
    zone: str | None = None  # of local times
    fold: Fold = Fold.REJECT
    yes_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()
    separator: str | None = None  # of a list packed in one cell; None: repeated elements


class Field(Struct, frozen=True):
    """A field that rules may name.

    `scale` counts the decimals that a number may have (more reject the row); bounds are in the
    kind's own unit: currency units, percent points, the base unit of a quantity.
    """

    name: str
    kind: Kind
    reading: Reading
    required: bool = False
    title: str = ""
    help: str = ""
    scale: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    min_length: int = 0
    max_length: int | None = None
    text_pattern: str | None = None
    tax_included: bool | None = None
    deprecated: bool = False
    place: Span = NOWHERE  # its line in the source schema


class SourceSchema(Struct, frozen=True):
    """The fields of a source by name, in the schema's order; `path` as shown to the person."""

    path: str
    fields: dict[str, Field]
