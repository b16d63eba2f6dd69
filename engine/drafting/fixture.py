"""The product that the drafted test uses: the first row of the sample that reads as guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from engine.drafting.cells import is_ean, without_currency
from engine.drafting.columns import ColumnGuess, Guesses
from engine.drafting.fitting import MONEY
from engine.drafting.schema import needed_columns
from engine.drafting.words import Role

_SKU = re.compile(r"[!-{}~]{1,50}")
_MADE_UP = {Role.SKU: "EXAMPLE-1", Role.EAN: "3760123450010"}


class Fixture(Struct, frozen=True):
    """The cells of one product by field, and what they come to, counted here on their own."""

    cells: Mapping[str, str | None]
    sku: str
    price: Decimal | None

    def text(self) -> str:
        """The fixture as JSON."""
        return json.dumps(self.cells, ensure_ascii=False, indent=2) + "\n"


def draft_fixture(guesses: Guesses, rows: Sequence[Sequence[str | None]]) -> Fixture:
    """The first row with all that an offer needs; where none has, the first row, mended."""
    needed = {column.field for column in needed_columns(guesses)}
    read = [_cells(guesses, row) for row in rows]
    whole = (cells for cells in read if all(cells[name] for name in needed))
    cells = next(whole, read[0] if read else {c.field: None for c in guesses.columns})
    mended = {
        c.field: cells[c.field] or (_made_up(c) if c.field in needed else None)
        for c in guesses.columns
    }
    return Fixture(mended, mended.get(Role.SKU.value) or "", _price(guesses, mended))


def _cells(guesses: Guesses, row: Sequence[str | None]) -> dict[str, str | None]:
    return {
        guess.field: _usable(guess, (cell or "").strip())
        for guess, cell in zip(guesses.columns, row, strict=True)
    }


def _usable(guess: ColumnGuess, cell: str) -> str | None:
    """The cell where it reads as guessed, else None."""
    if guess.role is Role.SKU:
        return cell if _SKU.fullmatch(cell) and not set('"{}') & set(cell) else None
    if guess.role is Role.EAN:
        return cell if is_ean(cell) else None
    if guess.numbers is None:
        return cell or None
    value = _value(guess, cell)
    return cell if value is not None and value >= 0 else None


def _value(guess: ColumnGuess, cell: str) -> Decimal | None:
    bare = without_currency(cell)[0] if guess.role in MONEY else cell.removesuffix("%").rstrip()
    return guess.numbers.value(bare) if guess.numbers else None


def _made_up(guess: ColumnGuess) -> str:
    if guess.role in _MADE_UP:
        return _MADE_UP[guess.role]
    if guess.role is Role.VAT_RATE:
        return {"sign": "20%", "fraction": f"0{guess.numbers.mark if guess.numbers else '.'}2"}.get(
            guess.percent, "20"
        )
    return "10"


def _price(guesses: Guesses, cells: Mapping[str, str | None]) -> Decimal | None:
    """What the rules should come to; None where that is not plain."""
    price, without = guesses.number(Role.PRICE), guesses.number(Role.PRICE_EXCL_VAT)
    vat = guesses.number(Role.VAT_RATE)
    amount = _of(price or without, cells)
    if amount is None or price is not None:
        return None if amount is None else amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    rate = _of(vat, cells)
    if rate is None or vat is None:
        return None
    percent = rate * 100 if vat.percent == "fraction" else rate
    return (amount * (100 + percent) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _of(guess: ColumnGuess | None, cells: Mapping[str, str | None]) -> Decimal | None:
    return _value(guess, cells.get(guess.field) or "") if guess is not None else None
