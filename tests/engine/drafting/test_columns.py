"""Which column is taken for what, how surely, and what the drafted files say of it."""

import json
from decimal import Decimal

import pytest

from engine.drafting.columns import ColumnGuess, Confidence, Guesses, guess_columns
from engine.drafting.fixture import draft_fixture
from engine.drafting.rules import draft_rules
from engine.drafting.schema import schema_text
from engine.drafting.words import Role

EAN = "3760123450010"


def drafted(*columns: tuple[str, list[str]]) -> tuple[Guesses, dict[str, dict[str, object]], str]:
    rows = list(zip(*(cells for _, cells in columns), strict=True))
    guesses = guess_columns([header for header, _ in columns], rows)
    schema = json.loads(schema_text(guesses), parse_float=Decimal)
    return guesses, schema["properties"], draft_rules(guesses, draft_fixture(guesses, rows)).text


def of(guesses: Guesses, role: Role) -> ColumnGuess:
    found = guesses.of(role)
    assert found is not None
    return found


def test_the_plainer_word_wins() -> None:
    guesses, _, _ = drafted(("ID", ["1", "2"]), ("SKU", ["A", "B"]))
    assert of(guesses, Role.SKU).header == "SKU"
    assert [c.field for c in guesses.columns] == ["id", "sku"]


def test_cells_without_a_header_word_are_only_a_low_guess() -> None:
    guesses, _, _ = drafted(("Nummer", [EAN, EAN]))
    assert of(guesses, Role.EAN).confidence is Confidence.LOW


def test_codes_that_a_spreadsheet_rounded_are_told_with_the_remedy() -> None:
    guesses, _, rules = drafted(("EAN", [EAN, "3.76012E+12", "3760130000000", "n.c."]))
    said = "a spreadsheet rounded 2 of them: export the feed anew with this column as text"
    assert said in of(guesses, Role.EAN).why
    assert said in rules
    typed, _, _ = drafted(("EAN", [EAN, "n.c."]))
    assert "spreadsheet" not in of(typed, Role.EAN).why


def test_a_bare_price_does_not_say_whether_vat_is_in_it() -> None:
    guesses, _, rules = drafted(("Prix", ["12,50", "3"]))
    assert of(guesses, Role.PRICE).confidence is Confidence.MEDIUM
    assert "does not say whether VAT is in the price" in rules
    sure, _, _ = drafted(("Prix TTC", ["12,50", "3"]))
    assert of(sure, Role.PRICE).confidence is Confidence.HIGH


def test_no_currency_is_said_and_never_silent() -> None:
    guesses, fields, rules = drafted(("Prix TTC", ["12,50"]))
    assert guesses.currency == ""
    assert "names no currency" in str(fields["price"]["$comment"])
    assert "NO CURRENCY in the feed, taken as EUR" in rules
    named, fields, rules = drafted(("Prix TTC", ["12,50 €"]))
    assert named.currency == "EUR"
    assert fields["price"]["x-currency-word"] == "optional"
    assert "NO CURRENCY" not in rules


def test_another_currency_makes_no_price() -> None:
    _, fields, rules = drafted(("price", ["12.50"]), ("currency", ["USD"]))
    assert (fields["price"]["x-currency"], fields["price"]["x-currency-column"]) == (
        "USD",
        "currency",
    )
    assert "Price = reject \"the feed's amounts are in USD" in rules


def test_the_vat_rate_is_never_guessed() -> None:
    _, _, rules = drafted(("Prix HT", ["12,50 EUR"]))
    assert 'Vat = reject "no column of the feed holds the VAT rate' in rules
    assert 'Price = reject "column `Prix HT` is without VAT' in rules


def test_ways_of_writing_a_rate() -> None:
    assert drafted(("TVA", ["20%", "5,5%"]))[1]["vat_rate"]["x-percent"] == "sign"
    assert drafted(("TVA", ["20", "5,5"]))[1]["vat_rate"]["x-percent"] == "points"
    guesses, fields, _ = drafted(("TVA", ["0.2", "0.055"]))
    assert fields["vat_rate"]["x-percent"] == "fraction"
    assert of(guesses, Role.VAT_RATE).confidence is Confidence.LOW
    for cells in (["20", "0.2"], ["20", "0,2", "0.055"], ["20%", "0.2"]):
        assert drafted(("TVA", cells))[0].number(Role.VAT_RATE) is None, cells


