"""Blocks of JSON Lines whose records are alike, read at once: each a flat object of the same texts.

What machines export is that, mostly. Whatever is not, or not surely, is read record by record: a key
that stands twice, a number (whose digits are kept as they are written), null, nested objects, faults.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection

import polars as pl

from engine.feeds.byte_columns import bytes_of
from engine.native import json_kernels

_PLAIN_PATH = re.compile(r"\w+", re.ASCII)
# Signs of a key within a text, blanks before a colon, and texts that readers take differently:
# what stands for lost text, and halves of pairs.
_ODD = r'\\":|"[ \t\r]+:|\\u[dDfF]|\x{fffd}'
_QUOTE, _COLON, _SPACE, _BACKSLASH, _U = b'": \\u'
_LEAST_HALF, _LOST = ord("D"), "\ufffd".encode()


def alike(block: bytes, paths: Collection[str]) -> pl.DataFrame | None:
    """The records in `block`, whole lines: `__problem`, null, and the columns `paths`.

    None where they are not alike.
    """
    if not all(_PLAIN_PATH.fullmatch(path) for path in paths):
        return None
    keys = _keys_of(block[: block.find(b"\n") + 1])
    if not keys or "__problem" in keys:
        return None
    made = json_kernels.records(block, keys, ["__problem", *paths])
    if made is not None:
        return made
    records = block.count(b"\n")
    if not _are_texts(block, records * len(keys)):
        return None
    try:
        frame = pl.read_ndjson(io.BytesIO(block), schema=dict.fromkeys(keys, pl.String))
    except pl.exceptions.PolarsError:
        return None
    # As many keys as there must be, and none of them lacking: so none stands twice.
    if frame.height != records or any(column.null_count() for column in frame):
        return None
    absent = (path for path in ("__problem", *paths) if path not in keys)
    # Not by one selection: of constants alone it would be one row.
    whole = frame.with_columns(pl.lit(None, pl.String).alias(path) for path in absent)
    return whole.select("__problem", *paths)


def _keys_of(line: bytes) -> list[str]:
    """The keys of a flat object of texts; none where it is anything else."""
    try:
        pairs = json.loads(line, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return []
    flat = isinstance(pairs, list) and all(
        isinstance(pair, tuple) and isinstance(pair[1], str) for pair in pairs
    )
    keys = [key for key, _ in pairs] if flat else []
    return keys if len(set(keys)) == len(keys) else []


def _are_texts(block: bytes, wanted: int) -> bool:
    """Whether the block has so many keys, each with a text behind it."""
    held = pl.Series([block], dtype=pl.Binary)
    try:
        text_of_all = held.cast(pl.String)
    except pl.exceptions.ComputeError:  # bytes that are no text
        return False
    if not block.endswith(b"}\n"):
        return False
    # The bytes, and those one, two and three places on: to compare columns takes a memory's pace. The
    # block ends with other signs than those that are looked for, so none is lost at its end.
    places = bytes_of(block)
    at, one_on, two_on, three_on = (places.slice(n, len(block) - 3) for n in range(4))
    key = (at == _QUOTE) & (one_on == _COLON)
    if key.sum() != wanted:
        return False
    text = (two_on == _QUOTE) | ((two_on == _SPACE) & (three_on == _QUOTE))
    if (key & text).sum() != wanted:
        return False
    # A little more than what is odd; where there is any of that, it is looked at more closely.
    slash = at == _BACKSLASH
    odd = (
        slash & (one_on == _QUOTE) & (two_on == _COLON),
        slash & (one_on == _U) & (two_on >= _LEAST_HALF),
        (at == _QUOTE) & (one_on <= _SPACE) & ((two_on == _COLON) | (two_on <= _SPACE)),
        (at == _LOST[0]) & (one_on == _LOST[1]) & (two_on == _LOST[2]),
    )
    if not any(found.any() for found in odd):
        return True
    column = text_of_all.to_frame("text")
    return column.select(~pl.col("text").str.contains(_ODD)).item() is True
