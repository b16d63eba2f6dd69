"""Look-ups in tables as replacement of keys by cells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from unicodedata import normalize

import polars as pl
from msgspec import Struct

from engine.language.ruleset import Bound, FieldValue, Scalar, Table, TakeFrom
from engine.program.numbers import Quotient, literal, width
from engine.program.value import Value, any_of
from engine.program.vectors import replaced
from engine.values.kinds import KindName
from engine.values.scaled import Scaled

_BETWEEN = "\x1f"  # stands between the keys of one row; no cell holds it
_BLANKS = " \t\u00a0"


def look_up(node: TakeFrom, keys: tuple[Value, ...]) -> Value:
    """The cell of the column in the row whose keys are equal; null where no row is."""
    table = node.table
    key = _Key.of(node, keys)
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
    return _Key.of(node, keys).beside(rows, pl.Series(list(rows.values()), dtype=pl.Int64))


class _Key(Struct, frozen=True):
    """The keys of each row of the feed as one text, which is to be in small letters if it is not `lowered`."""

    text: pl.Expr
    lowered: bool

    @classmethod
    def of(cls, node: TakeFrom, keys: tuple[Value, ...]) -> _Key:
        """The key that a look-up makes of `keys`."""
        texts = [
            _key_text(node.table, name, value, trimmed=_is_trimmed(sought))
            for name, value, sought in zip(node.table.keys, keys, node.keys, strict=True)
        ]
        if len(texts) == 1:
            return texts[0]
        return cls(pl.concat_str([t.small() for t in texts], separator=_BETWEEN), lowered=True)

    def small(self) -> pl.Expr:
        """The text in small letters."""
        return self.text if self.lowered else self.text.str.to_lowercase()

    def beside(self, known: Iterable[str], values: pl.Series) -> pl.Expr:
        """The value beside the text; null where it is unknown."""
        return replaced(self.text, list(known), values, lowered=not self.lowered)


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


def _key_text(table: Table, name: str, value: Value, *, trimmed: bool) -> _Key:
    """The key of each row of the feed, in the same form."""
    kind = table.columns[_index(table, name)].kind
    if value.number is not None:
        return _Key(_number_key(value.scaled), lowered=True)
    match kind.name:
        case KindName.YES_NO:
            return _Key(value.expr.cast(pl.String), lowered=True)
        case KindName.DATE:
            return _Key(value.expr.dt.to_string("%Y-%m-%d"), lowered=True)
        case _:
            text = value.expr if trimmed else value.expr.str.strip_chars(_BLANKS)
            return _Key(text, lowered=False)


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


def _numbers(key: _Key, known: dict[str, Scalar]) -> Scaled:
    cells = {k: v for k, v in known.items() if isinstance(v, Decimal)}
    scale = max((literal(v).scale for v in cells.values()), default=0)
    whole = {k: int(v.scaleb(scale)) for k, v in cells.items()}
    low, high = min(whole.values(), default=0), max(whole.values(), default=0)
    kind = width(Scaled(key.text, scale, low, high))
    expr = key.beside(whole, pl.Series(list(whole.values()), dtype=kind))
    return Scaled(expr, scale, low, high)


def _replaced(key: _Key, known: dict[str, Scalar], kind: KindName) -> pl.Expr:
    dtype: type[pl.DataType] = pl.String
    if kind is KindName.YES_NO:
        dtype = pl.Boolean
    elif kind is KindName.DATE:
        dtype = pl.Date
    return key.beside(known, pl.Series(list(known.values()), dtype=dtype))
