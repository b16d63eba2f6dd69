"""What a header is likely to mean, in French and English."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from engine.language.keywords import RESERVED

_TELLING = 5  # letters: shorter words stand inside too many others


class Role(StrEnum):
    """What a mapping of offers needs from a feed; also the name of the field."""

    SKU = "sku"
    EAN = "ean"
    TITLE = "title"
    BRAND = "brand"
    CATEGORY = "category"
    PRICE = "price"
    PRICE_EXCL_VAT = "price_excl_vat"
    LIST_PRICE = "list_price"
    COST_PRICE = "cost_price"
    VAT_RATE = "vat_rate"
    ECO_FEE = "eco_fee"
    STOCK = "stock"
    WEIGHT = "weight"


# The whole header, without accents, case and signs.
WORDS: dict[Role, tuple[str, ...]] = {
    Role.SKU: (
        "sku", "variant sku", "reference", "ref", "reference vendeur", "reference produit", "reference interne", "product reference",
        "product id", "id produit", "id", "code article", "article", "seller reference", "item id", "code produit",
    ),
    Role.EAN: (
        "ean", "ean13", "ean 13", "code ean", "code barre", "code barres", "gtin", "gtin13", "gtin 13", "barcode", "upc",
        "variant barcode", "gencod", "isbn", "code",
    ),
    Role.TITLE: (
        "title", "titre", "designation", "nom", "nom du produit", "libelle", "name", "product name", "product title", "produit",
    ),
    Role.BRAND: ("brand", "marque", "vendor", "manufacturer", "fabricant", "fournisseur", "brands"),
    Role.CATEGORY: (
        "category", "categorie", "categories", "rayon", "famille", "product type", "product category", "type", "univers",
    ),
    Role.PRICE: (
        "price", "prix", "prix ttc", "prix de vente", "prix de vente ttc", "prix public", "price incl vat", "price incl tax",
        "price tax included", "price vat", "regular price", "variant price", "selling price", "tarif ttc", "tarif", "prix unitaire",
    ),
    Role.PRICE_EXCL_VAT: (
        "prix ht", "prix de vente ht", "price excl vat", "price excl tax", "price tax excluded", "net price", "tarif ht",
        "prix hors taxe", "prix hors taxes",
    ),
    Role.LIST_PRICE: (
        "prix barre", "prix barre ttc", "list price", "compare at price", "variant compare at price", "prix conseille", "msrp",
        "rrp", "prix public conseille", "ancien prix",
    ),
    Role.COST_PRICE: (
        "prix d achat", "prix achat", "prix d achat ht", "cost price", "cost", "purchase price", "wholesale price", "cost per item",
        "cout",
    ),
    Role.VAT_RATE: ("tva", "taux tva", "taux de tva", "vat", "vat rate", "tax rate", "taxe"),
    Role.ECO_FEE: ("eco participation", "ecopart", "eco part", "ecotax", "ecotaxe", "eco tax", "eco taxe", "deee", "eco contribution"),
    Role.STOCK: (
        "stock", "quantite", "qte", "quantity", "qty", "stock quantity", "available quantity", "inventory", "inventory quantity",
        "variant inventory qty", "stock disponible", "disponible",
    ),
    Role.WEIGHT: (
        "poids", "weight", "poids g", "poids kg", "weight g", "weight kg", "shipping weight", "variant grams", "poids en kg",
        "poids brut", "package weight",
    ),
}  # fmt: skip


# Inside a longer header these say that it is about something else: `Impact on price`.
_OTHERWISE = frozenset(
    {
        "impact", "minimal", "minimum", "min", "low", "date", "starts", "ends", "from", "to", "discount", "remise", "shipping",
        "livraison", "port", "tags", "url", "image", "images", "status", "class", "rules", "level", "unit", "special", "sale",
        "supplier", "attribute", "depends", "serving", "type", "reserved", "reserve", "show", "yes", "no", "minimale", "maximum",
        "maximal", "maximale", "max", "order", "orders", "commande", "seuil", "alert", "alerte", "threshold", "safety", "securite",
    },
)  # fmt: skip
# What merchants pay, or what others do: not for what they sell.
_OF_OTHERS = frozenset(
    {
        "achat", "achats", "cost", "purchase", "buying", "buy", "dealer", "revendeur", "revendeurs", "reseller", "wholesale", "gros",
        "grossiste", "fournisseur", "b2b", "pro", "lowest", "old", "ancien", "previous", "competitor", "concurrent",
    },
)  # fmt: skip
_PRICES = frozenset({Role.PRICE, Role.PRICE_EXCL_VAT, Role.LIST_PRICE})
_VAT_IN = frozenset({"ttc", "incl", "included", "inclusive"})
_VAT_OUT = frozenset({"ht", "excl", "excluded", "hors"})
CURRENCY_HEADERS = frozenset({"currency", "currency code", "devise", "monnaie", "code devise"})


def plain(header: str) -> str:
    """The header without accents, case and signs: `Prix d'achat (HT)` is `prix d achat ht`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)  # availableQuantity
    letters = unicodedata.normalize("NFKD", apart)
    bare = "".join(c for c in letters if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def last_step(header: str) -> str:
    """What stands last in a path into a record: `price` of `priceInfo.price` and of `g:price`."""
    if " " in header:
        return header  # `Active (0/1)` is no path
    return re.split(r"[.:/@]", header.removesuffix("[0]"))[-1] or header


def exact_role(header: str) -> tuple[Role, int] | None:
    """The role whose words are this very header, and how far down the list they stand."""
    told = plain(header)
    return next(((role, words.index(told)) for role, words in WORDS.items() if told in words), None)


def close_role(header: str) -> Role | None:
    """The role whose words stand inside this longer header, the longest first."""
    told = plain(header)
    if _OTHERWISE & set(told.split()):
        return None
    words = set(told.split())
    barred = _PRICES if _OF_OTHERS & words else frozenset()
    found = [
        (word, role)
        for role, known in WORDS.items()
        for word in known
        if len(word) >= _TELLING and f" {word} " in f" {told} " and role not in barred
    ]
    role = max(found, key=lambda pair: len(pair[0]))[1] if found else None
    return Role.PRICE_EXCL_VAT if role is Role.PRICE and _VAT_OUT & words else role


def says_vat_included(header: str) -> bool | None:
    """Whether the header says that VAT is in the price, or is not; None where it says neither."""
    words = set(plain(header).split())
    if words & _VAT_OUT:
        return False
    return True if words & _VAT_IN or plain(header) == "price vat" else None


def field_name(header: str, taken: set[str]) -> str:
    """A name for a field of this header that rules can use and no other field has."""
    name = plain(header).replace(" ", "_") or "column"
    if not name[0].isalpha():
        name = f"column_{name}"
    name = f"{name}_cell" if name in RESERVED else name
    number, made = 2, name
    while made in taken:
        made, number = f"{name}_{number}", number + 1
    return made
