"""Which package carries an offer: JSON where every attribute has a known JSON name, else XML."""

from __future__ import annotations

import polars as pl
from msgspec import Struct

from engine.marketplace.channel import SalesChannel
from engine.offers.columns import OfferColumns, WireColumn
from engine.offers.fragments import constant
from engine.offers.text_expressions import NO_TEXT, joined
from engine.offers.wire_values import without_word
from engine.values.kinds import KindName

MODES = ("auto", "json", "xml")


# What has no known name in a package, in words, and where an offer sets it.
Unnamed = list[tuple[str, pl.Expr]]


class PackageChoice(Struct, frozen=True):
    """The package of each offer, as columns.

    `package` is "json" or "xml" (`by_xml` tells the same as yes or no) and `why` says why. `lost`
    names what the offer sets and the package cannot carry, None where that cannot happen on any
    offer; with `auto` only a missing XML name can lose something.
    """

    package: pl.Expr
    by_xml: pl.Expr
    why: pl.Expr
    lost: pl.Expr | None


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
    without_json = unnamed_in("json", columns)
    by_xml = _any_of(without_json)
    lost = _names(unnamed_in("xml", columns))
    no_name = pl.lit("no JSON name is publicly known for ") + _names_or_nothing(without_json)
    return PackageChoice(
        package=pl.when(by_xml).then(pl.lit("xml")).otherwise(pl.lit("json")),
        by_xml=by_xml,
        why=no_name.fill_null("every attribute that is set has a known JSON name"),
        lost=None if lost is None else pl.when(by_xml).then(lost),
    )


def _fixed(package: str, columns: OfferColumns, why: str) -> PackageChoice:
    by_xml = pl.lit(package == "xml")
    return PackageChoice(pl.lit(package), by_xml, pl.lit(why), _names(unnamed_in(package, columns)))


def _any_of(unnamed: Unnamed) -> pl.Expr:
    any_of = pl.any_horizontal([pl.lit(value=False), *(here for _, here in unnamed)])
    return any_of.fill_null(value=False)


def _names(unnamed: Unnamed) -> pl.Expr | None:
    """The words that apply, with ", " between; null where none does, None where none ever does."""
    if not unnamed:
        return None
    return joined([pl.when(here).then(pl.lit(words)) for words, here in unnamed], ", ")


def _names_or_nothing(unnamed: Unnamed) -> pl.Expr:
    names = _names(unnamed)
    return NO_TEXT if names is None else names


def unnamed_in(package: str, columns: OfferColumns) -> Unnamed:
    """The attributes, or values of a list, without a known name in `package`, in wire order."""
    places: dict[str, tuple[WireColumn, list[pl.Expr]]] = {}
    for column, is_set in columns.everywhere():
        for words, here in _unnamed(package, column, is_set):
            places.setdefault(words, (column, []))[1].append(here)
    ordered = sorted(places.items(), key=lambda item: item[1][0].attribute.place)
    return [
        (words, pl.any_horizontal(here) if len(here) > 1 else here[0])
        for words, (_, here) in ordered
    ]


def _unnamed(
    package: str,
    column: WireColumn,
    is_set: pl.Expr,
) -> Unnamed:
    attribute = column.attribute
    if (attribute.json if package == "json" else attribute.xml) is None:
        return [(attribute.name, is_set)]
    if attribute.kind.name is not KindName.CHOICE:
        return []
    found = [
        (f"{attribute.name} {value}", is_set & (column.expr == value))
        for value in without_word(attribute.values, package)
    ]
    # What every offer has alike may be known not to be one of them.
    return [(words, here) for words, here in found if constant(here) is not False]
