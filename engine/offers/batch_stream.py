"""Batches through one streaming query: planned once, read ahead no more than a little."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl
from polars.io.plugins import register_io_source

# Rows on their way at once, for each thread; and how long reading waits before it goes on anyway,
# since the engine may hold rows back until more have come.
AHEAD = 6000
PATIENCE = 1  # second
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt, in glibc


def keep_freed_memory() -> None:
    """Ask the C library to keep what is freed, a little of it: blocks of a feed come and go.

    Else it gives each back to the system and takes it anew, which costs more than to fill it.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_TRIM_THRESHOLD, 16 << 20)
        library.mallopt(_MMAP_THRESHOLD, 8 << 20)


@dataclass(slots=True)
class BatchStream:
    """One run of batches through a query that keeps their rows, in their order."""

    schema: Mapping[str, pl.DataType]
    _under_way: int = 0
    _room: threading.Condition = field(default_factory=threading.Condition)
    _fault: BaseException | None = None

    def run(
        self,
        batches: Iterator[pl.DataFrame],
        query: Callable[[pl.LazyFrame], pl.LazyFrame],
        take: Callable[[pl.DataFrame], None],
    ) -> None:
        """Give what `query` makes of each batch to `take`.

        Raises:
            Exception: what `batches` or `take` raise.
        """

        def source(
            wanted: list[str] | None, _predicate: object, _rows: object, _size: object
        ) -> Iterator[pl.DataFrame]:
            try:
                for batch in batches:
                    if self._fault is not None:
                        return
                    made = self._formed(batch)
                    self._enter(made.height)
                    yield made if wanted is None else made.select(wanted)
            except BaseException as fault:  # noqa: BLE001 - raised again behind the query
                self._fault = fault

        def sink(frame: pl.DataFrame) -> bool:
            self._leave(frame.height)
            if self._fault is None:
                try:
                    take(frame)
                except BaseException as fault:  # noqa: BLE001 - likewise
                    self._fault = fault
            return self._fault is not None

        keep_freed_memory()
        rows = register_io_source(source, schema=dict(self.schema))
        query(rows).sink_batches(sink, maintain_order=True, engine="streaming")
        if self._fault is not None:
            raise self._fault

    def _formed(self, batch: pl.DataFrame) -> pl.DataFrame:
        """`batch` with the columns of the schema: those that its feed lacks are empty."""
        if not self.schema.keys() - set(batch.columns):
            return pl.DataFrame([batch.get_column(name) for name in self.schema])
        return batch.select(
            pl.col(name) if name in batch.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in self.schema.items()
        )

    def _enter(self, rows: int) -> None:
        limit = AHEAD * max(1, pl.thread_pool_size())
        with self._room:
            self._room.wait_for(lambda: self._under_way < limit, PATIENCE)
            self._under_way += rows

    def _leave(self, rows: int) -> None:
        with self._room:
            self._under_way -= rows
            self._room.notify_all()