@pytest.mark.parametrize(
    "headers",
    [
        ("Tarif d'achat HT", "Tarif public TTC"),
        ("Tarif revendeur", "Tarif public"),
        ("Dealer price", "Retail price incl VAT"),
        ("Lowest price", "Shop price"),
        ("Prix de vente promo", "Tarif public"),
        ("EK", "Preis"),
        ("EK-Preis", "VK brutto"),
        ("Preis Händler", "Verkaufspreis"),
        ("Einkaufspreis netto", "Verkaufspreis inkl. MwSt"),
        ("Sonderpreis", "Preis inkl. Mehrwertsteuer"),
        ("Precio de compra", "PVP"),
        ("Precio mayorista", "Precio tienda"),
        ("Precio", "PVP"),
        ("Preis", "Verkaufspreis"),
        ("Prezzo", "Prezzo al pubblico"),
        ("Prezzo di acquisto", "Prezzo"),
        ("Prezzo rivenditore", "Prezzo negozio"),
    ],
)
def test_what_others_pay_is_not_the_price(headers: tuple[str, str]) -> None:
    guesses, _, rules = drafted((headers[0], ["7,50", "8"]), (headers[1], ["12,50", "13"]))
    assert of(guesses, Role.PRICE).header == headers[1]
    assert "Price = price\n" in rules


def test_of_two_that_sound_alike_none_is_the_price() -> None:
    guesses, _, rules = drafted(("Prix A", ["7,50"]), ("Prix B", ["12,50"]))
    assert guesses.of(Role.PRICE) is None
    assert "FILL IN: no column of the feed holds the price" in rules
    plain, _, _ = drafted(("Prix A", ["7,50"]), ("Prix TTC", ["12,50"]))
    assert of(plain, Role.PRICE).header == "Prix TTC"


def test_a_price_that_sounds_like_one_and_is_without_vat_is_not_sold_at() -> None:
    guesses, _, rules = drafted(("Tarif boutique HT", ["10,00"]), ("TVA", ["20"]))
    assert of(guesses, Role.PRICE_EXCL_VAT).header == "Tarif boutique HT"
    assert "Price = price_excl_vat * (100% + vat_rate)" in rules


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Quantité minimale", ["10", "20"]),
        ("Seuil alerte stock", ["5", "5"]),
        ("Stock alert quantity", ["5", "5"]),
        ("Max order quantity", ["40", "40"]),
        ("In stock?", ["1", "0"]),
        ("Lagerbestand Lieferant", ["1200", "900"]),
        ("Bestand (reserviert)", ["2", "1"]),
        ("Mindestbestand", ["5", "5"]),
        ("Stock proveedor", ["1200", "900"]),
        ("Giacenza minima", ["5", "5"]),
        ("Verfügbar", ["1", "0"]),
    ],
)
def test_what_sounds_like_a_stock_and_counts_none(header: str, cells: list[str]) -> None:
    guesses, _, rules = drafted((header, cells))
    assert guesses.of(Role.STOCK) is None
    assert "Stock = reject" in rules
    beside, _, _ = drafted((header, cells), ("Available stock", ["3", "7"]))
    assert of(beside, Role.STOCK).header == "Available stock"


def test_amounts_that_may_be_thousands_are_left_to_fill_in() -> None:
    _, _, rules = drafted(("Prix TTC", ["1.500", "990"]))
    assert "has three digits behind each `.`, and 1.500 may be 1.5 or 1500" in rules
    assert '"x-grouping": "." and "x-decimal-mark": ","' in rules
    assert "Price = reject" in rules


