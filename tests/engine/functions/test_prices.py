from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.functions import library

Apply = Callable[..., list[Any]]
D = Decimal
PRICES = [D("12.30"), D("12.99"), D("12.991"), D("0.00"), D("-0.5"), None, D("5")]


def test_the_next_price_with_the_ending(apply: Apply) -> None:
    up = [D("12.99"), D("12.99"), D("13.99"), D("0.99"), D("-0.01"), None, D("5.99")]
    assert apply("up_to_cents", PRICES, 99) == up
    assert apply("up_to_cents", [D("12.01"), D("12")], 0) == [13, 12]


def test_the_last_price_with_the_ending(apply: Apply) -> None:
    down = [D("11.95"), D("12.95"), D("12.95"), None, None, None, D("4.95")]
    assert apply("down_to_cents", PRICES, 95) == down


def test_prices_wider_than_64_bits(apply: Apply) -> None:
    huge = [D(10) ** 20 + D("0.01"), -(D(10) ** 20)]
    assert apply("up_to_cents", huge, 5) == [D(10) ** 20 + D("0.05"), -(D(10) ** 20) + D("0.05")]
    assert apply("down_to_cents", huge, 5) == [D(10) ** 20 - D("0.95"), None]


def test_whole_euros_get_cents(apply: Apply) -> None:
    assert apply("up_to_cents", [D(5), D(7)], 50) == [D("5.50"), D("7.50")]


def test_cents_are_cents() -> None:
    for name in ("up_to_cents", "down_to_cents"):
        check = library()[name].check
        assert check
        assert check(cents=100) == "cents are 0 to 99"
        assert check(cents=0) is None
