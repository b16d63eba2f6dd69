"""EANs that stand on several offers of a feed: a copied cell puts two products on one product page.

The same reference twice is refused, since the marketplace refuses both; the same EAN with another reference is
taken. It may be meant: used and new ones are offers of one product, so only those in the same condition count.
"""

from __future__ import annotations

import polars as pl
from msgspec import Struct

from engine.offers.columns import OfferColumns
from engine.offers.duplicates import SeenReferences
from engine.offers.mapping import EXCLUDES, FIRST, SKU, STOPS
from engine.program.program import ROW

MOST_KEPT = 1_000  # EANs that are told apart: nobody reads more, and memory stays small
MOST_TOLD = 3
_CODE, _CONDITION = "ProductEan", "ProductCondition"


class SharedCode(Struct):
    """An EAN, how many offers have it, the rows of the first two, and the reference of the second."""

    code: str
    offers: int
    first: int
    second: int
    reference: str

    def sentence(self) -> str:
        """The EAN and its rows."""
        more = f" and {self.offers - 2} more" if self.offers > 2 else ""
        rows = f"rows {self.first}, {self.second} ({self.reference}){more}"
        return f"EAN {self.code} stands on {self.offers} offers: {rows}"


class SharedCodes:
    """Looks for the EANs of all offers of a feed, in memory that does not grow with it."""

    def __init__(self, columns: OfferColumns) -> None:
        self._columns = [columns.values[n].expr for n in (_CODE, _CONDITION) if n in columns.values]
        self._known = _CODE in columns.values
        self._seen = SeenReferences()
        self._shared: dict[int, SharedCode] = {}  # by the row of the first
        self._beyond = 0

    def add(self, offers: pl.DataFrame) -> None:
        """Look at offers, with the columns of the program.

        Raises:
            EngineError: the folder for temporary files takes no more.
        """
        if not self._known or not offers.height:
            return
        key = pl.concat_str(self._columns, separator=" ", ignore_nulls=True)
        no = pl.lit(value=False)
        code = self._columns[0].alias("code")
        reference = pl.col(SKU).alias("reference")
        flags = (no.alias(EXCLUDES), no.alias(STOPS))
        asked = offers.select(ROW, key.alias(SKU), *flags, code, reference)
        found = (
            self._seen.mark(asked)
            .drop_nulls(FIRST)
            .group_by(FIRST, maintain_order=True)
            .agg(pl.len(), pl.col("code", ROW, "reference").first())
        )
        for first, count, *second in found.iter_rows():
            known = self._shared.get(first)
            if known is not None:
                known.offers += count
            elif len(self._shared) < MOST_KEPT:
                code_, row, sku = second
                self._shared[first] = SharedCode(code_, count + 1, first, row, sku)
            else:
                self._beyond += count

    def sentences(self) -> list[str]:
        """Those on the most offers, and how many others there are."""
        ranked = sorted(self._shared.values(), key=lambda one: (-one.offers, one.first))
        told = [one.sentence() for one in ranked[:MOST_TOLD]]
        left = len(ranked) - len(told)
        if left:
            more = "more than " if self._beyond else ""
            told.append(
                f"{more}{left} other {'EANs stand' if left > 1 else 'EAN stands'} on several offers"
            )
        if told:
            told[-1] += "; the marketplace shows the offers of one EAN as one product"
        return told
