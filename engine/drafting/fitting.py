"""Which cells of a column read as its role asks, and the words for those that do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from engine.drafting.cells import Numbers, best_numbers, is_ean, numbers_of, without_currency
from engine.drafting.words import VAT_RATES, Role

MONEY = (
    Role.PRICE,
    Role.PRICE_EXCL_VAT,
    Role.LIST_PRICE,
    Role.SALE_PRICE,
    Role.COST_PRICE,
    Role.ECO_FEE,
)
_WORDS = (Role.CONDITION, Role.ACTIVE, Role.AVAILABILITY)
ANY_TEXT = (Role.TITLE, Role.BRAND, Role.CATEGORY, *_WORDS)
TEXTS = (Role.SKU, Role.EAN, *ANY_TEXT)
_MOST_WORDS = 12  # a column of more is no choice among words
EMPTY = "is empty in the sample"
HALF = 50  # percent of the cells
_SHOWN = 40  # characters of a cell


class Filled(Struct, frozen=True):
    """The cells of a column that hold anything, and the row of each; `empty` rows hold nothing."""

    cells: tuple[str, ...]
    rows: tuple[int, ...]
    empty: tuple[int, ...]

    @classmethod
    def of(cls, cells: Sequence[str | None], rows: Sequence[int]) -> Filled:
        """The cells of a column without the blanks around them."""
        bare = [(row, (cell or "").strip()) for row, cell in zip(rows, cells, strict=True)]
        return cls(
            cells=tuple(cell for _, cell in bare if cell),
            rows=tuple(row for row, cell in bare if cell),
            empty=tuple(row for row, cell in bare if not cell),
        )

    def place(self, index: int) -> str:
        """A cell with its row, on one line, so that it can stand in a text of the rules."""
        return f"“{shown(self.cells[index])}” in row {self.rows[index]}"


def shown(cell: str) -> str:
    """A cell, or a header, on one line, without what would end a text of the rules."""
    told = " ".join(cell.split()).replace('"', "'").replace("{", "(").replace("}", ")")
    return told if len(told) <= _SHOWN else f"{told[: _SHOWN - 1]}…"


def bare(role: Role, cell: str) -> str:
    """The number of a cell without its currency or percent sign."""
    if role in MONEY:
        return without_currency(cell)[0]
    return cell.removesuffix("%").rstrip() if role is Role.VAT_RATE else cell


def odd_cells(role: Role, cells: Sequence[str]) -> list[int]:
    """The places of the cells that do not read as the role asks; of a reference, the repetitions."""
    if role is Role.SKU:
        first = {cell: place for place, cell in reversed([*enumerate(cells)])}
        return [place for place, cell in enumerate(cells) if first[cell] != place]
    if role is Role.EAN:
        return [place for place, cell in enumerate(cells) if not is_ean(cell)]
    if role in TEXTS:
        return []
    numbers = [bare(role, cell) for cell in cells]
    way = best_numbers(numbers)
    return [i for i, cell in enumerate(numbers) if way is None or way.value(cell) is None]


def odd_told(role: Role, filled: Filled, odd: Sequence[int]) -> str:
    """The first of the odd cells, and how many more there are."""
    if not odd:
        return ""
    more = f", nor {len(odd) - 1} more" if len(odd) > 1 else ""
    if role is Role.SKU:
        return f"; {filled.place(odd[0])} stood before" + more.replace("nor", "and")
    return f"; not {filled.place(odd[0])}{more}"


def words_of(role: Role, filled: Filled, share: int) -> tuple[tuple[str, int], ...]:
    """What a column of a few words says, the most frequent first, each with how many cells say it."""
    if role not in _WORDS and (role is not Role.STOCK or share >= HALF):
        return ()
    counts = Counter(filled.cells)
    told = tuple((word, count) for word, count in counts.most_common() if shown(word) == word)
    return told if len(counts) <= _MOST_WORDS else ()


def numbers_fault(role: Role, filled: Filled, numbers: Numbers | None) -> str:
    """Why the column gives no number that an offer could hold, or `""`: what follows its name."""
    if not filled.cells:
        return EMPTY
    if numbers is None:
        odd = odd_cells(role, filled.cells)
        told = filled.place(odd[0]) if odd else ""
        more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
        return "does not read as plain numbers" + (f": {told}{more}" if told else "")
    if role is Role.VAT_RATE and not all(cell.endswith("%") for cell in filled.cells):
        return _two_scales(filled, numbers) or _no_rates(filled, numbers)
    if role is Role.STOCK and numbers.unsure:
        return f"has three digits behind each `{numbers.mark}`: {filled.place(0)}"
    if role is Role.STOCK:
        parts = [i for i, c in enumerate(filled.cells) if (numbers.value(c) or Decimal()) % 1]
        return f"counts parts of pieces: {filled.place(parts[0])}" if parts else ""
    return ""


def _two_scales(filled: Filled, numbers: Numbers) -> str:
    """`20` and `0.2` in one column: one of them would be a hundred times the other."""
    rates = [numbers.value(bare(Role.VAT_RATE, cell)) for cell in filled.cells]
    shares = [i for i, rate in enumerate(rates) if rate and is_fraction(rate)]
    points = [i for i, rate in enumerate(rates) if rate and not is_fraction(rate)]
    if not shares or not points:
        return ""
    return f"has rates of two scales: {filled.place(points[0])}, {filled.place(shares[0])}"


def _no_rates(filled: Filled, numbers: Numbers) -> str:
    """`1` for the rate that the shop calls so, or an amount of tax: what is sold would cost too little."""
    rates = [numbers.value(bare(Role.VAT_RATE, cell)) for cell in filled.cells]
    scale = 100 if any(rate and is_fraction(rate) for rate in rates) else 1
    odd = [i for i, rate in enumerate(rates) if rate is not None and rate * scale not in VAT_RATES]
    if not odd:
        return ""
    more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
    return f"holds what is no rate of VAT, but a code or an amount: {filled.place(odd[0])}{more}"


def is_fraction(rate: Decimal) -> bool:
    """Whether a rate is written as a part of 1: `0.2` for 20 %."""
    return 0 < rate < 1


def numbers_in(role: Role, cells: Sequence[str]) -> Numbers | None:
    """How the cells write the numbers of the role."""
    return numbers_of([bare(role, cell) for cell in cells])
