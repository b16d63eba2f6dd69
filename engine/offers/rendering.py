"""A whole feed to lines of offers and rejections, block by block on several threads.

A query prepared once tells of each row whether it makes an offer, and its line. Rows that make none are
few: they are gathered and go through the program again, this time with every reason.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO

import polars as pl

from engine.feeds.part import Part, Unread
from engine.native.library import kernels
from engine.native.line_kernels import joined
from engine.offers.accounting import Accounting
from engine.offers.in_turn import in_turn, keep_freed_memory
from engine.offers.lines import check_lines, rejection_line
from engine.offers.mapping import EXCLUDES, FIRST, SKU, STOPS, Mapper
from engine.offers.prepared import LINE, REASONS, TOLD, Prepared
from engine.program.program import ROW
from engine.program.vectors import copied

# Lines that are given to the system at once: with fewer, writing takes three times as long.
LINES_AT_ONCE = 8192
# Rows without an offer that are explained at once.
REJECTED_AT_ONCE = 10_000


@dataclass(slots=True)
class Renderer:
    """Writes what becomes of a feed."""

    mapper: Mapper
    offers: IO[bytes]
    rejections: IO[bytes] | None
    accounting: Accounting = field(default_factory=Accounting)
    _rejected: list[pl.DataFrame] = field(default_factory=list)
    _explained: Future[tuple[pl.DataFrame, pl.Series]] | None = None
    prepared: Prepared = field(init=False)

    def __post_init__(self) -> None:
        self.prepared = Prepared(self.mapper)

    def run(
        self,
        pieces: Iterable[list[Unread]],
        heard: Callable[[Part], None],
        count: Callable[[int], None],
    ) -> None:
        """Take all `pieces`, the parts of each read and worked on by some thread.

        Args:
            pieces: in the order of the feed.
            heard: hears of each part that was read, in the order of the feed.
            count: hears how many rows were written.

        Raises:
            FeedError: what reading the parts raises.
        """
        keep_freed_memory()
        threads = pl.thread_pool_size()
        pool = ThreadPoolExecutor(threads)
        try:
            for read, frame in in_turn(pieces, _read, self._made, pool, threads):
                for part in read:
                    heard(part)
                self._write(frame)
                if sum(map(len, self._rejected)) >= REJECTED_AT_ONCE:
                    self._reject(pool)
                count(frame.height)
            self._reject(pool)
            self._write_rejections()
        finally:
            pool.shutdown(cancel_futures=True)
        self.accounting.check()

    def _made(self, parts: list[Part], first: int) -> tuple[list[Part], pl.DataFrame]:
        """What becomes of the rows of `parts`, before which there are `first` others."""
        frames = []
        for part in parts:
            rows = part.frame
            if ROW not in rows.columns:
                last = first + rows.height
                numbers = pl.int_range(first + 1, last + 1, dtype=pl.Int64, eager=True)
                rows = rows.with_columns(numbers.alias(ROW))
                first = last
            frames.append(rows)
        read = [Part(part.frame.clear(), part.damage) for part in parts]
        parts.clear()
        return read, self.prepared.run(*frames)

    def _write(self, frame: pl.DataFrame) -> None:
        """Write the offers among the rows of `frame`; put the others by."""
        frame = self.mapper.seen.mark(frame)
        good = ~(frame[EXCLUDES] | frame[STOPS]) & frame[FIRST].is_null()
        self.accounting.read += frame.height
        if not good.all():
            raw = frame.select(*self.prepared.raw_cells(), FIRST)
            self._rejected.append(copied(raw.filter(~good)))
        if good.any():
            without = good & frame[LINE].is_null()
            if without.any():
                check_lines(frame.filter(without), frame[LINE].filter(without))
            self.accounting.add_offers(frame.select(TOLD).filter(good))
            _write_lines(frame[LINE], good, self.offers)

    def _reject(self, pool: Executor) -> None:
        """Let a thread say of the rows put by why they make no offer, while other pieces are worked on."""
        if not self._rejected:
            return
        self._write_rejections()
        rows = pl.concat(self._rejected)
        self._rejected.clear()
        self._explained = pool.submit(self._explain, rows)

    def _explain(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """What is told of the rows, and their lines."""
        others = self.mapper.explain_others(rows)
        lines = others.select(rejection_line()).to_series()
        return others.select(ROW, SKU, "outcome", REASONS), lines

    def _write_rejections(self) -> None:
        """Write those that a thread was told to explain last."""
        if self._explained is None:
            return
        others, lines = self._explained.result()
        self._explained = None
        self.accounting.add_others(others)
        if self.rejections is not None:
            _write_lines(lines, lines.is_not_null(), self.rejections)


def _write_lines(lines: pl.Series, wanted: pl.Series, file: IO[bytes]) -> None:
    """Write those of the lines that are `wanted`, as they are.

    Raises:
        BrokenPipeError: the reader of the file went away.
        OSError: it cannot be written; tells its name.
    """
    try:
        if kernels() is not None:
            for piece in joined(lines, wanted):
                file.write(piece)
            return
        lines.filter(wanted).to_frame().write_csv(
            file, include_header=False, quote_style="never", batch_size=LINES_AT_ONCE
        )
    except OSError as fault:
        # Polars tells the number in the message alone, and neither tells a name.
        told = re.search(r"\(os error ([0-9]+)\)", str(fault))
        number = int(told[1]) if told else fault.errno
        if number is None:
            raise
        if number == errno.EPIPE:
            raise BrokenPipeError from None
        raise OSError(number, os.strerror(number), getattr(file, "name", None)) from None


def _read(unread: list[Unread]) -> tuple[list[Part], int]:
    """The parts, each read and its bytes given up before the next one is."""
    parts = []
    while unread:
        parts.append(unread.pop(0)())
    return parts, sum(part.frame.height for part in parts)
