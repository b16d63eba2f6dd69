"""What every node has, names, and literals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from engine.diagnostics.place import Span


class Node(Struct, frozen=True, tag=True, array_like=True, tag_field="_node"):
    """Anything in the tree; `span` covers its words in the file.

    Encoded, each says its class first: trees are kept, see `kept_trees`.
    """

    span: Span


class Name(Node, frozen=True):
    """A name as typed: `Price`, `brand_policy`."""

    text: str


# --- literals -----------------------------------------------------------------------------------


class Text(Node, frozen=True):
    """`"Colissimo"`, escapes resolved. In messages, `{name}` stays as typed."""

    value: str


class Number(Node, frozen=True):
    """`2`, `1.5`."""

    value: Decimal


class Money(Node, frozen=True):
    """`12.50 EUR`."""

    amount: Decimal
    currency: str


class Percent(Node, frozen=True):
    """`20%`; `value` is 20."""

    value: Decimal


class Quantity(Node, frozen=True):
    """`30 kg`; `unit` as typed."""

    amount: Decimal
    unit: str


class DurationUnit(StrEnum):
    """The units of a duration, singular."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Duration(Node, frozen=True):
    """`15 minutes`, `1 day`."""

    amount: int
    unit: DurationUnit


class Date(Node, frozen=True):
    """`2025-07-29`."""

    value: date


class Instant(Node, frozen=True):
    """`2025-07-29 10:00 Europe/Paris`: wall-clock time and zone as typed; the checker resolves."""

    local: datetime
    zone: str
    zone_span: Span


class YesNo(Node, frozen=True):
    """`yes`, `no`."""

    value: bool


Literal = Text | Number | Money | Percent | Quantity | Duration | Date | Instant | YesNo
Moment = Instant | Name
