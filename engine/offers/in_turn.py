"""Pieces of a feed worked on by several threads, their results in the order of the feed.

As many pieces are under way at once as there are threads, and one waits, so that no thread has to: that
bounds memory. What a piece needs from the one before it, the number of rows so far, is handed on as soon
as it is known.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from typing import TypeVar

Piece = TypeVar("Piece")
Read = TypeVar("Read")
Made = TypeVar("Made")

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENAS = -1, -3, -8  # of mallopt, in glibc


def keep_freed_memory() -> None:
    """Ask the C library to keep what is freed, a little of it: blocks of a feed come and go.

    Else it gives each back to the system and takes it anew, which costs more than to fill it.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_TRIM_THRESHOLD, 16 << 20)
        library.mallopt(_MMAP_THRESHOLD, 32 << 20)
        library.mallopt(_ARENAS, 1)  # what one thread frees, the next one takes


def in_turn(
    pieces: Iterable[Piece],
    read: Callable[[Piece], tuple[Read, int]],
    make: Callable[[Read, int], Made],
    pool: Executor,
    threads: int,
) -> Iterator[Made]:
    """What `make` gives for each piece, in their order.

    Args:
        pieces: taken by the caller's thread, one after the other.
        read: gives what a piece holds and how many rows that is.
        make: what becomes of it; told how many rows stand before it.
        pool: whose threads do it.
        threads: how many pieces are worked on at once.

    Raises:
        Exception: what `pieces`, `read` or `make` raise, in the turn of its piece.
    """

    def turn(given: list[Piece], before: Future[int], after: Future[int]) -> Made:
        try:
            held, rows = read(given.pop())  # nothing else holds the piece: its bytes are free now
            first = before.result()
            after.set_result(first + rows)
        except BaseException as fault:
            after.set_exception(fault)  # the next one waits for it
            raise
        return make(held, first)

    running: deque[Future[Made]] = deque()
    before: Future[int] = Future()
    before.set_result(0)
    left = iter(pieces)
    cut: Exception | None = None
    while True:
        try:
            given = list(islice(left, 1))
        except Exception as fault:  # noqa: BLE001 - its turn comes: pieces before it are under way
            cut = fault
            break
        if not given:
            break
        after: Future[int] = Future()
        running.append(pool.submit(turn, given, before, after))
        before = after
        if len(running) > threads:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()
    if cut is not None:
        raise cut
