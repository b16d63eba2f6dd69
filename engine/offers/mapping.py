"""Batches of rows to offers and rejections that say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from engine.diagnostics.codes import rows as codes
from engine.marketplace.attributes import OfferSchema
from engine.marketplace.channel import SalesChannel
from engine.offers.business_rules import business_checks
from engine.offers.columns import CollectedRow, OfferColumns, WireColumn
from engine.offers.duplicates import SeenReferences
from engine.offers.json_package import offer_json
from engine.offers.package import PackageChoice, choose_package
from engine.offers.reasons import Complaint, checked, faults_of, reasons_of
from engine.offers.results import Outcome
from engine.offers.xml_package import offer_xml
from engine.program.program import LEFT_OUT, PROBLEM, Made, Program
from engine.program.vectors import any_true

REFERENCE = "SellerProductId"
SKU = "sku"
GOOD = "__good"
EXCLUDES, STOPS, FIRST = "__excludes", "__stops", "__first"


class MappedBatch(Struct, frozen=True):
    """A batch sorted by outcome, each part in the order of the feed.

    `offers` has `sku`, `package`, `package_why`, `payload` (JSON text), `xml` (null for a JSON
    package) and `reasons` (JSON text of warnings, or null); `others` has `sku`, `outcome` and
    `reasons`. Both keep the columns of the program; `ran` is what the program made of the batch.
    """

    offers: pl.DataFrame
    others: pl.DataFrame
    ran: pl.DataFrame

    @property
    def rows(self) -> int:
        """How many rows the batch had."""
        return self.offers.height + self.others.height


class Marks(Protocol):
    """Finds references that stand twice."""

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with `__first`: the row of an earlier offer with the same `sku`, or null."""


