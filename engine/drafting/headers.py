"""What a header is likely to mean, by the words that it has."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from engine.drafting.words import (
    FOR_PRICES,
    NAMED,
    NET,
    OF_OTHERS,
    OTHERWISE,
    SALES,
    USED_HEADERS,
    VAT,
    VAT_IN,
    VAT_OUT,
    WITH,
    WITHOUT,
    WORDS,
    Role,
)
from engine.language.keywords import RESERVED

_TELLING = 5  # letters: shorter words stand inside too many others
_PRICES = frozenset({Role.PRICE, Role.PRICE_EXCL_VAT, Role.LIST_PRICE})


def plain(header: str) -> str:
    """The header without accents, case and signs: `Prix d'achat (HT)` is `prix d achat ht`."""
    # availableQuantity is two words, and MwSt is one.
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header.replace("MwSt", "Mwst"))
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
    if told in USED_HEADERS:
        return Role.CONDITION, len(WORDS[Role.CONDITION])
    return next(((role, words.index(told)) for role, words in WORDS.items() if told in words), None)


def close_role(header: str) -> Role | None:
    """The role whose words stand inside this longer header, the longest first."""
    told = plain(header)
    words = set(told.split())
    if words & SALES and words & FOR_PRICES and not words & ((OTHERWISE - SALES) | OF_OTHERS):
        return Role.SALE_PRICE
    if OTHERWISE & words:
        return None
    barred = _PRICES if OF_OTHERS & words else frozenset()
    found = [
        (word, role)
        for role, known in WORDS.items()
        for word in known
        if len(word) >= _TELLING
        and role not in NAMED
        and f" {word} " in f" {told} "
        and role not in barred
    ]
    if any(role in _PRICES for _, role in found):
        # `Preis inkl. Mehrwertsteuer` is a price, and no rate.
        found = [(word, role) for word, role in found if role is not Role.VAT_RATE]
    role = max(found, key=lambda pair: len(pair[0]))[1] if found else None
    without = role is Role.PRICE and says_vat_included(header) is False
    return Role.PRICE_EXCL_VAT if without else role


def says_vat_included(header: str) -> bool | None:
    """Whether the header says that VAT is in the price, or is not; None where it says neither."""
    steps = plain(header).split()
    words, pairs = set(steps), list(pairwise(steps))
    if words & VAT_OUT or (words & NET and "ttc" not in words):
        return False
    if any(first in WITHOUT and second in VAT for first, second in pairs):
        return False
    included = any(first in WITH and second in VAT for first, second in pairs)
    return True if included or words & VAT_IN or plain(header) == "price vat" else None


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
