"""What every format gives once it is open, whatever it was read from."""

from collections.abc import Collection, Iterator
from typing import Protocol

import polars as pl

from engine.feeds.archive import ByteSource


class OpenFeed(Protocol):
    """A feed of some format, opened."""

    columns: tuple[str, ...]
    notes: list[str]
    source: ByteSource

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and the wanted columns."""
