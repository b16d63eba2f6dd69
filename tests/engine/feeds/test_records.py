"""Records gathered into batches."""

import polars as pl

from engine.feeds.part import MOST_ROWS
from engine.feeds.records import Record, gathered


def test_batches_are_bounded_and_rows_are_numbered_on() -> None:
    records = (Record({"a": str(n)}) for n in range(2 * MOST_ROWS + 1))
    sizes, last = [], 0
    for frame in gathered(records, ["a"], frozenset()):
        sizes.append(frame.height)
        assert frame["__row"][0] == last + 1
        last = frame["__row"][-1]
    assert sizes == [MOST_ROWS, MOST_ROWS, 1]


def test_types_hold_where_no_record_has_a_value() -> None:
    frame = next(gathered([Record({}), Record({}, "broken")], ["a", "b[]"], frozenset({"b[]"})))
    assert frame.schema["a"] == pl.String
    assert frame.schema["b[]"] == pl.List(pl.String)
    assert frame["__problem"].to_list() == [None, "broken"]


def test_no_record_makes_no_batch() -> None:
    assert list(gathered([], ["a"], frozenset())) == []
