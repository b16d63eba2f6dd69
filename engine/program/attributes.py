"""A value as its attribute takes it: in the attribute's unit and decimals, within its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl
from msgspec.structs import replace

from engine.language.vocabulary import Attribute
from engine.program.numbers import Quotient, width, with_scale
from engine.program.value import Value
from engine.program.vectors import of_pattern
from engine.values.kinds import KindName
from engine.values.scaled import Scaled

DAY_SECONDS = 86_400


def as_attribute(attribute: Attribute, value: Value) -> Value:
    """The value in the attribute's own unit and number of decimals."""
    if value.number is None:
        return value
    number = value.scaled
    match attribute.kind.name:
        case KindName.PERCENT:
            number = with_scale(number, max(number.scale, 2))
            number = Scaled(number.expr, number.scale - 2, number.low, number.high)
        case KindName.DURATION:
            low, high = number.low // DAY_SECONDS, number.high // DAY_SECONDS
            whole = pl.when(number.expr % DAY_SECONDS == 0).then(number.expr // DAY_SECONDS)
            number = Scaled(whole, 0, low, high)
        case _:
            pass
    if number.scale < attribute.scale:
        number = with_scale(number, attribute.scale)
    elif number.scale > attribute.scale:
        # The checker has seen that the digits past the attribute's scale are zeros or rounded off.
        factor = 10 ** (number.scale - attribute.scale)
        number = Scaled(
            number.expr // factor, attribute.scale, number.low // factor, number.high // factor
        )
    return replace(
        value,
        number=Quotient(
            Scaled(number.expr.cast(width(number)), number.scale, number.low, number.high)
        ),
    )


def as_read(attribute: Attribute, value: Value) -> Value:
    """The value of an attribute as rules read it: 20 points are 20%, 2 days so many seconds."""
    if value.number is None:
        return value
    number = value.scaled
    match attribute.kind.name:
        case KindName.PERCENT:
            number = replace(number, scale=number.scale + 2)
        case KindName.DURATION:
            days = number.expr.cast(pl.Int64) * DAY_SECONDS
            number = Scaled(days, number.scale, number.low * DAY_SECONDS, number.high * DAY_SECONDS)
        case _:
            pass
    return replace(value, number=Quotient(number))


def broken_bounds(attribute: Attribute, value: Value) -> Iterator[tuple[pl.Expr, str]]:
    """Where the value breaks a bound of the attribute, and the bound in words."""
    if value.number is not None:
        yield from _outside_numbers(attribute, value.scaled)
    elif attribute.kind.name is KindName.TEXT:
        if attribute.max_length is not None:
            yield (
                value.expr.str.len_chars() > attribute.max_length,
                f"at most {attribute.max_length} characters long",
            )
        if attribute.text_pattern is not None:
            yield (
                ~of_pattern(value.expr, attribute.text_pattern),
                f"of the pattern {attribute.text_pattern}",
            )


def _outside_numbers(attribute: Attribute, number: Scaled) -> Iterator[tuple[pl.Expr, str]]:
    unit = _unit(attribute)
    if attribute.minimum is not None:
        edge = _edge(attribute.minimum, number.scale)
        strict = attribute.exclusive_minimum
        if number.low < edge or (strict and number.low == edge):
            where = number.expr <= edge if strict else number.expr < edge
            yield where, f"{'above' if strict else 'at least'} {attribute.minimum:f}{unit}"
    if attribute.maximum is not None:
        edge = _edge(attribute.maximum, number.scale)
        strict = attribute.exclusive_maximum
        if number.high > edge or (strict and number.high == edge):
            where = number.expr >= edge if strict else number.expr > edge
            yield where, f"{'below' if strict else 'at most'} {attribute.maximum:f}{unit}"


def _edge(bound: Decimal, scale: int) -> int:
    return int(bound.scaleb(scale).to_integral_value())


def _unit(attribute: Attribute) -> str:
    """What a bound of the attribute counts, as a word behind its number."""
    if attribute.kind.currency:
        return f" {attribute.kind.currency}"
    return {KindName.PERCENT: "%", KindName.DURATION: " days"}.get(attribute.kind.name, "")
