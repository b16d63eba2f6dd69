"""How cells are written: each way of writing is told from the others, and doubt is said."""

from decimal import Decimal

import pytest

from engine.drafting.cells import (
    currency_of,
    date_pattern,
    ean_share,
    is_ean,
    numbers_of,
    without_currency,
    yes_no_words,
)


@pytest.mark.parametrize(
    ("cells", "mark", "grouping", "decimals", "largest"),
    [
        (["12.50", "3"], ".", "", 2, "12.50"),
        (["12,50", "3"], ",", "", 2, "12.50"),
        (["1 234,50", "3,00"], ",", " ", 2, "1234.50"),
        (["1\u202f234,50", "3"], ",", " ", 2, "1234.50"),
        (["1.234,50", "3,00"], ",", ".", 2, "1234.50"),
        (["1,234.50", "3.00"], ".", ",", 2, "1234.50"),
        (["7", "12"], ".", "", 0, "12"),
    ],
)
def test_numbers(cells: list[str], mark: str, grouping: str, decimals: int, largest: str) -> None:
    found = numbers_of(cells)
    assert found is not None
    assert (found.mark, found.grouping, found.decimals) == (mark, grouping, decimals)
    assert found.largest == Decimal(largest)
    assert (found.share, found.unsure, found.negative) == (100, False, False)


def test_a_mark_before_three_digits_is_doubtful() -> None:
    thousands = numbers_of(["1.234", "2.500"])
    decimals = numbers_of(["0.125", "2.500"])
    assert thousands is not None
    assert thousands.unsure
    assert decimals is not None
    assert not decimals.unsure


@pytest.mark.parametrize("cells", [[], ["red", "blue"], ["1", "2", "x"], ["1e3"], ["1٣"], ["--"]])
def test_no_numbers(cells: list[str]) -> None:
    assert numbers_of(cells) is None


def test_one_bad_cell_in_ten_is_borne() -> None:
    found = numbers_of([*["1,5"] * 9, "on request"])
    assert found is not None
    assert (found.mark, found.share) == (",", 90)
    assert found.value("on request") is None
    assert found.value("2,25") == Decimal("2.25")


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [
        ("40.99 USD", "40.99", "USD"),
        ("12,50 €", "12,50", "EUR"),
        ("€12.50", "12.50", "EUR"),
        ("12.50", "12.50", ""),
        ("EUR", "EUR", ""),
    ],
)
def test_currency(cell: str, amount: str, currency: str) -> None:
    assert without_currency(cell) == (amount, currency)
    assert currency_of([cell, cell]) == currency


def test_eans() -> None:
    right, wrong = "3760123450010", "3760123450011"
    assert is_ean(right)
    assert not is_ean(wrong)
    assert not is_ean("0000000000000")
    assert not is_ean("")
    assert ean_share([right, wrong]) == 50
    assert ean_share([]) == 0


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["2025-07-29"], ("yyyy-MM-dd", 100, False)),
        (["29/07/2025", "01/02/2025"], ("dd/MM/yyyy", 100, False)),
        (["07/29/2025"], ("MM/dd/yyyy", 100, False)),
        (["01/02/2025"], ("dd/MM/yyyy", 100, True)),
        (["29.07.2025"], ("dd.MM.yyyy", 100, False)),
        (["2025-7-9"], None),
        (["29/07/2025", "soon"], None),
        ([*["29/07/2025"] * 19, "soon"], ("dd/MM/yyyy", 95, False)),
        ([], None),
    ],
)
def test_dates(cells: list[str], found: tuple[str, int, bool] | None) -> None:
    assert date_pattern(cells) == found


def test_yes_no() -> None:
    assert yes_no_words(["Oui", "non", "oui"]) == ("oui", "non")
    assert yes_no_words(["vrai", "faux"]) == ("vrai", "faux")
    assert yes_no_words(["oui", "oui"]) is None
    assert yes_no_words(["1", "0"]) is None
