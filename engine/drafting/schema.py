"""The drafted source schema: a field a column, each with its guess as a `$comment`."""

from __future__ import annotations

import json
import re
from typing import Any

from engine.drafting.columns import ColumnGuess, Guesses
from engine.drafting.fitting import MONEY
from engine.drafting.headers import plain, says_vat_included
from engine.drafting.words import GRAMS, KILOGRAMS, Role

CHANNEL_CURRENCY = "EUR"
# Amounts above are more often a mistake of the feed than a price; a person may raise it.
_LARGEST = 100_000


def needed_columns(guesses: Guesses) -> list[ColumnGuess]:
    """The columns without which a row makes no offer."""
    price = Role.PRICE if guesses.number(Role.PRICE) else Role.PRICE_EXCL_VAT
    found = [guesses.of(Role.SKU), guesses.of(Role.EAN), guesses.number(price)]
    found.append(guesses.number(Role.VAT_RATE))
    return [g for g in found if g is not None]


def schema_text(guesses: Guesses) -> str:
    """The source schema as JSON."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Drafted from a sample of the feed: confirm each guess, then take its $comment off.",
        "title": "The shop's feed",
        "type": "object",
        # What is empty in the sample may be empty: the rules say what then, and may say a default.
        "required": [g.field for g in needed_columns(guesses) if not g.empty],
        "properties": {g.field: _field(g, guesses) for g in guesses.columns},
    }
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    # A step such as 0.001 is written digit by digit: it never is a binary fraction.
    return re.sub(r'(?<="multipleOf": )"decimals:(\d)"', _step, text)


def _step(found: re.Match[str]) -> str:
    return f"0.{'1':0>{int(found[1])}}"


def _field(guess: ColumnGuess, guesses: Guesses) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "$comment": f"guess, confidence {guess.confidence}: {guess.why}",
        "title": guess.header,
        "x-column": guess.header,
    }
    if guess.dates:
        return entry | {"x-kind": "date", "x-date-pattern": guess.dates}
    if guess.words:
        yes, no = guess.words
        return entry | {"type": "boolean", "x-yes": [yes], "x-no": [no]}
    numbers, role = guess.numbers, guess.role
    if role is None or numbers is None:
        return entry | {"type": "string"}
    grouping = {"x-grouping": numbers.grouping} if numbers.grouping else {}
    if role is Role.STOCK:
        # Shops count below zero when they sell what is not there.
        bounds = {"minimum": -1_000_000, "maximum": 1_000_000}
        if numbers.decimals == 0:
            return entry | {"type": "integer", **grouping, **bounds}
        return entry | {"type": "number", "x-decimal-mark": numbers.mark, **grouping, **bounds}
    entry |= _kind(guess, guesses)
    return entry | {"x-decimal-mark": numbers.mark, **grouping} | _numeric(guess)


def _kind(guess: ColumnGuess, guesses: Guesses) -> dict[str, Any]:
    if guess.role in MONEY:
        return _money(guess, guesses)
    if guess.role is Role.VAT_RATE:
        return {"x-kind": "percent", "x-percent": guess.percent}
    if guess.role is Role.WEIGHT:
        return _weight(guess)
    return {"type": "number"}


def _money(guess: ColumnGuess, guesses: Guesses) -> dict[str, Any]:
    made: dict[str, Any] = {"x-kind": "money", "x-currency": currency(guesses)}
    if not guesses.currency:
        made["$comment"] = (
            f"guess, confidence {guess.confidence}: {guess.why}; the feed names no currency, "
            f"{CHANNEL_CURRENCY} is what the channel sells in: confirm"
        )
    if guess.currency:
        made["x-currency-word"] = "optional"
    elif guesses.currency_column:
        made["x-currency-column"] = guesses.currency_column
    out = guess.role in (Role.PRICE_EXCL_VAT, Role.COST_PRICE)
    included = not out and says_vat_included(guess.header) is not False
    return made | {"x-tax": "included" if included else "excluded"}


def currency(guesses: Guesses) -> str:
    """The currency of the feed as it says itself, else the channel's; the draft tells which."""
    return guesses.currency or CHANNEL_CURRENCY


def _weight(guess: ColumnGuess) -> dict[str, Any]:
    words = set(plain(guess.header).split())
    if words & GRAMS:
        return {"x-kind": "quantity", "x-unit": "g"}
    made: dict[str, Any] = {"x-kind": "quantity", "x-unit": "kg"}
    if not words & KILOGRAMS:
        made["$comment"] = f"guess, confidence low: {guess.why}; it names no unit: kg taken"
    return made


def _numeric(guess: ColumnGuess) -> dict[str, Any]:
    """Bounds, and as many decimals as the sample has."""
    numbers = guess.numbers
    if numbers is None:
        return {}
    ceiling = 100 if guess.role is Role.VAT_RATE else _LARGEST
    if guess.percent == "fraction":
        ceiling = 1
    while numbers.largest > ceiling:
        ceiling *= 10
    made: dict[str, Any] = {"minimum": 0, "maximum": ceiling}
    usual = 2 if guess.role in MONEY or guess.role is Role.VAT_RATE else 6
    if numbers.decimals > usual and guess.percent != "fraction":
        made["multipleOf"] = f"decimals:{min(numbers.decimals, 9)}"
    return made
