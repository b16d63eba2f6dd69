"""What people write who know programs, queries or sheets: the message, and the words to write instead."""

import pytest
from checking.shop import Shop, applied, marked

from engine.diagnostics.diagnostic import EditLevel

SAFE, CHOICE = EditLevel.SAFE, EditLevel.CHOICE
CASES = 'Comment =\n  when category is "Outlet" then "Used"\n  {}\n  otherwise "New"'
EXCLUDED = 'exclude when {} because "Not ours"'
# What is typed, the code, the words marked, what stands in their place, and how sure the edit is.
WORDS = [
    ("StrikedPrice = `Prix barré` default omit", "N101", "`Prix barré`", "list_price", SAFE),
    ("StrikedPrice = [Prix barré] default omit", "N101", "[Prix barré]", "list_price", SAFE),
    ("StrikedPrice = `list_price` default omit", "P021", "`list_price`", "list_price", SAFE),
    ("`StrikedPrice` = 3.00 EUR", "P021", "`StrikedPrice`", "StrikedPrice", SAFE),
    ("StrikedPrice = product.list_price default omit", "P007", "product.list_price", "list_price", CHOICE),
    ("StrikedPrice = $list_price default omit", "P007", "$list_price", "list_price", CHOICE),
    ('StrikedPrice = $p["list_price"] default omit', "P007", '$p["list_price"]', "list_price", CHOICE),
    ("StrikedPrice := 3.00 EUR", "P007", ":=", "=", SAFE),
    ("StrikedPrice => 3.00 EUR", "P007", "=>", "=", SAFE),
    ("StrikedPrice -> 3.00 EUR", "P007", "->", "=", SAFE),
    ("StrikedPrice === 3.00 EUR", "P007", "===", "=", SAFE),
    ("let half : 3", "P007", ":", "=", SAFE),
    ("Comment = 'Neuf'", "P022", "'Neuf'", '"Neuf"', SAFE),
    ("Comment = 'L\\'eau'", "P022", "'L\\'eau'", '"L\'eau"', SAFE),
    (EXCLUDED.format('brand === "A"'), "P007", "===", "is", SAFE),
    (EXCLUDED.format('brand !== "A"'), "P007", "!==", "is not", SAFE),
    (EXCLUDED.format("weight == null"), "P007", "== null", "missing", SAFE),
    (EXCLUDED.format("weight <> NULL"), "P007", "<> NULL", "present", SAFE),
    (EXCLUDED.format("weight is None"), "P007", "is None", "missing", SAFE),
    (EXCLUDED.format("weight is not null"), "P007", "is not null", "present", SAFE),
    (EXCLUDED.format("weight is missing"), "P007", "is missing", "missing", SAFE),
    (EXCLUDED.format("weight is not missing"), "P007", "is not missing", "present", SAFE),
    (EXCLUDED.format("weight is not present"), "P007", "is not present", "missing", SAFE),
    (EXCLUDED.format('brand is not in ("A", "B")'), "P007", "is not in", "not in", SAFE),
    (EXCLUDED.format("price_excl_vat ≥ 3 EUR"), "P007", "≥", ">=", SAFE),
    ('exclude where brand is "A" because "Not ours"', "P007", "where", "when", SAFE),
    ('Comment =\n  when category is "Outlet" then "Used"\n  elif brand is "A" then "B"\n  otherwise "New"', "P007", "elif", "when", SAFE),
    ('Comment =\n  when category is "Outlet" then "Used"\n  elseif brand is "A" then "B"\n  otherwise "New"', "P007", "elseif", "when", SAFE),
    ('Comment =\n  when category is "Outlet" then "Used"\n  else if brand is "A" then "B"\n  otherwise "New"', "P007", "else if", "when", SAFE),
    ('Comment =\n  when category is "Outlet" then "Used"\n  sinon si brand is "A" then "B"\n  otherwise "New"', "P007", "sinon si", "when", SAFE),
    ("StrikedPrice = list_price ?? 3.00 EUR", "P007", "??", "default", SAFE),
    ("StrikedPrice = list_price || 3.00 EUR", "P007", "||", "default", CHOICE),
    ("let half = 10 × 2", "P007", "×", "*", SAFE),
    ("let half = 10 ÷ 2", "P007", "÷", "/", SAFE),
    ("StrikedPrice = MAX(1.00 EUR, 2.00 EUR)", "N103", "MAX", "max", CHOICE),
    ("Comment = brand.upper()", "P007", "brand.upper()", "upper(brand)", CHOICE),
    ("PreparationTime = 48h", "P019", "48h", "48 hours", SAFE),
    ("PreparationTime = 2 j", "P019", "2 j", "2 days", SAFE),
    ("PreparationTime = 1 d", "P019", "1 d", "1 day", SAFE),
    ("ProductCondition = new", "N101", "new", '"New"', CHOICE),
    ("ProductCondition = New", "N102", "New", '"New"', CHOICE),
    ("ProductCondition = nwe", "N101", "nwe", '"New"', CHOICE),
    (EXCLUDED.format("category is outlet"), "N101", "outlet", '"Outlet"', CHOICE),
    (EXCLUDED.format("category in (Outlet, Lamp)"), "N102", "Outlet", '"Outlet"', CHOICE),
    ("Comment = Neuf", "N102", "Neuf", '"Neuf"', CHOICE),
    ("Comment = Marque", "N102", "Marque", "brand", CHOICE),
]  # fmt: skip
# The same, where what is marked is not all that changes: with the whole that it becomes.
LINES = [
    ('Exclude when weight present because "Heavy"', "P002", "Exclude", 'exclude when weight present because "Heavy"', SAFE),
    ("Let half = 3", "P002", "Let", "let half = 3", SAFE),
    ("Vat = 20 percent", "P019", "20 percent", "Vat = 20%", SAFE),
    ("Vat = 20 pourcent", "P019", "20 pourcent", "Vat = 20%", SAFE),
    (EXCLUDED.format('brand in "A", "B"'), "P003", '"A", "B"', EXCLUDED.format('brand in ("A", "B")'), SAFE),
    ('exclude when weight present, because "Heavy"', "P007", ",", 'exclude when weight present because "Heavy"', SAFE),
    ("exclude when weight present because too heavy", "P003", "too", 'exclude when weight present because "too heavy"', CHOICE),
    ("StrikedPrice = list_price or omit", "T204", "list_price", "StrikedPrice = list_price default omit", CHOICE),
    ('IF weight present THEN Comment = "x"', "P007", "IF", 'only when weight present\n  Comment = "x"\nend', CHOICE),
    ('If weight present then\n  Comment = "x"\nend\nlet half = 3', "P007", "If", 'only when weight present\n  Comment = "x"\nend\nlet half = 3', CHOICE),
    ('only when weight present {\n  Comment = "x"\nend', "P007", "{", 'only when weight present \n  Comment = "x"\nend', SAFE),
    ('only when weight present\n  Comment = "x"\n}', "P007", "}", 'only when weight present\n  Comment = "x"\nend', CHOICE),
    ("// ours", "P023", "//", "# ours", SAFE),
    ("-- ours", "P023", "--", "# ours", SAFE),
    ("/* ours */", "P023", "/*", "# ours", SAFE),
    ("/*\n * ours,\n * and theirs\n */", "P023", "/*", "# ours,\n# and theirs", SAFE),
    ("let half = 10 // 2", "P023", "//", "let half = 10 # 2", CHOICE),
    ("StrikedPrice = 3.00 EUR;", "P007", ";", "StrikedPrice = 3.00 EUR", SAFE),
    ("StrikedPrice = 3.00 EUR; # ours", "P007", ";", "StrikedPrice = 3.00 EUR # ours", SAFE),
    ('Comment = "a;b"; let half = 1', "P007", ";", 'Comment = "a;b"\nlet half = 1', SAFE),
    ("StrikedPrice = max(1.00 EUR; 2.00 EUR)", "P007", ";", "StrikedPrice = max(1.00 EUR, 2.00 EUR)", SAFE),
    ("StrikedPrice = 3.00 EUR,", "P007", ",", "StrikedPrice = 3.00 EUR", SAFE),
    ("var half = 3", "P007", "var", "let half = 3", SAFE),
    ("set StrikedPrice = 3.00 EUR", "P007", "set", "StrikedPrice = 3.00 EUR", SAFE),
    ("Comment = ‘Neuf’", "P010", "‘", 'Comment = "Neuf"', SAFE),
    (EXCLUDED.format("!weight present"), "P007", "!", EXCLUDED.format("not weight present"), SAFE),
    (EXCLUDED.format('brand in ["A", "B"]'), "P007", "[", EXCLUDED.format('brand in ("A", "B")'), SAFE),
    (EXCLUDED.format('brand is "A" or "B"'), "T204", '"B"', EXCLUDED.format('brand in ("A", "B")'), CHOICE),
    (EXCLUDED.format('brand contains "A"'), "P007", "contains", EXCLUDED.format('contains(brand, "A")'), CHOICE),
    (EXCLUDED.format('brand like "A%"'), "P007", "like", EXCLUDED.format('starts_with(brand, "A")'), CHOICE),
    (EXCLUDED.format('brand like "%A"'), "P007", "like", EXCLUDED.format('ends_with(brand, "A")'), CHOICE),
    (EXCLUDED.format('brand like "%A%"'), "P007", "like", EXCLUDED.format('contains(brand, "A")'), CHOICE),
    (EXCLUDED.format("price_excl_vat between 1 EUR and 2 EUR"), "P007", "between", EXCLUDED.format("price_excl_vat >= 1 EUR and price_excl_vat <= 2 EUR"), CHOICE),
    ('Comment = category is "Outlet" ? "Used" : "New"', "P007", "?", 'Comment =\n  when category is "Outlet" then "Used"\n  otherwise "New"', CHOICE),
    ('Comment = SI(category is "Outlet"; "Used"; "New")', "P007", "(", 'Comment =\n  when category is "Outlet" then "Used"\n  otherwise "New"', CHOICE),
    ('Comment =\n  if category is "Outlet" then\n    "Used"\n  else\n    "New"\n  end', "P007", "if", 'Comment =\n  when category is "Outlet" then "Used"\n  otherwise "New"', CHOICE),
    ('if weight present then\n  Comment = "x"\nend\nlet half = 3', "P007", "if", 'only when weight present\n  Comment = "x"\nend\nlet half = 3', CHOICE),
    ('if weight present then Comment = "x"', "P007", "if", 'only when weight present\n  Comment = "x"\nend', CHOICE),
    ("Comment = 'L''eau'", "P022", "'L''eau'", 'Comment = "L\'eau"', SAFE),
    (EXCLUDED.format("category is « Outlet »"), "P010", "«", EXCLUDED.format('category is "Outlet"'), SAFE),
    (EXCLUDED.format("category is «\u00a0Outlet\u00a0»"), "P010", "«", EXCLUDED.format('category is "Outlet"'), SAFE),
    (EXCLUDED.format('brand not like "A%"'), "P007", "like", EXCLUDED.format('not starts_with(brand, "A")'), CHOICE),
    ('Comment =\n  when category is "Outlet" => "Used"\n  otherwise "New"', "P007", "=>", 'Comment =\n  when category is "Outlet" then "Used"\n  otherwise "New"', CHOICE),
    ('Comment =\n  when category is "Outlet": "Used"\n  otherwise "New"', "P007", ":", 'Comment =\n  when category is "Outlet" then "Used"\n  otherwise "New"', CHOICE),
    (EXCLUDED.format("price_excl_vat > 1.500 €"), "P009", "1.500 €", EXCLUDED.format("price_excl_vat > 1500 EUR"), CHOICE),
    (EXCLUDED.format("price_excl_vat > €1.500"), "P009", "€1.500", EXCLUDED.format("price_excl_vat > 1500 EUR"), CHOICE),
    (EXCLUDED.format("price_excl_vat > 1 500 €"), "P009", "1 500 €", EXCLUDED.format("price_excl_vat > 1500 EUR"), CHOICE),
    (EXCLUDED.format("price_excl_vat > 1 500,50 EUR"), "P008", "1 500,50", EXCLUDED.format("price_excl_vat > 1500.50 EUR"), CHOICE),
    (EXCLUDED.format("price_excl_vat > 1.500,50 €"), "P009", "1.500,50 €", EXCLUDED.format("price_excl_vat > 1500.50 EUR"), SAFE),
    (EXCLUDED.format("price_excl_vat > 1.500,50 EUR"), "P008", "1.500,50", EXCLUDED.format("price_excl_vat > 1500.50 EUR"), SAFE),
    (EXCLUDED.format("price_excl_vat > 0.125 €"), "P009", "0.125 €", EXCLUDED.format("price_excl_vat > 0.125 EUR"), SAFE),
    (EXCLUDED.format("weight presnt"), "P002", "presnt", EXCLUDED.format("weight present"), SAFE),
    ("StrikedPrice = coalesce(list_price, 1.00 EUR)", "N103", "coalesce", "StrikedPrice = (list_price default 1.00 EUR)", CHOICE),
]  # fmt: skip
SET_ELSEWHERE = ("Vat", "PreparationTime", "ProductCondition")
HABITS = [*((t, c, w, t.replace(w, m, 1), s) for t, c, w, m, s in WORDS), *LINES]


