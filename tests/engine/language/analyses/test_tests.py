"""Tests of rules against each other, and against what rules say."""

from collections.abc import Callable

import pytest

Codes = Callable[..., list[str]]
REQUIRE = 'require cost_price < 50.00 EUR else reject "Cost {cost_price} is above the limit of 50"'
TEST = """
test "a" on cdiscount at 2025-10-01 09:00 Europe/Paris
  given product "fixtures/lamp.json"{}
  {}
end
"""


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Cost 60.00 EUR is above", False),  # over the value
        ("above the limit", False),
        ("60.00 EUR is above the limit of 50", False),
        ("is empty, and every product", False),  # of a cell, not of a rule
        ("Too expensive", True),
    ],
)
def test_a_sentence_that_no_rule_says(codes: Codes, sentence: str, *, told: bool) -> None:
    test = TEST.format(" but cost_price = 60.00 EUR", f'expect rejected "{sentence}"')
    assert codes(REQUIRE, top=test) == ["K951"] * told


@pytest.mark.parametrize(
    ("but", "expected", "told"),
    [
        ("", "expect Stock = 4", True),
        ("", "expect Stock = 3.0", False),
        ("", "expect Stock omitted", True),
        ("", "expect Vat = 20%", False),
        (' but category = "Lamps"', "expect Stock = 4", False),
    ],
)
def test_tests_that_cannot_both_pass(codes: Codes, but: str, expected: str, *, told: bool) -> None:
    first, second = TEST.format("", "expect Stock = 3"), TEST.format(but, expected)
    assert codes("", top=first + second) == ["K955"] * told
