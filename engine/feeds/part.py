"""Parts of a feed whose bytes are taken and whose cells are still to be read, by any thread."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from msgspec import Struct


class Part(Struct, frozen=True):
    """Rows in their order, and the first byte among them that is no text, if any.

    The rows have a column `__row` where the feed numbers them itself.
    """

    frame: pl.DataFrame
    damage: int | None = None


Unread = Callable[[], Part]

# Rows of a part, at most: what a part costs whatever it holds is little beside them. A block of bytes may
# hold far more, where rows are short or blank, and each row takes the memory of all columns.
MOST_ROWS = 10_000
# Parts that go through the rules together: the fixed cost of the rules is half of that of one part then,
# and they are still read one by one, in as little memory.
PARTS_AT_ONCE = 2