@pytest.mark.parametrize(("typed", "code", "words", "meant", "level"), HABITS)
def test_a_habit_its_message_and_its_edit(
    shop: Shop, *, typed: str, code: str, words: str, meant: str, level: EditLevel
) -> None:
    without = tuple(name for name in SET_ELSEWHERE if typed.startswith(name))
    text = shop.text(typed, without=without)
    told, *more = shop.of(text)
    assert (told.code.number, marked(text, told)) == (code, words)
    assert told.helps[0].level is level
    mended = applied(text, told.helps[0])
    assert mended == shop.text(meant, without=without)
    # What else the line lacks was told as well, and nothing has come.
    assert [d.says for d in shop.of(mended)] == [d.says for d in more]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("= 3 kg", "3 kg"),
        ("== 3 kg", "3 kg"),
        ("is 3 kg", "3 kg"),
        ("!= 3 kg", "not 3 kg"),
        ("<> 3 kg", "not 3 kg"),
        ("is not 3 kg", "not 3 kg"),
        ("=> 3 kg", ">= 3 kg"),
        ("[3 kg, 4 kg]", "3 kg, 4 kg"),
        ("!= null", "present"),
    ],
)
def test_a_cell_is_held_against_its_column(shop: Shop, *, typed: str, meant: str) -> None:
    table = "decide Comment by first row that fits\n  | weight | brand || Comment |\n"
    table += '  | {} | any || "a" |\n  | any | any || "b" |\nend'
    text = shop.text(table.format(typed))
    (told,) = shop.of(text)
    assert told.helps[0].level is SAFE
    mended = applied(text, told.helps[0])
    assert " ".join(mended.split()) == " ".join(shop.text(table.format(meant)).split())
    assert shop.of(mended) == []


