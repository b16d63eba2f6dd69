"""How far numbers move, in words."""

from __future__ import annotations

from decimal import Decimal

from engine.values.movement import FARTHEST, Movement

_TENFOLD = Decimal(FARTHEST).scaleb(-1)  # in percent; beyond it moves are not told apart


def move_words(move: Movement) -> list[str]:
    """`3 up and 1 down, by -2.00 to +5.80`, then `median +1.0 %, at most 5.1 %` where it is known."""
    ways = [f"{n} {w}" for n, w in ((move.up, "up"), (move.down, "down")) if n]
    said = [f"{' and '.join(ways)}, by {signed(move.lowest)} to {signed(move.highest)}"]
    far = move.farthest
    if move.median is not None and far is not None:
        most = f"at most {far} %" if far < _TENFOLD else "at most tenfold or further"
        said.append(f"median {signed(move.median)} %, {most}")
    return said


def signed(number: object) -> str:
    """A number with its sign, "" for none."""
    return "" if number is None else f"{number:+f}"