def test_words_dates_units_and_steps() -> None:
    _, fields, rules = drafted(
        ("Promo", ["oui", "non"]),
        ("Début", ["29/07/2025", "30/07/2025"]),
        ("Poids (g)", ["1 250", "300"]),
        ("Prix TTC", ["1,2345", "2,5"]),
    )
    assert (fields["promo"]["x-yes"], fields["promo"]["x-no"]) == (["oui"], ["non"])
    assert fields["debut"]["x-date-pattern"] == "dd/MM/yyyy"
    assert (fields["weight"]["x-unit"], fields["weight"]["x-grouping"]) == ("g", " ")
    assert fields["price"]["multipleOf"] == Decimal("0.0001")
    assert "Price = price rounded half up to 0.01 EUR" in rules


def test_show_price_beside_a_price_without_vat_is_no_price() -> None:
    guesses, _, _ = drafted(("Price tax excluded", ["9.99"]), ("Boutique prix ttc affiche", ["1"]))
    assert guesses.of(Role.PRICE) is None


def test_the_fixture_is_the_first_row_that_reads_and_its_price_is_counted() -> None:
    columns = (
        ("Référence", ["A 1", "B-2"]),
        ("EAN", ["123", EAN]),
        ("Prix HT", ["10,00", "87,25"]),
        ("TVA", ["20", "20"]),
        ("Stock", ["1", "4"]),
    )
    rows = list(zip(*(cells for _, cells in columns), strict=True))
    guesses = guess_columns([header for header, _ in columns], rows)
    fixture = draft_fixture(guesses, rows)
    assert (fixture.sku, fixture.cells["ean"], fixture.price) == ("B-2", EAN, Decimal("104.70"))


def test_a_header_cannot_break_the_rules() -> None:
    _, _, rules = drafted(('Prix "net" {HT}\nend', ["10,00"]))
    assert '\nend"' not in rules
    assert rules.count("\nend") == 3


def test_amounts_without_vat_that_may_be_thousands_get_it_in_the_end() -> None:
    _, _, rules = drafted(("Prix HT", ["1.500", "990"]), ("TVA", ["20", "20"]))
    assert "then write `Price = price_excl_vat * (100% + vat_rate) rounded" in rules


def test_one_odd_cell_is_told_with_its_row_and_not_as_none_that_fits() -> None:
    guesses, _, rules = drafted(
        ("Prix TTC", ["12,50", "sur devis", "3"]), ("Stock", ["1", "2", "?"])
    )
    assert "66% of its cells fit; not “sur devis” in row 2" in of(guesses, Role.PRICE).why
    assert "column `Prix TTC` does not read as plain numbers: “sur devis” in row 2" in rules
    assert "column `Stock` does not read as plain numbers: “?” in row 3" in rules
    assert "Price = price\n" not in rules


def test_an_odd_cell_of_many_is_told_though_the_column_is_taken() -> None:
    guesses, _, rules = drafted(("Prix TTC", [*["12,50"] * 19, "sur devis"]))
    assert "95% of its cells fit; not “sur devis” in row 20" in of(guesses, Role.PRICE).why
    assert "Price = price\n" in rules


def test_what_an_offer_can_do_without_and_does_not_read_is_told() -> None:
    _, _, rules = drafted(
        ("Prix TTC", ["12,50", "3"]), ("Prix barré", ["15,00", "?"]), ("DEEE", ["0,10", "?"])
    )
    assert "# NOT USED: column `Prix barré` does not read as plain numbers: “?” in row 2" in rules
    assert "# NOT USED: column `DEEE` does not read as plain numbers: “?” in row 2" in rules
    assert "EcoPart = 0.00 EUR" in rules
    _, _, rules = drafted(("Prix TTC", ["12,50"]), ("Prix barré", [""]))
    assert "NOT USED" not in rules


def test_pieces_written_with_zeros_are_counted() -> None:
    _, fields, rules = drafted(("qty", ["100.0000", "0.0000"]))
    assert fields["stock"]["type"] == "number"
    assert "Stock = max(0, (stock default 0) rounded down to 1)" in rules


