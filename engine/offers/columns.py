"""The values of offers as columns: what the mapping hands to the packages and the business rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl
from msgspec import Struct, field

from engine.marketplace.attributes import Attribute


class WireColumn(Struct, frozen=True):
    """The values of one attribute; null where it is omitted.

    `expr` holds, by the attribute's kind: text and choice a String (a choice its rule value);
    integer, number, money, percent (points) and duration (days) whole numbers of 10**-scale;
    yes/no a Boolean; dates a Date; instants a Datetime in UTC. `wide` tells Int128 from Int64.
    `cleared` is true where an explicit empty value is asked for; there `expr` is not read.
    `always` promises that no row which makes an offer lacks the value: its text is cheaper then.
    `maker` names the function that made a text, where one did.
    """

    attribute: Attribute
    expr: pl.Expr
    scale: int = 0
    wide: bool = False
    cleared: pl.Expr | None = None
    always: bool = False
    maker: str | None = None

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self.attribute.name

    @property
    def is_set(self) -> pl.Expr:
        """Whether the offer says something about the attribute: a value, or that there is none."""
        present = self.expr.is_not_null()
        return present if self.cleared is None else present | self.cleared.fill_null(value=False)

    def never_missing(self, channel: str) -> bool:
        """Whether every offer of `channel` has the value; of a list, every entry."""
        return self.always or channel in self.attribute.required_on

    def with_cleared(self, text: pl.Expr, write: Callable[[str], str]) -> pl.Expr:
        """`text`, with the attribute's empty value as `write` writes it where that is asked for."""
        if self.cleared is None or self.attribute.clear is None:
            return text
        return pl.when(self.cleared).then(pl.lit(write(self.attribute.clear))).otherwise(text)


class CollectedRow(Struct, frozen=True):
    """One entry of the lists that are sent together: where it applies, and what it holds."""

    applies: pl.Expr
    columns: Mapping[str, WireColumn]


class OfferColumns(Struct, frozen=True):
    """All columns of the offers of a slice: single values by attribute, and the entries of lists.

    The entries stand in the order in which they are sent.
    """

    values: Mapping[str, WireColumn]
    collected: tuple[CollectedRow, ...] = field(default=())

    def everywhere(self) -> Iterator[tuple[WireColumn, pl.Expr]]:
        """Each column with where it is set: the single values, then each entry's."""
        for column in self.values.values():
            yield column, column.is_set
        for row in self.collected:
            for column in row.columns.values():
                yield column, row.applies.fill_null(value=False) & column.is_set
