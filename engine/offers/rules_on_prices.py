"""Business rules on prices, taxes, packaging, preparation and the product's code."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from engine.diagnostics.codes import rows as codes
from engine.functions.identifiers import is_gtin, is_rounded_code
from engine.language.syntax import Comparator
from engine.offers.check import Case, Check, comparable
from engine.program.numbers import ordered
from engine.program.sentences import with_remedy

# What these functions give is a code with a right check digit, or nothing.
_SOUND_CODES = frozenset({"gtin8", "gtin13", "gtin14"})


def price_checks(case: Case) -> Iterator[Check]:
    """All checks of this family that can find something."""
    yield from _struck_price(case)
    yield from _floor(case)
    yield from _aligned_without_floor(case)
    yield from _eco_taxes(case)
    yield from _vat(case)
    yield from _packaging(case)
    yield from _preparation(case)
    yield from _check_digit(case)


def _struck_price(case: Case) -> Iterator[Check]:
    struck, price = case.value("StrikedPrice"), case.value("Price")
    if struck and price:
        above, below = comparable(struck, price)
        yield case.check(
            codes.STRUCK_PRICE,
            ordered(Comparator.LESS_EQUAL, above, below),
            "StrikedPrice",
            "Price",
        )


def _floor(case: Case) -> Iterator[Check]:
    floor, price = case.value("MinimumPriceForPriceAlignment"), case.value("Price")
    if floor and price:
        low, high = comparable(floor, price)
        names = ("MinimumPriceForPriceAlignment", "Price")
        yield case.check(codes.FLOOR_ABOVE_PRICE, ordered(Comparator.GREATER, low, high), *names)


def _aligned_without_floor(case: Case) -> Iterator[Check]:
    aligned, floor = case.value("PriceMustBeAligned"), case.value("MinimumPriceForPriceAlignment")
    if aligned:
        missing = floor.expr.is_null() if floor else pl.lit(value=True)
        yield case.check(codes.ALIGNED_WITHOUT_FLOOR, aligned.expr & missing, "PriceMustBeAligned")


def _eco_taxes(case: Case) -> Iterator[Check]:
    price = case.value("Price")
    names = [name for name in ("EcoPart", "DeaTax") if case.value(name)]
    taxes = [tax for name in names if (tax := case.value(name))]
    if price and taxes:
        amount, *parts = comparable(price, *taxes)
        total = pl.sum_horizontal([part.fill_null(0) for part in parts])
        # The sentence names both taxes; one that no rule writes is none.
        absent = {name: pl.lit("0") for name in ("EcoPart", "DeaTax") if name not in names}
        yield case.check(
            codes.PRICE_BELOW_TAXES,
            ordered(Comparator.LESS, amount, total),
            "Price",
            *names,
            **absent,
        )


def _vat(case: Case) -> Iterator[Check]:
    vat = case.value("Vat")
    if not vat:
        return
    least, most = case.figure(codes.VAT_TOO_LOW), case.figure(codes.VAT_TOO_HIGH)
    rate, low, high = comparable(vat, least, most)
    below = ordered(Comparator.GREATER, rate, pl.lit(0)) & ordered(Comparator.LESS, rate, low)
    yield case.check(codes.VAT_TOO_LOW, below, "Vat", least=pl.lit(str(least)))
    above = ordered(Comparator.GREATER, rate, high)
    yield case.check(codes.VAT_TOO_HIGH, above, "Vat", most=pl.lit(str(most)))


def _packaging(case: Case) -> Iterator[Check]:
    unit, value = case.value("ProductPackagingUnit"), case.value("ProductPackagingValue")
    if not unit and not value:
        return
    no_unit = unit.expr.is_null() if unit else pl.lit(value=True)
    no_value = value.expr.is_null() if value else pl.lit(value=True)
    if unit and unit.cleared is not None:
        no_unit |= unit.cleared
    missing = (
        pl.when(no_unit)
        .then(pl.lit("ProductPackagingUnit"))
        .otherwise(pl.lit("ProductPackagingValue"))
    )
    yield case.check(codes.PACKAGING_HALF, no_unit != no_value, missing=missing)


def _preparation(case: Case) -> Iterator[Check]:
    days = case.value("PreparationTime")
    if days:
        most = case.figure(codes.PREPARATION_LONG)
        taken, limit = comparable(days, most)
        shown = pl.lit(_plain(most))
        yield case.check(codes.PREPARATION_LONG, taken > limit, "PreparationTime", most=shown)


def _check_digit(case: Case) -> Iterator[Check]:
    code = case.value("ProductEan")
    if not code:
        return
    rounded = is_rounded_code(code.expr)
    if code.maker not in _SOUND_CODES:
        sound = is_gtin.build(code.expr)
        rounded &= sound
        says = with_remedy(pl.lit(""), code.expr)
        yield case.check(codes.BAD_CHECK_DIGIT, ~sound, "ProductEan", remedy=says)
    yield case.check(codes.CODE_ROUNDED, rounded, "ProductEan")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
