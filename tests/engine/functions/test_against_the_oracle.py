"""Random columns through every function, compared with the same said in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.functions import FAILED, FUNCTIONS
from oracle.words import CONSTANT_ARGUMENTS

from engine.functions import library
from engine.values.kinds import KindName

Apply = Callable[..., list[Any]]

# What tends to be treated wrongly: blanks of all sorts, accents in two forms, digits of other
# scripts, letters whose capital is longer, markup, entities, signs and codes.
_PIECES = (
    *("a", "B", "é", "e\u0301", "ß", "œ", "İ", "ΟΣ", "١", "１", "👍", "한"),
    *(" ", "  ", "\t", "\n", "\u00a0", "\u202f", "\u200b", "\u3000", "\x1c", "\x85"),
    *("0", "1", "12", "-", "+", ".", ",", "4006381333931", "96385074", "207036822X", "978"),
    *("<b>", "</b>", "<p>", "<br/>", "&amp;", "&eacute;", "&#233;", "&nbsp;", "|", "$0", "\\"),
    *("29/07/2025", "2025-07-29", "00", "Lampe", "ikea"),
)
TEXTS = st.lists(st.sampled_from(_PIECES), max_size=5).map("".join)
NUMBERS = st.decimals(-(10**12), 10**12, places=4) | st.sampled_from(
    [Decimal(n).quantize(Decimal("0.0001")) for n in ("0", "0.5", "-0.5", "2.675", "12.99", "-7")],
)
_VALUES: dict[KindName, st.SearchStrategy[Any]] = {
    KindName.TEXT: TEXTS,
    KindName.NUMBER: NUMBERS,
    KindName.MONEY: NUMBERS,
    KindName.DATE: st.dates(date(1, 1, 1), date(9999, 12, 31)),
    KindName.INSTANT: st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(
        lambda local: local.replace(tzinfo=UTC, fold=0),
    ),
    KindName.LIST: st.lists(TEXTS, max_size=4),
}


@st.composite
def calls(draw: st.DrawFn, name: str) -> tuple[list[Any], int]:
    """The arguments of `name`: columns of one length for its values, constants for the rest."""
    size = draw(st.integers(1, 5))
    handed = list(draw(st.sampled_from(CONSTANT_ARGUMENTS.get(name, ((),)))))
    arguments: list[Any] = []
    for parameter in library()[name].parameters:
        if parameter.constant:
            if handed:
                value = handed.pop(0)
                arguments.append(int(value) if isinstance(value, Decimal) else value)
            continue
        kind = next(kind for kind in _VALUES if kind in parameter.accepts)
        column = st.lists(_VALUES[kind] | st.none(), min_size=size, max_size=size)
        for _ in range(draw(st.integers(1, 3)) if parameter.repeated else 1):
            values = draw(column)
            # A column of nothing has no type; the first cell gives it one.
            arguments.append([draw(_VALUES[kind]), *values])
    return arguments, size + 1


@pytest.mark.parametrize("name", library())
@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_columns_and_single_values_agree(apply: Apply, name: str, data: st.DataObject) -> None:
    arguments, size = data.draw(calls(name))
    rows = [
        [argument[row] if isinstance(argument, list) else argument for argument in arguments]
        for row in range(size)
    ]
    assert apply(name, *arguments) == [one_by_one(name, row) for row in rows]


def one_by_one(name: str, arguments: list[Any]) -> Any:
    """What the oracle says of one row."""
    if None in arguments:
        return None
    value = FUNCTIONS[name](*(_plain(argument) for argument in arguments))
    if value is FAILED:
        return "error"
    return list(value) if isinstance(value, tuple) else value


def _plain(argument: Any) -> Any:
    match argument:
        case list():
            return tuple(argument)
        case Decimal() | int():
            return Fraction(argument)
        case _:
            return argument
