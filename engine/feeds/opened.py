"""What every format gives once it is open, whatever it was read from."""

from collections.abc import Collection, Iterator
from typing import Protocol, runtime_checkable

import polars as pl

from engine.feeds.archive import ByteSource
from engine.feeds.part import Part, Unread


class OpenFeed(Protocol):
    """A feed of some format, opened."""

    columns: tuple[str, ...]
    notes: list[str]
    source: ByteSource

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and the wanted columns."""


@runtime_checkable
class ReadsInParts(Protocol):
    """A feed whose cells can be read apart from taking its bytes."""

    def parts(self, wanted: Collection[str]) -> Iterator[Unread]:
        """What `batches` gives, in parts that are still to be read, each by any thread."""

    def heard(self, part: Part) -> None:
        """Note what a part shows of the file."""