@pytest.mark.parametrize("sign", ["==", "===", "is"])
def test_a_test_gives_and_expects_values(shop: Shop, sign: str) -> None:
    test = 'test "a" on cdiscount at 2025-07-01 10:30 Europe/Paris\n'
    test += '  given product "fixtures/lamp.json" but weight {0} 3 kg\n  expect Stock {0} 3\nend'
    text = shop.text(beside=test.format(sign))
    for _ in range(2):
        told = next(d for d in shop.of(text) if d.code.number == "P007")
        assert told.helps[0].level is SAFE
        text = applied(text, told.helps[0])
    assert text == shop.text(beside=test.format("="))


def test_a_test_does_not_expect_what_a_value_is_not(shop: Shop) -> None:
    test = 'test "a" on cdiscount at 2025-07-01 10:30 Europe/Paris\n'
    test += '  given product "fixtures/lamp.json"\n  expect Stock {} 3\nend'
    for sign in ("!=", "<>", "is not", "=>", ">", "≤"):
        told = next(d for d in shop.told(beside=test.format(sign)) if d.code.number == "P007")
        assert not any(help_.replacements for help_ in told.helps)


def test_a_result_is_no_more_than_a_value(shop: Shop) -> None:
    table = (
        'decide Comment by first row that fits\n  | brand || Comment |\n  | any || != "a" |\nend'
    )
    told = next(d for d in shop.told(table) if d.code.number == "P007")
    assert not any(help_.replacements for help_ in told.helps)


