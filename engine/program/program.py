"""A compiled slice: what it reads, what it makes of a batch, and what can be wrong with a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import polars as pl
from msgspec import Struct, field

from engine.diagnostics.codes.code import Code, Severity
from engine.diagnostics.place import Span
from engine.language.vocabulary import Attribute
from engine.program.value import Value
from engine.values.field import Field

ROW, PROBLEM, LEFT_OUT = "__row", "__problem", "__excluded"


class Fault(Struct, frozen=True):
    """Something that can be wrong with a row: true in the column `mask` where it is.

    `message` gives the sentence from the batch's columns; it is asked for faulty rows only. `cell` is
    the field whose cell is at fault, `rule` the rule that says so, each where there is one.
    """

    code: Code
    mask: str
    message: pl.Expr
    cell: Field | None = None
    rule: Span | None = None

    @property
    def stops(self) -> bool:
        """Whether the row makes no offer because of it."""
        return self.code.severity is Severity.ERROR


class Made(Struct, frozen=True):
    """The column of an attribute: its name, and the number of decimals it counts."""

    attribute: Attribute
    column: str
    value: Value
    cleared: str | None = None
    rule: Span | None = None


class Entry(Struct, frozen=True):
    """One row of a table that collects: where it applies, and its cells by attribute."""

    applies: str
    made: Mapping[str, Made]


class Probe(Struct, frozen=True):
    """Something that tests may reach: a case, a row, a requirement met or not met.

    `column` is true where a row of the feed reaches it.
    """

    span: Span
    what: str
    column: str


class Lean(Struct, frozen=True):
    """The same program for those who ask only whether a row makes an offer, not why it makes none.

    `unsound` are conditions: where any is true, there is a fault that stops the row, and where none
    is, there is none. `instead` holds values, by level and column, that do without the columns of
    faults. So most of those need not be made.
    """

    unsound: tuple[pl.Expr, ...] = ()
    instead: Mapping[tuple[int, str], pl.Expr] = field(default_factory=dict)


class Program(Struct, frozen=True):
    """A slice as stages of expressions, run over batches of raw cells.

    `steps` names the column of each let and attribute for explaining; `probes` are there
    only where coverage is asked for.
    """

    channel: str
    at: datetime
    fields: tuple[Field, ...]
    stages: tuple[tuple[pl.Expr, ...], ...]
    levels: tuple[int, ...]  # the number of each stage
    made: Mapping[str, Made]
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    exclusions: tuple[Fault, ...]
    steps: Mapping[str, Value]
    probes: tuple[Probe, ...] = ()
    lean: Lean = field(default_factory=Lean)
    lists: frozenset[str] = frozenset()  # the columns of the feed that arrive as lists of texts

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The columns of the feed that the program reads, each once."""
        names = (f.reading.column for f in self.fields)
        currencies = (f.reading.currency_column for f in self.fields)
        return tuple(dict.fromkeys([*names, *(c for c in currencies if c)]))

    def lacking(self, available: Collection[str]) -> tuple[Field, ...]:
        """The required fields whose column the feed does not have at all."""
        return tuple(f for f in self.fields if f.required and f.reading.column not in available)

    def run(self, batch: pl.DataFrame) -> pl.DataFrame:
        """What the program makes of `batch`: its columns, and the masks of faults and exclusions."""
        absent = [
            pl.lit(None, pl.String).alias(name)
            for name in self.source_columns
            if name not in batch.columns
        ]
        return self.staged(batch.lazy().with_columns(absent)).collect(engine="in-memory")

    def lean_stages(self) -> list[list[pl.Expr]]:
        """The stages with what `lean` has instead."""
        return [
            [self.lean.instead.get((level, e.meta.output_name()), e) for e in stage]
            for level, stage in zip(self.levels, self.stages, strict=True)
        ]

    def staged(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """`rows`, which have all source columns, with the columns of every stage."""
        for stage in self.stages:
            rows = rows.with_columns(stage)
        return rows
