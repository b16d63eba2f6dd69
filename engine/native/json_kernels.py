"""JSON Lines by a kernel, where all records are flat objects of texts alike."""

from __future__ import annotations

import ctypes
from collections.abc import Collection, Sequence

import polars as pl

from engine.native.arrow import TEXTS, ArrowArray, handed_over
from engine.native.library import kernels


def records(block: bytes, keys: Sequence[str], paths: Collection[str]) -> pl.DataFrame | None:
    """The records of a block of whole lines, each with just these `keys` in this order.

    Gives the columns `paths`, null throughout where they are no key; None where a record is anything else,
    or there is no kernel.
    """
    library = kernels()
    if library is None:
        return None
    found = [key for key in keys if key in paths]
    written = [key.encode() for key in keys]
    places = (found.index(key) if key in paths else -1 for key in keys)
    arrays = (ArrowArray * len(found))()
    rows = library.fw_json_records(
        block,
        ctypes.c_int64(len(block)),
        b"".join(written),
        (ctypes.c_int32 * len(keys))(*map(len, written)),
        len(keys),
        (ctypes.c_int32 * len(keys))(*places),
        len(found),
        arrays,
    )
    if rows < 0:
        return None
    made = dict(zip(found, handed_over(arrays, TEXTS, found), strict=True))
    none = pl.Series(dtype=pl.String).extend_constant(None, rows)
    return pl.DataFrame([made.get(path, none.alias(path)) for path in paths])