def test_values_of_a_test_stand_between_commas(shop: Shop) -> None:
    test = 'test "a" on cdiscount at 2025-07-01 10:30 Europe/Paris\n'
    test += '  given product "fixtures/lamp.json" but weight = 3 kg{} brand = "A"\n  expect Stock = 3{}end'
    for typed, meant in (((";", "; "), (",", "\n  ")), ((",", "\n"), (",", "\n"))):
        text = shop.text(beside=test.format(*typed))
        while found := [d for d in shop.of(text) if d.code.number == "P007"]:
            assert found[0].helps[0].level is SAFE
            text = applied(text, found[0].helps[0])
        assert text == shop.text(beside=test.format(*meant))


def test_a_milestone_is_given_its_instant(shop: Shop) -> None:
    text = shop.text(beside="milestone opening {} 2025-07-29 10:00 Europe/Paris")
    for sign in ("==", ":=", ":"):
        told = shop.of(text.format(sign, EAN="{EAN}", ean="{ean}"))[0]
        mended = applied(text.format(sign, ean="{ean}"), told.helps[0])
        assert (told.helps[0].level, mended) == (SAFE, text.format("=", ean="{ean}"))


def test_a_text_of_a_test_follows_its_word(shop: Shop) -> None:
    test = 'test "a" on cdiscount at 2025-07-01 10:30 Europe/Paris\n'
    test += '  given product "fixtures/lamp.json"\n  expect rejected {}"No"\nend'
    text = shop.text(beside=test.format("== "))
    told = next(d for d in shop.of(text) if d.code.number == "P007")
    assert applied(text, told.helps[0]) == shop.text(beside=test.format(" "))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("'\"'", '"\\""'), ("'a \"b\" c'", '"a \\"b\\" c"')],
)
def test_quotes_within_single_quotes_are_asked(shop: Shop, *, typed: str, meant: str) -> None:
    """No part of it is taken for a text of its own, nor the blank between it and the next."""
    text = shop.text(f"Comment = replace(brand, {typed}, 'x')")
    first, second = shop.of(text)
    assert (first.code.number, first.helps[0].level) == ("P022", CHOICE)
    assert (second.code.number, second.helps[0].level) == ("P022", SAFE)
    mended = applied(applied(text, second.helps[0]), first.helps[0])
    assert mended == shop.text(f'Comment = replace(brand, {meant}, "x")')
    assert shop.of(mended) == []


