"""Texts looked up among keys by a kernel, beside what Polars finds."""

import polars as pl
from checking.kernels import needs_kernels, python_alone
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from engine.native.key_kernels import keys_of
from engine.program.vectors import replaced

pytestmark = needs_kernels

# Letters of one case and of two, on both sides of what the kernel knows, and what turns into more letters or fewer.
LETTERS = "aZ@[`{09 é\u00c0ÞŒœßÿ×÷µŸ\u0130\u0131ſΣςσЖж\u1e9e\u2019€\u212a\u2126Ⅷ𐐀\u0301"
TEXTS = st.one_of(
    st.text(st.sampled_from(LETTERS), max_size=4),
    st.text(max_size=3),
    st.text(st.characters(max_codepoint=0x17F), max_size=20),
    st.integers(250, 270).map(lambda size: "Xé"[size % 2] * size),
)


def column(cells: list[str | None]) -> pl.Series:
    """The cells in a column that begins within its memory, as slices do."""
    return pl.Series("cell", ["out of sight", *cells], dtype=pl.String).slice(1)


@given(st.lists(TEXTS, unique=True, min_size=1), st.lists(st.none() | TEXTS), st.data())
def test_keys_are_found_by_both(
    keys: list[str], cells: list[str | None], data: st.DataObject
) -> None:
    lowered = data.draw(st.booleans())
    known = list(dict.fromkeys(k.lower() for k in keys)) if lowered else keys
    near = [k.upper() if data.draw(st.booleans()) else k for k in keys]
    frame = column([*cells, *near]).to_frame()
    values = pl.Series(range(100, 100 + len(known)), dtype=pl.Int64)
    found = frame.select(value=replaced(pl.col("cell"), known, values, lowered=lowered))
    with python_alone():
        same = frame.select(value=replaced(pl.col("cell"), known, values, lowered=lowered))
    assert_series_equal(found["value"], same["value"])


@given(st.lists(st.none() | st.text(st.sampled_from("aÀŒ’€1"), max_size=40)))
def test_european_letters_need_nobody_else(cells: list[str | None]) -> None:
    small = [cell and cell.lower() for cell in cells]
    known = list(dict.fromkeys(cell for cell in small if cell is not None)) or [""]
    places = keys_of(known).places(column(cells), lowered=True)
    assert places is not None
    assert [None if n is None else known[n] for n in places] == small


def test_a_letter_that_the_kernel_does_not_know_is_left_to_others() -> None:
    keys = keys_of(["k"])
    assert keys.places(column(["K", "\u212a"]), lowered=True) is None  # the sign of Kelvin
    found = keys.places(column(["K", "k", None, "\u212a"]), lowered=False)
    assert found is not None
    assert found.to_list() == [None, 0, None, None]


def test_what_stands_between_capitals_and_is_none_stays_as_it_is() -> None:
    keys = keys_of(["÷", "`", "{", "ÿ", "à", "þ"])
    found = keys.places(column(["×", "@", "[", "ß", "À", "Þ"]), lowered=True)
    assert found is not None
    assert found.to_list() == [None, None, None, None, 4, 5]


def test_of_equal_keys_the_first_one_counts() -> None:
    keys = keys_of(["a", "b", "a", "", "b"])
    found = keys.places(column(["b", "a", "", "c"]), lowered=False)
    assert found is not None
    assert found.to_list() == [1, 0, 3, None]


def test_many_keys() -> None:
    keys = [f"key {number}" for number in range(50_000)]
    found = keys_of(keys).places(column([*keys, "key 50000"]), lowered=False)
    assert found is not None
    assert found.to_list() == [*range(50_000), None]
