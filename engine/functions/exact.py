"""Exact arithmetic on scaled columns, as functions need it: one scale, one width, no overflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.values.scaled import Scaled

if TYPE_CHECKING:
    import polars as pl


def fitted(expr: pl.Expr, scale: int, low: int, high: int) -> Scaled:
    """`expr` as a column of the width that its bounds ask for."""
    import polars as pl

    number = Scaled(expr, scale, low, high)
    return Scaled(expr.cast(pl.Int128 if number.wide else pl.Int64), scale, low, high)


def widened(number: Scaled, scale: int) -> Scaled:
    """`number` written with `scale` decimals, which are not fewer than it has."""
    import polars as pl

    factor: int = 10 ** (scale - number.scale)
    if factor == 1:
        return number
    low, high = number.low * factor, number.high * factor
    width = pl.Int128 if Scaled(number.expr, scale, low, high).wide else pl.Int64
    return Scaled(number.expr.cast(width) * pl.lit(factor, width), scale, low, high)


def aligned(numbers: Sequence[Scaled]) -> list[Scaled]:
    """`numbers` with the decimals of the one that has most, all of one width."""
    scale = max(number.scale for number in numbers)
    same = [widened(number, scale) for number in numbers]
    low, high = min(n.low for n in same), max(n.high for n in same)
    return [Scaled(fitted(n.expr, scale, low, high).expr, scale, n.low, n.high) for n in same]
