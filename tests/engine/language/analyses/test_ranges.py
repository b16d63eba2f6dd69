from fractions import Fraction

import pytest

from engine.language.analyses.ranges import Range, points_around, round_number, single
from engine.language.syntax import RoundingMode

F = Fraction


def closed(low: int | None, high: int | None) -> Range:
    return Range(None if low is None else F(low), None if high is None else F(high))


@pytest.mark.parametrize(
    ("left", "right", "product"),
    [
        (closed(2, 3), closed(4, 5), closed(8, 15)),
        (closed(-2, 3), closed(4, 5), closed(-10, 15)),
        (closed(-2, 3), closed(-5, 4), closed(-15, 12)),
        (closed(0, None), closed(1, 2), closed(0, None)),
        (closed(0, None), closed(0, None), closed(0, None)),
        (closed(None, -1), closed(None, -1), closed(1, None)),
        (closed(None, None), closed(0, 0), closed(0, 0)),
        (closed(-1, None), closed(-1, None), closed(None, None)),
    ],
)
def test_products(left: Range, right: Range, product: Range) -> None:
    assert left.times(right) == product
    assert right.times(left) == product


def test_a_factor_keeps_an_open_end_open() -> None:
    above_zero = Range(F(0), None, low_open=True)
    assert above_zero.times(single(F(2))) == Range(F(0), None, low_open=True)
    assert above_zero.times(single(F(-2))) == Range(None, F(0), high_open=True)
    assert F(0) not in above_zero.times(single(F(2)))


def test_sums_and_opposites() -> None:
    assert closed(1, 2).plus(closed(10, None)) == closed(11, None)
    assert Range(F(1), F(2), low_open=True).plus(closed(1, 1)) == Range(F(2), F(3), low_open=True)
    assert Range(F(1), None, low_open=True).negated() == Range(None, F(-1), high_open=True)


def test_a_union_keeps_the_closed_one_of_two_ends() -> None:
    half_open = Range(F(1), F(2), low_open=True, high_open=True)
    assert half_open.union(closed(1, 1)) == Range(F(1), F(2), high_open=True)
    assert half_open.union(closed(5, None)) == Range(F(1), None, low_open=True)


@pytest.mark.parametrize(
    ("number", "mode", "rounded"),
    [
        (F(5, 2), RoundingMode.HALF_UP, 3),
        (F(-5, 2), RoundingMode.HALF_UP, -3),
        (F(-9, 4), RoundingMode.UP, -3),
        (F(-9, 4), RoundingMode.DOWN, -2),
        (F(9, 4), RoundingMode.UP, 3),
        (F(9, 4), RoundingMode.DOWN, 2),
    ],
)
def test_rounding_away_from_zero_and_towards_it(
    number: F, mode: RoundingMode, rounded: int
) -> None:
    assert round_number(number, mode, F(1)) == rounded
    assert Range(number, number).rounded(mode, F(1)) == Range(F(rounded), F(rounded), step=F(1))


def test_points_lie_on_the_grid_and_within_the_ends() -> None:
    """Cents above 0 and up to 1: around 0.30 that is 0.29, 0.30, 0.31, and the two ends."""
    cents = Range(F(0), F(1), low_open=True, step=F(1, 100))
    assert points_around(cents, {F("0.3")}) == [F("0.29"), F("0.3"), F("0.31"), F("0.01"), F(1)]


def test_a_limit_between_two_numbers_of_the_grid_separates_them() -> None:
    whole = Range(F(0), F(9), step=F(1))
    found = points_around(whole, {F("2.5")})
    assert {F(2), F(3)} <= set(found)
    assert F("2.5") not in found


def test_points_without_a_grid_lie_between_the_limits() -> None:
    assert points_around(Range(), {F(1), F(3)}) == [F(0), F(1), F(2), F(3), F(4)]
    assert points_around(Range(), set()) == [F(0)]
    assert points_around(Range(F(2), F(2)), {F(5)}) == [F(2)]
