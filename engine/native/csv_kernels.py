"""CSV by kernels: where the rows of a block end, and their cells."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

import polars as pl

from engine.native.arrow import TEXTS, ArrowArray, handed_over
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
    library, signs = kernels(), _signs(quote, delimiter)
    if library is None or signs is None:
        return None
    lines = ctypes.c_int64()
    sizes = ctypes.c_int64(len(block)), ctypes.c_int64(most)
    used = library.fw_csv_rows(block, sizes[0], *signs, sizes[1], ended, ctypes.byref(lines))
    return (used, lines.value) if used > 0 else None


def cells(
    block: bytes, quote: str, delimiter: str, columns: int, read: Mapping[int, str]
) -> pl.DataFrame | None:
    """The `read` columns of a block of whole lines: their position, and what to call them.

    None where not each line is a well-formed row of so many `columns`, or a cell may hold rows, or there
    is no kernel.
    """
    library, signs = kernels(), _signs(quote, delimiter)
    if library is None or signs is None:
        return None
    arrays = (ArrowArray * len(read))()
    places = (ctypes.c_int32 * len(read))(*read)
    rows = library.fw_csv_cells(
        block, ctypes.c_int64(len(block)), *signs, columns, places, len(read), arrays
    )
    if rows < 0:
        return None
    made = handed_over(arrays, TEXTS, read.values())
    none = pl.Series("__problem", dtype=pl.String).extend_constant(None, rows)
    return pl.DataFrame([*made, none])


def _signs(quote: str, delimiter: str) -> tuple[int, int] | None:
    """Quote, negative where there is none, and delimiter as kernels take them; None where one is more than a byte."""
    marks = quote.encode(), delimiter.encode()
    if len(marks[0]) > 1 or len(marks[1]) != 1:
        return None
    return marks[0][0] if marks[0] else -1, marks[1][0]
