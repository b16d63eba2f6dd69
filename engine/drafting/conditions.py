"""What cells say of a product's condition: new, or that somebody had it before."""

from __future__ import annotations

from collections.abc import Sequence

from engine.drafting.fitting import Filled
from engine.drafting.headers import last_step, plain
from engine.drafting.words import ACTIVE, INACTIVE, NEW, USED, USED_HEADERS


def says_conditions(cells: Sequence[str]) -> bool:
    """Whether every cell is a word for a condition, and one of them for another than new."""
    words = {plain(cell) for cell in cells}
    return all(word in NEW or _is_used(word) for word in words) and any(map(_is_used, words))


def used_told(header: str, filled: Filled) -> str:
    """The first cell of a column of conditions that does not say new, with its row; "" where all do.

    Of a column that only says yes or no, what is used is what a header such as `used` asks for.
    """
    words = {cell: plain(cell) for cell in dict.fromkeys(filled.cells)}
    asked = plain(last_step(header)) in USED_HEADERS
    if asked:
        other = {cell for cell, word in words.items() if word not in INACTIVE | NEW}
    elif all(word in ACTIVE | INACTIVE for word in words.values()):
        return ""  # the state of the product in the shop, and not that of the thing
    else:
        other = {cell for cell, word in words.items() if word not in NEW}
    first = next((i for i, cell in enumerate(filled.cells) if cell in other), None)
    return "" if first is None else filled.place(first)


def _is_used(word: str) -> bool:
    return word.startswith(USED)
