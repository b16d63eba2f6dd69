"""Comments on columns that are named and mapped to nothing, each with rules to take over.

What such a column says may lose money if it is guessed: that a used product is new, that all of a
column of words is sold. So an example stands there, and a person who knows the shop takes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.drafting.columns import ColumnGuess
from engine.drafting.fitting import shown
from engine.drafting.headers import last_step, plain
from engine.drafting.words import ACTIVE, IN_STOCK, INACTIVE, NEW, USED_HEADERS

_MOST = 6  # words of a column that are told


def condition(guess: ColumnGuess) -> Iterator[str]:
    """How a column becomes the condition: new where it says so, the others for a person to decide."""
    yield f"# {_named(guess)} may say it{_said(guess)}. To take it from there, write instead, with a"
    yield "# line for each other word that you sell, such as LikeNew, GoodState or Refurbished:"
    yield "#   ProductCondition ="
    yield f'#     when {_test(guess, _new(guess))} then "New"'
    yield f"#     {_UNDECIDED}"


_UNDECIDED = 'otherwise reject "no condition is decided for this product"'


def new(guess: ColumnGuess) -> list[str]:
    """The rules for a column that says new of all of the sample; none where no word says so."""
    known = [word for word, _ in guess.says if plain(word) in _new(guess)]
    if not known or len(known) < len(guess.says):
        return []
    words = ", ".join(map(_text, known))
    test = f"in ({words})" if len(known) > 1 else f"is {words}"
    value = f"({guess.field} default {_text(known[0])})"
    return ["ProductCondition =", f'  when {value} {test} then "New"', f"  {_UNDECIDED}"]


def _new(guess: ColumnGuess) -> Collection[str]:
    """The words that say new: in a column called `used`, no does."""
    return NEW | INACTIVE if plain(last_step(guess.header)) in USED_HEADERS else NEW


def active(guess: ColumnGuess) -> Iterator[str]:
    """How a column leaves products out."""
    yield f"# {_named(guess)} may say which products are sold{_said(guess)}. To leave the others out, write:"
    yield f'#   exclude when {_inactive(guess)} because "not for sale in the shop"'


def sale_price(guess: ColumnGuess, price: str) -> Iterator[str]:
    """How to sell at a price of a sale; `price` is what the price is else, "" where that is open."""
    yield f"# {_named(guess)} may hold the price of a sale; nothing is sold at it. For a sale with its dates"
    yield "# see DiscountComponentStartDate and its like in the reference (`feedwright docs`)."
    if price:
        yield "# To sell at it wherever it stands, write instead:"
        yield f"#   Price = {price}"


def stock(guess: ColumnGuess) -> Iterator[str]:
    """How words become pieces: as few as can be where they say that there are some, else none."""
    yield f"# {_named(guess)} says{_said(guess).removeprefix(':')}. Write, with your number of pieces for the 1:"
    yield "#   Stock ="
    yield f"#     when {_test(guess, IN_STOCK)} then 1"
    yield "#     otherwise 0"


def _named(guess: ColumnGuess) -> str:
    return f"Column `{shown(guess.header)}`"


def _said(guess: ColumnGuess) -> str:
    told = [f"“{word}” ({count})" for word, count in guess.says[:_MOST]]
    more = ["..."] if len(guess.says) > _MOST else []
    return f": {', '.join([*told, *more])}" if told else ""


def _inactive(guess: ColumnGuess) -> str:
    """Which cells say that a product is not sold: those seen, else what is not the word for sold."""
    sold = [word for word, _ in guess.says if plain(word) in ACTIVE]
    if sold and not any(plain(word) in INACTIVE for word, _ in guess.says):
        return f"{_value(guess)} is not {_text(sold[0])}"
    return _test(guess, INACTIVE)


def _test(guess: ColumnGuess, words: Collection[str]) -> str:
    """Whether the cell is one of `words`, as the column writes them; a word to fill in where none is."""
    known = [_text(word) for word, _ in guess.says if plain(word) in words]
    if len(known) > 1:
        return f"{_value(guess)} in ({', '.join(known)})"
    return f"{_value(guess)} is {known[0] if known else _text('WORD')}"


def _value(guess: ColumnGuess) -> str:
    return f'({guess.field} default "")'


def _text(word: str) -> str:
    return f'"{word}"'
