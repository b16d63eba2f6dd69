"""CSV by kernels: where the rows of a block end, and their cells."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

import polars as pl

from engine.native.arrow import TEXTS, ArrowArray, Column
from engine.native.library import kernels


def rows_end(
    block: bytes, quote: str, delimiter: str, *, most: int, ended: bool
) -> tuple[int, int] | None:
    """How many bytes at the front of `block` are whole rows, and how many line ends are in them.

    Args:
        block: bytes that lines begin with; each line ends with a line feed.
        quote: what cells are quoted with, or nothing.
        delimiter: what parts cells.
        most: lines outside of quotes, and no more.
        ended: nothing follows the block.

    Returns:
        None where quotes are not in order, or no row ends, or there is no kernel.
    """
    library = kernels()
    marks = quote.encode(), delimiter.encode()
    if library is None or len(marks[0]) > 1 or len(marks[1]) != 1:
        return None
    rows = library.fw_csv_rows
    rows.restype = ctypes.c_int64
    lines = ctypes.c_int64()
    used = rows(
        block,
        ctypes.c_int64(len(block)),
        marks[0][0] if marks[0] else -1,
        marks[1][0],
        ctypes.c_int64(most),
        ended,
        ctypes.byref(lines),
    )
    return (used, lines.value) if used > 0 else None


def cells(
    block: bytes, quote: str, delimiter: str, columns: int, read: Mapping[int, str]
) -> pl.DataFrame | None:
    """The `read` columns of a block of whole lines: their position, and what to call them.

    None where not each line is a well-formed row of so many `columns`, or a cell may hold rows, or there
    is no kernel.
    """
    library = kernels()
    marks = quote.encode(), delimiter.encode()
    if library is None or len(marks[0]) > 1 or len(marks[1]) != 1:
        return None
    kernel = library.fw_csv_cells
    kernel.restype = ctypes.c_int64
    arrays = (ArrowArray * len(read))()
    rows = kernel(
        block,
        ctypes.c_int64(len(block)),
        marks[0][0] if marks[0] else -1,
        marks[1][0],
        columns,
        (ctypes.c_int32 * len(read))(*read),
        len(read),
        arrays,
    )
    if rows < 0:
        return None
    names = zip(arrays, read.values(), strict=True)
    try:
        made = [Column(library, array, TEXTS).series(name) for array, name in names]
    finally:
        library.fw_give_back(arrays, len(read))  # of those that Polars did not take over
    none = pl.Series("__problem", dtype=pl.String).extend_constant(None, rows)
    return pl.DataFrame([*made, none])