def test_a_word_that_is_near_to_two_others_is_asked(shop: Shop) -> None:
    """`in` or `is`, `on` or `or`: neither is taken for a person. Nor is a word that is one itself."""
    for line, words in (
        (EXCLUDED.format('brand ia "A"'), ["write `in`", "write `is`"]),
        (EXCLUDED.format("brand present ar weight present"), ["write `or`"]),
    ):
        told = shop.told(line)[0]
        levels = {help_.level for help_ in told.helps}
        assert [help_.says for help_ in told.helps] == words, line
        assert levels == ({SAFE} if words == ["write `or`"] else {CHOICE}), line


def test_a_word_of_the_language_is_no_other_misspelt(shop: Shop) -> None:
    """The slip stands before it: `edn of`."""
    told = shop.told("AvailabilityDate = edn of 2025-01-01 in Europe/Paris")
    assert not any(help_.level is SAFE for one in told for help_ in one.helps)


def test_signs_for_any_letters_within_a_text_are_no_part_of_a_text(shop: Shop) -> None:
    for text in ("A%B", "%", "A"):
        (told,) = shop.told(EXCLUDED.format(f'brand like "{text}"'))
        assert not any(help_.replacements for help_ in told.helps), text


def test_brackets_behind_a_name_are_no_list(shop: Shop) -> None:
    (told,) = shop.told("let first = stock_total[0]")
    assert not any(help_.level is SAFE for help_ in told.helps)


def test_a_habit_is_told_once_and_the_rest_of_its_line_is_looked_at(shop: Shop) -> None:
    """Nor is what the line sets told to be lacking."""
    for line in ("Stock := 3", "Stock += 3", "Stock: 3", "Stock = 3;", "Stock = `Nothing Such`"):
        assert len(shop.told(line, without=("Stock",))) == 1, line
    assert [d.code.number for d in shop.told("StrikedPrice = lst_price default omit;")] == [
        "N101",
        "P007",
    ]
    assert [d.code.number for d in shop.told("StrikedPrice = 'a'")] == ["P022", "T202"]


