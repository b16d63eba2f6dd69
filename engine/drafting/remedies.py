"""What a person writes where a column is missing, or its cells do not read: words and their JSON."""

from __future__ import annotations

from engine.drafting.columns import ColumnGuess
from engine.drafting.schema import CHANNEL_CURRENCY
from engine.drafting.words import Role

_FORM = "schemas/product.schema.json"
STOCK = "max(0, stock default 0)"
# Shops that count in parts write 3.0000 for 3; a part of a piece is none to sell.
STOCK_IN_PARTS = "max(0, (stock default 0) rounded down to 1)"


def with_vat(rate: ColumnGuess | None) -> str:
    """The price of an amount without VAT."""
    told = "RATE" if rate is None else "vat_rate"
    return f"price_excl_vat * (100% + {told}) rounded half up to 0.01 EUR"


def declare(field: str) -> str:
    """Give a column that was not found a field."""
    return f"declare its column as the field `{field}` in {_FORM}, and name it in `required` there"


def declare_stock() -> str:
    """Give the column that counts the stock its field."""
    return (
        f"declare its column as the field `stock`, an integer, in {_FORM}, "
        f"and write `Stock = {STOCK}`"
    )


def amend(guess: ColumnGuess, attribute: str, value: str) -> str:
    """Mend cells that do not read, or have their rows rejected alone."""
    needed = "" if guess.role is Role.STOCK else ", name it in `required` there"
    return (
        "correct such cells in the shop and draft again; or have their rows alone rejected: give the field "
        f'`{guess.field}` in {_FORM} {_kind(guess)} instead of "type": "string"{needed}, '
        f"and write `{attribute} = {value}`"
    )


def _kind(guess: ColumnGuess) -> str:
    """How the column is read as numbers, as JSON."""
    if guess.role is Role.STOCK:
        return '"type": "integer"'
    tax = "excluded" if guess.role is Role.PRICE_EXCL_VAT else "included"
    return (
        f'"x-kind": "money", "x-currency": "{CHANNEL_CURRENCY}", "x-currency-word": "optional", '
        f'"x-tax": "{tax}", "x-decimal-mark": "{guess.mark}"'
    )
