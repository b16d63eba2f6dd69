"""Functions on prices: endings that shops like."""

from __future__ import annotations

from engine.functions.declare import MoneyColumn, Same, function
from engine.functions.exact import fitted, widened
from engine.values.scaled import Scaled


def _cents_fault(cents: int) -> str | None:
    return None if 0 <= cents <= 99 else "cents are 0 to 99"


@function(
    check=_cents_fault,
    examples={
        "up_to_cents(12.30 EUR, 99)": "12.99 EUR",
        "up_to_cents(12.99 EUR, 99)": "12.99 EUR",
        "up_to_cents(12.991 EUR, 99)": "13.99 EUR",
        "up_to_cents(12 EUR, 0)": "12 EUR",
    },
)
def up_to_cents(price: MoneyColumn, cents: int) -> Same:
    """The lowest price that is not below `price` and ends in `cents` (99: 12.99, 13.99 ...)."""
    number = _with_cents(price)
    one, ending = 10**number.scale, cents * 10 ** (number.scale - 2)
    # The next whole amount above `price - ending`; `//` goes down for negative numbers too.
    expr = (number.expr - ending + (one - 1)) // one * one + ending
    low, high = (-(-(bound - ending) // one) * one + ending for bound in (number.low, number.high))
    return fitted(expr, number.scale, low, high)


@function(
    missing=True,
    check=_cents_fault,
    examples={
        "down_to_cents(12.30 EUR, 99)": "11.99 EUR",
        "down_to_cents(12.99 EUR, 99)": "12.99 EUR",
        "down_to_cents(0.50 EUR, 99)": "missing",
    },
)
def down_to_cents(price: MoneyColumn, cents: int) -> Same:
    """The highest price that is not above `price` and ends in `cents`; missing where none is."""
    import polars as pl

    number = _with_cents(price)
    one, ending = 10**number.scale, cents * 10 ** (number.scale - 2)
    expr = (number.expr - ending) // one * one + ending
    high = max((number.high - ending) // one * one + ending, 0)
    return fitted(pl.when(expr >= 0).then(expr), number.scale, 0, high)


def _with_cents(price: Scaled) -> Scaled:
    """`price` with two decimals or more, and room for one unit more on both sides."""
    import polars as pl

    number = widened(price, max(price.scale, 2))
    one = 10**number.scale
    roomy = Scaled(number.expr, number.scale, number.low - one, number.high + one)
    width = pl.Int128 if roomy.wide else pl.Int64
    return Scaled(number.expr.cast(width), number.scale, number.low, number.high)
