"""Mistakes that merchants make: the message, the words it marks, and the edit that mends it."""

import pytest
from checking.shop import Shop, applied, marked

from engine.diagnostics.diagnostic import EditLevel

CASES = 'Comment =\n  when category {} "Outlet" then "Used"\n  otherwise "New"'
TABLE = "decide Comment by first row that fits\n{}\nend"
GROUP = """\
DiscountComponentStartDate = start of 2025-09-01 in Europe/Paris
DiscountComponentEndDate = end of 2025-09-30 in Europe/Paris
DiscountComponentSalesReferencePrice = Price
DiscountComponentDiscountValue = 20"""
MANY = """\
let margin = pric_excl_vat
Comment = "a
StrikedPrice = 12,50 EUR
only when weight > 3 l
AvailabilityDate = 2025-01-01
end
require weight present else
require brand is 3 else reject "x\""""
# What is typed, the code, the words marked, the line it becomes, and how sure the edit is.
SAFE, CHOICE = EditLevel.SAFE, EditLevel.CHOICE
MISTAKES = [
    (CASES.format("="), "P006", "=", CASES.format("is"), SAFE),
    (CASES.format("=="), "P007", "==", CASES.format("is"), SAFE),
    (CASES.format("!="), "P007", "!=", CASES.format("is not"), SAFE),
    (
        'only when weight present && vat_rate is 20%\nComment = "x"\nend',
        "P007",
        "&&",
        'only when weight present and vat_rate is 20%\nComment = "x"\nend',
        SAFE,
    ),
    (
        'only when weight present || vat_rate is 20%\nComment = "x"\nend',
        "P007",
        "||",
        'only when weight present or vat_rate is 20%\nComment = "x"\nend',
        SAFE,
    ),
    (
        CASES.format("is").replace("when", "if"),
        "P007",
        "if",
        CASES.format("is"),
        SAFE,
    ),
    (CASES.format("is").replace("when", "si"), "P015", "si", CASES.format("is"), SAFE),
    (
        CASES.format("is").replace("then ", ""),
        "P003",
        '"Used"',
        CASES.format("is"),
        CHOICE,
    ),
    (
        CASES.format("is").replace("otherwise", "otherwhise"),
        "P002",
        "otherwhise",
        CASES.format("is"),
        SAFE,
    ),
    (
        'Comment = "x"\nrequire price_excl_vat > 100 else reject "n"',
        "T201",
        "price_excl_vat > 100",
        'Comment = "x"\nrequire price_excl_vat > 100 EUR else reject "n"',
        CHOICE,
    ),
    (
        "StrikedPrice = (list_price - 10%) rounded half up to 0.01 EUR default omit",
        "T201",
        "list_price - 10%",
        "StrikedPrice = (list_price * 90%) rounded half up to 0.01 EUR default omit",
        CHOICE,
    ),
    (
        "StrikedPrice = (price_excl_vat * 2 + 20%) rounded half up to 0.01 EUR",
        "T201",
        "price_excl_vat * 2 + 20%",
        "StrikedPrice = ((price_excl_vat * 2) * 120%) rounded half up to 0.01 EUR",
        CHOICE,
    ),
    (
        "ProductPackagingUnit = Piece\nProductPackagingValue = 1",
        "N102",
        "Piece",
        'ProductPackagingUnit = "Piece"\nProductPackagingValue = 1',
        CHOICE,
    ),
    ("StrikedPrice = 83,33 EUR", "P008", "83,33", "StrikedPrice = 83.33 EUR", SAFE),
    # A thousand times the one is the other: no edit of it is made unasked.
    ("StrikedPrice = 1,234 EUR", "P008", "1,234", "StrikedPrice = 1234 EUR", CHOICE),
    ("StrikedPrice = 1,234.50 EUR", "P008", "1,234.50", "StrikedPrice = 1234.50 EUR", CHOICE),
    ("StrikedPrice = 1,234 €", "P009", "1,234 €", "StrikedPrice = 1234 EUR", CHOICE),
    ("StrikedPrice = €1,234,000", "P009", "€1,234,000", "StrikedPrice = 1234000 EUR", CHOICE),
    (
        "StrikedPrice == list_price default omit",
        "P007",
        "==",
        "StrikedPrice = list_price default omit",
        SAFE,
    ),
    ("let half == price_excl_vat", "P007", "==", "let half = price_excl_vat", SAFE),
    (
        'Comment = when category is "Outlet" then "Used" otherwise "New"',
        "P001",
        "otherwise",
        CASES.format("is"),
        SAFE,
    ),
    (
        'Comment = when category is "Outlet" then "Used" else "New"',
        "P001",
        "else",
        CASES.format("is"),
        SAFE,
    ),
    (
        r'Comment = "Size 5\" of {brand}"',
        "N110",
        r'"Size 5\" of {brand}"',
        r'Comment = join_texts("", "Size 5\" of ", brand)',
        CHOICE,
    ),
    (
        'let when_old = when category is "Outlet" then "Used" otherwise "New"\nComment = when_old',
        "P001",
        "otherwise",
        'let when_old =\n  when category is "Outlet" then "Used"\n  otherwise "New"\nComment = when_old',
        SAFE,
    ),
    (CASES.format("is").replace("otherwise", "sinon"), "P015", "sinon", CASES.format("is"), SAFE),
    (CASES.format("is").replace("otherwise", "else"), "P007", "else", CASES.format("is"), SAFE),
    ("StrikedPrice = 12 €", "P009", "12 €", "StrikedPrice = 12 EUR", SAFE),
    ("StrikedPrice = 12,50€", "P009", "12,50€", "StrikedPrice = 12.50 EUR", SAFE),
    ("StrikedPrice = EUR 12", "P009", "EUR 12", "StrikedPrice = 12 EUR", SAFE),
    (
        "StrikedPrice = price_excl_vat * (100% + 20) rounded up to 0.01 EUR",
        "T201",
        "100% + 20",
        "StrikedPrice = price_excl_vat * (100% + 20%) rounded up to 0.01 EUR",
        CHOICE,
    ),
    (
        "StrikedPrice = price_excl_vat * (1 + vat_rate) rounded up to 0.01 EUR",
        "T201",
        "1 + vat_rate",
        "StrikedPrice = price_excl_vat * (100% + vat_rate) rounded up to 0.01 EUR",
        CHOICE,
    ),
    (
        'require sale_start present and sale_start before 29/07/2025 else reject "Over"',
        "P018",
        "29/07/2025",
        'require sale_start present and sale_start before 2025-07-29 else reject "Over"',
        SAFE,
    ),
    (
        'require now before 2025-07-29 10:00 else reject "Over"',
        "D401",
        "2025-07-29 10:00",
        'require now before 2025-07-29 10:00 Europe/Paris else reject "Over"',
        CHOICE,
    ),
    ("Comment = “Neuf”", "P010", "“", 'Comment = "Neuf"', SAFE),
    ('Comment =\u00a0"Neuf"', "P010", "\u00a0", 'Comment = "Neuf"', SAFE),
    (
        TABLE.format("brand\tweight\tComment\nLumeo\t<= 3 kg\tLampe légère\nany\t\tLampe"),
        "P003",
        "brand\tweight\tComment",
        TABLE.format(
            "| brand | weight || Comment |\n"
            '| "Lumeo" | <= 3 kg || "Lampe légère" |\n'
            '| any | any || "Lampe" |'
        ),
        CHOICE,
    ),
    (
        TABLE.format('| brand | Comment |\n| any || "x" |'),
        "P012",
        "| brand | Comment |",
        TABLE.format('| brand || Comment |\n| any || "x" |'),
        CHOICE,
    ),
    (
        TABLE.format('| brand || Comment |\n| any | "x" |'),
        "P003",
        '| any | "x" |',
        TABLE.format('| brand || Comment |\n| any || "x" |'),
        CHOICE,
    ),
    (
        TABLE.format('| brand || Comment |\n| any || "x"'),
        "P003",
        '"',
        TABLE.format('| brand || Comment |\n| any || "x" |'),
        CHOICE,
    ),
    (
        'require weight present sinon reject "Poids"',
        "P015",
        "sinon",
        'require weight present else reject "Poids"',
        SAFE,
    ),
    (
        'exclure when weight missing because "Poids"',
        "P015",
        "exclure",
        'exclude when weight missing because "Poids"',
        SAFE,
    ),
    ("PreparationTime = 2 jours", "P015", "jours", "PreparationTime = 2 days", SAFE),
    ('comment = "x"', "N102", "comment", 'Comment = "x"', CHOICE),
    ("striked_price = 12.00 EUR", "N102", "striked_price", "StrikedPrice = 12.00 EUR", CHOICE),
    ("STRIKEDPRICE = 12.00 EUR", "N102", "STRIKEDPRICE", "StrikedPrice = 12.00 EUR", CHOICE),
    ("Comment = Brand", "N102", "Brand", "Comment = brand", CHOICE),
    (
        "StrikedPrice = price_excl_vat * 2 rounded to 0.01 EUR",
        "M304",
        "to",
        "StrikedPrice = price_excl_vat * 2 rounded half up to 0.01 EUR",
        CHOICE,
    ),
    (
        "StrikedPrice = price_excl_vat * 2 rounded up 0.01 EUR",
        "M304",
        "0.01",
        "StrikedPrice = price_excl_vat * 2 rounded up to 0.01 EUR",
        CHOICE,
    ),
    (
        'require weight present else "Poids"',
        "P003",
        '"Poids"',
        'require weight present else reject "Poids"',
        CHOICE,
    ),
    (
        'only when weight present\nComment = "x"\nend\nend\nStrikedPrice = 12.00 EUR',
        "P005",
        "end",
        'only when weight present\nComment = "x"\nend\n\nStrikedPrice = 12.00 EUR',
        CHOICE,
    ),
]


