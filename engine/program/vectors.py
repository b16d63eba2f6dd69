"""Functions over whole columns that look first whether there is anything to do.

Polars runs both arms of a `when` for every row. These look at the column and take the short way where
all of it allows that. Each gives for a cell what it would give for that cell alone, so a column may
be cut into batches anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from engine.native.cell_kernels import composed, letters_of
from engine.native.key_kernels import keys_of
from engine.native.library import kernels
from engine.native.line_kernels import Code, written

_AT_ONCE = 8
_ALWAYS_NORMAL = "^[\\x00-\\x{2ff}]*$"


def folded(expr: pl.Expr) -> pl.Expr:
    """`expr`; where it is the same for every row, computed once and for all.

    Polars fails on some functions of constants inside cases, where no row takes the case, and gives one
    row alone where a constant that is still to be computed meets a column whose rows are all alike.
    """
    if expr.meta.root_names() or expr.meta.is_literal():
        return expr
    value = pl.select(expr).to_series()
    return expr if isinstance(value.dtype, pl.List) else pl.lit(value.item(), value.dtype)


def over_cells(
    column: pl.Expr,
    function: Callable[[pl.Series], pl.Series],
    returns: pl.DataType | type[pl.DataType],
) -> pl.Expr:
    """`function` on the cells of `column`, each for itself."""
    return column.map_batches(function, return_dtype=returns, is_elementwise=True)


def copied(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` in memory of its own: texts of a few rows would keep those of all rows alive."""
    return pl.DataFrame([_copy(column) for column in frame])


def _copy(column: pl.Series) -> pl.Series:
    if kernels() is not None and column.dtype == pl.String:
        return written(column, Code.TEXT)
    return pl.Series(column.name, column.to_list(), dtype=column.dtype)


def replaced(
    text: pl.Expr, known: Sequence[str], values: pl.Series, *, lowered: bool = False
) -> pl.Expr:
    """The value beside what equals the text; null where nothing does.

    The text is taken in small letters where `lowered` asks for it: `known` is in them already.
    """
    if not known:
        return pl.when(text.is_null()).then(pl.lit(None, values.dtype))
    if kernels() is None or not text.meta.root_names():  # of constants, Polars makes constants
        return _replaced(text, known, values, lowered=lowered)
    keys = keys_of(known)

    def places(cells: pl.Series) -> pl.Series:
        found = keys.places(cells, lowered=lowered)
        if found is not None:
            return found
        numbers = pl.Series(range(len(known)), dtype=pl.UInt32)
        column = _replaced(pl.col("text"), known, numbers, lowered=lowered)
        return cells.to_frame("text").select(column).to_series()

    return pl.lit(values).gather(over_cells(text, places, pl.UInt32))


def _replaced(text: pl.Expr, known: Sequence[str], values: pl.Series, *, lowered: bool) -> pl.Expr:
    sought = text.str.to_lowercase() if lowered else text
    keys = pl.Series(known, dtype=pl.String)
    return sought.replace_strict(keys, values, default=None, return_dtype=values.dtype)


def of_pattern(text: pl.Expr, pattern: str) -> pl.Expr:
    """Whether a text is of the pattern; null of null."""
    letters = letters_of(pattern)
    return (
        text.str.contains(pattern) if letters is None else over_cells(text, letters.fit, pl.Boolean)
    )


def normalized(text: pl.Expr) -> pl.Expr:
    """Texts in Unicode's composed form; all below U+0300 is in it already."""
    return over_cells(text, _normalized, pl.String)


def _normalized(text: pl.Series) -> pl.Series:
    if kernels() is not None and composed(text):
        return text
    cells = text.to_frame("text")
    column = pl.col("text")
    if cells.select(column.str.len_bytes().sum() == column.str.len_chars().sum()).item():
        return text  # ASCII alone
    if cells.select(column.str.contains(_ALWAYS_NORMAL).all()).item():
        return text
    return text.str.normalize("NFC")


def made_where(condition: pl.Expr, text: pl.Expr) -> pl.Expr:
    """`text` where `condition` is true, null elsewhere; made for such rows alone.

    Both read columns of the rows, and `text` at least one.
    """
    names = list(dict.fromkeys(text.meta.root_names()))

    def some(found: Sequence[pl.Series]) -> pl.Series:
        wanted = found[0].fill_null(value=False)
        if not wanted.any():
            return pl.Series(dtype=pl.String).extend_constant(None, len(wanted))
        made = pl.DataFrame(found[1:]).filter(wanted).select(text).to_series()
        # The place of a row among those that are wanted; null for the others.
        place = pl.when(wanted).then(wanted.cum_sum() - 1).cast(pl.UInt32)
        return made.gather(pl.select(place).to_series())

    read: list[pl.Expr] = [condition, *map(pl.col, names)]
    return pl.map_batches(read, some, return_dtype=pl.String, is_elementwise=True)


def any_true(conditions: Sequence[pl.Expr]) -> pl.Expr:
    """Whether any of the conditions is true: by eights, since Polars plans few at a time quicker."""
    listed = list(conditions)
    while len(listed) > _AT_ONCE:
        listed = [
            pl.any_horizontal(listed[n : n + _AT_ONCE]) for n in range(0, len(listed), _AT_ONCE)
        ]
    return pl.any_horizontal(listed)
