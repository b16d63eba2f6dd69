"""Offers written by hand, as the columns that the mapping would hand over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from engine.marketplace.attributes import Attribute
from engine.marketplace.channel import SalesChannel
from engine.marketplace.schema import load_offer_schema
from engine.marketplace.vocabulary import channels_beside
from engine.offers.columns import CollectedRow, OfferColumns, WireColumn
from engine.values.kinds import KindName

PATH = Path(__file__).parents[2] / "schemas/offer.schema.json"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Offers:
    """A frame of offers and what its columns mean; `of` shows one expression's values."""

    frame: pl.DataFrame
    columns: OfferColumns

    def of(self, expr: pl.Expr) -> list[Any]:
        return self.frame.with_columns(out=expr)["out"].to_list()


@dataclass(frozen=True)
class Desk:
    """Lays offers out as columns: values by rule name, entries of lists below `delivery`."""

    attributes: Mapping[str, Attribute]
    channels: Mapping[str, SalesChannel]
    scale: int | None = None  # of every number, instead of the attribute's own
    wide: bool = False

    @property
    def octopia(self) -> SalesChannel:
        return self.channels["cdiscount_octopia"]

    @property
    def legacy(self) -> SalesChannel:
        return self.channels["cdiscount"]

    def lay(self, *rows: Row) -> Offers:
        frame: dict[str, pl.Series] = {"number": pl.Series(range(len(rows)))}
        names = {n: None for row in rows for n in row if n not in ("delivery", "cleared")}
        cleared = {n: None for row in rows for n in row.get("cleared", ())}
        values = {}
        for name in {**names, **cleared}:
            frame[name] = self._series(name, [row.get(name) for row in rows])
            values[name] = self._column(name, name)
        for name in cleared:
            frame[f"clear {name}"] = pl.Series([name in row.get("cleared", ()) for row in rows])
            old = values[name]
            values[name] = WireColumn(
                old.attribute, old.expr, old.scale, old.wide, pl.col(f"clear {name}")
            )
        entries = [row.get("delivery", ()) for row in rows]
        collected = []
        for n in range(max((len(e) for e in entries), default=0)):
            here = [e[n] if n < len(e) else None for e in entries]
            collected.append(self._entry(n, here, frame))
        return Offers(pl.DataFrame(frame), OfferColumns(values, tuple(collected)))

    def _entry(
        self, n: int, here: Sequence[Row | None], frame: dict[str, pl.Series]
    ) -> CollectedRow:
        frame[f"applies {n}"] = pl.Series([e is not None for e in here])
        columns = {}
        for name in {k: None for e in here if e for k in e}:
            key = f"{name} {n}"
            frame[key] = self._series(name, [e.get(name) if e else None for e in here])
            columns[name] = self._column(name, key)
        return CollectedRow(pl.col(f"applies {n}"), columns)

    def _column(self, name: str, key: str) -> WireColumn:
        attribute = self.attributes[name]
        return WireColumn(attribute, pl.col(key), self._scale(attribute), self.wide)

    def _scale(self, attribute: Attribute) -> int:
        return attribute.scale if self.scale is None else self.scale

    def _series(self, name: str, values: Sequence[Any]) -> pl.Series:
        attribute = self.attributes[name]
        match attribute.kind.name:
            case KindName.TEXT | KindName.CHOICE:
                return pl.Series(values, dtype=pl.String)
            case KindName.YES_NO:
                return pl.Series(values, dtype=pl.Boolean)
            case KindName.INSTANT:
                return pl.Series(values, dtype=pl.Datetime("us", "UTC"))
            case _:
                up = 10 ** self._scale(attribute)
                whole = [None if v is None else int(Decimal(v) * up) for v in values]
                return pl.Series(whole, dtype=pl.Int128 if self.wide else pl.Int64)


def open_desk() -> Desk:
    channels = channels_beside(PATH)
    schema, faults = load_offer_schema(PATH, "schemas/offer.schema.json", channels)
    assert schema is not None, faults
    return Desk(schema.attributes, channels)


LAMP: Row = {
    "SellerProductId": "LAMP-1",
    "ProductEan": "3760000000017",
    "ProductCondition": "New",
    "Price": "19.90",
    "Vat": "20",
    "EcoPart": "0.5",
    "DeaTax": "0",
    "Stock": 42,
    "PreparationTime": 2,
    "delivery": (
        {
            "ShippingInformationDeliveryMode": "Tracked",
            "ShippingCharges": "4.99",
            "AdditionalShippingCharges": "0.50",
        },
        {
            "ShippingInformationDeliveryMode": "Registered",
            "ShippingCharges": "6.99",
            "AdditionalShippingCharges": "1",
        },
    ),
}