@pytest.mark.parametrize(("typed", "code", "words", "meant", "level"), MISTAKES)
def test_a_mistake_its_message_and_its_edit(
    shop: Shop, *, typed: str, code: str, words: str, meant: str, level: EditLevel
) -> None:
    without = ("PreparationTime",) if typed.startswith("Prep") else ()
    text = shop.text(typed, without=without)
    (told,) = shop.of(text)
    assert told.code.number == code
    assert marked(text, told) == words
    help_ = told.helps[0]
    assert help_.level is level
    mended = applied(text, help_)
    assert mended == shop.text(meant, without=without)
    assert shop.of(mended) == []


def test_a_cell_too_few(shop: Shop) -> None:
    (told,) = shop.told(TABLE.format('| brand | weight || Comment |\n| any || "x" |'))
    assert told.says == "the header has 3 cells, and this row 2"
    (told,) = shop.told(TABLE.format('| brand || Comment |\n| "Lumeo" |\n| any || "x" |'))
    assert told.says == "the header has 2 cells, and this row 1"


def test_a_plain_number_where_a_percentage_goes(shop: Shop) -> None:
    text = shop.text(GROUP)
    (told,) = shop.of(text)
    assert (
        told.says
        == "`DiscountComponentDiscountValue` takes a percentage, and this is a whole number"
    )
    assert applied(text, told.helps[0]) == shop.text(f"{GROUP}%")


