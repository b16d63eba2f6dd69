"""A value of one kind where another is wanted: each message has the words that make it so."""

import pytest
from checking.shop import Shop, applied

READ = "or have its cells read as {}: schemas/product.schema.json, line 11"


@pytest.mark.parametrize(
    ("typed", "code", "meant"),
    [
        ('StrikedPrice = "Prix barré"', "T202", "list_price"),
        ('StrikedPrice = "12,50 €"', "T202", "12.50 EUR"),
        ('StrikedPrice = "12.50"', "T202", "12.50 EUR"),
        ('Vat = "20"', "T202", "20%"),
        ('Stock = "3"', "T202", "3"),
        ("Comment = 12.50 EUR", "T202", '"12.50 EUR"'),
        ("Comment = price_excl_vat", "T202", "text_of(price_excl_vat, 2)"),
        ("Comment = price_excl_vat * 2", "T202", "text_of(price_excl_vat * 2, 2)"),
        ("Comment = length(brand)", "T202", "text_of(length(brand))"),
        ('let x = cost_price default "0"', "T203", "0 EUR"),
        ('let x = stock_total default "0"', "T203", "0"),
        ('let x =\n when weight present then yes\n otherwise "non"', "T203", "no"),
        ("let x =\n when weight present then brand\n otherwise Price", "T203", "text_of(Price, 2)"),
        ("let x =\n when weight present then 20%\n otherwise 0.1", "T203", "10%"),
        ("let x =\n when weight present then 2 days\n otherwise 1", "T203", "1 day"),
        ('PreparationTime = "2 days"', "T202", "2 days"),
        ("StrikedPrice = max(Price, 10)", "T206", "10 EUR"),
        ("StrikedPrice = 10 EUR + 5", "T201", "5 EUR"),
        ('let x = (sale_end default 2025-01-01) < "2025-02-01"', "T201", "2025-02-01"),
        ("let x = (sale_end default 2025-01-01) < today", "P007", 'date_of(now, "Europe/Paris")'),
        ("let x = (sale_end default 2025-01-01) < today()", "N103", 'date_of(now, "Europe/Paris")'),
        ("let x = weight > 30", "T201", "30 g"),
        ('let x = price_excl_vat > "10"', "T201", "10 EUR"),
        ('let x = stock_total is "3"', "T201", "3"),
        ("let x = brand is 3", "T201", '"3"'),
    ],
)
def test_the_edit_makes_the_kind_fit(shop: Shop, *, typed: str, code: str, meant: str) -> None:
    without = (typed.split(maxsplit=1)[0],) if typed[0].isupper() else ()
    text = shop.text(typed, without=without)
    told = next(one for one in shop.of(text) if one.code.number == code)
    assert told.helps[0].says == f"write `{meant}`"
    mended = applied(text, told.helps[0])
    assert meant in mended
    assert code not in [one.code.number for one in shop.of(mended)]


@pytest.mark.parametrize(
    ("typed", "code", "helps"),
    [
        (
            "Stock = brand",
            "T202",
            [
                'a text is read as a number by `integer(brand) on error reject "..."`',
                READ.format("a whole number"),
            ],
        ),
        (
            "let x =\n when weight present then Price\n otherwise brand",
            "T203",
            [
                'a text is read as an amount by `number(brand) * 1 EUR on error reject "..."`',
                READ.format("an amount in EUR"),
            ],
        ),
        (
            "let x =\n when weight present then brand\n otherwise weight present",
            "T203",
            ['give it by cases: `when weight present then "yes"`, and `otherwise "no"`'],
        ),
        (
            "PriceMustBeAligned = brand\nMinimumPriceForPriceAlignment = omit",
            "T202",
            ['compare it: `brand is "yes"`'],
        ),
        (
            "let x =\n when weight present then sale_end\n otherwise brand",
            "T203",
            ['a text is read as a date by `to_date(brand, "dd/MM/yyyy") on error reject "..."`'],
        ),
        ("let x =\n when weight present then weight\n otherwise brand", "T203", []),
    ],
)
def test_what_makes_the_kind_fit_is_said(
    shop: Shop, *, typed: str, code: str, helps: list[str]
) -> None:
    without = (typed.split(maxsplit=1)[0],) if typed.startswith("Stock") else ()
    told = next(one for one in shop.told(typed, without=without) if one.code.number == code)
    assert [help_.says for help_ in told.helps] == helps


def test_what_is_said_can_be_written(shop: Shop) -> None:
    """The forms with `...` that the helps name, filled in."""
    for line in (
        'let x = integer(brand) on error reject "No number"\nalways x > 0',
        'StrikedPrice = number(brand) * 1 EUR rounded half up to 0.01 EUR on error reject "No price"',
        'let x = to_date(brand, "dd/MM/yyyy") on error reject "No date"\nalways x present',
    ):
        codes = [one.code.number for one in shop.told(line)]
        assert not {code for code in codes if code[0] in "TPNM"}, (line, codes)
