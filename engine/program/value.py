"""An expression of the rules as columns: its value, and where it fails, rejects or clears."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from engine.language.ruleset import Template
from engine.program.numbers import Quotient, literal, same_scale, width
from engine.values.kinds import Kind, KindName
from engine.values.scaled import Scaled

FALSE = pl.lit(value=False)


class Rejects(Struct, frozen=True):
    """Where `reject "..."` is reached inside a value; `code` is the text that is no product code there."""

    where: pl.Expr
    message: Template
    code: pl.Expr | None = None


class Value(Struct, frozen=True):
    """A value for each row; null where it is missing, omitted, failed or rejected.

    Numbers stand in `number` (a fraction until rounded), everything else in `plain`. A `certain` value
    is null nowhere; `maker` names the function that made it, if one did: what it gives is known.
    """

    kind: Kind
    plain: pl.Expr | None = None
    number: Quotient | None = None
    fails: pl.Expr | None = None
    rejects: tuple[Rejects, ...] = ()
    clears: pl.Expr | None = None
    certain: bool = False
    maker: str | None = None

    @property
    def expr(self) -> pl.Expr:
        """The value as one column; of a fraction, its numerator."""
        if self.number is not None:
            return self.number.over.expr
        return pl.lit(None) if self.plain is None else self.plain

    @property
    def scaled(self) -> Scaled:
        """The number of a value that the checker knows to be rounded."""
        if self.number is None or self.number.under is not None:
            raise AssertionError("an unrounded quotient reached a place that needs digits")
        return self.number.over

    @property
    def present(self) -> pl.Expr:
        """Whether there is a value."""
        there = self.expr.is_not_null()
        if self.number is not None and self.number.under is not None:
            there &= self.number.under.expr.is_not_null()
        return there


def nothing(kind: Kind) -> Value:
    """No value at all."""
    return Value(kind, plain=pl.lit(None))


def typed(value: Value, kind: Kind) -> Value:
    """`value` as one of `kind`, even where it never is anything: a column needs a type."""
    if kind.numeric:
        if value.number is not None:
            return replace(value, kind=kind)
        number = Quotient(Scaled(pl.lit(None, pl.Int64), 0, 0, 0))
        return replace(value, kind=kind, plain=None, number=number)
    dtype = _TYPES.get(kind.name)
    plain = value.expr if dtype is None else value.expr.cast(dtype)
    return replace(value, kind=kind, plain=plain)


_TYPES: dict[KindName, pl.DataType] = {
    KindName.TEXT: pl.String(),
    KindName.CHOICE: pl.String(),
    KindName.YES_NO: pl.Boolean(),
    KindName.DATE: pl.Date(),
    KindName.INSTANT: pl.Datetime("us", "UTC"),
    KindName.LIST: pl.List(pl.String),
}


def is_nothing(value: Value) -> bool:
    """Whether the value is `omit`, `clear` or `reject`: of any kind, and null."""
    return value.kind.name is KindName.NOTHING


def any_of(masks: Iterable[pl.Expr | None]) -> pl.Expr | None:
    """Where any of the masks is true; None where there is none."""
    found = [m for m in masks if m is not None]
    if not found:
        return None
    return found[0] if len(found) == 1 else pl.any_horizontal(found)


def chosen(conditions: Sequence[pl.Expr], values: Sequence[Value], kind: Kind) -> Value:
    """The value of the first condition that is true, else the last value.

    What a value fails, rejects or clears counts only where that value is taken.
    """
    numeric = any(v.number is not None for v in values)
    plain = None if numeric else _first(conditions, [v.plain for v in values])
    number = _first_number(conditions, values) if numeric else None
    fails = _masked(conditions, [v.fails for v in values])
    clears = _masked(conditions, [v.clears for v in values])
    rejects: list[Rejects] = []
    for index, value in enumerate(values):
        for one in value.rejects:
            masks: list[pl.Expr | None] = [None] * len(values)
            masks[index] = one.where
            where = _masked(conditions, masks)
            if where is not None:
                rejects.append(replace(one, where=where))
    return Value(kind, plain, number, fails, tuple(rejects), clears)


def _first(conditions: Sequence[pl.Expr], values: Sequence[pl.Expr | None]) -> pl.Expr:
    chain = pl.when(conditions[0]).then(values[0])
    for condition, value in zip(conditions[1:], values[1:-1], strict=True):
        chain = chain.when(condition).then(value)  # type: ignore[assignment]
    return chain.otherwise(values[-1])


def _masked(conditions: Sequence[pl.Expr], masks: Sequence[pl.Expr | None]) -> pl.Expr | None:
    if all(m is None for m in masks):
        return None
    return _first(conditions, [FALSE if m is None else m for m in masks])


def _first_number(conditions: Sequence[pl.Expr], values: Sequence[Value]) -> Quotient:
    numbers = [v.number for v in values]
    overs = _aligned([n.over if n else None for n in numbers])
    over = _number_of(conditions, overs)
    if all(n is None or n.under is None for n in numbers):
        return Quotient(over)
    one = literal(Decimal(1))
    unders = _aligned([(n.under or one) if n else None for n in numbers])
    return Quotient(over, _number_of(conditions, unders))


def _aligned(numbers: list[Scaled | None]) -> list[Scaled | None]:
    same = iter(same_scale(*(n for n in numbers if n is not None)))
    return [next(same) if n is not None else None for n in numbers]


def _number_of(conditions: Sequence[pl.Expr], numbers: list[Scaled | None]) -> Scaled:
    known = [n for n in numbers if n is not None]
    low, high = min(n.low for n in known), max(n.high for n in known)
    kind = width(Scaled(known[0].expr, known[0].scale, low, high))
    exprs = [pl.lit(None, kind) if n is None else n.expr for n in numbers]
    return Scaled(_first(conditions, exprs), known[0].scale, low, high)