def test_mistakes_that_have_nothing_to_do_with_each_other_are_all_told(shop: Shop) -> None:
    codes = [d.code.number for d in shop.told(MANY)]
    assert codes == ["N101", "P013", "P008", "M307", "N102", "P003", "T201"]


def test_what_could_not_be_read_says_nothing_more(shop: Shop) -> None:
    """The attribute of a broken line is not told to be lacking, nor its `let` to be unknown."""
    body = 'let high = price_excl_vat ** 2\nrequire high > 2.00 EUR else reject "x"'
    assert [d.code.number for d in shop.told(body)] == ["P007"]
    broken = "Price = 12,50 EUR\nStrikedPrice = Price"
    assert [d.code.number for d in shop.told(broken, without=("Price",))] == ["P008"]
    table = 'table fees key brand\n| brand | fee\n| "A" | 2.00 EUR |\nend'
    taken = "StrikedPrice = take fee from fees for brand default omit"
    assert [d.code.number for d in shop.told(taken, beside=table)] == ["P003"]
    opened = shop.text().replace("mapping offer for", "mapping offer fr")
    assert [d.code.number for d in shop.of(opened)] == ["P002"]
    switch = "milestone switch = 2025-07-29 10:00\n"
    windows = "channel cdiscount\n  send offers manually until switch\nend\n"
    channels = switch + windows + "channel cdiscount_octopia\nend"
    assert [d.code.number for d in shop.told(channels=channels)] == ["D401"]


