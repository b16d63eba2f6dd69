"""A business rule of the marketplace on its way into the mapping: where it fails, and the words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from string import Formatter

import polars as pl
from msgspec import Struct, field

from engine.diagnostics.codes import Code
from engine.marketplace.channel import SalesChannel
from engine.marketplace.requirements import Requirement
from engine.offers.columns import OfferColumns, WireColumn
from engine.offers.package import PackageChoice
from engine.offers.text_expressions import date_text, joined, number_text
from engine.offers.wire_values import plain_text
from engine.values.kinds import KindName


class Check(Struct, frozen=True):
    """A business rule over columns.

    `fails` is true where an offer breaks it, never null. The sentence is `code.says`: `parts` holds
    the texts for its {names}, the values of `attributes` among them. `requirement` tells how sure
    the rule is.
    """

    code: Code
    requirement: Requirement
    fails: pl.Expr
    attributes: tuple[str, ...]
    parts: Mapping[str, pl.Expr] = field(default_factory=dict)

    def sentence(self) -> pl.Expr:
        """The sentence about each offer; worth building only where `fails` is true."""
        pieces: list[pl.Expr] = []
        for before, name, _, _ in Formatter().parse(self.code.says):
            pieces.append(pl.lit(before))
            if name is not None:
                pieces.append(self.parts[name].fill_null("nothing"))
        return pl.concat_str(pieces)


class Case(Struct, frozen=True):
    """What checks look at: an offer's columns, its channel and package, and the instant of the run.

    `activated` names the delivery modes of the seller's account, None where the settings do not.
    """

    columns: OfferColumns
    channel: SalesChannel
    choice: PackageChoice
    requirements: Mapping[str, Requirement]  # by the number of the code that checks each
    now: datetime
    activated: tuple[str, ...] | None = None

    def value(self, name: str) -> WireColumn | None:
        """The single value called `name`, None where no rule writes it."""
        return self.columns.values.get(name)

    def check(self, code: Code, fails: pl.Expr, *attributes: str, **parts: pl.Expr) -> Check:
        """The check of `code`; a comparison with an omitted attribute does not fail."""
        requirement = self.requirements[code.number]
        values = {name: self.shown(name) for name in attributes}
        return Check(code, requirement, fails.fill_null(value=False), attributes, values | parts)

    def shown(self, name: str) -> pl.Expr:
        """The value of an attribute as a person writes it; of a list, its entries."""
        column = self.value(name)
        if column is not None:
            return shown_text(column, self.channel.zone)
        entries = [
            pl.when(row.applies).then(shown_text(row.columns[name], self.channel.zone))
            for row in self.columns.collected
            if name in row.columns
        ]
        return joined(entries, ", ")

    def figure(self, code: Code) -> Decimal:
        """The number in the rule of `code`."""
        figure = self.requirements[code.number].figure
        if figure is None:
            raise ValueError(f"the rule of {code} has no figure")
        return figure


def comparable(*columns: WireColumn | Decimal) -> list[pl.Expr]:
    """Numbers brought to one scale, so that they compare and add exactly."""
    scale = max(c.scale if isinstance(c, WireColumn) else _decimals(c) for c in columns)
    return [_at_scale(c, scale) for c in columns]


def _at_scale(column: WireColumn | Decimal, scale: int) -> pl.Expr:
    if isinstance(column, Decimal):
        return pl.lit(int(column.scaleb(scale)), dtype=pl.Int64)
    if column.scale == scale:
        return column.expr
    # 128 bits: what fits 64 bits need not fit them with more decimals.
    return column.expr.cast(pl.Int128) * pl.lit(10 ** (scale - column.scale), dtype=pl.Int128)


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def shown_text(column: WireColumn, zone: str) -> pl.Expr:
    """A value as a person writes it: `12.50 EUR`, `20%`, `yes`, `2025-06-25 08:00 Europe/Paris`."""
    kind = column.attribute.kind
    if kind.name is KindName.INSTANT:
        clock = column.expr.dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M")
        return clock + pl.lit(f" {zone}")
    unit = {
        KindName.MONEY: f" {kind.currency}",
        KindName.PERCENT: "%",
        KindName.DURATION: " days",
    }.get(kind.name, "")
    same = {value.rule: value.rule for value in column.attribute.values}
    return plain_text(column, same, date_text) + pl.lit(unit)


def amount_text(amount: Decimal) -> pl.Expr:
    """An amount of the channel's data with two decimals."""
    whole = int(amount.scaleb(2))
    return number_text(pl.lit(whole, dtype=pl.Int64), 2, decimals=2)
