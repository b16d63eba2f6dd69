"""The compiled bounds of attributes judge each value as a validator of their schema does."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.marketplace.vocabulary import word_of
from engine.program.attributes import broken_bounds
from engine.program.numbers import Quotient
from engine.program.value import Value
from engine.values.scaled import INT64_LIMIT, Scaled

TABLE = json.loads(
    (Path(__file__).parents[3] / "schemas/offer.schema.json").read_text(), parse_float=Decimal
)["properties"]
KINDS = {name: entry["x-kind"] for name, entry in TABLE.items()}
NUMBERS = sorted(
    n for n, k in KINDS.items() if k in ("money", "number", "percent", "integer", "duration")
)
TEXTS = sorted(n for n, k in KINDS.items() if k == "text")
VALIDATORS = {n: Draft202012Validator(e.get("items", e)) for n, e in TABLE.items()}


def outside(desk: Any, name: str, values: list[Any]) -> list[bool]:
    """What the compiler makes of values in the attribute's own unit and decimals."""
    word = word_of(desk.attributes[name])
    if name in NUMBERS:
        number = Quotient(Scaled(pl.col("v"), word.scale, -INT64_LIMIT, INT64_LIMIT))
        value = Value(word.kind, number=number)
    else:
        value = Value(word.kind, plain=pl.col("v"))
    dtype = pl.Int64 if name in NUMBERS else pl.String
    frame = pl.DataFrame({"v": pl.Series(values, dtype=dtype)})
    faults = [where.fill_null(value=False) for where, _ in broken_bounds(word, value)]
    return frame.with_columns(out=pl.any_horizontal([pl.lit(value=False), *faults]))[
        "out"
    ].to_list()


@pytest.mark.parametrize("name", NUMBERS)
@given(number=st.integers(-200, 20_000) | st.integers(-(10**15), 10**15))
def test_numbers_are_judged_as_the_schema_does(desk: Any, name: str, number: int) -> None:
    value = Decimal(number).scaleb(-desk.attributes[name].scale)
    exact = int(value) if value == int(value) else value
    fits = VALIDATORS[name].is_valid(exact)
    assert outside(desk, name, [number]) == [not fits]


@pytest.mark.parametrize("name", TEXTS)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))
    | st.text("0123456789", min_size=12, max_size=14)
    | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=49, max_size=51)
)
def test_texts_are_judged_as_the_schema_does(desk: Any, name: str, text: str) -> None:
    assert outside(desk, name, [text]) == [not VALIDATORS[name].is_valid(text)]


def test_a_line_end_is_no_part_of_a_code(desk: Any) -> None:
    # Python's `$`, and so jsonschema, lets one line end pass.
    assert outside(desk, "ProductEan", ["3760000000017\n", "3760000000017"]) == [True, False]


def test_the_edges_by_hand(desk: Any) -> None:
    assert outside(desk, "Price", [0, 1, None]) == [True, False, False]
    assert outside(desk, "StrikedPrice", [9, 10]) == [True, False]
    assert outside(desk, "Stock", [-1, 0, 10**10, 10**10 + 1]) == [True, False, False, True]
    assert outside(desk, "DiscountComponentDiscountValue", [0, 1, 99, 100]) == [
        True,
        False,
        False,
        True,
    ]
