"""Exact arithmetic on columns: sums, products, quotients that stay fractions, and rounding."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
from msgspec import Struct

from engine.errors import EngineError
from engine.functions.exact import aligned, widened
from engine.language.syntax import Comparator, Operator, RoundingMode
from engine.program.vectors import folded
from engine.values.scaled import INT128_LIMIT, Scaled


class CompileError(EngineError):
    """Rules that are well formed but need numbers larger than 38 digits."""


class Quotient(Struct, frozen=True):
    """A number as a fraction: exact until it is rounded. The divisor is 1 where there is none."""

    over: Scaled
    under: Scaled | None = None


def checked(number: Scaled) -> Scaled:
    """`number`, in the width its bounds ask for.

    Raises:
        CompileError: it may not fit 127 bits.
    """
    if max(-number.low, number.high) > INT128_LIMIT:
        raise CompileError(
            "a value may need more than 38 digits; give the fields it comes from a `maximum` in the "
            "source schema, or round earlier",
        )
    return number


def literal(value: Decimal) -> Scaled:
    """A constant, with as many decimals as it has."""
    exponent = value.normalize().as_tuple().exponent
    scale = max(0, -exponent) if isinstance(exponent, int) else 0
    whole = int(value.scaleb(scale))
    number = checked(Scaled(pl.lit(whole), scale, whole, whole))
    return Scaled(pl.lit(whole, width(number)), scale, whole, whole)


def width(number: Scaled) -> type[pl.DataType]:
    """The column type that the bounds ask for."""
    return pl.Int128 if number.wide else pl.Int64


def same_scale(*numbers: Scaled) -> list[Scaled]:
    """`numbers` with the decimals of the one that has most, of one width."""
    scale = max(n.scale for n in numbers)
    for number in numbers:
        factor = 10 ** (scale - number.scale)
        checked(Scaled(number.expr, scale, number.low * factor, number.high * factor))
    return aligned(numbers)


def with_scale(number: Scaled, scale: int) -> Scaled:
    """`number` with `scale` decimals, which are not fewer than it has."""
    factor = 10 ** (scale - number.scale)
    checked(Scaled(number.expr, scale, number.low * factor, number.high * factor))
    return widened(number, scale)


def combine(operator: Operator, left: Quotient, right: Quotient) -> Quotient:
    """The result of arithmetic, exact."""
    match operator:
        case Operator.MULTIPLY:
            return Quotient(
                product(left.over, right.over), _optional_product(left.under, right.under)
            )
        case Operator.DIVIDE:
            over = product(left.over, right.under) if right.under else left.over
            under = product(left.under, right.over) if left.under else right.over
            return Quotient(over, under)
        case Operator.ADD | Operator.SUBTRACT:
            first = product(left.over, right.under) if right.under else left.over
            second = product(right.over, left.under) if left.under else right.over
            return Quotient(
                _sum(operator, first, second), _optional_product(left.under, right.under)
            )


def _optional_product(left: Scaled | None, right: Scaled | None) -> Scaled | None:
    return product(left, right) if left and right else left or right


def product(left: Scaled, right: Scaled) -> Scaled:
    """`left` times `right`."""
    edges = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    made = checked(Scaled(left.expr, left.scale + right.scale, min(edges), max(edges)))
    kind = width(made)
    return Scaled(left.expr.cast(kind) * right.expr.cast(kind), made.scale, made.low, made.high)


def _sum(operator: Operator, left: Scaled, right: Scaled) -> Scaled:
    left, right = same_scale(left, right)
    if operator is Operator.ADD:
        low, high = left.low + right.low, left.high + right.high
    else:
        low, high = left.low - right.high, left.high - right.low
    kind = width(checked(Scaled(left.expr, left.scale, low, high)))
    first, second = left.expr.cast(kind), right.expr.cast(kind)
    expr = first + second if operator is Operator.ADD else first - second
    return Scaled(expr, left.scale, low, high)


def negated(value: Quotient) -> Quotient:
    """The opposite."""
    n = value.over
    return Quotient(Scaled(0 - n.expr, n.scale, -n.high, -n.low), value.under)


def rounded(value: Quotient, mode: RoundingMode, step: Decimal) -> Scaled:
    """`value` rounded to a multiple of `step`: the one place where digits are given up.

    The result counts units of 10**-k, where k is the number of decimals of `step`.
    """
    unit = literal(step)
    k, per = unit.scale, unit.high
    over, under = value.over, value.under
    under_scale = under.scale if under else 0
    # value / step = over * 10**(under_scale + k) / (under * per * 10**over.scale)
    up = under_scale + k - over.scale
    top = _times(over, 10 ** max(0, up))
    bottom_factor = per * 10 ** max(0, -up)
    if under is None:
        steps = _divided_by_constant(top, bottom_factor, mode)
    else:
        steps = _divided(top, _times(under, bottom_factor), mode)
    result = _times(steps, per)
    return Scaled(result.expr, k, result.low, result.high)


def _times(number: Scaled, factor: int) -> Scaled:
    if factor == 1:
        return number
    made = checked(Scaled(number.expr, number.scale, number.low * factor, number.high * factor))
    kind = width(made)
    return Scaled(number.expr.cast(kind) * pl.lit(factor, kind), made.scale, made.low, made.high)


def _divided_by_constant(top: Scaled, by: int, mode: RoundingMode) -> Scaled:
    """`top` / `by` in whole numbers; `by` is positive."""
    if by == 1:
        return top
    bounds = sorted(_round_integer(edge, by, mode) for edge in (top.low, top.high))
    positive = top.low >= 0
    size = top.expr if positive else top.expr.abs()
    whole = _round_size(size, by, mode, top)
    expr = whole if positive else pl.when(top.expr < 0).then(0 - whole).otherwise(whole)
    made = Scaled(expr, 0, bounds[0], bounds[1])
    return Scaled(expr.cast(width(made)), 0, made.low, made.high)


def _round_size(size: pl.Expr, by: int, mode: RoundingMode, top: Scaled) -> pl.Expr:
    """A size (not negative) divided by `by`, rounded."""
    extra = {RoundingMode.HALF_UP: by // 2, RoundingMode.UP: by - 1, RoundingMode.DOWN: 0}[mode]
    if mode is RoundingMode.HALF_UP and by % 2:
        # An odd divisor has no ties: half of it, rounded down, decides rightly.
        extra = by // 2
    limit = max(-top.low, top.high) + extra
    kind = width(checked(Scaled(size, 0, 0, max(limit, by))))
    return (size.cast(kind) + pl.lit(extra, kind)) // pl.lit(by, kind)


def _divided(top: Scaled, bottom: Scaled, mode: RoundingMode) -> Scaled:
    """`top` / `bottom` in whole numbers, null where `bottom` is 0."""
    largest = 2 * max(-top.low, top.high) + max(-bottom.low, bottom.high)
    kind = width(checked(Scaled(top.expr, 0, -largest, largest)))
    over, under = top.expr.cast(kind), bottom.expr.cast(kind)
    sizes = over.abs(), pl.when(under != 0).then(under.abs())
    match mode:
        case RoundingMode.HALF_UP:
            whole = (sizes[0] * 2 + sizes[1]) // (sizes[1] * 2)
        case RoundingMode.UP:
            whole = (sizes[0] + sizes[1] - 1) // sizes[1]
        case RoundingMode.DOWN:
            whole = sizes[0] // sizes[1]
    expr = pl.when((over < 0) != (under < 0)).then(0 - whole).otherwise(whole)
    bound = max(-top.low, top.high) + 1
    return Scaled(expr, 0, -bound, bound)


def _round_integer(value: int, by: int, mode: RoundingMode) -> int:
    size = abs(value)
    match mode:
        case RoundingMode.HALF_UP:
            whole = (2 * size + by) // (2 * by)
        case RoundingMode.UP:
            whole = -(-size // by)
        case RoundingMode.DOWN:
            whole = size // by
    return whole if value >= 0 else -whole


def compare(comparator: Comparator, left: Quotient, right: Quotient) -> pl.Expr:
    """`left` compared with `right`; of fractions, across."""
    first = product(left.over, right.under) if right.under else left.over
    second = product(right.over, left.under) if left.under else right.over
    one, other = same_scale(first, second)
    a, b = one.expr, other.expr
    turned = _sign_turns(left.under, right.under)
    if turned is not None:
        a, b = pl.when(turned).then(0 - a).otherwise(a), pl.when(turned).then(0 - b).otherwise(b)
    return ordered(comparator, a, b)


def _sign_turns(*unders: Scaled | None) -> pl.Expr | None:
    """Where multiplying by the divisors turns an inequality round; None: nowhere."""
    negative = [u.expr < 0 for u in unders if u is not None and u.low < 0]
    if not negative:
        return None
    return negative[0] if len(negative) == 1 else negative[0] != negative[1]


_MIRRORED = {
    Comparator.LESS: Comparator.GREATER,
    Comparator.LESS_EQUAL: Comparator.GREATER_EQUAL,
    Comparator.GREATER: Comparator.LESS,
    Comparator.GREATER_EQUAL: Comparator.LESS_EQUAL,
    Comparator.BEFORE: Comparator.AFTER,
    Comparator.AFTER: Comparator.BEFORE,
}


def ordered(comparator: Comparator, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """`left` compared with `right`; null where either is."""
    left, right = folded(left), folded(right)
    if not left.meta.root_names() and right.meta.root_names():
        # Polars makes one row of a constant that is compared with a column whose rows are all alike.
        return ordered(_MIRRORED.get(comparator, comparator), right, left)
    match comparator:
        case Comparator.LESS | Comparator.BEFORE:
            return left < right
        case Comparator.LESS_EQUAL:
            return left <= right
        case Comparator.GREATER | Comparator.AFTER:
            return left > right
        case Comparator.GREATER_EQUAL:
            return left >= right
        case Comparator.IS:
            return left == right
        case Comparator.IS_NOT:
            return left != right