def test_what_is_no_habit_stays(shop: Shop) -> None:
    """Marks within texts and comments, and apostrophes in words."""
    for line in (
        "Comment = \"https://example.com/a;b /* c */ 'd' `e` [f]\"",
        "let half = 3 # // a; 'b' `c` /* d",
        "Comment = \"L'eau d'or\"",
        "let third = 1 / 3",
    ):
        assert shop.told(line) == [], line


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("let x = 3 ^ 2", "there are no powers: multiply the value by itself"),
        ("let x = 3 ** 2", "there are no powers: multiply the value by itself"),
        ('Comment = brand & " x"', 'texts are put together with `join_texts("", first, second)`'),
        ('Comment = brand . " x"', 'texts are put together with `join_texts("", first, second)`'),
        ('Comment = concat(brand, "x")', "it is called `join_texts(separator, texts, ...)` here"),
        ("Comment = substr(brand, 1, 3)", "it is called `middle(text, start, length)` here"),
        (
            'Comment = if(weight present, "a", "b")',
            "write cases: `when ... then ...`, and `otherwise ...` on the next line",
        ),
        (
            "StrikedPrice = cost_price\n  * 2",
            "a value ends with its line; only within brackets it goes on in the next one",
        ),
        (
            "Comment = VLOOKUP(sku, notes, 2)",
            "a table is looked up with `take COLUMN from TABLE for KEY`",
        ),
        (
            "Comment = vlookup(sku, 2)",
            "a table is looked up with `take COLUMN from TABLE for KEY`",
        ),
        (
            "StrikedPrice = A2",
            "rules name no cells of a sheet: write the field that the column is read into",
        ),
        (
            "StrikedPrice = Prix Achat",
            "a name has no blanks: write the field that the column is read into, see the schema",
        ),
        (
            "let x = 10 plus 2",
            "what can follow: `is`, `and` or the end of the line, among others",
        ),
        ("exclude brand present because 3", "what can follow: `when`"),
    ],
)
def test_what_to_write_is_said(shop: Shop, *, typed: str, says: str) -> None:
    (told,) = shop.told(typed)
    assert says in [help_.says for help_ in told.helps]


def test_nothing_is_sent_or_something_is_emptied(shop: Shop) -> None:
    (told,) = shop.told("Comment = null")
    assert [(h.says, h.level) for h in told.helps[:2]] == [
        ("write `omit`", CHOICE),
        ("write `clear`", CHOICE),
    ]


def test_a_field_called_as_such_a_word_is_that_field(shop: Shop) -> None:
    assert shop.told("let none = 1.00 EUR\nStrikedPrice = none") == []


def test_a_semicolon_beside_a_decimal_comma_is_asked(shop: Shop) -> None:
    """`1,5; 2` may be two numbers or, once the semicolon is a comma, three."""
    (told,) = shop.told("StrikedPrice = max(1,5 EUR; 2.00 EUR)")
    assert told.code.number in ("P007", "P008", "P009")
    assert all(help_.level is not SAFE or "," not in help_.says for help_ in told.helps)


def test_a_block_that_nobody_ended_takes_no_other_end(shop: Shop) -> None:
    """The `end` below closes the mapping: what is told is said of the block, not the mapping."""
    text = shop.text('if weight present then\n  Comment = "x"')
    (told,) = shop.of(text)
    assert told.code.number == "P007"
    assert told.helps[0].replacements == ()


def test_a_semicolon_at_the_end_of_a_line_within_brackets(shop: Shop) -> None:
    typed = "StrikedPrice = max(\n  1.00 EUR;\n  2.00 EUR)"
    (told,) = shop.told(typed)
    assert (told.code.number, told.helps[0].says) == ("P007", "write `,` between them")
    text = shop.text(typed)
    assert shop.of(applied(text, told.helps[0])) == []


def test_an_apostrophe_within_a_word_opens_no_text(shop: Shop) -> None:
    (told,) = shop.told("let x = prix d'achat (l')")
    assert told.code.number == "P001"


def test_a_field_called_none_is_compared(shop: Shop) -> None:
    told = shop.told('let none = brand\nexclude when brand is none because "Same"')
    assert "P007" not in [one.code.number for one in told]


@pytest.mark.parametrize(
    ("typed", "level"),
    [
        ("let x = (stock_total ?? 0) > 3", CHOICE),
        ("let x = stock_total ?? 0 > 3", CHOICE),
        ("let x = stock_total ?? 0", SAFE),
        ('exclude unless weight present because "Not ours"', SAFE),
        ('exclude unless weight present and vat_rate is 20% because "Not ours"', CHOICE),
        ('exclude when weight present & vat_rate is 20% because "Not ours"', CHOICE),
        ('exclude when weight present && vat_rate is 20% because "Not ours"', SAFE),
    ],
)
def test_what_may_bind_in_another_way_is_asked(shop: Shop, *, typed: str, level: EditLevel) -> None:
    (told,) = shop.told(typed)
    assert (told.code.number, told.helps[0].level) == ("P007", level)
