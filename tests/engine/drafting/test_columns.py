"""Which column is taken for what, how surely, and what the drafted files say of it."""

import json
from decimal import Decimal

from engine.drafting.columns import ColumnGuess, Confidence, Guesses, guess_columns
from engine.drafting.fixture import draft_fixture
from engine.drafting.headers import Role
from engine.drafting.rules import draft_rules
from engine.drafting.schema import schema_text

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
    mixed, _, _ = drafted(("TVA", ["20", "0.2"]))
    assert of(mixed, Role.VAT_RATE).confidence is Confidence.LOW
    assert "0.2 and 20 stand in one column" in of(mixed, Role.VAT_RATE).why


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
