from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.functions import library

Apply = Callable[..., list[Any]]
D = Decimal


def test_greatest_and_least_are_missing_where_one_is(apply: Apply) -> None:
    left, right = [D("1.50"), D(-2), None, D(3)], [D("1.5"), D("0.125"), D(1), None]
    assert apply("max", left, right) == [D("1.5"), D("0.125"), None, None]
    assert apply("min", left, right) == [D("1.5"), D(-2), None, None]
    assert apply("max", left) == left


def test_numbers_of_two_widths_compare(apply: Apply) -> None:
    big = D(10) ** 30
    assert apply("max", [big, -big], [D("0.01"), D("0.01")]) == [big, D("0.01")]
    assert apply("min", [big, -big], [D("0.01"), D("0.01")]) == [D("0.01"), -big]


def test_the_sign_goes(apply: Apply) -> None:
    assert apply("abs", [D("-2.5"), D(0), D(3), None]) == [D("2.5"), D(0), D(3), None]


@given(
    st.lists(st.decimals(-(10**15), 10**15, places=5), min_size=1, max_size=5),
    st.integers(0, 6),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_is_half_up(apply: Apply, numbers: list[Decimal], decimals: int) -> None:
    step = D(1).scaleb(-decimals)
    expected = [n.quantize(step, ROUND_HALF_UP) for n in numbers]
    assert apply("round", numbers, decimals) == expected


def test_round_at_the_edge_of_64_bits(apply: Apply) -> None:
    edge = D(2**63 - 1).scaleb(-4)
    assert apply("round", [edge, -edge], 0) == [D(922337203685478), D(-922337203685478)]
    assert apply("round", [D("-0.5"), D("0.49"), D("-0.4")], 0) == [D(-1), D(0), D(0)]


def test_whole_numbers(apply: Apply) -> None:
    assert apply("is_whole", [D("-3.00"), D("0.01"), D(0), None]) == [True, False, True, None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", D(0)),
        ("-0.5", D("-0.5")),
        ("999999999999.999999", D("999999999999.999999")),
        ("1000000000000", "error"),
        ("0.0000001", "error"),
        ("007.10", D("7.1")),
        ("\u00a012 ", D(12)),
        (".5", "error"),
        ("5.", "error"),
        ("+5", "error"),
        ("1e3", "error"),
        ("1_000", "error"),
        ("1,5", "error"),
        ("１２", "error"),
        ("12\n3", "error"),
        ("--1", "error"),
        ("", "error"),
        (None, None),
    ],
)
def test_numbers_are_read_exactly_or_not_at_all(apply: Apply, text: str | None, value: Any) -> None:
    assert apply("number", [text]) == [value]


def test_the_decimal_mark_is_what_the_rule_says(apply: Apply) -> None:
    assert apply("number", ["12,50", "12.50"], ",") == [D("12.5"), "error"]
    check = library()["number"].check
    assert check
    assert check(decimal_mark=";") == 'the decimal mark is "." or ","'


def test_integers(apply: Apply) -> None:
    texts = ["-0", "999999999999999999", "1000000000000000000", "1.0", " 7", "", None, "+1"]
    assert apply("integer", texts) == [0, 10**18 - 1, "error", "error", 7, "error", None, "error"]


def test_text_of_writes_what_number_reads(apply: Apply) -> None:
    numbers = [D("12.50"), D("-0.05"), D(0), D("100.00"), None, D("-3.1")]
    assert apply("text_of", numbers) == ["12.5", "-0.05", "0", "100", None, "-3.1"]
    assert apply("text_of", numbers, 1) == ["12.5", "-0.05", "0.0", "100.0", None, "-3.1"]
    assert apply("text_of", [D(10) ** 25, D(5)], 2) == ["1" + "0" * 25 + ".00", "5.00"]
