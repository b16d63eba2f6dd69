"""The words of headers: in French, English, German, Spanish and Italian, as `plain` writes them.

Nothing stands here that could be sold at or counted by mistake: no price that merchants pay, no net
price as the price, no stock that is a limit. What is left out leaves a line to fill in.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum


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
    # Named in the draft and mapped to nothing: what they say is for a person to decide.
    CONDITION = "condition"
    SALE_PRICE = "sale_price"
    ACTIVE = "active"
    AVAILABILITY = "availability"


NAMED = frozenset({Role.CONDITION, Role.SALE_PRICE, Role.ACTIVE, Role.AVAILABILITY})
# The whole header; the earlier of a role's words are the plainer ones.
WORDS: dict[Role, tuple[str, ...]] = {
    Role.SKU: (
        "sku", "variant sku", "reference", "ref", "reference vendeur", "reference produit", "reference interne", "product reference",
        "product id", "id produit", "id", "code article", "article", "seller reference", "item id", "code produit",
        "artikelnummer", "artikelnr", "artikel nr", "art nr", "artnr", "artikel nummer", "produktnummer", "bestellnummer",
        "referencia", "referencia producto", "referencia del producto", "codigo articulo", "codigo de articulo", "codigo producto",
        "codigo de producto", "codice articolo", "cod articolo", "codice prodotto", "riferimento",
    ),
    Role.EAN: (
        "ean", "ean13", "ean 13", "code ean", "code barre", "code barres", "gtin", "gtin13", "gtin 13", "barcode", "upc",
        "variant barcode", "gencod", "isbn", "code", "ean code", "ean nummer", "gtin ean", "ean gtin", "strichcode",
        "codigo ean", "codigo de barras", "codigo barras", "codice ean", "codice a barre", "codice barre",
    ),
    Role.TITLE: (
        "title", "titre", "designation", "nom", "nom du produit", "libelle", "name", "product name", "product title", "produit",
        "artikelname", "produktname", "bezeichnung", "artikelbezeichnung", "produktbezeichnung", "titel",
        "nombre", "nombre producto", "nombre del producto", "titulo", "denominacion", "nome", "nome prodotto", "nome del prodotto",
        "titolo", "denominazione",
    ),
    Role.BRAND: (
        "brand", "marque", "vendor", "manufacturer", "fabricant", "fournisseur", "brands", "marke", "hersteller", "marca",
        "fabricante", "produttore",
    ),
    Role.CATEGORY: (
        "category", "categorie", "categories", "rayon", "famille", "product type", "product category", "type", "univers",
        "kategorie", "warengruppe", "produktkategorie", "produktgruppe", "categoria", "categorias", "familia", "famiglia", "reparto",
    ),
    Role.PRICE: (
        "price", "prix", "prix ttc", "prix de vente", "prix de vente ttc", "prix public", "price incl vat", "price incl tax",
        "price tax included", "price vat", "regular price", "variant price", "selling price", "tarif ttc", "tarif", "prix unitaire",
        # What buyers pay stands before the plain word, which may be a dealer's where both are columns.
        "preis brutto", "bruttopreis", "brutto preis", "preis inkl mwst", "preis inkl ust", "verkaufspreis brutto", "vk brutto",
        "brutto vk", "vk preis brutto", "verkaufspreis", "vk preis", "vk", "preis",
        "pvp", "pvp con iva", "pvp iva incluido", "precio con iva", "precio iva incluido", "precio de venta", "precio venta", "precio",
        "prezzo al pubblico", "prezzo ivato", "prezzo iva inclusa", "prezzo con iva", "prezzo di vendita", "prezzo vendita", "prezzo",
    ),
    Role.PRICE_EXCL_VAT: (
        "prix ht", "prix de vente ht", "price excl vat", "price excl tax", "price tax excluded", "net price", "tarif ht",
        "prix hors taxe", "prix hors taxes", "preis netto", "nettopreis", "netto preis", "preis exkl mwst", "preis ohne mwst",
        "preis zzgl mwst", "verkaufspreis netto", "vk netto", "netto vk", "vk preis netto", "precio sin iva", "precio neto", "pvp sin iva",
        "prezzo senza iva", "prezzo iva esclusa", "prezzo netto",
    ),
    Role.LIST_PRICE: (
        "prix barre", "prix barre ttc", "list price", "compare at price", "variant compare at price", "prix conseille", "msrp",
        "rrp", "prix public conseille", "ancien prix", "uvp", "uvp brutto", "streichpreis", "statt preis", "stattpreis", "listenpreis",
        "alter preis", "pvpr", "precio recomendado", "precio tachado", "precio anterior", "prezzo di listino", "prezzo listino",
        "prezzo consigliato", "prezzo barrato",
    ),
    Role.COST_PRICE: (
        "prix d achat", "prix achat", "prix d achat ht", "cost price", "cost", "purchase price", "wholesale price", "cost per item",
        "cout", "ek", "ek netto", "ek preis", "ek preis netto", "einkaufspreis", "einkaufspreis netto", "precio de coste",
        "precio coste", "precio de compra", "precio compra", "coste", "prezzo di acquisto", "prezzo d acquisto", "prezzo acquisto",
        "costo",
    ),
    Role.VAT_RATE: (
        "tva", "taux tva", "taux de tva", "vat", "vat rate", "tax rate", "taxe", "mwst", "mwst satz", "mehrwertsteuer",
        "mehrwertsteuersatz", "ust", "ust satz", "umsatzsteuer", "umsatzsteuersatz", "steuersatz", "iva", "tipo iva", "tipo de iva",
        "aliquota iva", "aliquota",
    ),
    Role.ECO_FEE: ("eco participation", "ecopart", "eco part", "ecotax", "ecotaxe", "eco tax", "eco taxe", "deee", "eco contribution"),
    Role.STOCK: (
        "stock disponible", "available quantity", "verfugbarer bestand", "verfuegbarer bestand", "verfugbarer lagerbestand", "bestand verfugbar",
        "cantidad disponible", "quantita disponibile",
        "stock", "quantite", "qte", "quantity", "qty", "stock quantity", "inventory", "inventory quantity",
        "variant inventory qty", "disponible", "lagerbestand", "bestand", "existencias", "cantidad", "giacenza", "quantita",
        "verfugbar", "verfuegbar", "disponibile",
    ),
    Role.WEIGHT: (
        "poids", "weight", "poids g", "poids kg", "weight g", "weight kg", "shipping weight", "variant grams", "poids en kg",
        "poids brut", "package weight", "gewicht", "gewicht g", "gewicht kg", "gewicht in g", "gewicht in kg", "bruttogewicht",
        "versandgewicht", "artikelgewicht", "peso", "peso g", "peso kg", "peso en kg", "peso in kg",
    ),
    Role.CONDITION: (
        "condition", "product condition", "item condition", "google shopping condition", "etat", "etat du produit", "etat produit",
        "zustand", "artikelzustand", "estado del producto", "estado producto", "condicion", "condizione", "condizioni",
        "condizione prodotto",
    ),
    Role.SALE_PRICE: (
        "sale price", "special price", "promo price", "promotional price", "discounted price", "prix promo", "prix promotion",
        "prix promotionnel", "prix en promotion", "prix solde", "prix soldes", "prix remise", "sonderpreis", "aktionspreis",
        "angebotspreis", "precio oferta", "precio de oferta", "precio rebajado", "precio promocional", "prezzo scontato",
        "prezzo offerta", "prezzo in offerta", "prezzo promozionale",
    ),
    Role.ACTIVE: (
        "active", "active 0 1", "actif", "actif 0 1", "is active", "enabled", "published", "publie", "product online", "online",
        "en ligne", "status", "product status", "statut", "visible", "aktiv", "veroffentlicht", "activo", "publicado", "attivo",
        "pubblicato",
    ),
    Role.AVAILABILITY: (
        "availability", "stock status", "in stock", "is in stock", "disponibilite", "en stock", "statut stock", "etat du stock",
        "etat stock", "verfugbarkeit", "verfuegbarkeit", "auf lager", "lieferbar", "lagerstatus", "disponibilidad", "disponibilita",
    ),
}  # fmt: skip

# Inside a longer header these say that it is about something else: `Impact on price`.
OTHERWISE = frozenset(
    {
        "impact", "minimal", "minimum", "min", "low", "date", "starts", "ends", "from", "to", "discount", "remise", "shipping",
        "livraison", "port", "tags", "url", "image", "images", "status", "class", "rules", "level", "unit", "special", "sale",
        "supplier", "attribute", "depends", "serving", "type", "reserved", "reserve", "show", "yes", "no", "minimale", "maximum",
        "maximal", "maximale", "max", "order", "orders", "commande", "seuil", "alert", "alerte", "threshold", "safety", "securite",
        "promo", "promotion", "promotionnel", "solde", "soldes", "montant",
        "mindest", "mindestens", "melde", "meldebestand", "mindestbestand", "sicherheit", "sicherheitsbestand", "reserviert",
        "reservierter", "bestellt", "bestellter", "lieferant", "lieferanten", "versand", "datum", "ab", "bis", "von", "rabatt",
        "aktion", "angebot", "einheit", "grundeinheit", "je", "klasse", "gruppe", "betrag", "anzeigen", "zulauf",
        "minimo", "minima", "maximo", "maxima", "massimo", "massima", "seguridad", "sicurezza", "reservado", "reservada", "riservato",
        "riservata", "impegnata", "impegnato", "proveedor", "fornitore", "envio", "spedizione", "fecha", "data", "desde", "hasta",
        "dal", "descuento", "sconto", "oferta", "rebaja", "rebajado", "offerta", "scontato", "promozionale", "unidad", "unita",
        "cent", "cents", "centimes", "centimos", "centesimi", "umbral", "soglia", "importe", "importo", "tipo", "grupo", "gruppo", "pedido", "pedidos", "ordine", "ordini",
    },
)  # fmt: skip
# With a word for a price these say that it holds for a while.
SALES = frozenset(
    {
        "sale", "special", "promo", "promotion", "promotionnel", "solde", "soldes", "discounted", "aktion", "angebot", "oferta",
        "rebajado", "offerta", "scontato", "promozionale",
    }
)  # fmt: skip
FOR_PRICES = frozenset({"price", "prix", "tarif", "preis", "verkaufspreis", "precio", "prezzo"})
# What merchants pay, or what others do: not for what they sell.
OF_OTHERS = frozenset(
    {
        "achat", "achats", "cost", "purchase", "buying", "buy", "dealer", "revendeur", "revendeurs", "reseller", "wholesale", "gros",
        "grossiste", "fournisseur", "b2b", "pro", "lowest", "old", "ancien", "previous", "competitor", "concurrent",
        "ek", "einkauf", "einkaufs", "einkaufspreis", "handler", "haendler", "grosshandel", "grosshandler", "wettbewerb", "alt",
        "alter", "alte", "vorheriger", "niedrigster", "compra", "coste", "costo", "mayorista", "distribuidor", "anterior",
        "competencia", "acquisto", "ingrosso", "rivenditore", "precedente", "concorrente", "concorrenza",
    },
)  # fmt: skip
# Columns that count the stock in one shop and say yes or no in another.
FLAGS = frozenset({"disponible", "disponibile", "verfugbar", "verfuegbar"})
VAT_IN = frozenset(
    {"ttc", "incl", "included", "inclusive", "inkl", "inklusive", "brutto", "bruttopreis", "incluido", "inclusa", "incluso", "ivato"}
)  # fmt: skip
VAT_OUT = frozenset(
    {
        "ht", "excl", "excluded", "hors", "exkl", "exklusive", "zzgl", "excluido", "esclusa", "escluso",
    }
)  # fmt: skip
NET = frozenset({"net", "netto", "neto", "nettopreis"})  # `Prix net TTC` is with VAT all the same
WITH = frozenset({"mit", "con"})
WITHOUT = frozenset({"ohne", "sin", "senza"})
VAT = frozenset({"mwst", "ust", "mehrwertsteuer", "umsatzsteuer", "steuer", "iva"})
CURRENCY_HEADERS = frozenset(
    {"currency", "currency code", "devise", "monnaie", "code devise", "wahrung", "waehrung", "moneda", "divisa", "valuta"}
)  # fmt: skip
# What cells say, as `plain` writes them.
NEW = frozenset({"new", "brand new", "neuf", "neuve", "neu", "neuware", "nuevo", "nuovo"})
# The words that begin what a cell says of a product that somebody had before.
USED = (
    "used", "second hand", "secondhand", "pre owned", "preowned", "refurb", "renewed", "open box", "like new", "as new", "damaged",
    "occasion", "d occasion", "usage", "seconde main", "reconditionn", "remis a neuf", "comme neuf", "tres bon etat", "bon etat",
    "etat correct", "etat moyen", "gebraucht", "generaluberholt", "generalueberholt", "aufbereitet", "wie neu", "neuwertig", "b ware",
    "usado", "usada", "segunda mano", "reacondicionad", "como nuevo", "usato", "usata", "seconda mano", "ricondizionat", "rigenerat",
    "come nuovo",
)  # fmt: skip
# Columns that say yes of such a product.
USED_HEADERS = frozenset(
    {
        "used", "is used", "second hand", "refurbished", "is refurbished", "occasion", "est occasion", "produit d occasion",
        "seconde main", "reconditionne", "gebraucht", "gebrauchtware", "usado", "segunda mano", "reacondicionado", "usato",
        "seconda mano", "ricondizionato",
    }
)  # fmt: skip
# Rates of VAT that are or were in use in Europe, in percent: another number is a code or an amount.
VAT_RATES = frozenset(
    map(
        Decimal,
        [
            "0",
            "0.9",
            "1.05",
            "1.75",
            "2.1",
            "2.5",
            "2.6",
            "3",
            "3.7",
            "3.8",
            "4",
            "4.5",
            "4.8",
            "5",
            "5.5",
            "6",
            "6.5",
            "7",
            "7.5",
            "7.7",
            "8",
            "8.1",
            "8.5",
            "9",
            "9.5",
            "10",
            "11",
            "12",
            "13",
            "13.5",
            "14",
            "15",
            "16",
            "17",
            "18",
            "19",
            "19.6",
            "20",
            "21",
            "22",
            "23",
            "24",
            "25",
            "25.5",
            "27",
        ],
    )
)
INACTIVE = frozenset(
    {
        "0", "no", "non", "false", "faux", "nein", "falsch", "n", "inactive", "inactif", "inaktiv", "disabled", "draft", "archived",
        "brouillon", "entwurf", "inactivo", "borrador", "inattivo", "bozza", "unpublished", "hidden",
    }
)  # fmt: skip
ACTIVE = frozenset(
    {"1", "yes", "oui", "true", "vrai", "ja", "wahr", "y", "o", "j", "si", "s", "active", "actif", "aktiv", "enabled", "published",
     "publie", "activo", "publicado", "attivo", "pubblicato"}
)  # fmt: skip
IN_STOCK = ACTIVE | {
    "in stock", "instock", "available", "en stock", "disponible", "dispo", "auf lager", "lagernd", "verfugbar", "lieferbar",
    "sofort lieferbar", "en existencia", "disponibile", "in magazzino",
}  # fmt: skip
GRAMS = frozenset({"g", "gr", "grams", "grammes", "gramm", "gramos", "grammi"})
KILOGRAMS = frozenset({"kg", "kilo", "kilos"})
