"""What every node has, names, and literals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.diagnostics.place import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in the tree; `span` covers its words in the file."""

    span: Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name as typed: `Price`, `brand_policy`."""

    text: str


# --- literals -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text(Node):
    """`"Colissimo"`, escapes resolved. In messages, `{name}` stays as typed."""

    value: str


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`2`, `1.5`."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Money(Node):
    """`12.50 EUR`."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Percent(Node):
    """`20%`; `value` is 20."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Quantity(Node):
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


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """`15 minutes`, `1 day`."""

    amount: int
    unit: DurationUnit


@dataclass(frozen=True, slots=True)
class Date(Node):
    """`2025-07-29`."""

    value: date


@dataclass(frozen=True, slots=True)
class Instant(Node):
    """`2025-07-29 10:00 Europe/Paris`: wall-clock time and zone as typed; the checker resolves."""

    local: datetime
    zone: str
    zone_span: Span


@dataclass(frozen=True, slots=True)
class YesNo(Node):
    """`yes`, `no`."""

    value: bool


Literal = Text | Number | Money | Percent | Quantity | Duration | Date | Instant | YesNo
Moment = Instant | Name
