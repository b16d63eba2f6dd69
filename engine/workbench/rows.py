"""The rows of a feed as the page's table shows them, and one row opened."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from engine.insight.answers import asked_columns
from engine.insight.remarks import Remarks
from engine.offers.accounting import Accounting, RankedReason
from engine.offers.mapping import MappedBatch
from engine.offers.results import Outcome
from engine.preview.page_data import PageData
from engine.program.attributes import as_read
from engine.program.program import ROW, Made, Program
from engine.workbench.bench import Mapped

LONGEST = 400  # letters of a value or a sentence in the table
ELLIPSIS = "\u2026"
_OWN = ("sku", "outcome", "package", "reasons")


def preview_json(mapped: Mapped) -> dict[str, Any]:
    """The counts, the ranked reasons, and a column of texts for each attribute.

    Returns:
        {"sentence", "outcomes": {name: rows}, "whole", "notes", "reasons": [...],
        "columns": {"number": [...], "sku": [...], "outcome": [...], "package": [...],
        "reasons": [JSON text or null]}, "attributes": {name: [text or null]}}
    """
    accounting, remarks = Accounting(), Remarks(mapped.side.part, mapped.side.mapper)
    frames = []
    for raw, batch in mapped.batches:
        accounting.add(raw, batch)
        remarks.add(batch)
        frames.append(_table(mapped.side.program, batch))
    table = pl.concat(frames) if frames else pl.DataFrame()
    own = {name: table[name].to_list() if frames else [] for name in (ROW, *_OWN)}
    if frames:
        own["reasons"] = [_cut(text) for text in own["reasons"]]
    return {
        "sentence": accounting.sentence(),
        "outcomes": {one.value: accounting.outcomes[one] for one in Outcome},
        "whole": mapped.whole,
        # Of a part of the feed nobody can say what no row holds.
        "notes": [*mapped.notes, *(remarks.sentences() if mapped.whole else ())],
        "reasons": [reason_json(one) for one in accounting.ranked()],
        "columns": {"number": own.pop(ROW), **own},
        "attributes": {
            name[1:]: table[name].to_list() for name in table.columns if name.startswith("=")
        },
    }


def _cut(text: str | None) -> str | None:
    """The reasons of a row, as JSON text; sentences that quote a huge cell are cut."""
    if text is None or len(text) <= LONGEST:
        return text
    told = json.loads(text)
    for one in told:
        one.pop("value", None)
        if len(one["message"]) > LONGEST:
            one["message"] = one["message"][:LONGEST] + ELLIPSIS
    return json.dumps(told, ensure_ascii=False)


def reason_json(ranked: RankedReason) -> dict[str, Any]:
    """A sort of reason with how many rows have it, and the first of them."""
    told = ranked.example.as_json()
    told.pop("value", None)
    told["message"] = told["message"][:LONGEST]
    return {"rows": ranked.rows, "row": ranked.example_row, "sku": ranked.example_sku, **told}


def _table(program: Program, batch: MappedBatch) -> pl.DataFrame:
    """The rows of a batch in the order of the feed."""
    parts = []
    for frame in (batch.offers, batch.others):
        columns = [pl.col(ROW).cast(pl.Int64)]
        for name in _OWN:
            there = pl.col(name) if name in frame.columns else pl.lit(None, pl.String)
            if name == "outcome" and name not in frame.columns:
                there = pl.lit(Outcome.OFFER.value)
            text = there.cast(pl.String)
            columns.append((shortened(text) if name == "sku" else text).alias(name))
        made = frame.select(*columns, *_values(program))
        # Cut once they are made: an expression cut would be made three times over.
        texts = [name for name in made.columns if name.startswith("=")]
        parts.append(made.with_columns(shortened(pl.col(name)).alias(name) for name in texts))
    return pl.concat(parts, how="vertical").sort(ROW, maintain_order=True)


def _values(program: Program) -> list[pl.Expr]:
    """What is sent of each attribute, as a person writes it."""
    found = []
    for name, made in program.made.items():
        text = _text(made)
        if made.cleared is not None:
            text = pl.when(pl.col(made.cleared)).then(pl.lit("(sent empty)")).otherwise(text)
        found.append(text.alias(f"={name}"))
    listed = dict.fromkeys(name for entry in program.entries for name in entry.made)
    for name in listed:
        texts = [
            pl.when(pl.col(entry.applies)).then(_text(entry.made[name]))
            for entry in program.entries
            if name in entry.made
        ]
        joined = pl.concat_str(texts, separator=", ", ignore_nulls=True)
        found.append(pl.when(joined != "").then(joined).alias(f"={name}"))
    return found


def shortened(text: pl.Expr) -> pl.Expr:
    """A table shows the beginning of a huge value; the row opened shows all of it."""
    start = text.str.slice(0, LONGEST) + pl.lit(ELLIPSIS)
    return pl.when(text.str.len_chars() > LONGEST).then(start).otherwise(text)


def _text(made: Made) -> pl.Expr:
    """The value as rules would write it: percent in points, durations in days."""
    return asked_columns(as_read(made.attribute, made.value))[0]


def row_json(mapped: Mapped, number: int) -> dict[str, Any] | None:
    """The row `number` with every step of its derivation, as data of the preview page."""
    side = mapped.side
    sources = mapped.checked.report.sources
    for _, batch in mapped.batches:
        wanted = pl.col(ROW) == number
        ran = batch.ran.filter(wanted)
        if ran.height:
            data = PageData(side.part, side.program, side.mapper.schema, sources, ran.height)
            data.add(MappedBatch(batch.offers.filter(wanted), batch.others.filter(wanted), ran))
            return data.as_json()
    return None
