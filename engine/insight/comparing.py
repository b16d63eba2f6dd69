"""The values of both versions side by side: what each side is asked for, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from msgspec import Struct, field

from engine.insight.causes import Causes
from engine.offers.columns import OfferColumns, WireColumn
from engine.offers.mapping import Mapper
from engine.program.sentences import plain_number
from engine.values.kinds import KindName
from engine.values.movement import FARTHEST, STEPS_IN_ONE
from engine.values.scaled import Scaled

CAUSE = "__cause"
OLD, NEW = "old:", "new:"
_UNITS = {KindName.PERCENT: "%", KindName.DURATION: " days"}


class Compared(Struct, frozen=True):
    """One attribute of both versions.

    `old` and `new` make its columns, each on its own version's frame; everything else is asked of
    both frames side by side: where it differs, whether each version sends it, its values as texts,
    what caused it, and for numbers how far it moved (`delta`, `scale`, `step`, `slip`, `to_zero`).
    """

    name: str
    old: tuple[pl.Expr, ...]
    new: tuple[pl.Expr, ...]
    differs: pl.Expr
    sent: tuple[pl.Expr, pl.Expr]
    old_text: pl.Expr
    new_text: pl.Expr
    cause: pl.Expr
    movement: Mapping[str, pl.Expr] = field(default_factory=dict)


def compare_values(old: Mapper, new: Mapper, causes: Causes) -> tuple[Compared, ...]:
    """The attributes that may differ: those whose rules, or what these read, are not the same."""
    names = dict.fromkeys([*_names(new.columns), *_names(old.columns)])
    return tuple(
        _compared(name, old.columns, new.columns, causes.index(name))
        for name in names
        if causes.touch(name)
    )


def _names(columns: OfferColumns) -> list[str]:
    return [*columns.values, *dict.fromkeys(n for e in columns.collected for n in e.columns)]


def _compared(name: str, old: OfferColumns, new: OfferColumns, cause: pl.Expr) -> Compared:
    before, after = old.values.get(name), new.values.get(name)
    listed = any(name in entry.columns for entry in (*old.collected, *new.collected))
    alike = before is not None and after is not None and _like(before) == _like(after)
    if listed or not alike or before is None or after is None:
        # Of different natures: their texts tell them apart.
        texts = [
            _listed_text(columns, name) if listed else _text(wire)
            for columns, wire in ((old, before), (new, after))
        ]
        was, becomes = pl.col(OLD + name), pl.col(NEW + name)
        made = (texts[0].alias(OLD + name),), (texts[1].alias(NEW + name),)
        sent = was.is_not_null(), becomes.is_not_null()
        return Compared(name, *made, was.ne_missing(becomes), sent, was, becomes, cause)
    scale = max(before.scale, after.scale)
    was, becomes = pl.col(OLD + name), pl.col(NEW + name)
    cleared = pl.col(f"{OLD}{name}?"), pl.col(f"{NEW}{name}?")
    differs = was.ne_missing(becomes) | (cleared[0] != cleared[1])
    moves = _movement(was, becomes, scale) if before.attribute.kind.numeric else {}
    return Compared(
        name,
        tuple(_values(before, scale, OLD + name)),
        tuple(_values(after, scale, NEW + name)),
        differs,
        (was.is_not_null() | cleared[0], becomes.is_not_null() | cleared[1]),
        _shown(before, was, cleared[0], scale),
        _shown(after, becomes, cleared[1], scale),
        cause,
        moves,
    )


def _like(column: WireColumn) -> tuple[KindName, str | None]:
    return column.attribute.kind.name, column.attribute.kind.currency


def _values(column: WireColumn, scale: int, name: str) -> list[pl.Expr]:
    """The value in `scale` decimals, and whether it is sent empty."""
    value = column.expr
    if column.attribute.kind.numeric:
        value = value.cast(pl.Int128) * 10 ** (scale - column.scale)
    return [value.alias(name), _cleared(column).alias(f"{name}?")]


def _cleared(column: WireColumn) -> pl.Expr:
    no = pl.lit(value=False)
    return no if column.cleared is None else column.cleared.fill_null(value=False)


def _movement(was: pl.Expr, becomes: pl.Expr, scale: int) -> dict[str, pl.Expr]:
    delta = becomes - was
    nearest = (2 * STEPS_IN_ONE * delta + was) // (2 * was)
    step = pl.when(was > 0).then(nearest).clip(-FARTHEST, FARTHEST)
    tens = [10, 100, 1_000]
    slip = pl.any_horizontal([x for t in tens for x in (was * t == becomes, becomes * t == was)])
    return {
        "delta": delta,
        "scale": pl.lit(scale),
        "step": step,
        "slip": (slip & (was > 0)).fill_null(value=False),
        "to_zero": ((was > 0) & (becomes == 0)).fill_null(value=False),
    }


def _text(column: WireColumn | None) -> pl.Expr:
    """The values as a person writes them; null where nothing is sent."""
    if column is None:
        return pl.lit(None, pl.String)
    return _shown(column, column.expr, _cleared(column), column.scale)


def _shown(column: WireColumn, value: pl.Expr, cleared: pl.Expr, scale: int) -> pl.Expr:
    kind = column.attribute.kind
    if kind.numeric:
        unit = f" {kind.currency}" if kind.currency else _UNITS.get(kind.name, "")
        least = 2 if kind.name is KindName.MONEY else 0
        text = plain_number(Scaled(value, scale, 0, 0), least=least) + pl.lit(unit)
    elif kind.name is KindName.YES_NO:
        text = pl.when(value).then(pl.lit("yes")).when(~value).then(pl.lit("no"))
    elif kind.name is KindName.INSTANT:
        text = value.dt.to_string("%Y-%m-%d %H:%M UTC")
    else:
        text = value.cast(pl.String)
    return pl.when(cleared).then(pl.lit("(empty)")).otherwise(text)


def _listed_text(columns: OfferColumns, name: str) -> pl.Expr:
    """The entries of a listed attribute, one after the other."""
    parts = [
        pl.when(entry.applies).then(_text(entry.columns[name]).fill_null("-"))
        for entry in columns.collected
        if name in entry.columns
    ]
    if not parts:
        return _text(columns.values.get(name))
    joined = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return pl.when(joined != "").then(joined)
