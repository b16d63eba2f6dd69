"""What headers mean, in each language that is known, and what they do not mean."""

import pytest

from engine.drafting.headers import (
    close_role,
    exact_role,
    field_name,
    last_step,
    plain,
    says_vat_included,
)
from engine.drafting.words import WORDS, Role


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Prix HT", Role.PRICE_EXCL_VAT),
        ("Prix TTC", Role.PRICE),
        ("price", Role.PRICE),
        ("EAN", Role.EAN),
        ("GTIN", Role.EAN),
        ("barcode", Role.EAN),
        ("Référence", Role.SKU),
        ("SKU", Role.SKU),
        ("Stock", Role.STOCK),
        ("Quantité", Role.STOCK),
        ("availableQuantity", Role.STOCK),
        ("Marque", Role.BRAND),
        ("Taux TVA", Role.VAT_RATE),
        ("Poids (g)", Role.WEIGHT),
        ("Prix barré", Role.LIST_PRICE),
        ("Prix d'achat", Role.COST_PRICE),
        ("Éco-participation", Role.ECO_FEE),
        ("Artikelnummer", Role.SKU),
        ("Art.-Nr.", Role.SKU),
        ("Strichcode", Role.EAN),
        ("Bezeichnung", Role.TITLE),
        ("Hersteller", Role.BRAND),
        ("Warengruppe", Role.CATEGORY),
        ("Preis", Role.PRICE),
        ("Preis (brutto)", Role.PRICE),
        ("VK brutto", Role.PRICE),
        ("Preis inkl. MwSt.", Role.PRICE),
        ("Preis netto", Role.PRICE_EXCL_VAT),
        ("Netto-VK", Role.PRICE_EXCL_VAT),
        ("EK", Role.COST_PRICE),
        ("Einkaufspreis", Role.COST_PRICE),
        ("UVP", Role.LIST_PRICE),
        ("MwSt.", Role.VAT_RATE),
        ("Bestand", Role.STOCK),
        ("Lagerbestand", Role.STOCK),
        ("Verfügbarer Bestand", Role.STOCK),
        ("Gewicht (kg)", Role.WEIGHT),
        ("Código de barras", Role.EAN),
        ("Precio", Role.PRICE),
        ("Precio sin IVA", Role.PRICE_EXCL_VAT),
        ("Precio de compra", Role.COST_PRICE),
        ("IVA", Role.VAT_RATE),
        ("Existencias", Role.STOCK),
        ("Codice articolo", Role.SKU),
        ("Prezzo", Role.PRICE),
        ("Prezzo IVA esclusa", Role.PRICE_EXCL_VAT),
        ("Prezzo di acquisto", Role.COST_PRICE),
        ("Aliquota IVA", Role.VAT_RATE),
        ("Giacenza", Role.STOCK),
        ("Google Shopping / Condition", Role.CONDITION),
        ("État du produit", Role.CONDITION),
        ("Zustand", Role.CONDITION),
        ("g:sale_price", Role.SALE_PRICE),
        ("special_price", Role.SALE_PRICE),
        ("Active (0/1)", Role.ACTIVE),
        ("product_online", Role.ACTIVE),
        ("is_in_stock", Role.AVAILABILITY),
        ("Verfügbarkeit", Role.AVAILABILITY),
    ],
)
def test_exact(header: str, role: Role) -> None:
    found = exact_role(last_step(header))
    assert found is not None
    assert found[0] is role


@pytest.mark.parametrize(
    "header",
    ["Impact on price", "Minimal quantity", "Show price (0 = No, 1 = Yes)", "Sale price", "Unit price", "Date sale price starts"],
)  # fmt: skip
def test_a_wrong_price_or_stock_is_not_taken(header: str) -> None:
    exact = exact_role(header)
    assert exact is None or exact[0] is Role.SALE_PRICE
    assert close_role(header) in (None, Role.SALE_PRICE)


@pytest.mark.parametrize(
    "header",
    [
        "Mindestbestand", "Bestand Lieferant", "Lagerbestand (Mindest)", "Preis EK", "Preis Händler", "Alter Preis", "Grundpreis",
        "Preis je Einheit", "Preis ab 10 Stück", "Aktionspreis", "Verkaufspreis Aktion", "Precio mayorista", "Precio coste",
        "Precio oferta", "Stock mínimo", "Prezzo scontato", "Prezzo ingrosso", "Giacenza minima", "Quantità minima", "MwSt-Betrag",
        "Prix de vente promo", "Preisgruppe",
    ],
)  # fmt: skip
def test_no_price_that_others_pay_and_no_stock_that_is_a_limit(header: str) -> None:
    sold_or_counted = {Role.PRICE, Role.PRICE_EXCL_VAT, Role.STOCK, Role.VAT_RATE}
    exact = exact_role(header)
    assert exact is None or exact[0] not in sold_or_counted
    assert close_role(header) not in sold_or_counted


def test_each_word_says_one_thing() -> None:
    words = [word for known in WORDS.values() for word in known]
    assert len(words) == len(set(words))
    assert [word for word in words if plain(word) != word] == []


def test_close() -> None:
    assert close_role("Preis inkl. Mehrwertsteuer (Shop)") is Role.PRICE
    assert close_role("Mehrwertsteuersatz (%)") is Role.VAT_RATE
    assert close_role("Verkaufspreis netto (Shop)") is Role.PRICE_EXCL_VAT
    assert close_role("Precio tienda sin IVA") is Role.PRICE_EXCL_VAT
    assert close_role("Prix de vente TTC (boutique)") is Role.PRICE
    assert close_role("Catégories (boutique)") is Role.CATEGORY
    assert close_role("Couleur") is None


def test_vat() -> None:
    assert says_vat_included("Prix TTC") is True
    assert says_vat_included("Prix HT") is False
    assert says_vat_included("Prix") is None
    assert says_vat_included("Preis brutto") is True
    assert says_vat_included("Precio con IVA") is True
    assert says_vat_included("Prezzo senza IVA") is False
    assert says_vat_included("Preis netto, inkl. Rabatt") is False
    assert says_vat_included("Prix net TTC") is True
    assert says_vat_included("Precio con descuento") is None


def test_plain_and_steps() -> None:
    assert plain("Prix d'achat (HT)") == "prix d achat ht"
    assert last_step("priceInfo.price") == "price"
    assert last_step("g:price") == "price"
    assert last_step("brands[0]") == "brands"
    assert last_step("Active (0/1)") == "Active (0/1)"


def test_field_names_can_stand_in_rules() -> None:
    taken = {"size"}
    assert field_name("Size", taken) == "size_2"
    assert field_name("2e prix", set()) == "column_2e_prix"
    assert field_name("Omit", set()) == "omit_cell"
    assert field_name("???", set()) == "column"
