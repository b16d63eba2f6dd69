"""Tests that stand in rule files: what is wrong with them is told before they are run."""

import pytest
from checking.shop import Shop, marked

TEST = """\
test "a lamp" on cdiscount at 2025-08-01 09:00 Europe/Paris
  given product "fixtures/lamp.json" but {}
  expect {}
end
"""
TABLE = """\
test table "prices" on cdiscount using "fixtures/lamp.json"
  | price_excl_vat || Price     |
  | {} || {} |
end
"""
FITS = ("weight = 3 kg", "Stock = 3")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        FITS,
        ('weight = "heavy"', "rejected"),  # a cell as dirty as a feed's
        ('category = "Lampes"', "rejected"),
        ("weight = missing, list_price = 12.50 EUR", "Price = 12.00 EUR, 13.00 EUR"),
        ("vat_rate = 5.5%, sale_start = 2025-01-01", "PreparationTime = 2 days"),
        ("stock_total = 3", "Comment omitted"),
    ],
)
def test_values_that_fit(shop: Shop, given: str, expected: str) -> None:
    assert shop.told(beside=TEST.format(given, expected)) == []


@pytest.mark.parametrize(
    ("given", "expected", "code", "words"),
    [
        ("weight = 3 l", "Stock = 3", "K954", "3 l"),
        ("stock_total = 3 EUR", "Stock = 3", "K954", "3 EUR"),
        ("stock_total = 2.5", "Stock = 3", "K954", "2.5"),
        ("weight = Price", "Stock = 3", "K954", "Price"),
        ("wight = 3 kg", "Stock = 3", "N101", "wight"),
        ("weight = 3 kg, weight = 2 kg", "Stock = 3", "N104", "weight"),
        (FITS[0], "Stock = 3 EUR", "K954", "3 EUR"),
        (FITS[0], "Vat = 20", "K954", "20"),
        (FITS[0], "Price = 12.00 USD", "K954", "12.00 USD"),
        (FITS[0], 'ProductCondition = "new"', "T205", '"new"'),
        (FITS[0], "Stok = 3", "N102", "Stok"),
    ],
)
def test_values_that_do_not(
    shop: Shop, *, given: str, expected: str, code: str, words: str
) -> None:
    text = shop.text(beside=TEST.format(given, expected))
    (told,) = shop.of(text)
    assert (told.code.number, marked(text, told)) == (code, words)


def test_tables_of_tests(shop: Shop) -> None:
    assert shop.told(beside=TABLE.format("10.00 EUR", "12.00 EUR")) == []
    assert shop.told(beside=TABLE.format("missing", "rejected")) == []
    for given, expected in (("10", "12.00 EUR"), ("10.00 EUR", "12")):
        assert [d.code.number for d in shop.told(beside=TABLE.format(given, expected))] == ["K954"]


def test_a_test_that_expects_nothing(shop: Shop) -> None:
    idle = TEST.format(*FITS).replace("  expect Stock = 3\n", "")
    (told,) = shop.told(beside=idle)
    assert told.says.startswith("`expect`")
