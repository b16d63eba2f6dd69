"""Values as sentences write them."""

from decimal import Decimal

import polars as pl
import pytest

from engine.program.numbers import Quotient, literal
from engine.program.sentences import value_text
from engine.program.value import Value, nothing
from engine.values.kinds import DATE, INSTANT, PERCENT, TEXT, YES_NO, Kind, list_of
from engine.values.scaled import INT64_LIMIT, Scaled

pytestmark = pytest.mark.usefixtures("both_ways")


def text(number: Scaled, *rows: int) -> list[str]:
    """A share in a sentence, of rows that hold these numbers."""
    made = value_text(Value(PERCENT, None, Quotient(number)))
    return pl.DataFrame({"x": rows}, {"x": pl.Int64}).select(made).to_series().to_list()


@pytest.mark.parametrize("share", ["0", "1", "0.3", "0.05", "0.055", "-0.1", "2.5"])
def test_shares_are_told_in_points(share: str) -> None:
    points = (Decimal(share) * 100).normalize()
    assert text(literal(Decimal(share))) == [f"{points:f}%"]


@pytest.mark.parametrize(("scale", "points"), [(0, "700%"), (1, "70%"), (2, "7%"), (3, "0.7%")])
def test_shares_of_few_decimals_are_told_in_points(scale: int, points: str) -> None:
    assert text(Scaled(pl.col("x"), scale, 0, 10), 7) == [points]


def test_shares_have_room_for_their_points() -> None:
    most = INT64_LIMIT
    assert text(Scaled(pl.col("x"), 0, -most, most), most, -most) == [f"{most}00%", f"-{most}00%"]


@pytest.mark.parametrize("kind", [INSTANT, DATE, YES_NO, TEXT, list_of(TEXT)], ids=str)
def test_what_is_rejected_on_every_row_reads_as_nothing(kind: Kind) -> None:
    rows = pl.DataFrame({"x": [1, 2]})
    assert rows.select(t=value_text(nothing(kind)))["t"].to_list() in ([None, None], [None])
