"""References kept in a file that has no name: sorted by hash, looked up one by one where few are asked for.

The file is gone as soon as nobody needs it, or the process ends, however it ends.
"""

from __future__ import annotations

import sys
import tempfile
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO
from weakref import finalize

import polars as pl

from engine.errors import EngineError
from engine.native.arrow import bytes_of_numbers
from engine.native.library import kernels

# A reference here: its hash, and `tail`, whose upper half are further bits and lower half the row.
SCHEMA = pl.Schema({"hash": pl.UInt64(), "tail": pl.UInt64()})
# Hashes that are read for one look-up.
PAGE = 512
# References that are merged at once.
PIECE = 1 << 16
_WIDTH = 8  # bytes of a hash, and of a tail
_HASHES = 1 << 64


@dataclass(slots=True, weakref_slot=True, eq=False)
class StoredRun:
    """References sorted by hash in a file: first all hashes, then all tails."""

    count: int
    level: int  # how often its references were merged
    _file: IO[bytes]
    firsts: array[int] = field(default_factory=lambda: array("Q"))  # the first hash of each page
    _page: array[int] = field(default_factory=lambda: array("Q"))
    _page_number: int = -1

    def __post_init__(self) -> None:
        finalize(self, self._file.close)

    @classmethod
    def of(cls, runs: Sequence[pl.DataFrame | StoredRun], level: int) -> StoredRun:
        """The references of `runs`, of which no two have the same hash, as one run.

        Raises:
            EngineError: the folder for temporary files takes no more.
        """
        with _room_asked_for():
            count = sum(map(_length, runs))
            file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when nobody holds the run any more
            made = cls(count, level, file)
            made._write(_merged(runs, count))
        return made

    def found(self, sought: pl.Series) -> pl.DataFrame:
        """Those of the hashes that are here, with their tails."""
        hashes, tails = array("Q"), array("Q")
        for one in sought.to_list():
            place, here = self._place(one)
            if here:
                hashes.append(one)
                tails += self._read(self.count + place, 1)
        return pl.DataFrame([_series("hash", hashes), _series("tail", tails)])

    def between(self, least: int, end: int) -> pl.DataFrame:
        """The references with a hash of at least `least` and less than `end`, in order."""
        first, last = self._place(least)[0], self._place(end)[0]
        places = (("hash", first), ("tail", self.count + first))
        return pl.DataFrame(
            [_series(name, self._read(place, last - first)) for name, place in places]
        )

    def _write(self, pieces: Iterable[pl.DataFrame]) -> None:
        done = 0
        for piece in pieces:
            hashes, tails = (_array(piece[name]) for name in SCHEMA.names())
            self.firsts += hashes[-done % PAGE :: PAGE]
            for place, numbers in ((done, hashes), (self.count + done, tails)):
                self._file.seek(place * _WIDTH)
                self._file.write(numbers)
            done += len(hashes)
        self._file.flush()

    def _place(self, sought: int) -> tuple[int, bool]:
        """Where the first hash stands that is not less than `sought`, and whether it is the same."""
        page = bisect_right(self.firsts, sought) - 1
        if page < 0:
            return 0, False
        if page != self._page_number:  # those that are asked for are sorted as well
            first = page * PAGE
            self._page = self._read(first, min(PAGE, self.count - first))
            self._page_number = page
        within = bisect_left(self._page, sought)
        here = within < len(self._page) and self._page[within] == sought
        return page * PAGE + within, here

    def _read(self, place: int, count: int) -> array[int]:
        self._file.seek(place * _WIDTH)
        numbers = array("Q")
        numbers.frombytes(self._file.read(count * _WIDTH))
        return numbers


def _length(run: pl.DataFrame | StoredRun) -> int:
    return run.count if isinstance(run, StoredRun) else run.height


def _merged(runs: Sequence[pl.DataFrame | StoredRun], count: int) -> Iterator[pl.DataFrame]:
    """The references of `runs` in the order of their hashes, which are spread evenly."""
    pieces = -(-count // PIECE)
    edges = [number * _HASHES // pieces for number in range(pieces + 1)]
    for least, end in pairwise(edges):
        yield pl.concat([_between(run, least, end) for run in runs]).sort("hash")


def _between(run: pl.DataFrame | StoredRun, least: int, end: int) -> pl.DataFrame:
    if isinstance(run, StoredRun):
        return run.between(least, end)
    first = run["hash"].search_sorted(least)
    last = run["hash"].search_sorted(end) if end < _HASHES else run.height
    return run.slice(first, last - first)


def _array(numbers: pl.Series) -> array[int]:
    return array("Q", bytes_of_numbers(numbers) if kernels() else numbers.to_list())


def _series(name: str, numbers: array[int]) -> pl.Series:
    if not numbers:
        return pl.Series(name, dtype=pl.UInt64)
    held = pl.Series(name, [numbers.tobytes()], dtype=pl.Binary)
    rows = pl.Array(pl.UInt64, len(numbers))
    return held.bin.reinterpret(dtype=rows, endianness=sys.byteorder).explode()


@contextmanager
def _room_asked_for() -> Iterator[None]:
    """Say of a fault of the system where it happened, and what can be done."""
    try:
        yield
    except OSError as fault:
        folder = tempfile.tempdir or "temporary files"
        raise EngineError(
            f"{folder}: {fault.strerror or fault}. The references of a large feed are kept there, to find "
            "those that stand twice: make room, or name another folder in the variable TMPDIR"
        ) from None
