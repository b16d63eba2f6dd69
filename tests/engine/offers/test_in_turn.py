"""Pieces on several threads: their order is kept, what goes wrong is heard, little is under way."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import FeedError
from engine.offers.in_turn import in_turn


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def counted(piece: int) -> tuple[int, int]:
    """A piece with as many rows as its number; even ones take longer."""
    time.sleep(0.002 * (piece % 2 == 0))
    return piece, piece


def placed(piece: int, first: int) -> tuple[int, int]:
    return piece, first


def test_results_keep_their_order_and_know_the_rows_before_them(pool: ThreadPoolExecutor) -> None:
    found = list(in_turn(range(40), counted, placed, pool, threads=3))
    assert found == [(number, sum(range(number))) for number in range(40)]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_what_taking_pieces_raises_is_raised_in_its_turn(
    threads: int, pool: ThreadPoolExecutor
) -> None:
    def broken() -> Iterator[int]:
        yield from range(3)
        raise FeedError("cut short")

    taken: list[tuple[int, int]] = []
    with pytest.raises(FeedError, match="cut short"):
        taken.extend(in_turn(broken(), counted, placed, pool, threads=threads))
    assert taken == [(0, 0), (1, 0), (2, 1)]


def test_what_reading_raises_is_raised_in_its_turn_and_ends_all(pool: ThreadPoolExecutor) -> None:
    def read(piece: int) -> tuple[int, int]:
        if piece == 5:
            raise FeedError("no such cell")
        return piece, 1

    taken: list[int] = []
    results = in_turn(range(1000), read, placed, pool, threads=4)
    with pytest.raises(FeedError, match="no such cell"):
        taken.extend(first for _, first in results)
    assert taken == [0, 1, 2, 3, 4]


def test_who_stops_listening_ends_the_reading(pool: ThreadPoolExecutor) -> None:
    taken = 0

    def pieces() -> Iterator[int]:
        nonlocal taken
        for piece in range(1000):
            taken += 1
            yield piece

    results = in_turn(pieces(), counted, placed, pool, threads=2)
    assert next(results) == (0, 0)
    results.close()  # type: ignore[attr-defined]  # a generator
    assert taken <= 4


def test_no_more_is_under_way_than_threads_and_one_that_waits(pool: ThreadPoolExecutor) -> None:
    under_way, most = 0, 0
    lock = threading.Lock()

    def pieces() -> Iterator[int]:
        nonlocal under_way, most
        for piece in range(60):
            with lock:
                under_way += 1
                most = max(most, under_way)
            yield piece

    for _ in in_turn(pieces(), counted, placed, pool, threads=2):
        with lock:
            under_way -= 1
    assert most == 3
