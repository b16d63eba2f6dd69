"""The rows of a preview as data for a page: each column once, its texts once."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from engine.diagnostics.place import Source, Span
from engine.insight.derivation import What, place_json
from engine.insight.template import Step, Template, template_of
from engine.language.ruleset import Slice
from engine.marketplace.attributes import OfferSchema
from engine.offers.mapping import MappedBatch
from engine.offers.results import Outcome
from engine.program.program import ROW, Program

MISSING, FAILED, CLEARED = -1, -2, -3
# Characters of a cell that are shown; laying out millions of them would stop a browser.
LONGEST = 5_000
_OWN = ("sku", "outcome", "package", "package_why", "payload", "xml", "reasons")


@dataclass(slots=True)
class PageData:
    """Gathers the first `limit` rows of a feed, mapped batch by mapped batch."""

    part: Slice
    program: Program
    schema: OfferSchema
    sources: Mapping[str, Source]
    limit: int
    template: Template = field(init=False)
    _asked: list[pl.DataFrame] = field(default_factory=list)
    _rows: list[pl.DataFrame] = field(default_factory=list)
    _kept: int = 0

    def __post_init__(self) -> None:
        self.template = template_of(self.part, self.program, self.sources)

    def add(self, mapped: MappedBatch) -> None:
        """Keep the rows of a batch, as far as there is room for them."""
        room = self.limit - self._kept
        if room <= 0:
            return
        ran = mapped.ran.head(room)
        both = pl.concat([_own(mapped.offers), _own(mapped.others)], how="vertical")
        self._rows.append(both.sort(ROW).head(room))
        raw = [c for c in self.program.source_columns if c in ran.columns]
        cells = ran.select(_cell(ran, c).alias(f"cell:{c}") for c in raw)
        self._asked.append(pl.concat([self.template.ask(ran), cells], how="horizontal"))
        self._kept += ran.height

    @property
    def kept(self) -> int:
        """How many rows there are."""
        return self._kept

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON data; see `static/derive.js` for how it is read."""
        asked = pl.concat(self._asked) if self._asked else pl.DataFrame()
        rows = pl.concat(self._rows) if self._rows else pl.DataFrame()
        own = {name: _encoded(rows[name]) for name in _OWN if name in rows.columns}
        return {
            "steps": [_step_json(step) for step in self.template.steps],
            "roots": self.template.roots,
            "rules": [[s.file, s.line, s.end_line, at] for s, at in self.template.rules],
            "columns": dict(self._columns(asked)),
            "cells": [c for c in self.program.source_columns if f"cell:{c}" in asked.columns],
            "rows": {"number": rows[ROW].to_list() if ROW in rows.columns else [], **own},
            "attributes": [self._attribute(name) for name in self.program.made],
            "charts": list(self._charts()),
        }

    def _columns(self, asked: pl.DataFrame) -> Iterator[tuple[str, Any]]:
        for name in asked.columns:
            if name == ROW or name.endswith("!") or (name.endswith("?") and name[0] != "="):
                continue
            marks = {c: asked[f"{name}{m}"] for m, c in _MARKS if f"{name}{m}" in asked.columns}
            yield name, _encoded(_cut(asked[name]), marks if name[0].isdigit() else {})

    def _attribute(self, name: str) -> dict[str, Any]:
        known = self.schema.attributes.get(name)
        if known is None:
            return {"name": name}
        return {"name": name, "json": known.json_path, "xml": known.xml_path}

    def _charts(self) -> Iterator[dict[str, Any]]:
        """Price and stock against the cell of the same kind that they come from."""
        for name, kinds in (("Price", ("money",)), ("Stock", ("integer", "number"))):
            root = self.template.roots.get(name)
            source = None if root is None else self._first_cell(root, kinds, set())
            if source is not None and name in self.template.finals:
                yield {"attribute": name, "source": source}

    def _first_cell(self, at: int, kinds: tuple[str, ...], seen: set[int]) -> int | None:
        step = self.template.steps[at]
        if at in seen:
            return None
        seen.add(at)
        if step.what is What.CELL and str(step.facts["kind"]).split()[0] in kinds:
            return at
        found = (self._first_cell(part, kinds, seen) for part in step.parts)
        return next((one for one in found if one is not None), None)


_MARKS = (("!", FAILED), ("?", CLEARED))


def packed(data: Mapping[str, Any]) -> str:
    """`data` as JSON, compressed, in letters that mean nothing to HTML; the same bytes each time."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode("ascii")


def _own(frame: pl.DataFrame) -> pl.DataFrame:
    made = [pl.col(ROW), pl.col("sku")]
    for name in _OWN[1:]:
        there = pl.col(name) if name in frame.columns else pl.lit(None, pl.String)
        if name == "outcome" and name not in frame.columns:
            there = pl.lit(Outcome.OFFER.value)
        made.append(there.cast(pl.String).alias(name))
    return frame.select(made)


def _cell(frame: pl.DataFrame, column: str) -> pl.Expr:
    raw = pl.col(column)
    return raw.list.join(", ") if isinstance(frame.schema[column], pl.List) else raw


def _cut(series: pl.Series) -> pl.Series:
    """Long texts cut, and how long they were."""
    text = series.cast(pl.String)
    if (text.str.len_bytes().max() or 0) <= LONGEST:  # type: ignore[operator]  # a number
        return series
    long = text.str.len_chars() > LONGEST
    said = text.str.slice(0, LONGEST) + "… (" + text.str.len_chars().cast(pl.String)
    return (said + " characters, cut here)").zip_with(long, text)


def _encoded(series: pl.Series, marks: Mapping[int, pl.Series] | None = None) -> dict[str, Any]:
    """A column as numbers of its texts, -1 where there is none; as one number where all are alike."""
    texts = series.cast(pl.String)
    unique = texts.drop_nulls().unique(maintain_order=True)
    codes = texts.replace_strict(
        unique,
        pl.Series(range(len(unique)), dtype=pl.Int64),
        default=MISSING,
        return_dtype=pl.Int64,
    )
    for code, mask in (marks or {}).items():
        if mask.any():
            codes = codes.zip_with(
                ~mask, pl.Series([code], dtype=pl.Int64).new_from_index(0, len(codes))
            )
    listed = codes.to_list()
    first = listed[0] if listed else MISSING
    if all(code == first for code in listed):
        return {"texts": unique.to_list(), "all": first}
    return {"texts": unique.to_list(), "codes": listed}


def _step_json(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {
        "what": step.what.value,
        "text": step.text,
        "picking": step.picking.value,
        "parts": step.parts,
    }
    if step.place is not None and step.place.file:
        found["rule"] = place_json(step.place)
    return found | {key: _plain(value) for key, value in step.facts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return place_json(value) if value.file else None
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
