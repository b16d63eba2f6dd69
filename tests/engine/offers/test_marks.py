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
def test_what_was_added_is_told(added: list[int], others: list[int], words: int) -> None:
    by_kernel = _told(added, others, words)
    with python_alone():
        alone = _told(added, others, words)
    # What shares marks by chance with another further up is told by the kernel alone.
    assert _implies(alone, by_kernel)


def _told(added: list[int], others: list[int], words: int) -> list[bool]:
    """What is told of each, of all that was added before and all that was not to be missed."""
    marks = no_marks(words)
    told = [*marks.add(_column(added)), *marks.add(_column(others))]
    every = [*added, *others]
    assert _implies([one in every[:n] for n, one in enumerate(every)], told)
    assert marks.add(_column(every)).all()
    return told


def _implies(some: list[bool], more: list[bool]) -> bool:
    return all(there or not here for here, there in zip(some, more, strict=True))


def test_what_was_not_added_is_mostly_told_apart() -> None:
    numbers = pl.int_range(1, 2000, eager=True, dtype=pl.UInt64)
    marks = no_marks(1 << 8)
    assert marks.add(numbers.head(200).hash(1)).sum() < 10
    assert sum(marks.add(numbers.slice(200 + n, 1).hash(1)).any() for n in range(100)) < 10


def test_both_say_the_same_of_what_shares_marks_by_chance() -> None:
    hashes = pl.int_range(0, 4000, eager=True, dtype=pl.UInt64).hash(3)

    def told() -> list[list[bool]]:
        """What is told of each of the others, where it is the first after the same few."""
        found = []
        for n in range(400):
            marks = no_marks(4)
            marks.add(hashes.head(40))
            found.append(marks.add(hashes.slice(40 + n, 1)).to_list())
        return found

    by_kernel = told()
    assert 10 < sum(one for (one,) in by_kernel) < 300
    with python_alone():
        assert told() == by_kernel
