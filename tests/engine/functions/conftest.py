"""Applies one function of the library to columns, without rules around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from engine.functions import library
from engine.language.vocabulary import Function
from engine.values.scaled import Scaled

Apply = Callable[..., list[Any]]


@pytest.fixture
def apply() -> Apply:
    """`apply("left", ["abc", None], 2)`: a list is a column, anything else a constant.

    Gives the values, None where missing and "error" where the conversion failed.
    """
    return _apply


def _apply(name: str, *arguments: object) -> list[Any]:
    function = library()[name]
    columns = {f"c{i}": a for i, a in enumerate(arguments) if isinstance(a, list)}
    frame = pl.DataFrame([_series(name, values) for name, values in columns.items()])
    handed = [_argument(f"c{i}", a) if isinstance(a, list) else a for i, a in enumerate(arguments)]
    return _values(frame, function, function.build(*handed))


def _series(name: str, values: list[Any]) -> pl.Series:
    first = next((v for v in values if v is not None), "")
    match first:
        case Decimal():
            scale = _scale(values)
            units = [None if v is None else int(v.scaleb(scale)) for v in values]
            wide = any(abs(u) >= 2**63 for u in units if u is not None)
            return pl.Series(name, units, pl.Int128 if wide else pl.Int64)
        case datetime():
            return pl.Series(name, values, pl.Datetime("us", "UTC"))
        case date():
            return pl.Series(name, values, pl.Date)
        case list():
            return pl.Series(name, values, pl.List(pl.String))
        case _:
            return pl.Series(name, values, pl.String)


def _scale(values: list[Decimal | None]) -> int:
    return max(-int(v.as_tuple().exponent) for v in values if v is not None)


def _argument(name: str, values: list[Any]) -> pl.Expr | Scaled:
    numbers = [v for v in values if isinstance(v, Decimal)]
    if not numbers:
        return pl.col(name)
    scale = _scale(values)
    low, high = (int(bound.scaleb(scale)) for bound in (min(numbers), max(numbers)))
    return Scaled(pl.col(name), scale, low, high)


def _values(frame: pl.DataFrame, function: Function, built: Any) -> list[Any]:
    value, failed = built if function.fails else (built, pl.lit(value=False))
    expr = value.expr if isinstance(value, Scaled) else value
    result = frame.select(value=expr, failed=failed)
    return [_value(value, *row) for row in result.rows()]


def _value(built: pl.Expr | Scaled, value: Any, failed: object) -> Any:
    if failed:
        return "error"
    if not isinstance(built, Scaled) or value is None:
        return value
    assert built.low <= value <= built.high
    return Decimal(value).scaleb(-built.scale)
