"""Bound expressions of the rules as Polars expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import cast

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from engine.language import ruleset as r
from engine.language.syntax import Comparator, Operator
from engine.program.instant_cells import in_four_digits
from engine.program.lookups import look_up
from engine.program.numbers import (
    Quotient,
    combine,
    compare,
    literal,
    negated,
    ordered,
    rounded,
    same_scale,
)
from engine.program.value import Rejects, Value, any_of, chosen, is_nothing, nothing
from engine.program.vectors import folded
from engine.values.kinds import Kind, KindName
from engine.values.scaled import Scaled

_MICROSECONDS = 1_000_000


class Expressions(Struct, frozen=True):
    """Compiles expressions; `known` holds what earlier steps have made, by column name.

    `now` is the instant of the run.
    """

    now: datetime
    known: Mapping[str, Value]

    def compile(self, node: r.Bound) -> Value:  # noqa: C901 - one arm for each node
        """The columns of `node`."""
        match cast("r.Expression", node):
            case r.Constant() as literal_node:
                return self.constant(literal_node)
            case r.FieldValue(field=field):
                return self.known[f"field.{field.name}"]
            case r.LetValue(name=name):
                return self.known[f"let.{name}"]
            case r.AttributeValue(name=name):
                return self.known.get(f"attribute.{name}") or nothing(node.kind)
            case r.NowValue():
                return Value(node.kind, pl.lit(self.now, pl.Datetime("us", "UTC")))
            case r.Compute() as it:
                return self._compute(it)
            case r.Negate(value=inner):
                value = self.compile(inner)
                number = negated(value.number) if value.number else None
                return Value(node.kind, None, number, value.fails, value.rejects)
            case r.Compare() as it:
                return self._compare(it)
            case r.OneOf() as it:
                return self._one_of(it)
            case r.Present() as it:
                return self._present(it)
            case r.Opposite(condition=inner):
                value = self.compile(inner)
                return replace(value, kind=node.kind, plain=~value.expr, clears=None)
            case r.AllOf(conditions=conditions):
                return self._logical(node.kind, conditions, all_of=True)
            case r.AnyOf(conditions=conditions):
                return self._logical(node.kind, conditions, all_of=False)
            case r.Repaired() as it:
                return self._repaired(it)
            case r.Round(value=inner, mode=mode, step=step):
                value = self.compile(inner)
                if value.number is None:
                    return replace(nothing(node.kind), rejects=value.rejects)
                return Value(
                    node.kind,
                    None,
                    Quotient(rounded(value.number, mode, step)),
                    value.fails,
                    value.rejects,
                )
            case r.TakeFrom(keys=keys) as it:
                return look_up(it, tuple(self.compile(k) for k in keys))
            case r.CallOf() as it:
                return self._call(it)
            case r.DayEdge() as it:
                return self._day_edge(it)
            case r.Choose() as it:
                return self._choose(it)
            case r.Omitted():
                return nothing(node.kind)
            case r.Cleared():
                return Value(node.kind, pl.lit(None), clears=pl.lit(value=True))
            case r.Rejected(message=message):
                return Value(
                    node.kind, pl.lit(None), rejects=(Rejects(pl.lit(value=True), message),)
                )

    def constant(self, node: r.Constant) -> Value:
        """A literal."""
        match node.value:
            case Decimal():
                return Value(node.kind, None, Quotient(literal(node.value)), certain=True)
            case datetime():
                at = pl.lit(node.value, pl.Datetime("us", "UTC"))
                return Value(node.kind, at, certain=True)
            case date() | bool() | str():
                return Value(node.kind, pl.lit(node.value), certain=True)

    # --- arithmetic and comparison --------------------------------------------------------------

    def _compute(self, node: r.Compute) -> Value:
        left, right = self.compile(node.left), self.compile(node.right)
        fails, rejects = any_of((left.fails, right.fails)), left.rejects + right.rejects
        if left.number is None or right.number is None:
            return _calendar(node, left, right, fails, rejects)
        number = combine(node.operator, left.number, right.number)
        if node.operator is Operator.DIVIDE and not isinstance(node.right, r.Constant):
            # Nothing divided by 0 is nothing: it may have a default.
            fails = any_of((fails, (right.number.over.expr == 0) & left.present))
        return Value(node.kind, None, number, fails, rejects)

    def _compare(self, node: r.Compare) -> Value:
        left, right = self.compile(node.left), self.compile(node.right)
        if left.number is not None and right.number is not None:
            expr = compare(node.comparator, left.number, right.number)
        else:
            expr = ordered(node.comparator, left.expr, right.expr)
        return Value(
            node.kind, expr, None, any_of((left.fails, right.fails)), left.rejects + right.rejects
        )

    def _one_of(self, node: r.OneOf) -> Value:
        value = self.compile(node.value)
        items = [self.compile(i) for i in node.items]
        texts = [
            i.value for i in node.items if isinstance(i, r.Constant) and isinstance(i.value, str)
        ]
        if len(texts) == len(items):
            found = value.expr.is_in(texts)
        elif value.number is not None:
            number = value.number
            found = pl.any_horizontal(
                [compare(Comparator.IS, number, i.number) for i in items if i.number]
            )
        else:
            found = pl.any_horizontal([ordered(Comparator.IS, value.expr, i.expr) for i in items])
        fails = any_of((value.fails, *(i.fails for i in items)))
        return Value(node.kind, ~found if node.negated else found, None, fails, value.rejects)

    def _present(self, node: r.Present) -> Value:
        value = self.compile(node.value)
        there = value.present
        plain = there if node.present else ~there
        return Value(node.kind, plain, rejects=value.rejects, certain=True)

    def _logical(self, kind: Kind, conditions: tuple[r.Bound, ...], *, all_of: bool) -> Value:
        values = [self.compile(c) for c in conditions]
        if not values:
            return Value(kind, pl.lit(all_of))
        join = pl.all_horizontal if all_of else pl.any_horizontal
        expr = values[0].expr if len(values) == 1 else join([v.expr for v in values])
        return Value(
            kind,
            expr,
            None,
            any_of(v.fails for v in values),
            tuple(x for v in values for x in v.rejects),
            certain=all(v.certain for v in values),
        )

    # --- choice and repair ----------------------------------------------------------------------

    def _choose(self, node: r.Choose) -> Value:
        conditions = [self.compile(b.condition) for b in node.branches]
        values = [*(self.compile(b.value) for b in node.branches), self.compile(node.otherwise)]
        made = chosen([c.expr for c in conditions], values, node.kind)
        fails = any_of((made.fails, *(c.fails for c in conditions)))
        rejects = made.rejects + tuple(_reached(conditions))
        return Value(node.kind, made.plain, made.number, fails, rejects, made.clears)

    def _repaired(self, node: r.Repaired) -> Value:
        value, other = self.compile(node.value), self.compile(node.alternative)
        code = _code_sought(node.value)
        if node.repair is r.Repair.FAILURE and code is not None:
            sought = self.compile(code).expr
            rejects = tuple(replace(one, code=sought) for one in other.rejects)
            other = replace(other, rejects=rejects)
        if node.repair is r.Repair.MISSING:
            needs = ~value.present
            if value.fails is not None:
                needs &= ~value.fails.fill_null(value=False)
            kept = value
        else:
            needs = value.fails if value.fails is not None else pl.lit(value=False)
            kept = Value(value.kind, value.plain, value.number, None, value.rejects, value.clears)
        # A value that rejects or clears where it is read has no need of a default there.
        for settled in (*(x.where for x in value.rejects), value.clears):
            if settled is not None:
                needs &= ~settled.fill_null(value=False)
        if is_nothing(value) and is_nothing(other):
            return chosen([needs], [other, kept], node.kind)
        made = chosen([needs.fill_null(value=False)], [other, kept], node.kind)
        settled_elsewhere = value.rejects or value.clears is not None or value.fails is not None
        by_default = node.repair is r.Repair.MISSING and not settled_elsewhere
        # A rejection in its place leaves what the function made.
        maker = value.maker if isinstance(node.alternative, r.Rejected) else None
        return replace(made, certain=by_default and other.certain, maker=maker)

    # --- functions, days ------------------------------------------------------------------------

    def _call(self, node: r.CallOf) -> Value:
        function = node.function
        values = [self.compile(a) for a in node.arguments]
        arguments: list[object] = []
        for index, (argument, value) in enumerate(zip(node.arguments, values, strict=True)):
            parameter = function.parameters[min(index, len(function.parameters) - 1)]
            if parameter.constant and isinstance(argument, r.Constant):
                arguments.append(_plain_constant(argument.value))
            else:
                arguments.append(value.scaled if value.number is not None else value.expr)
        built = function.build(*arguments)
        made, failed = built if isinstance(built, tuple) else (built, None)
        made = replace(made, expr=folded(made.expr)) if isinstance(made, Scaled) else folded(made)
        failed = None if failed is None else folded(failed)
        fails = any_of((failed, *(v.fails for v in values)))
        rejects = tuple(x for v in values for x in v.rejects)
        if isinstance(made, Scaled):
            return Value(node.kind, None, Quotient(made), fails, rejects)
        return Value(node.kind, made, None, fails, rejects, maker=function.name)

    def _day_edge(self, node: r.DayEdge) -> Value:
        value = self.compile(node.value)
        midnight = value.expr.cast(pl.Datetime("us"))
        wall = midnight if node.start else midnight + pl.duration(hours=23, minutes=59, seconds=59)
        edge: pl.Expr = pl.lit(None)
        # Clocks that jump over midnight begin the day an hour later.
        for hours in (0, 1):
            shifted = wall + pl.duration(hours=hours) if hours else wall
            there = shifted.dt.replace_time_zone(
                node.zone, ambiguous="earliest", non_existent="null"
            )
            edge = there if hours == 0 else pl.coalesce(edge, there)
        edge = edge.dt.convert_time_zone("UTC")
        there = folded(in_four_digits(edge))
        beyond = folded(edge.is_not_null() & there.is_null())
        return Value(node.kind, there, None, any_of((value.fails, beyond)), value.rejects)


def _reached(conditions: list[Value]) -> Iterator[Rejects]:
    """What conditions of cases reject, as far as cases come to them."""
    for index, condition in enumerate(conditions):
        for one in condition.rejects:
            earlier = [c.expr.fill_null(value=False) for c in conditions[:index]]
            where = one.where & ~pl.any_horizontal(earlier) if earlier else one.where
            yield replace(one, where=where)


def _code_sought(node: r.Bound) -> r.Bound | None:
    """The text that `node` takes for a product code, as it was before functions changed it."""
    found = False
    while isinstance(node, r.CallOf) and node.arguments:
        found |= node.function.family == "identifiers"
        node = node.arguments[0]
    return node if found and node.kind.name is KindName.TEXT else None


def _plain_constant(value: r.Scalar) -> object:
    """A constant argument as the Python value that a function takes."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def _calendar(
    node: r.Compute,
    left: Value,
    right: Value,
    fails: pl.Expr | None,
    rejects: tuple[Rejects, ...],
) -> Value:
    """Dates and instants, moved by durations or subtracted from each other."""
    sign = 1 if node.operator is Operator.ADD else -1
    if right.number is None:
        seconds = (
            left.expr.cast(pl.Datetime("us")) - right.expr.cast(pl.Datetime("us"))
        ).dt.total_seconds()
        limit = 10**12
        return Value(node.kind, None, Quotient(Scaled(seconds, 0, -limit, limit)), fails, rejects)
    amount = right.scaled.expr.cast(pl.Int64) * sign
    day = node.kind.name is KindName.DATE
    begun = left.expr.cast(pl.Date if day else pl.Datetime("us", "UTC"))  # also where it is nothing
    if node.right.kind.calendar:
        moved = begun.dt.offset_by(pl.concat_str(amount.cast(pl.String), pl.lit("mo")))
    else:
        moved = begun + (amount * _MICROSECONDS).cast(pl.Duration("us"))
    if day:
        moved = moved.cast(pl.Date)
    there = folded(in_four_digits(moved, day=day))
    beyond = folded(moved.is_not_null() & there.is_null())
    return Value(node.kind, there, None, any_of((fails, beyond)), rejects)


__all__ = ["Expressions", "same_scale"]
