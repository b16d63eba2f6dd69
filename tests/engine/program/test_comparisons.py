"""Comparisons of constants with columns whose rows are all alike: a row each, whichever stands first."""

import polars as pl
import pytest

from engine.language.syntax import Comparator
from engine.program.numbers import ordered

PLAIN = {
    Comparator.LESS: lambda a, b: a < b,
    Comparator.LESS_EQUAL: lambda a, b: a <= b,
    Comparator.GREATER: lambda a, b: a > b,
    Comparator.GREATER_EQUAL: lambda a, b: a >= b,
    Comparator.BEFORE: lambda a, b: a < b,
    Comparator.AFTER: lambda a, b: a > b,
    Comparator.IS: lambda a, b: a == b,
    Comparator.IS_NOT: lambda a, b: a != b,
}


@pytest.mark.parametrize("comparator", Comparator)
@pytest.mark.parametrize("alike", [2, 3, 4, None])
def test_a_constant_may_stand_first(comparator: Comparator, alike: int | None) -> None:
    rows = pl.DataFrame({"row": [1, 2]}).lazy().with_columns(pl.lit(alike, pl.Int64).alias("x"))
    plain, x = pl.lit(3, pl.Int64), pl.col("x")
    made = pl.when(plain.is_between(1, 9)).then(plain)  # which Polars does not compute beforehand
    for three in (plain, made):
        for left, right, numbers in ((three, x, (3, alike)), (x, three, (alike, 3))):
            found = rows.with_columns(ordered(comparator, left, right).alias("so")).collect(
                engine="in-memory"
            )["so"]
            wanted = None if alike is None else PLAIN[comparator](*numbers)
            assert found.to_list() == [wanted, wanted]