def test_what_is_empty_in_the_sample_is_not_required() -> None:
    columns = (
        ("SKU", ["A", "B"]),
        ("EAN", [EAN, " "]),
        ("Prix TTC", ["12,50", "3"]),
        ("TVA", ["20%", ""]),
    )
    rows = list(zip(*(cells for _, cells in columns), strict=True))
    guesses = guess_columns([header for header, _ in columns], rows, [1, 7])
    assert json.loads(schema_text(guesses))["required"] == ["sku", "price"]
    rules = draft_rules(guesses, draft_fixture(guesses, rows)).text
    assert 'require ean present else reject "`EAN` is empty"  # in row 7' in rules
    assert 'require vat_rate present else reject "`TVA` is empty"  # in row 7' in rules
    assert "require sku" not in rules


@pytest.mark.parametrize(
    ("header", "cells", "example"),
    [
        ("Availability", ["in stock", "out of stock"], '(availability default "") is "in stock"'),
        ("Stock", ["oui", "non", ""], '(stock default "") is "oui"'),
        ("Lagerbestand", ["auf Lager", "Lagernd", "-"], '(stock default "") in ("auf Lager", "Lagernd")'),
        ("In stock?", ["1", "0"], '(availability default "") is "1"'),
        ("Disponible", ["1", "0"], '(availability default "") is "1"'),
        ("Disponibilité", ["sous 48 h", "épuisé"], '(availability default "") is "WORD"'),
    ],
)  # fmt: skip
def test_a_stock_of_words_says_what_to_write(header: str, cells: list[str], example: str) -> None:
    _, _, rules = drafted((header, cells))
    assert f"column `{header}` says whether there is stock, and not how many pieces" in rules
    assert f"#     when {example} then 1" in rules
    assert "Stock = reject" in rules


def test_a_column_that_counts_is_taken_and_not_the_words() -> None:
    _, _, rules = drafted(("Availability", ["in stock"]), ("Stock", ["4"]))
    assert "Stock = max(0, stock default 0)" in rules
    assert "Availability" not in rules


def test_too_many_words_are_no_choice() -> None:
    _, _, rules = drafted(("Availability", [f"delivered on day {n}" for n in range(20)]))
    assert "FILL IN: no column of the feed counts the stock" in rules


@pytest.mark.parametrize(
    ("header", "cells", "example"),
    [
        ("Active (0/1)", ["1", "0", "1"], 'exclude when (active default "") is "0"'),
        ("Published", ["1", "0", "-1"], 'exclude when (active default "") is "0"'),
        ("Status", ["active", "draft", "archived"], 'is in ("draft", "archived")'),
        ("En ligne", ["oui", "oui"], 'exclude when (active default "") is not "oui"'),
        ("Aktiv", ["A", "B"], 'exclude when (active default "") is "WORD"'),
    ],
)
def test_whether_a_product_is_active_is_named(header: str, cells: list[str], example: str) -> None:
    _, _, rules = drafted((header, cells))
    assert f"# Column `{header}` may say which products are sold: “{cells[0]}” (" in rules
    assert example.replace("is in", "in") in rules


NEW = '  ProductCondition = "New"\n'


def test_what_is_not_new_is_no_example_but_a_gap() -> None:
    _, _, rules = drafted(("État", ["Neuf", "Occasion", "Neuf"]))
    assert NEW not in rules
    said = "column `État` does not say new of all products: “Occasion” in row 2"
    assert f'  ProductCondition = reject "{said}: fill in' in rules
    assert "Column `État` may say it: “Neuf” (2), “Occasion” (1)" in rules
    assert '#     when (condition default "") is "Neuf" then "New"' in rules
    _, _, rules = drafted(("Condition", ["used", "used"]))
    assert NEW not in rules
    assert '#     when (condition default "") is "WORD" then "New"' in rules


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Condition", [f"used, scratch {number}" for number in range(20)]),  # words without number
        ("Zustand", ["Neu", "gebraucht - sehr gut"]),
        ("Estado", ["Nuevo", "Usado"]),  # no word of the lists: its cells tell
        ("Qualité", ["Reconditionné", "Très bon état"]),
        ("Occasion", ["0", "1"]),
        ("used", ["no", "yes"]),
        ("etat", ["6", "5"]),
    ],
)
def test_a_column_that_says_used_of_one_row_leaves_no_row_new(
    header: str, cells: list[str]
) -> None:
    _, _, rules = drafted((header, cells))
    assert NEW not in rules
    assert f"FILL IN: column `{header}` does not say new of all products" in rules


