"""Look-ups in tables as replacement of keys by cells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unicodedata import normalize

import polars as pl

from engine.language.ruleset import Bound, FieldValue, Scalar, Table, TakeFrom
from engine.program.numbers import Quotient, literal, width
from engine.program.value import Value, any_of
from engine.values.kinds import KindName
from engine.values.scaled import Scaled

_BETWEEN = "\x1f"  # stands between the keys of one row; no cell holds it
_BLANKS = " \t\u00a0"


def look_up(node: TakeFrom, keys: tuple[Value, ...]) -> Value:
    """The cell of the column in the row whose keys are equal; null where no row is."""
    table = node.table
    key = _key(node, keys)
    column = _index(table, node.column)
    known: dict[str, Scalar] = {}
    for text, number in _rows(node).items():
        cell = table.rows[number][column]
        if cell is not None:  # for the type: rows without a cell are left out already
            known[text] = cell
    fails = any_of(v.fails for v in keys)
    rejects = tuple(r for v in keys for r in v.rejects)
    kind = table.columns[column].kind
    if kind.numeric:
        return Value(kind, None, Quotient(_numbers(key, known)), fails, rejects)
    return Value(kind, _replaced(key, known, kind.name), None, fails, rejects)


def row_found(node: TakeFrom, keys: tuple[Value, ...]) -> pl.Expr:
    """Which row of the table (from 0) a look-up takes its cell from; null where none is."""
    rows = _rows(node)
    found = pl.Series(list(rows), dtype=pl.String)
    numbers = pl.Series(list(rows.values()), dtype=pl.Int64)
    return _key(node, keys).replace_strict(found, numbers, default=None, return_dtype=pl.Int64)


def _key(node: TakeFrom, keys: tuple[Value, ...]) -> pl.Expr:
    """The keys of each row of the feed as one text."""
    table = node.table
    positions = [_index(table, k) for k in table.keys]
    texts = [
        _key_text(table, position, value, trimmed=_is_trimmed(sought))
        for position, value, sought in zip(positions, keys, node.keys, strict=True)
    ]
    return texts[0] if len(texts) == 1 else pl.concat_str(texts, separator=_BETWEEN)


def _rows(node: TakeFrom) -> dict[str, int]:
    """The first row that has a cell, for each key of the table."""
    table = node.table
    positions = [_index(table, k) for k in table.keys]
    column = _index(table, node.column)
    found: dict[str, int] = {}
    for number, row in enumerate(table.rows):
        if row[column] is not None:
            found.setdefault(_BETWEEN.join(_plain_key(row[p]) for p in positions), number)
    return found


def _index(table: Table, name: str) -> int:
    return [c.name for c in table.columns].index(name)


def _plain_key(cell: Scalar | None) -> str:
    """A key of the table in the form that rows are compared in: no case, no outer blanks."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case Decimal():
            return f"{(cell + 0).normalize():f}"  # there is one nought
        case date():
            return cell.isoformat()
        case str():
            return normalize("NFC", cell).strip(_BLANKS).lower()  # as cells of feeds are read


def _is_trimmed(sought: Bound) -> bool:
    """Whether a key has no outer blanks, since its cells were trimmed as they were read."""
    return isinstance(sought, FieldValue) and sought.field.reading.trim


def _key_text(table: Table, position: int, value: Value, *, trimmed: bool) -> pl.Expr:
    """The key of each row of the feed, in the same form."""
    kind = table.columns[position].kind
    if value.number is not None:
        return _number_key(value.scaled)
    match kind.name:
        case KindName.YES_NO:
            return value.expr.cast(pl.String)
        case KindName.DATE:
            return value.expr.dt.to_string("%Y-%m-%d")
        case _:
            text = value.expr if trimmed else value.expr.str.strip_chars(_BLANKS)
            return text.str.to_lowercase()


def _number_key(number: Scaled) -> pl.Expr:
    if number.scale == 0:
        return number.expr.cast(pl.String)
    text = number.expr.cast(pl.Int128).cast(pl.Decimal(38, 0)).cast(pl.String)
    sign = pl.when(number.expr < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    digits = text.str.strip_prefix("-").str.zfill(number.scale + 1)
    whole, rest = (
        digits.str.head(-number.scale),
        digits.str.tail(number.scale).str.strip_chars_end("0"),
    )
    return sign + whole + pl.when(rest != "").then(pl.lit(".") + rest).otherwise(pl.lit(""))


def _numbers(key: pl.Expr, known: dict[str, Scalar]) -> Scaled:
    cells = {k: v for k, v in known.items() if isinstance(v, Decimal)}
    scale = max((literal(v).scale for v in cells.values()), default=0)
    whole = {k: int(v.scaleb(scale)) for k, v in cells.items()}
    low, high = min(whole.values(), default=0), max(whole.values(), default=0)
    number = Scaled(key, scale, low, high)
    kind = width(number)
    expr = _replaced_by(key, list(whole), pl.Series(list(whole.values()), dtype=kind))
    return Scaled(expr, scale, low, high)


def _replaced(key: pl.Expr, known: dict[str, Scalar], kind: KindName) -> pl.Expr:
    dtype: type[pl.DataType] = pl.String
    if kind is KindName.YES_NO:
        dtype = pl.Boolean
    elif kind is KindName.DATE:
        dtype = pl.Date
    return _replaced_by(key, list(known), pl.Series(list(known.values()), dtype=dtype))


def _replaced_by(key: pl.Expr, known: list[str], values: pl.Series) -> pl.Expr:
    """The value beside the key; null where the key is unknown."""
    if not known:
        return pl.when(key.is_null()).then(pl.lit(None, values.dtype))
    keys = pl.Series(known, dtype=pl.String)
    return key.replace_strict(keys, values, default=None, return_dtype=values.dtype)
