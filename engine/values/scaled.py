"""A column of exact numbers: scaled integers, with the scale and bounds that are known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import polars as pl

INT64_LIMIT = 2**63 - 1
INT128_LIMIT = 2**127 - 1


class Scaled(Struct, frozen=True):
    """Numbers as integers of 10**-scale; every value lies within `low` and `high` (integers too).

    The bounds choose the width: Int64 where they fit, else Int128; what could pass 127 bits is
    refused when the rules are compiled, so that no arithmetic can overflow on a row.
    """

    expr: pl.Expr
    scale: int
    low: int
    high: int

    @property
    def wide(self) -> bool:
        """Whether the numbers need 128 bits."""
        return max(-self.low, self.high) > INT64_LIMIT
