"""The program, the business rules and the text of offers as one query, got ready for many blocks.

Most rows make an offer, so the query tells of each row whether it does, and its line; why a row makes
none is said later, of those rows alone. A column stands only as long as something reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl
from msgspec import Struct

from engine.native.line_kernels import Code
from engine.offers.fragments import Fragment, Group, OrElse, Written, constant, in_a_row
from engine.offers.json_package import offer_fragment
from engine.offers.mapping import EXCLUDES, SKU, STOPS, Mapper
from engine.offers.reasons import Complaint, listed
from engine.offers.text_expressions import json_escaped, json_string
from engine.offers.xml_package import offer_xml
from engine.program.program import LEFT_OUT, PROBLEM, ROW, Program
from engine.program.vectors import made_where

LINE, REASONS, PACKAGE = "__line", "reasons", "package"
TOLD = (ROW, SKU, PACKAGE, REASONS)  # what is told of an offer
WARNS = "__warns"
# Rows that go through the query at once: so many that its fixed cost is little beside them.
MOST_ROWS = 24_000
# Columns that nobody reads any more are dropped when they are so many: to keep each of the others costs time.
MANY_DEAD = 12


class Stage(Struct, frozen=True):
    """Columns that are made at once, and those that are kept then; None keeps all."""

    made: tuple[pl.Expr, ...]
    kept: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query over blocks of raw rows, its columns found beforehand."""

    mapper: Mapper
    schema: dict[str, pl.DataType] = field(init=False)
    stages: tuple[Stage, ...] = field(init=False)
    warnings: list[Complaint] = field(init=False)
    results: list[pl.Expr] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schema", raw_schema(self.mapper.program))
        warnings = [c for c in self.mapper.complaints if not c.stops]
        results = [
            *(pl.col(name) for name in (ROW, SKU, EXCLUDES, STOPS, REASONS)),
            self.mapper.choice.package.alias(PACKAGE),
            offer_line(self.mapper).alias(LINE),
        ]
        object.__setattr__(self, "warnings", warnings)
        object.__setattr__(self, "results", results)
        read = [*results, *(warning.json() for warning in warnings)]
        wanted = {WARNS, *(name for one in read for name in one.meta.root_names())}
        stages = _pruned(_stages(self.mapper, warnings), wanted - {REASONS})
        object.__setattr__(self, "stages", tuple(_kept(stages, set(self.schema))))

    def run(self, *frames: pl.DataFrame) -> pl.DataFrame:
        """What becomes of the rows of `frames`: flags, the line of an offer, and its warnings."""
        rows = pl.concat(map(self._formed, frames), rechunk=True)
        # Of no rows at all there is no slice, and there may be none: a block of blank lines holds none.
        slices = rows.iter_slices(MOST_ROWS) if rows.height else [rows]
        parts = [self._part(part) for part in slices]
        return parts[0] if len(parts) == 1 else pl.concat(parts)

    def raw_cells(self) -> list[pl.Expr]:
        """The raw rows that stand beside a result, as they were."""
        return [pl.col(raw_name(name)).alias(name) for name in self.schema]

    def _part(self, rows: pl.DataFrame) -> pl.DataFrame:
        query = rows.lazy()
        for stage in self.stages:
            query = query.with_columns(stage.made)
            query = query if stage.kept is None else query.select(stage.kept)
        made = query.collect(engine="in-memory", optimizations=_planning())
        last = made.with_columns(self._reasons(made)).lazy().select(self.results)
        # Little is written twice in these: to look for it takes longer.
        found = last.collect(engine="in-memory", optimizations=pl.QueryOptFlags.none())
        return found.hstack([rows[name].alias(raw_name(name)) for name in self.schema])

    def _reasons(self, made: pl.DataFrame) -> pl.Series:
        """The warnings of the few rows that have any, null of the others.

        Not within the query: what asks Polars again there waits for the threads that wait for it.
        """
        warns = made[WARNS]
        if not warns.any():
            return pl.Series(REASONS, dtype=pl.String).extend_constant(None, made.height)
        reasons = listed(made.filter(warns), self.warnings)
        # The place of a row among those that warn; null for the others.
        place = warns.cum_sum().cast(pl.UInt32) - 1
        nowhere = place.clear().extend_constant(None, made.height)
        return reasons.gather(place.zip_with(warns, nowhere)).alias(REASONS)

    def _formed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with the columns of the schema: those that their feed lacks are empty."""
        if not self.schema.keys() - set(rows.columns):
            return rows.select(list(self.schema))
        return rows.select(
            pl.col(name) if name in rows.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in self.schema.items()
        )


def _planning() -> pl.QueryOptFlags:
    """What is worth its time: what is written twice is computed once. The rest is done already."""
    flags = pl.QueryOptFlags.none()
    flags.comm_subexpr_elim = True
    return flags


def raw_schema(program: Program) -> dict[str, pl.DataType]:
    """The columns of a block: the same for every block, whatever the feed holds."""
    cells = {
        name: pl.List(pl.String) if name in program.lists else pl.String()
        for name in program.source_columns
    }
    return {ROW: pl.Int64(), PROBLEM: pl.String(), LEFT_OUT: pl.String(), **cells}


def raw_name(name: str) -> str:
    """What a column of the feed is called beside the results: feeds have names of ours too, as `sku`."""
    return f"raw.{name}"


def _stages(mapper: Mapper, warnings: Sequence[Complaint]) -> list[Sequence[pl.Expr]]:
    """All stages, each with what it could make."""
    warns = pl.any_horizontal([pl.lit(value=False), *(c.where for c in warnings)])
    offers = ~pl.col(STOPS) & ~pl.col(EXCLUDES)
    last = [(warns & offers).fill_null(value=False).alias(WARNS)]
    return [*mapper.program.lean_stages(), mapper.flags(lean=True), last]


def _pruned(
    stages: list[Sequence[pl.Expr]], wanted: Iterable[str]
) -> list[tuple[tuple[pl.Expr, ...], frozenset[str]]]:
    """The stages that make something which is read later, with what is read behind each."""
    found = []
    needed = set(wanted)
    for stage in reversed(stages):
        made = tuple(e for e in stage if e.meta.output_name() in needed)
        if made:
            found.append((made, frozenset(needed)))
        needed -= {e.meta.output_name() for e in made}
        needed |= {name for e in made for name in e.meta.root_names()}
    return found[::-1]


def _kept(
    stages: list[tuple[tuple[pl.Expr, ...], frozenset[str]]], there: set[str]
) -> Iterator[Stage]:
    """The same, with what is kept; `there` are the columns before them."""
    for made, needed in stages:
        there = there | {e.meta.output_name() for e in made}
        drops = len(there - needed) >= MANY_DEAD or made is stages[-1][0]
        if drops:
            there = there & needed
        yield Stage(made, tuple(sorted(there)) if drops else None)


def offer_line(mapper: Mapper) -> pl.Expr:
    """The line of an offer; null or wrong on rows that make none."""
    payload = offer_fragment(mapper.columns, mapper.channel).between(',"payload":')
    package = constant(mapper.choice.package)
    sku = Written(mapper.reference, Code.JSON_TEXT, json_escaped(mapper.reference))
    head: list[Fragment | Group] = [
        Fragment(('{"row":', Written(pl.col(ROW), Code.NUMBER, pl.col(ROW).cast(pl.String)))),
        Fragment((',"sku":"', sku, '"')),
        Fragment((',"package":"', mapper.choice.package if package is None else str(package), '"')),
    ]
    warnings = Fragment((',"warnings":', pl.col(REASONS)), always=False)
    end = in_a_row([warnings, Fragment(("}",))])
    if constant(mapper.choice.by_xml) is False:
        return in_a_row([*head, payload, end]).column()
    # An offer that goes by XML may hold what has no JSON name: then there is no payload.
    xml = json_string(offer_xml(mapper.columns, mapper.channel))
    both = [Fragment((OrElse(payload, ""),)), Fragment((',"xml":', xml))]
    by_xml = in_a_row([*head, *both, end]).expr()
    if constant(mapper.choice.by_xml) is True:
        return by_xml
    plain = in_a_row([*head, payload, end]).column()
    return pl.coalesce(made_where(mapper.choice.by_xml, by_xml), plain)
