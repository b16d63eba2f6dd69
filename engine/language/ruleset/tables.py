"""Look-up tables, read and typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from engine.diagnostics.place import Span
from engine.values.kinds import Kind

Scalar = str | Decimal | bool | date | datetime


class Column(Struct, frozen=True):
    """A column of a look-up table: all its cells read as `kind`; `optional` where one is empty."""

    name: str
    kind: Kind
    optional: bool
    span: Span


class Table(Struct, frozen=True):
    """A look-up table. `rows` hold keys and cells in the order of `columns`; None where empty.

    `row_span` tells where a row stands, by its number from 0: of many rows few are ever asked for.
    """

    name: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar | None, ...], ...]
    row_span: Callable[[int], Span]
    span: Span

    def column(self, name: str) -> Column | None:
        """The column called `name`."""
        return next((c for c in self.columns if c.name == name), None)
