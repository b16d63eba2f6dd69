"""Which package carries an offer: JSON where every attribute has a known JSON name, else XML."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from engine.marketplace.channel import SalesChannel
from engine.offers.columns import OfferColumns, WireColumn
from engine.offers.text_expressions import joined
from engine.offers.wire_values import without_word
from engine.values.kinds import KindName

MODES = ("auto", "json", "xml")


@dataclass(frozen=True, slots=True)
class PackageChoice:
    """The package of each offer, as columns.

    `package` is "json" or "xml" and `why` says why. `lost` names what the offer sets and the
    package cannot carry; null where nothing is lost. With `auto` only a missing XML name can lose
    something.
    """

    package: pl.Expr
    why: pl.Expr
    lost: pl.Expr


def choose_package(mode: str, columns: OfferColumns, channel: SalesChannel) -> PackageChoice:
    """Choose by the setting `offers.package`: `auto`, `json` or `xml`.

    Raises:
        ValueError: another mode.
    """
    if mode not in MODES:
        raise ValueError(f"package mode {mode} is none of {', '.join(MODES)}")
    if len(channel.packages) == 1:
        return _fixed(channel.packages[0], columns, f"{channel.title} takes no other package")
    if mode != "auto":
        return _fixed(mode, columns, f"the settings ask for {mode}")
    unnamed = unnamed_in("json", columns)
    by_json = unnamed.is_null()
    no_name = pl.lit("no JSON name is publicly known for ") + unnamed
    return PackageChoice(
        package=pl.when(by_json).then(pl.lit("json")).otherwise(pl.lit("xml")),
        why=no_name.fill_null("every attribute that is set has a known JSON name"),
        lost=pl.when(~by_json).then(unnamed_in("xml", columns)),
    )


def _fixed(package: str, columns: OfferColumns, why: str) -> PackageChoice:
    return PackageChoice(pl.lit(package), pl.lit(why), unnamed_in(package, columns))


def unnamed_in(package: str, columns: OfferColumns) -> pl.Expr:
    """The attributes, or values of a list, that are set and have no known name in `package`.

    Names stand in wire order, each once, with ", " between; null where there are none.
    """
    places: dict[str, tuple[WireColumn, list[pl.Expr]]] = {}
    for column, is_set in columns.everywhere():
        for words, here in _unnamed(package, column, is_set):
            places.setdefault(words, (column, []))[1].append(here)
    named = sorted(places.items(), key=lambda item: item[1][0].attribute.place)
    return joined(
        [pl.when(pl.any_horizontal(here)).then(pl.lit(words)) for words, (_, here) in named],
        ", ",
    )


def _unnamed(
    package: str,
    column: WireColumn,
    is_set: pl.Expr,
) -> list[tuple[str, pl.Expr]]:
    attribute = column.attribute
    if (attribute.json if package == "json" else attribute.xml) is None:
        return [(attribute.name, is_set)]
    if attribute.kind.name is not KindName.CHOICE:
        return []
    return [
        (f"{attribute.name} {value}", is_set & (column.expr == value).fill_null(value=False))
        for value in without_word(attribute.values, package)
    ]
