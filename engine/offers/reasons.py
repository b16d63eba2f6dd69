"""Why a row makes no offer, or makes it with a warning: as JSON text, built for such rows only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import polars as pl
from msgspec import Struct

from engine.diagnostics.codes.code import Code, Severity
from engine.diagnostics.place import Span
from engine.offers.check import Check
from engine.offers.text_expressions import json_string
from engine.program.cells import text_name
from engine.program.program import Fault, Program
from engine.values.kinds import KindName


class Complaint(Struct, frozen=True):
    """A sort of reason: where it applies, its sentence, and the cell and rule it points at."""

    code: Code
    where: pl.Expr
    message: pl.Expr
    column: str | None = None
    value: pl.Expr | None = None
    rule: Span | None = None

    @property
    def stops(self) -> bool:
        """Whether the row makes no offer because of it."""
        return self.code.severity is Severity.ERROR

    @classmethod
    def of_fault(cls, fault: Fault) -> Complaint:
        """The complaint about a fault of the program."""
        column = value = None
        if fault.cell is not None:
            column = fault.cell.reading.column
            value = pl.col(text_name(fault.cell))
            if fault.cell.kind.name is KindName.LIST:
                value = value.list.join(", ")
        return cls(fault.code, pl.col(fault.mask), fault.message, column, value, fault.rule)

    def json(self) -> pl.Expr:
        """The reason as a JSON object, null where it does not apply."""
        head = json.dumps({"code": self.code.number, "severity": self.code.severity.value})
        parts = [pl.lit(head[:-1] + ',"message":'), json_string(self.message)]
        if self.column is not None:
            parts.append(pl.lit(f',"column":{json.dumps(self.column, ensure_ascii=False)}'))
        if self.value is not None:
            parts.append((pl.lit(',"value":') + json_string(self.value)).fill_null(""))
        if self.rule is not None:
            place = json.dumps({"file": self.rule.file, "line": self.rule.line}, ensure_ascii=False)
            parts.append(pl.lit(f',"rule":{place}'))
        return pl.when(self.where).then(pl.concat_str([*parts, pl.lit("}")], ignore_nulls=True))


def faults_of(program: Program) -> list[Complaint]:
    """What can be wrong with a row by its cells and the rules."""
    return [Complaint.of_fault(fault) for fault in program.faults]


def checked(program: Program, checks: Iterable[Check]) -> list[Complaint]:
    """What can be wrong with a row by the marketplace's rules."""
    return [_of_check(check, program) for check in checks]


def _of_check(check: Check, program: Program) -> Complaint:
    """A business rule's complaint, at the rule that sets the first attribute it is about."""
    rules = [program.made[n].rule for n in check.attributes if n in program.made]
    entries = [e.made[n].rule for e in program.entries for n in check.attributes if n in e.made]
    rule = next((s for s in (*rules, *entries) if s is not None), None)
    return Complaint(check.code, check.fails, check.sentence(), rule=rule)


def listed(rows: pl.DataFrame, complaints: Sequence[Complaint]) -> pl.Series:
    """The reasons of each row as a JSON array, all of which have one; most complaints are about none."""
    any_of = [c.where.any().alias(str(n)) for n, c in enumerate(complaints)]
    given = _selected(rows, any_of).row(0)
    said = [c.json() for c, any_row in zip(complaints, given, strict=True) if any_row]
    between = pl.concat_str(said, separator=",", ignore_nulls=True)
    return _selected(rows, [pl.concat_str(pl.lit("["), between, pl.lit("]"))]).to_series()


def _selected(rows: pl.DataFrame, wanted: Sequence[pl.Expr]) -> pl.DataFrame:
    """`rows.select` without planning it, which would take longer than what it saves of so few rows."""
    return rows.lazy().select(wanted).collect(optimizations=pl.QueryOptFlags.none())


def reasons_of(frame: pl.DataFrame, given: Sequence[tuple[Complaint, pl.Expr]]) -> pl.Series:
    """The reasons of each row as a JSON array in a column `reasons`; null where there is none.

    Each complaint counts where the condition beside it is true. Its sentence is built for the rows
    that it is about, which are few: most complaints are about none.
    """
    masks = _selected(
        frame,
        [
            (complaint.where & where).fill_null(value=False).alias(str(number))
            for number, (complaint, where) in enumerate(given)
        ],
    )
    numbered = frame.with_row_index("__index")
    found = []
    for mask, (complaint, _) in zip(masks, given, strict=True):
        if mask.any():
            reason = complaint.json().alias("__reason")
            read = dict.fromkeys(["__index", *reason.meta.root_names()])
            rows = pl.DataFrame([numbered[name].filter(mask) for name in read])
            found.append(_selected(rows, [pl.col("__index"), reason]))
    if not found:
        return pl.Series("reasons", [None] * frame.height, dtype=pl.String)
    listed = (
        pl.concat(found)
        .sort("__index", maintain_order=True)
        .group_by("__index", maintain_order=True)
        .agg(pl.col("__reason").str.join(","))
    )
    text = pl.lit("[") + pl.col("__reason") + pl.lit("]")
    joined = numbered.select("__index").join(
        listed.select("__index", text.alias("reasons")),
        on="__index",
        how="left",
        maintain_order="left",
    )
    return joined["reasons"]
