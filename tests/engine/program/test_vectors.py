"""Columns made only where they are wanted, and many conditions as one."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.program.vectors import any_true, made_where

pytestmark = pytest.mark.usefixtures("both_ways")

MASKS = st.lists(st.none() | st.booleans(), max_size=20)


@given(MASKS)
def test_a_text_is_made_where_it_is_wanted_alone(mask: list[bool | None]) -> None:
    frame = pl.DataFrame(
        {
            "mask": pl.Series(mask, dtype=pl.Boolean),
            "n": pl.Series(range(len(mask)), dtype=pl.Int64),
        }
    )
    # A column that is named twice, and a constant beside it.
    text = pl.concat_str(pl.col("n").cast(pl.String), pl.lit("/"), pl.col("n").cast(pl.String))
    found = frame.select(made_where(pl.col("mask"), text).alias("text"))["text"]
    assert found.dtype == pl.String
    assert found.to_list() == [f"{n}/{n}" if one else None for n, one in enumerate(mask)]


@pytest.mark.parametrize("count", [1, 7, 8, 9, 64, 65, 200])
def test_any_of_many_conditions(count: int) -> None:
    frame = pl.DataFrame({"n": range(count + 1)})
    found = frame.select(any_true([pl.col("n") == n for n in range(count)])).to_series()
    assert found.to_list() == [True] * count + [False]
