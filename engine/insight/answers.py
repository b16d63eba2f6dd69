"""What parts of rules gave, as columns of texts; and what each step of a slice could read."""

from __future__ import annotations

import polars as pl
from msgspec.structs import replace

from engine.language import ruleset as r
from engine.program.attributes import as_read
from engine.program.program import Program
from engine.program.sentences import value_text
from engine.program.value import Value
from engine.values.kinds import KindName


def asked_columns(value: Value) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The value as a person writes it (null for nothing), whether it failed, whether it is cleared."""
    no = pl.lit(value=False)
    failed = no if value.fails is None else value.fails.fill_null(value=False)
    cleared = no if value.clears is None else value.clears.fill_null(value=False)
    return _text(value).cast(pl.String), failed, cleared


def _text(value: Value) -> pl.Expr:
    """The value in words; what is not rounded yet as a fraction."""
    if value.number is not None and value.number.under is not None:
        under = value.number.under
        top = replace(value, number=replace(value.number, under=None))
        plain = replace(
            top,
            kind=replace(value.kind, name=KindName.NUMBER, currency=None),
            number=replace(value.number, over=under, under=None),
        )
        return pl.concat_str(value_text(top), pl.lit(" / "), value_text(plain))
    return value_text(value)


def known_at(program: Program, part: r.Slice) -> list[dict[str, Value]]:
    """What each step of `part` could read, by the step's place; what all have made comes last.

    An attribute that a requirement drops reads as it was before, up to that requirement.
    """
    drops = [s.drops if isinstance(s, r.RequireStep) else None for s in part.steps]
    now: dict[str, Value] = dict(program.steps)
    for name in {d for d in drops if d is not None and d in program.made}:
        now[f"attribute.{name}"] = _renamed(program, name, f"attribute.{name}")
    found = []
    dropped: dict[str, int] = {}
    for left in drops:
        found.append(now)
        if left is not None and left in program.made:
            dropped[left] = dropped.get(left, 0) + 1
            column = f"attribute.{left}" + "'" * dropped[left]
            now = {**now, f"attribute.{left}": _renamed(program, left, column)}
    return [*found, now]


def _renamed(program: Program, name: str, column: str) -> Value:
    made = program.made[name]
    value = made.value
    if value.number is None:
        return replace(value, plain=pl.col(column))
    over = replace(value.number.over, expr=pl.col(column))
    return as_read(made.attribute, replace(value, number=replace(value.number, over=over)))
