"""A whole feed to lines of offers and rejections: one streaming query, planned once.

Planning costs as much as running when it is done for each batch, and a feed has hundreds. So the
program, the business rules and the text of offers are one query over all batches. It tells of each
row whether it makes an offer, and its line. Rows that make none are few: they are gathered and go
through the program again, this time with every reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

import polars as pl

from engine.offers.accounting import Accounting
from engine.offers.batch_stream import BatchStream
from engine.offers.fragments import Fragment, Group, constant, in_a_row
from engine.offers.json_package import offer_fragment
from engine.offers.lines import check_lines, rejection_line
from engine.offers.mapping import EXCLUDES, FIRST, SKU, STOPS, Mapper
from engine.offers.reasons import reasons_of
from engine.offers.text_expressions import json_escaped, json_string
from engine.offers.xml_package import offer_xml
from engine.program.program import LEFT_OUT, PROBLEM, ROW, Program

WARNS, LINE = "__warns", "__line"
# Rows handled at once on the way out, and rows without an offer that are explained at once.
AT_ONCE = 10_000
REJECTED_AT_ONCE = 6_000


@dataclass(slots=True)
class Renderer:
    """Writes what becomes of a feed."""

    mapper: Mapper
    offers: IO[bytes]
    rejections: IO[bytes] | None
    accounting: Accounting = field(default_factory=Accounting)
    _held: list[pl.DataFrame] = field(default_factory=list)
    _rejected: list[pl.DataFrame] = field(default_factory=list)

    def run(self, batches: Iterator[pl.DataFrame], count: Callable[[int], None]) -> None:
        """Take all `batches`; `count` hears how many rows were written.

        Raises:
            FeedError: what reading the batches raises.
        """
        program = self.mapper.program
        stream = BatchStream(_schema(program))

        def take(frame: pl.DataFrame) -> None:
            self._held.append(frame)
            if sum(map(len, self._held)) >= AT_ONCE:
                self._write()
            count(frame.height)

        stream.run(batches, lambda rows: query(rows, self.mapper), take)
        self._write()
        self._reject()
        self.accounting.check()

    def _write(self) -> None:
        """Write the offers among the rows that are held; put the others by."""
        if not self._held:
            return
        frame = self.mapper.seen.mark(pl.concat(self._held))
        self._held.clear()
        good = ~(frame[EXCLUDES] | frame[STOPS]) & frame[FIRST].is_null()
        self.accounting.read += frame.height
        if not good.all():
            bad = frame.filter(~good)
            raw = (pl.col(_raw(name)).alias(name) for name in _schema(self.mapper.program))
            self._rejected.append(_copied(bad.select(*raw, FIRST)))
            frame = frame.filter(good)
            if sum(map(len, self._rejected)) >= REJECTED_AT_ONCE:
                self._reject()
        if frame.height:
            frame = self._warned(frame)
            check_lines(frame, frame[LINE])
            self.accounting.add_offers(frame)
            _write_lines(frame.select(LINE), self.offers)

    def _warned(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the warnings to the lines that have any."""
        if not frame[WARNS].any():
            return frame.with_columns(pl.lit(None, pl.String).alias("reasons"))
        always = pl.lit(value=True)
        warnings = [(c, always) for c in self.mapper.complaints if not c.stops]
        warned = frame.filter(WARNS)
        reasons = reasons_of(warned, warnings)
        line = pl.col(LINE).str.head(-1) + pl.lit(',"warnings":') + pl.col("reasons") + pl.lit("}")
        said = warned.select(LINE, reasons).select("reasons", line.alias(LINE))
        # The place of a row among those with warnings; null for the others.
        place = pl.when(WARNS).then(pl.col(WARNS).cum_sum() - 1)
        placed = frame.select(place.cast(pl.UInt32)).to_series()
        lines, found = said[LINE].gather(placed), said["reasons"].gather(placed)
        return frame.with_columns(found, pl.coalesce(lines, LINE).alias(LINE))

    def _reject(self) -> None:
        """Say of the rows put by why they make no offer."""
        if not self._rejected:
            return
        rows = pl.concat(self._rejected)
        self._rejected.clear()
        others = self.mapper.explain_others(rows)
        self.accounting.add_others(others)
        if self.rejections is not None:
            _write_lines(others.select(rejection_line()), self.rejections)


def _write_lines(lines: pl.DataFrame, file: IO[bytes]) -> None:
    """The lines of a frame of one column, as they are."""
    lines.write_csv(file, include_header=False, quote_style="never")


def _copied(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` in memory of its own: texts of a few rows would keep those of all rows alive."""
    return pl.DataFrame(frame.to_dict(as_series=False), schema=frame.schema)


def _schema(program: Program) -> dict[str, pl.DataType]:
    """The columns of a batch: the same for every batch, whatever the feed holds."""
    cells = {
        name: pl.List(pl.String) if name in program.lists else pl.String()
        for name in program.source_columns
    }
    return {ROW: pl.Int64(), PROBLEM: pl.String(), LEFT_OUT: pl.String(), **cells}


def _raw(name: str) -> str:
    return f"raw.{name}"


def query(rows: pl.LazyFrame, mapper: Mapper) -> pl.LazyFrame:
    """What becomes of `rows`: flags, the line of an offer, and what warnings speak of."""
    program = mapper.program
    warnings = [c for c in mapper.complaints if not c.stops]
    warns = [c.where for c in warnings]
    spoken = {name for c in warnings for name in c.json().meta.root_names()}
    spoken |= {name for where in warns for name in where.meta.root_names()}
    # Columns of the feed may bear names of ours, such as `sku`; what was read is kept as it was.
    raw = [pl.col(name).alias(_raw(name)) for name in _schema(program)]
    made = mapper.flagged(program.staged(rows.with_columns(raw))).with_columns(
        pl.any_horizontal([pl.lit(value=False), *warns]).fill_null(value=False).alias(WARNS),
        mapper.choice.package.alias("package"),
        offer_line(mapper).alias(LINE),
    )
    kept = [ROW, *map(_raw, _schema(program)), SKU, EXCLUDES, STOPS, WARNS, "package", LINE]
    return made.select(list(dict.fromkeys([*kept, *sorted(spoken)])))


def offer_line(mapper: Mapper) -> pl.Expr:
    """The line of an offer without its warnings; null or wrong on rows that make none."""
    payload = offer_fragment(mapper.columns, mapper.channel).between(',"payload":')
    package = constant(mapper.choice.package)
    pieces: list[Fragment | Group] = [
        Fragment(('{"row":', pl.col(ROW).cast(pl.String))),
        Fragment((',"sku":"', json_escaped(mapper.reference), '"')),
        Fragment((',"package":"', mapper.choice.package if package is None else str(package), '"')),
        payload,
    ]
    if constant(mapper.choice.by_xml) is not False:
        # An offer that goes by XML may hold what has no JSON name: then there is no payload.
        pieces[-1] = Fragment((payload.expr().fill_null(""),))
        xml = json_string(offer_xml(mapper.columns, mapper.channel))
        pieces.append(Fragment((',"xml":', xml)).where(mapper.choice.by_xml))
    return in_a_row([*pieces, Fragment(("}",))]).expr()