LONG = """\
let used = category in (
  "Outlet",  # as good as new
  "Refurbished",
)
{}
only when used
Comment = "x"
end"""


def test_a_bracket_over_several_lines_moves_nothing(shop: Shop) -> None:
    """Lines below it are counted as they are typed."""
    text = shop.text(LONG.format("StrikedPrice = 12,50 EUR"))
    (told,) = shop.of(text)
    assert (told.code.number, marked(text, told)) == ("P008", "12,50")
    assert text.split("\n")[told.span.line - 1] == "StrikedPrice = 12,50 EUR"
    text = shop.text(LONG.format("StrikedPrice = lst_price default omit"))
    (told,) = shop.of(text)
    assert text.split("\n")[told.span.line - 1].startswith("StrikedPrice")
    assert shop.told(LONG.format("")) == []


def test_a_mistake_within_a_bracket_is_one(shop: Shop) -> None:
    body = LONG.format("StrikedPrice = 12,50 EUR").replace('"Outlet",', '"Outlet" "Lamps",')
    assert [d.code.number for d in shop.told(body)] == ["P001", "P008"]


@pytest.mark.parametrize(
    ("typed", "words", "meant"),
    [
        ("weight > 3 kgs", "3 kgs", "weight > 3 kg"),
        ("weight > 3.5 Kg", "3.5 Kg", "weight > 3.5 kg"),
        ("weight > 3.5.1 kg", "3.5.1", None),
    ],
)
def test_a_number_and_a_word_that_is_no_unit(
    shop: Shop, *, typed: str, words: str, meant: str | None
) -> None:
    text = shop.text(f'exclude when weight missing or {typed} because "Heavy"')
    (told,) = shop.of(text)
    assert (told.code.number, marked(text, told)) == ("P019", words)
    if meant is None:
        assert told.helps == ()
    else:
        assert shop.of(applied(text, told.helps[0])) == []


def test_a_statement_outside_of_a_mapping(shop: Shop) -> None:
    (told,) = shop.told(beside="StrikedPrice = 3.00 EUR")
    assert told.code.number == "P001"
    assert told.helps[0].says == "statements stand between `mapping offer for ...` and its `end`"


def test_a_share_is_meant_where_a_percentage_is_below_one(shop: Shop) -> None:
    text = shop.text("Vat = 0.2", without=("Vat",))
    (told,) = shop.of(text)
    assert (told.code.number, told.helps[0].says) == ("T202", "write `20%`")


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("max(0,99 EUR, Price)", "P008", "0,99 EUR"),
        ("min(5, Price)", "T206", "min(5, Price)"),
        ("max(1, 2, Price)", "T206", "max(1, 2, Price)"),
        ("max(0, 0.99 EUR, Price)", None, ""),
        ("max(0, Price)", None, ""),
        ("max(Price, 0)", None, ""),
    ],
)
def test_a_number_beside_an_amount(shop: Shop, *, typed: str, code: str | None, words: str) -> None:
    """A plain 0 is an amount of any kind, and no other number is."""
    text = shop.text(f"StrikedPrice = {typed}")
    found = [(told.code.number, marked(text, told)) for told in shop.of(text)]
    assert found == ([] if code is None else [(code, words)])