def test_a_column_that_says_new_of_the_sample_is_asked_of_the_rest_as_well() -> None:
    _, _, rules = drafted(("Zustand", ["Neu", "", "Neuware"]), ("Prix TTC", ["1", "2", "3"]))
    test = '(condition default "Neu") in ("Neu", "Neuware")'
    assert f'when {test} then "New"' in rules
    assert 'otherwise reject "no condition is decided for this product"' in rules
    assert NEW not in rules
    _, _, rules = drafted(("Occasion", ["non", "non"]))
    assert 'when (condition default "non") is "non" then "New"' in rules


def test_a_column_that_says_nothing_of_the_condition_keeps_the_example() -> None:
    for cells in (["Actif", "Inactif"], ["", ""]):
        _, _, rules = drafted(("Etat", cells), ("Prix TTC", ["1", "2"]))
        assert NEW in rules
    guesses, _, rules = drafted(("Note", ["neuf", "bleu"]))
    assert guesses.of(Role.CONDITION) is None
    assert NEW in rules


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["1", "2", "1"], "“1” in row 1 and 2 more"),
        (["20", "20", "3.33"], "“3.33” in row 3"),
        (["0.2", "0.01", "0.2"], "“0.01” in row 2"),
    ],
)
def test_what_is_no_rate_of_vat_is_not_taken_for_one(cells: list[str], told: str) -> None:
    """The shop's own code of a rate, or an amount: 1 % in place of 20 % sells too cheap."""
    guesses, _, rules = drafted(("Prix HT", ["10.00"] * 3), ("TVA", cells))
    assert guesses.number(Role.VAT_RATE) is None
    said = f"column `TVA` holds what is no rate of VAT, but a code or an amount: {told}"
    assert f"FILL IN: {said}" in rules
    assert f"FILL IN: column `Prix HT` is without VAT, and {said}" in rules


def test_rates_in_use_are_taken() -> None:
    for cells in (["20", "5,5", "2,1", "0"], ["0.2", "0.055", "0"], ["19 %", "7 %"]):
        guesses, _, _ = drafted(("TVA", cells))
        assert guesses.number(Role.VAT_RATE) is not None, cells


@pytest.mark.parametrize("header", ["price_cents", "Prix en centimes", "Price (cents)"])
def test_an_amount_in_cents_is_no_price(header: str) -> None:
    guesses, _, _ = drafted((header, ["1999", "2499"]))
    assert guesses.of(Role.PRICE) is None


@pytest.mark.parametrize(
    "header", ["Sale price", "Prix promo", "Prix de vente promo", "Sonderpreis"]
)
def test_the_price_of_a_sale_is_named_and_not_sold_at(header: str) -> None:
    guesses, fields, rules = drafted(("Prix TTC", ["12,50"]), (header, ["9,90"]))
    assert of(guesses, Role.PRICE).header == "Prix TTC"
    assert fields["sale_price"]["x-kind"] == "money"
    assert f"# Column `{header}` may hold the price of a sale; nothing is sold at it" in rules
    assert "#   Price = sale_price default price" in rules
    assert "\n  Price = price\n" in rules


def test_a_sale_without_vat_or_of_thousands_has_no_example() -> None:
    for columns in (
        (("Prix TTC", ["12,50"]), ("Prix promo HT", ["9,90"])),
        (("Prix TTC", ["12,50"]), ("Prix promo", ["1.500"])),
        (("Prix HT", ["12,50"]), ("TVA", ["20"]), ("Prix promo", ["9,90"])),
    ):
        rules = drafted(*columns)[2]
        assert "may hold the price of a sale" in rules, columns
        assert "#   Price =" not in rules, columns
