import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.offers.bounds import bound_words, outside_bounds
from engine.offers.columns import WireColumn

TABLE = json.loads(
    (Path(__file__).parents[3] / "schemas/offer.schema.json").read_text(), parse_float=Decimal
)["properties"]
KINDS = {name: entry["x-kind"] for name, entry in TABLE.items()}
NUMBERS = sorted(
    n for n, k in KINDS.items() if k in ("money", "number", "percent", "integer", "duration")
)
TEXTS = sorted(n for n, k in KINDS.items() if k in ("text", "choice"))
VALIDATORS = {n: Draft202012Validator(e.get("items", e)) for n, e in TABLE.items()}


def outside(desk: Any, name: str, values: list[Any], scale: int = 0) -> list[bool]:
    dtype = pl.Int64 if name in NUMBERS else pl.String
    frame = pl.DataFrame({"v": pl.Series(values, dtype=dtype)})
    fault = outside_bounds(WireColumn(desk.attributes[name], pl.col("v"), scale))
    return [False] * len(values) if fault is None else frame.select(fault).to_series().to_list()


@pytest.mark.parametrize("name", NUMBERS)
@given(number=st.integers(-200, 20_000) | st.integers(-(10**15), 10**15), scale=st.integers(0, 4))
def test_numbers_are_judged_as_the_schema_does(
    desk: Any, name: str, number: int, scale: int
) -> None:
    value = Decimal(number).scaleb(-scale)
    exact = int(value) if value == int(value) else value
    fits = VALIDATORS[name].is_valid(exact)
    assert outside(desk, name, [number], scale) == [not fits]


@pytest.mark.parametrize("name", TEXTS)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))
    | st.text("0123456789", min_size=12, max_size=14)
    | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=49, max_size=51)
    | st.sampled_from(["New", "Tracked", "Liter", "new", "TRK"])
)
def test_texts_are_judged_as_the_schema_does(desk: Any, name: str, text: str) -> None:
    assert outside(desk, name, [text]) == [not VALIDATORS[name].is_valid(text)]


def test_a_line_end_is_no_part_of_a_code(desk: Any) -> None:
    # Python's `$`, and so jsonschema, lets one line end pass.
    assert outside(desk, "ProductEan", ["3760000000017\n", "3760000000017"]) == [True, False]


def test_the_edges_by_hand(desk: Any) -> None:
    assert outside(desk, "Price", [0, 1, None], 2) == [True, False, False]
    assert outside(desk, "StrikedPrice", [9, 10], 2) == [True, False]
    assert outside(desk, "Stock", [-1, 0, 10**10, 10**10 + 1]) == [True, False, False, True]
    assert outside(desk, "DiscountComponentDiscountValue", [50, 100, 1050, 9900, 10000], 2) == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_what_has_no_bounds(desk: Any) -> None:
    for name in ("Comment", "PriceMustBeAligned", "DiscountComponentStartDate"):
        assert outside_bounds(WireColumn(desk.attributes[name], pl.col("v"))) is None


def test_bounds_in_words(desk: Any) -> None:
    words = {name: bound_words(desk.attributes[name]) for name in desk.attributes}
    assert words["Price"] == "above 0, with at most 2 decimals"
    assert words["Stock"] == "at least 0, at most 10000000000, whole"
    assert words["DiscountComponentSalesReferencePrice"] == "at least 0.10, with at most 2 decimals"
    assert words["ProductPackagingUnit"].startswith("one of Liter, Kilogram")
    assert words["SellerProductId"].startswith("not empty, at most 50 characters, of")
