"""Cells of numbers: how many digits they may have, and what is said of others."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from oracle.reading import BadCell, read_cell

from engine.diagnostics.codes.rows import OUT_OF_BOUNDS
from engine.program.cells import read_field, text_name, value_name
from engine.values.field import Field, Reading
from engine.values.kinds import INTEGER, NUMBER, PERCENT, Kind, money

pytestmark = pytest.mark.usefixtures("both_ways")

FRENCH = {"decimal_mark": ",", "grouping": " "}


def read(field: Field, text: str) -> int | None:
    """The number of a cell in steps of its scale, None where it is none."""
    made = read_field(field, is_list=False)
    frame = pl.DataFrame({field.reading.column: [text]}).with_columns(
        made.text.alias(text_name(field))
    )
    found: int | None = frame.select(made.value).item()
    return found


def wanted(kind: Kind, scale: int, **reading: Any) -> str:
    """What the sentence about a cell that is no such number wants."""
    made = read_field(Field("price", kind, Reading("price", **reading), scale=scale), is_list=False)
    return next(dict(fault.facts)["wanted"] for fault in made.faults if fault.code.number == "R101")


def test_the_sentence_counts_the_digits() -> None:
    assert wanted(money("EUR"), 2) == (
        "a number with at most 16 digits before the decimal mark `.` and 2 after it"
    )
    assert wanted(NUMBER, 3, **FRENCH) == (
        "a number with at most 15 digits before the decimal mark `,` and 3 after it"
    )
    assert wanted(INTEGER, 0) == "a whole number with at most 18 digits"


@pytest.mark.parametrize("scale", range(18))
def test_grouped_numbers_have_no_more_digits_than_others(scale: int) -> None:
    field = Field("x", NUMBER, Reading("x", **FRENCH), scale=scale)
    for length in range(1, 22):
        digits = ("123456789" * 3)[:length]
        grouped = f"{int(digits):,}".replace(",", " ")
        for text in {digits, grouped, f"-{grouped}", f"0{grouped}", f"{grouped} 12"}:
            assert (read(field, text) is not None) == _is_number(field, text), (scale, text)


@pytest.mark.parametrize("kind", [money("EUR"), NUMBER, PERCENT], ids=str)
@pytest.mark.parametrize(("low", "high"), [("-1", "1"), ("-1", "-1"), ("1", "1"), ("1", "-1")])
def test_bounds_may_be_beyond_all_that_a_cell_holds(kind: Kind, low: str, high: str) -> None:
    most = Decimal(
        10**18 - 1
    )  # of the digits that a schema takes: more than a column, with decimals
    bounds = {"minimum": most * int(low), "maximum": most * int(high)}
    field = Field("x", kind, Reading("x"), scale=4, **bounds)
    for text in ("0", "5.25", "-99999999999999.9999", "99999999999999.9999"):
        number = Decimal(text)
        wanted = [not number >= bounds["minimum"], not number <= bounds["maximum"]]
        assert out_of_bounds(field, text) == wanted, text


def out_of_bounds(field: Field, text: str) -> list[bool]:
    """Whether a cell is told as below the least number of the field, and above the greatest."""
    made = read_field(field, is_list=False)
    frame = pl.DataFrame({field.reading.column: [text]}).with_columns(
        made.text.alias(text_name(field))
    )
    told = [fault.where for fault in made.faults if fault.code is OUT_OF_BOUNDS]
    read = frame.with_columns(made.value.alias(value_name(field)))
    return [read.select(where).item() for where in told]


def _is_number(field: Field, text: str) -> bool:
    try:
        read_cell(field, {field.reading.column: text})
    except BadCell:
        return False
    return True
