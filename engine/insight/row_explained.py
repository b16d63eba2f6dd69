"""A row of a feed with why it became what it became."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import polars as pl
from msgspec import Struct

from engine.diagnostics.place import Source
from engine.insight.derivation import Derivation
from engine.insight.explain import Explainer, Explanation
from engine.language.ruleset import Slice
from engine.marketplace.attributes import OfferSchema
from engine.offers.mapping import MappedBatch
from engine.offers.results import Reason, RowResult
from engine.offers.rows import row_results
from engine.program.program import ROW, Program


class ReasonExplained(Struct, frozen=True):
    """A reason, and how its rule came to it; `why` is None where no rule of the project says it."""

    reason: Reason
    why: Derivation | None

    def as_json(self) -> dict[str, Any]:
        """The reason as JSON."""
        found = self.reason.as_json()
        if self.why is not None:
            found["why"] = self.why.as_json()
        return found


class RowExplained(Struct, frozen=True):
    """What became of a row, why, and where the attribute asked for came from.

    `wire` says where the attribute stands in the package that the offer goes by.
    """

    channel: str
    at: datetime
    result: RowResult
    reasons: tuple[ReasonExplained, ...]
    explanation: Explanation | None
    wire: str = ""

    def as_json(self) -> dict[str, Any]:
        """The row as JSON: stable keys."""
        found: dict[str, Any] = {
            "row": self.result.row,
            "sku": self.result.sku,
            "channel": self.channel,
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "outcome": self.result.outcome.value,
            "reasons": [one.as_json() for one in self.reasons],
        }
        if self.explanation is not None:
            found["explanation"] = self.explanation.as_json()
        if self.wire:
            found["wire"] = self.wire
        return found


def explain_batch(
    mapped: MappedBatch,
    wanted: Callable[[RowResult], bool],
    attribute: str | None,
    *,
    part: Slice,
    program: Program,
    schema: OfferSchema,
    sources: Mapping[str, Source],
) -> Iterator[RowExplained]:
    """The wanted rows of a mapped batch, explained, in the order of the feed."""
    chosen = [result for result in row_results(program, mapped) if wanted(result)]
    if not chosen:
        return
    frame = mapped.ran.filter(pl.col(ROW).is_in([result.row for result in chosen]))
    explainer = Explainer(part, program, frame, sources)
    for index, result in enumerate(chosen):
        explanation = None if attribute is None else explainer.attribute(attribute, index)
        yield RowExplained(
            program.channel,
            program.at,
            result,
            explain_reasons(explainer, result, index),
            explanation,
            "" if attribute is None else _wire(schema, result, attribute),
        )


def _wire(schema: OfferSchema, result: RowResult, attribute: str) -> str:
    """Where the attribute stands in the package, "" where the row sends none."""
    known = schema.attributes[attribute]
    path = known.json_path if result.package == "json" else known.xml_path
    if result.package is None or path is None or attribute not in result.attributes:
        return ""
    return f"{result.package.upper()} {path} ({result.package_why})"


def explain_reasons(
    explainer: Explainer, result: RowResult, index: int
) -> tuple[ReasonExplained, ...]:
    """Each reason of the row at `index` of the explainer's frame, with how it came about."""
    return tuple(
        ReasonExplained(one, explainer.at_line(one.file, one.line, index)) for one in result.reasons
    )
