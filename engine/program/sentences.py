"""Sentences with values in them, as expressions: asked for only on rows that need them."""

from __future__ import annotations

from functools import partial

import polars as pl

from engine.functions.identifiers import is_rounded
from engine.language.ruleset import Template
from engine.native.library import kernels
from engine.native.line_kernels import Code, written
from engine.program.expressions import Expressions
from engine.program.numbers import with_scale
from engine.program.value import Value, typed
from engine.program.vectors import over_cells
from engine.values.kinds import KindName
from engine.values.scaled import Scaled
from engine.values.units import base_unit

# What is said of a code beside what is wrong with it.
ROUNDED = "a spreadsheet rounded the code: export the feed anew with its column as text"


def sentence(template: Template, expressions: Expressions) -> pl.Expr:
    """The sentence of each row; a value that is missing reads as nothing."""
    parts = [
        pl.lit(p) if isinstance(p, str) else value_text(expressions.compile(p)).fill_null("")
        for p in template.parts
    ]
    return pl.concat_str(parts) if parts else pl.lit("")


def with_remedy(says: pl.Expr, code: pl.Expr | None) -> pl.Expr:
    """`says` of a `code` that is none; where a spreadsheet rounded it, with what helps."""
    if code is None:
        return says
    remedy = pl.when(is_rounded(code)).then(pl.lit(f" ({ROUNDED})"))
    return pl.concat_str(says, remedy, ignore_nulls=True)


def value_text(value: Value) -> pl.Expr:
    """A value as a person writes it: `12.50 EUR`, `20%`, `yes`."""
    if value.number is not None:
        number = value.number.over
        match value.kind.name:
            case KindName.MONEY:
                return plain_number(number, least=2) + pl.lit(f" {value.kind.currency}")
            case KindName.PERCENT:
                number = with_scale(number, max(number.scale, 2))
                points = Scaled(number.expr, number.scale - 2, number.low, number.high)
                return plain_number(points) + pl.lit("%")
            case KindName.QUANTITY:
                return plain_number(number) + pl.lit(f" {base_unit(value.kind.dimension)}")
            case KindName.DURATION:
                return _duration(number, calendar=value.kind.calendar)
            case _:
                return plain_number(number)
    expr = typed(value, value.kind).expr  # one that is rejected on every row has no type yet
    match value.kind.name:
        case KindName.YES_NO:
            return pl.when(expr).then(pl.lit("yes")).when(~expr).then(pl.lit("no"))
        case KindName.INSTANT:
            return expr.dt.to_string("%Y-%m-%d %H:%M UTC")
        case KindName.LIST:
            return expr.list.join(", ")
        case _:
            return expr.cast(pl.String)


def _duration(number: Scaled, *, calendar: bool) -> pl.Expr:
    """Seconds (of a calendar duration, months) in the largest unit that counts them whole."""
    if calendar:
        return plain_number(number) + pl.lit(" months")
    chain = plain_number(number) + pl.lit(" seconds")
    for seconds, unit in ((60, "minutes"), (3_600, "hours"), (86_400, "days")):
        step = seconds * 10**number.scale
        whole = Scaled(number.expr // seconds, number.scale, number.low, number.high)
        told = plain_number(whole) + pl.lit(f" {unit}")
        chain = pl.when(number.expr % step == 0).then(told).otherwise(chain)
    return chain


def plain_number(number: Scaled, least: int = 0) -> pl.Expr:
    """The number's digits, without zeros at the end of more than `least` decimals."""
    if number.scale <= 0:
        return number.expr.cast(pl.String) + pl.lit("." + "0" * least if least else "")
    if kernels() is not None and not number.wide and number.expr.meta.root_names():
        write = partial(written, code=Code.NUMBER, scale=number.scale, decimals=least)
        return over_cells(number.expr, write, pl.String)
    text = number.expr.cast(pl.Int128).cast(pl.Decimal(38, 0)).cast(pl.String)
    digits = text.str.strip_prefix("-").str.zfill(number.scale + 1)
    whole, rest = digits.str.head(-number.scale), digits.str.tail(number.scale)
    rest = rest.str.strip_chars_end("0").str.pad_end(least, "0")
    sign = pl.when(number.expr < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return sign + whole + pl.when(rest != "").then(pl.lit(".") + rest).otherwise(pl.lit(""))
