"""Blocks as columns of bytes: what is sought in each byte is sought without a look at it in Python."""

from __future__ import annotations

import polars as pl


def bytes_of(block: bytes) -> pl.Series:
    """A block as a column of bytes: to compare all of it with one takes a memory's pace."""
    return pl.Series([block], dtype=pl.Binary).cast(pl.List(pl.UInt8)).explode()


def where_true(found: pl.Series) -> pl.Series:
    """Where `found` is true. Quicker than `arg_true`, which looks at one bit after the other."""
    return pl.int_range(len(found), dtype=pl.UInt32, eager=True).filter(found)
