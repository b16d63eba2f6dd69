"""What headers mean, in French and English, and what they do not mean."""

import pytest

from engine.drafting.headers import (
    Role,
    close_role,
    exact_role,
    field_name,
    last_step,
    plain,
    says_vat_included,
)


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
    ],
)
def test_exact(header: str, role: Role) -> None:
    found = exact_role(header)
    assert found is not None
    assert found[0] is role


@pytest.mark.parametrize(
    "header",
    ["Impact on price", "Minimal quantity", "Show price (0 = No, 1 = Yes)", "Sale price", "Unit price", "Date sale price starts"],
)  # fmt: skip
def test_a_wrong_price_or_stock_is_not_taken(header: str) -> None:
    assert exact_role(header) is None
    assert close_role(header) is None


def test_close() -> None:
    assert close_role("Prix de vente TTC (boutique)") is Role.PRICE
    assert close_role("Catégories (boutique)") is Role.CATEGORY
    assert close_role("Couleur") is None


def test_vat() -> None:
    assert says_vat_included("Prix TTC") is True
    assert says_vat_included("Prix HT") is False
    assert says_vat_included("Prix") is None


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
