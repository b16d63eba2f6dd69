"""Batches through one query: their order is kept, what goes wrong is heard, little is read ahead."""

from collections.abc import Iterator

import polars as pl
import pytest

from engine.errors import FeedError
from engine.offers.batch_stream import AHEAD, BatchStream

SCHEMA = {"__row": pl.Int64(), "cell": pl.String()}


def batches(number: int, rows: int = 1000) -> Iterator[pl.DataFrame]:
    for first in range(0, number * rows, rows):
        yield pl.DataFrame({"__row": range(first, first + rows)})


def doubled(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(pl.col("__row") * 2)


def test_rows_keep_their_order_and_columns_that_a_feed_lacks_are_empty() -> None:
    taken: list[pl.DataFrame] = []
    BatchStream(SCHEMA).run(batches(30), doubled, taken.append)
    frame = pl.concat(taken)
    assert frame["__row"].to_list() == list(range(0, 60_000, 2))
    assert frame["cell"].null_count() == frame.height


def test_what_reading_raises_is_raised() -> None:
    def broken() -> Iterator[pl.DataFrame]:
        yield from batches(2)
        raise FeedError("cut short")

    with pytest.raises(FeedError, match="cut short"):
        BatchStream(SCHEMA).run(broken(), doubled, lambda _: None)


def test_what_taking_raises_is_raised_and_ends_the_reading() -> None:
    read = 0

    def counted() -> Iterator[pl.DataFrame]:
        nonlocal read
        for batch in batches(2000):
            read += 1
            yield batch

    def full(_: pl.DataFrame) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        BatchStream(SCHEMA).run(counted(), doubled, full)
    assert read < 2000


def test_little_is_read_ahead() -> None:
    ahead, most, read = 0, 0, 0

    def counted() -> Iterator[pl.DataFrame]:
        nonlocal ahead, most, read
        for batch in batches(200):
            read += batch.height
            ahead += batch.height
            most = max(most, ahead)
            yield batch

    def take(frame: pl.DataFrame) -> None:
        nonlocal ahead
        ahead -= frame.height

    BatchStream(SCHEMA).run(counted(), doubled, take)
    assert read == 200_000
    assert most <= AHEAD * pl.thread_pool_size() + 2000
