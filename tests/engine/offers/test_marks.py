"""Marks never say that something is new which is not, and say the same with and without kernels."""

import polars as pl
from checking.kernels import python_alone
from hypothesis import given
from hypothesis import strategies as st

from engine.offers.marks import no_marks

HASHES = st.lists(st.integers(0, (1 << 64) - 1) | st.integers(0, 1 << 13), max_size=40)


def _column(hashes: list[int]) -> pl.Series:
    return pl.Series([0, *hashes], dtype=pl.UInt64).slice(1)


@given(HASHES, HASHES, st.sampled_from([2, 8, 1 << 13]))
def test_what_was_added_may_have_been_seen(added: list[int], others: list[int], words: int) -> None:
    marks = no_marks(words)
    assert not marks.seen(_column([*added, *others])).any()
    marks.add(_column(added))
    assert marks.seen(_column(added)).all()
    told = marks.seen(_column(others)).to_list()
    with python_alone():
        alone = no_marks(words)
        alone.add(_column(added))
        assert alone.seen(_column(others)).to_list() == told


def test_most_of_what_was_not_added_is_told() -> None:
    marks = no_marks(1 << 8)
    numbers = pl.int_range(1, 2000, eager=True, dtype=pl.UInt64)
    marks.add(numbers.head(200).hash(1))
    assert marks.seen(numbers.tail(1700).hash(1)).sum() < 100


def test_both_say_the_same_of_what_shares_marks_by_chance() -> None:
    hashes = pl.int_range(0, 4000, eager=True, dtype=pl.UInt64).hash(3)
    added, others = hashes.head(40), hashes.tail(3900)
    marks = no_marks(4)
    marks.add(added)
    told = marks.seen(others).to_list()
    assert 100 < sum(told) < 3000
    with python_alone():
        alone = no_marks(4)
        alone.add(added)
        assert alone.seen(others).to_list() == told