@dataclass(slots=True)
class Mapper:
    """Maps the batches of one feed; remembers the references it has seen."""

    program: Program
    schema: OfferSchema
    channel: SalesChannel
    package: str = "auto"
    delivery_modes: tuple[str, ...] | None = None
    seen: Marks = field(default_factory=SeenReferences)

    def __post_init__(self) -> None:
        self.columns = offer_columns(self.program, self.schema)
        self.choice: PackageChoice = choose_package(self.package, self.columns, self.channel)
        checks = business_checks(
            self.columns,
            self.channel,
            self.choice,
            now=self.program.at,
            activated=self.delivery_modes,
        )
        self.checks: list[Complaint] = checked(self.program, checks)
        self.complaints: list[Complaint] = [*faults_of(self.program), *self.checks]

    columns: OfferColumns = field(init=False)
    choice: PackageChoice = field(init=False)
    checks: list[Complaint] = field(init=False)
    complaints: list[Complaint] = field(init=False)

    def map(self, batch: pl.DataFrame) -> MappedBatch:
        """The offers of `batch`, and what became of its other rows."""
        ran = self.program.run(batch)
        judged = self.judge(ran)
        good = pl.col(GOOD)
        return MappedBatch(
            self._offers(judged.filter(good)), self.others(judged.filter(~good)), ran
        )

    def judge(self, ran: pl.DataFrame) -> pl.DataFrame:
        """`ran`, what the program made of a batch, with `sku` and whether the row makes an offer."""
        flagged = self.seen.mark(self.flagged(ran.lazy()).collect())
        good = ~pl.col(EXCLUDES) & ~pl.col(STOPS) & pl.col(FIRST).is_null()
        return flagged.with_columns(good.alias(GOOD))

    def explain_others(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Raw rows that make no offer, with `sku`, `outcome` and `reasons`.

        `__first` is the row of an earlier offer with the same reference, or null.
        """
        return self.others(self.flagged(self.program.run(rows).lazy()).collect())

    @property
    def reference(self) -> pl.Expr:
        """The seller's reference of each row."""
        made = self.columns.values.get(REFERENCE)
        return pl.lit(None, pl.String) if made is None else made.expr

    def flagged(self, ran: pl.LazyFrame) -> pl.LazyFrame:
        """What the program made, with `sku` and whether the rules exclude or refuse the row."""
        return ran.with_columns(self.flags())

    def flags(self, *, lean: bool = False) -> list[pl.Expr]:
        """The columns `sku`, `__excludes` and `__stops` of what the program made.

        `lean`: of what its lean stages made.
        """
        # A record that could not be read has no cells: no rule can tell that it is not wanted.
        by_rule = pl.any_horizontal([pl.lit(value=False), *self._exclusion_masks()])
        excluded = [pl.col(LEFT_OUT).is_not_null(), by_rule & pl.col(PROBLEM).is_null()]
        stops = [c.where for c in (self.checks if lean else self.complaints) if c.stops]
        if lean:
            stops += self.program.lean.unsound
        return [
            self.reference.alias(SKU),
            pl.any_horizontal(excluded).alias(EXCLUDES),
            any_true([pl.lit(value=False), *stops]).fill_null(value=False).alias(STOPS),
        ]

    def _exclusion_masks(self) -> list[pl.Expr]:
        return [pl.col(f.mask) for f in self.program.exclusions]

    def _offers(self, frame: pl.DataFrame) -> pl.DataFrame:
        given = [(c, pl.lit(value=True)) for c in self.complaints if not c.stops]
        made = frame.lazy().with_columns(
            self.choice.package.alias("package"),
            self.choice.why.alias("package_why"),
            offer_json(self.columns, self.channel).alias("payload"),
        )
        xml = pl.when(pl.col("package") == "xml").then(offer_xml(self.columns, self.channel))
        return made.with_columns(xml.alias("xml")).collect().with_columns(reasons_of(frame, given))

    def others(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Why the rows of `frame`, judged and found to make no offer, make none."""
        excluded = [Complaint.of_fault(f) for f in self.program.exclusions]
        left_out = Complaint(codes.EXCLUDED, pl.col(LEFT_OUT).is_not_null(), pl.col(LEFT_OUT))
        broken = Complaint(codes.BROKEN_RECORD, pl.col(PROBLEM).is_not_null(), pl.col(PROBLEM))
        duplicate = Complaint(
            codes.DUPLICATE,
            pl.col(FIRST).is_not_null(),
            pl.concat_str(
                pl.lit("the reference "),
                pl.col(SKU),
                pl.lit(" stands in row "),
                pl.col(FIRST).cast(pl.String),
                pl.lit(" already"),
                ignore_nulls=True,
            ),
            column=self._reference_column(),
        )
        outcome = pl.when(pl.col(EXCLUDES)).then(pl.lit(Outcome.EXCLUDED.value))
        unread = ~pl.col(EXCLUDES) & pl.col(PROBLEM).is_not_null()
        refused = ~pl.col(EXCLUDES) & pl.col(PROBLEM).is_null()
        given = [
            *((c, pl.col(EXCLUDES)) for c in (left_out, *excluded)),
            (broken, unread),
            *((c, refused) for c in (*self.complaints, duplicate)),
        ]
        return frame.with_columns(
            outcome.otherwise(pl.lit(Outcome.REJECTED.value)).alias("outcome"),
            reasons_of(frame, given),
        )

    def _reference_column(self) -> str | None:
        return next((f.reading.column for f in self.program.fields if f.name == SKU), None)


def offer_columns(program: Program, schema: OfferSchema) -> OfferColumns:
    """The program's attributes as the packages take them."""
    values = {
        name: _wire(schema, made, program.channel)
        for name, made in program.made.items()
        if name in schema.attributes
    }
    entries = tuple(
        CollectedRow(pl.col(entry.applies), _wire_all(schema, entry.made, program.channel))
        for entry in program.entries
    )
    return OfferColumns(values, entries)


def _wire_all(schema: OfferSchema, made: Mapping[str, Made], channel: str) -> dict[str, WireColumn]:
    return {n: _wire(schema, m, channel) for n, m in made.items() if n in schema.attributes}


def _wire(schema: OfferSchema, made: Made, channel: str) -> WireColumn:
    attribute = schema.attributes[made.attribute.name]
    cleared = pl.col(made.cleared) if made.cleared else None
    required = made.value.certain or channel in attribute.required_on
    column = WireColumn(
        attribute,
        made.value.expr,
        cleared=cleared,
        always=required and cleared is None,
        maker=made.value.maker,
    )
    if made.value.number is None:
        return column
    number = made.value.scaled
    return replace(column, expr=number.expr, scale=number.scale, wide=number.wide)
