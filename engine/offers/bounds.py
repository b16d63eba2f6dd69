"""The bounds of single attributes, as the schema states them, over columns."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from engine.marketplace.attributes import Attribute
from engine.offers.check import comparable
from engine.offers.columns import WireColumn
from engine.offers.wire_values import NUMBERS
from engine.values.kinds import KindName


def outside_bounds(column: WireColumn) -> pl.Expr | None:
    """Where a value breaks the bounds of its attribute, never null; None where it has none."""
    kind = column.attribute.kind.name
    faults: list[pl.Expr] = []
    if kind in NUMBERS:
        faults = [*_beyond(column), *_too_fine(column)]
    elif kind is KindName.TEXT:
        faults = _bad_text(column)
    elif kind is KindName.CHOICE:
        faults = [~column.expr.is_in(list(column.attribute.kind.choices or ()))]
    if not faults:
        return None
    return pl.any_horizontal([fault.fill_null(value=False) for fault in faults])


def _beyond(column: WireColumn) -> list[pl.Expr]:
    attribute, faults = column.attribute, []
    if attribute.minimum is not None:
        value, bound = comparable(column, attribute.minimum)
        faults.append(value <= bound if attribute.exclusive_minimum else value < bound)
    if attribute.maximum is not None:
        value, bound = comparable(column, attribute.maximum)
        faults.append(value >= bound if attribute.exclusive_maximum else value > bound)
    return faults


def _too_fine(column: WireColumn) -> list[pl.Expr]:
    more = column.scale - column.attribute.scale
    return [column.expr % 10**more != 0] if more > 0 else []


def _bad_text(column: WireColumn) -> list[pl.Expr]:
    attribute, faults = column.attribute, []
    if attribute.pattern is not None:
        faults.append(~column.expr.str.contains(attribute.pattern))
    length = column.expr.str.len_chars()
    if attribute.min_length:
        faults.append(length < attribute.min_length)
    if attribute.max_length is not None:
        faults.append(length > attribute.max_length)
    return faults


def bound_words(attribute: Attribute) -> str:
    """What a value must be, for messages: `above 0, with at most 2 decimals`."""
    match attribute.kind.name:
        case KindName.CHOICE:
            return f"one of {', '.join(attribute.kind.choices or ())}"
        case KindName.TEXT:
            return ", ".join(_text_words(attribute))
        case _:
            return ", ".join(_number_words(attribute))


def _number_words(attribute: Attribute) -> list[str]:
    words = []
    if attribute.minimum is not None:
        word = "above" if attribute.exclusive_minimum else "at least"
        words.append(f"{word} {_plain(attribute.minimum)}")
    if attribute.maximum is not None:
        word = "below" if attribute.exclusive_maximum else "at most"
        words.append(f"{word} {_plain(attribute.maximum)}")
    decimals = f"with at most {attribute.scale} decimals" if attribute.scale else "whole"
    return [*words, decimals] if attribute.kind.numeric else words


def _text_words(attribute: Attribute) -> list[str]:
    words = []
    if attribute.min_length:
        least = attribute.min_length
        words.append("not empty" if least == 1 else f"at least {least} characters")
    if attribute.max_length is not None:
        words.append(f"at most {attribute.max_length} characters")
    if attribute.pattern is not None:
        words.append(f"of the form {attribute.pattern}")
    return words


def _plain(number: Decimal) -> str:
    return f"{number:f}"
