"""Every row's outcome, summed: the counts add up to the rows read, or the run is wrong."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from engine.errors import EngineError
from engine.offers.mapping import MappedBatch
from engine.offers.results import Outcome, Reason
from engine.program.vectors import copied

_RANKED_AT_ONCE = 10_000


class RankedReason(Struct, frozen=True):
    """A sort of reason: how many rows have it, and the first of them, among whose reasons it has its `place`."""

    rows: int
    example_row: int
    example_sku: str | None
    example: Reason
    place: int = 0


class Accounting(Struct):
    """The rows of a feed by outcome, with the reasons that were given."""

    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    packages: Counter[str] = field(default_factory=Counter)
    warned: int = 0
    sorts: dict[tuple[str, str, int], RankedReason] = field(default_factory=dict)
    _told: list[pl.DataFrame] = field(default_factory=list)  # reasons that are not ranked yet

    def add(self, batch: pl.DataFrame, mapped: MappedBatch) -> None:
        """Count a batch.

        Raises:
            EngineError: its rows and their outcomes do not add up (a fault of the engine).
        """
        self.read += batch.height
        self.add_offers(mapped.offers)
        self.add_others(mapped.others)
        self.check()

    def add_offers(self, offers: pl.DataFrame) -> None:
        """Count offers: their packages and warnings."""
        self.outcomes[Outcome.OFFER] += offers.height
        self.packages.update(dict(offers["package"].value_counts().iter_rows()))
        self.warned += offers.height - offers["reasons"].null_count()
        self._tell(offers)

    def add_others(self, others: pl.DataFrame) -> None:
        """Count rows that make no offer."""
        self.outcomes.update(dict(others["outcome"].value_counts().iter_rows()))
        self._tell(others)

    def check(self) -> None:
        """See that every row has an outcome.

        Raises:
            EngineError: the rows and their outcomes do not add up (a fault of the engine).
        """
        if self.read != sum(self.outcomes.values()):
            raise EngineError(
                f"{self.read} rows were read and {sum(self.outcomes.values())} have an outcome: "
                "this is a fault of Feedwright, nothing was written as done",
            )

    def _tell(self, frame: pl.DataFrame) -> None:
        """Keep the reasons of a batch; to rank many at once takes hardly longer than a few."""
        if frame["reasons"].null_count() == frame.height:
            return
        told = frame.select("__row", "sku", "reasons").drop_nulls("reasons")
        self._told.append(copied(told))
        if sum(map(len, self._told)) >= _RANKED_AT_ONCE:
            self._rank()

    def _rank(self) -> None:
        """Count each sort of reason: its code, column and rule line."""
        if not self._told:
            return
        given = pl.concat(self._told).sort("__row", maintain_order=True).lazy()
        self._told.clear()
        # Rows with the very same reasons but for their values are counted together.
        head = pl.col("reasons").str.replace_all(r'"(?:message|value)":"(?:[^"\\]|\\.)*"', "")
        kinds = given.group_by(head.alias("kind"), maintain_order=True).agg(
            pl.len().alias("rows"),
            pl.col("__row").first(),
            pl.col("sku").first(),
            pl.col("reasons").first(),
        )
        for _, rows, row, sku, reasons in kinds.collect().iter_rows():
            for place, reason in enumerate(reasons_of(reasons)):
                self._count(RankedReason(rows, row, sku, reason, place))

    def _count(self, made: RankedReason) -> None:
        reason = made.example
        key = (reason.code, reason.column or reason.file or "", reason.line or 0)
        known = self.sorts.get(key)
        if known is not None:
            first = min(known, made, key=lambda ranked: ranked.example_row)
            made = replace(first, rows=known.rows + made.rows)
        self.sorts[key] = made

    def ranked(self) -> list[RankedReason]:
        """The sorts of reasons, the most frequent first."""
        self._rank()
        return sorted(self.sorts.values(), key=rank)

    def sentence(self) -> str:
        """The sum in words: `320 rows read = 296 offers + 4 excluded + 20 rejected`."""
        counts = self.outcomes
        return (
            f"{self.read} rows read = {counts[Outcome.OFFER]} offers"
            f" + {counts[Outcome.EXCLUDED]} excluded + {counts[Outcome.REJECTED]} rejected"
        )

    def as_json(self) -> dict[str, Any]:
        """The sum and the reasons as JSON data."""
        return {
            "read": self.read,
            "outcomes": {o.value: self.outcomes[o] for o in Outcome},
            "packages": dict(sorted(self.packages.items())),
            "offers_with_warnings": self.warned,
            "reasons": [
                {"rows": r.rows, "example_row": r.example_row, **r.example.as_json()}
                for r in self.ranked()
            ],
        }


def rank(ranked: RankedReason) -> tuple[int, int, str, int]:
    """Where a sort of reason stands among others, whichever of them was counted first.

    Rows that make no offer are counted later than others: of two sorts that have the same first row, the order
    of counting is another one in each command.
    """
    return (-ranked.rows, ranked.example_row, ranked.example.code, ranked.place)


def reasons_of(text: str | None) -> list[Reason]:
    """The reasons that a row's JSON text holds."""
    made = []
    for entry in json.loads(text) if text else []:
        rule = entry.pop("rule", None) or {}
        made.append(Reason(**entry, file=rule.get("file"), line=rule.get("line")))
    return made
