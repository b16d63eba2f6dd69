"""The text of an attribute's value, without quotes and escapes of the package around it."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from engine.marketplace.attributes import WireValue
from engine.native.line_kernels import Code
from engine.offers.columns import WireColumn
from engine.offers.fragments import Written
from engine.offers.text_expressions import NO_TEXT, date_text, number_text
from engine.program.vectors import replaced
from engine.values.kinds import KindName

NUMBERS = frozenset(
    {KindName.MONEY, KindName.NUMBER, KindName.INTEGER, KindName.PERCENT, KindName.DURATION},
)


def plain_text(
    column: WireColumn,
    words: dict[str, str],
    times: Callable[[pl.Expr], pl.Expr],
) -> pl.Expr:
    """The value as text: numbers exact, choices and yes/no by `words`, instants as `times` writes.

    Money has two decimals, other numbers the fewest that are exact.
    """
    match column.attribute.kind.name:
        case KindName.TEXT:
            return column.expr
        case KindName.CHOICE | KindName.YES_NO:
            return _word(column, words)
        case KindName.DATE:
            return date_text(column.expr)
        case KindName.INSTANT:
            return times(column.expr)
        case (
            KindName.MONEY
            | KindName.NUMBER
            | KindName.INTEGER
            | KindName.PERCENT
            | KindName.DURATION
        ) as number:
            decimals = 2 if number is KindName.MONEY else 0
            return number_text(column.expr, column.scale, decimals=decimals, wide=column.wide)
        case KindName.QUANTITY | KindName.LIST | KindName.NOTHING | KindName.ERROR:
            raise ValueError(f"{column.name}: no package holds a {column.attribute.kind}")


def written_number(column: WireColumn, *, decimals: int) -> pl.Expr | Written:
    """A number as its shortest exact text with at least so many decimals, to be written by a kernel."""
    text = number_text(column.expr, column.scale, decimals=decimals, wide=column.wide)
    if column.wide:
        return text
    return Written(column.expr, Code.NUMBER, text, column.scale, decimals)


def _word(column: WireColumn, words: dict[str, str]) -> pl.Expr:
    if column.attribute.kind.name is KindName.YES_NO:
        yes, no = (pl.lit(words.get(word), dtype=pl.String) for word in ("yes", "no"))
        return pl.when(column.expr).then(yes).when(~column.expr).then(no)
    if not words:
        return NO_TEXT
    return replaced(column.expr, list(words), pl.Series(list(words.values()), dtype=pl.String))


def words_for(values: tuple[WireValue, ...], package: str) -> dict[str, str]:
    """Rule value to the word of `package` ("json" or "xml"), for those that have one."""
    found = {v.rule: v.json if package == "json" else v.xml for v in values}
    return {rule: word for rule, word in found.items() if isinstance(word, str)}


def without_word(values: tuple[WireValue, ...], package: str) -> list[str]:
    """The rule values that have no known word in `package`."""
    return [v.rule for v in values if (v.json if package == "json" else v.xml) is None]
