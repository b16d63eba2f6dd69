from typing import Any

import polars as pl
import pytest

from engine.offers.fragments import (
    Fragment,
    any_present,
    constant,
    enclosed,
    folded,
    in_a_row,
    separated,
)

pytestmark = pytest.mark.usefixtures("both_ways")

FRAME = pl.DataFrame({"t": ["a", None], "u": [None, None], "yes": [True, None]}).cast(
    {"u": pl.String},
)
T = Fragment((pl.col("t"),), always=False)
U = Fragment((pl.col("u"),), always=False)
ONE = Fragment(("1",))


def shown(fragment: Fragment) -> list[Any]:
    return FRAME.select(pl.col("t").alias("_"), out=fragment.expr())["out"].to_list()


def test_constants_are_merged_before_any_row_is_seen() -> None:
    assert ONE.between("<", ">").text == "<1>"
    assert Fragment(("a", pl.col("t"), "b")).text is None
    assert shown(Fragment(("a", "b", pl.col("t"), "c", "d"), always=False)) == ["abacd", None]


def test_separators_stand_only_between_what_is_there() -> None:
    assert shown(separated([T, ONE, U], ",")) == ["a,1", "1"]
    assert shown(separated([T, U], ",")) == ["a", ""]
    assert shown(separated([ONE, T], ",")) == ["1,a", "1"]
    assert shown(separated([], ",")) == ["", ""]


def test_brackets_go_with_their_content() -> None:
    assert shown(enclosed("[", [T, U], ",", "]")) == ["[a]", None]
    assert shown(enclosed("[", [T, ONE], ",", "]")) == ["[a,1]", "[1]"]
    assert shown(enclosed("[", [], ",", "]")) == [None, None]


def test_where_a_condition_holds() -> None:
    known = ONE.where(pl.col("yes"))
    assert shown(known) == ["1", None]
    assert FRAME.select(known.present).to_series().to_list() == [True, False]
    assert ONE.where(pl.lit(value=True)) is ONE
    assert shown(T.where(pl.col("t") == "b")) == [None, None]
    assert FRAME.select(any_present([T, U])).to_series().to_list() == [True, False]


def test_in_a_row_each_only_where_it_is() -> None:
    assert shown(in_a_row([ONE, T, U])) == ["1a", "1"]


def test_what_is_constant_is_computed_at_once() -> None:
    assert constant(pl.lit(3) * 2 + 1) == 7
    assert constant(pl.col("t")) is None
    assert constant(pl.len()) is None
    assert constant(pl.int_range(pl.len())) is None
    assert folded(pl.lit("x") + "y", always=False) == Fragment(("xy",))
    assert folded(pl.lit(None, dtype=pl.String), always=False) is None
    kept = folded(pl.col("t"), always=False)
    assert kept is not None
    assert shown(kept) == ["a", None]
