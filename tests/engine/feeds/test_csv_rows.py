"""Rows out of blocks of CSV: the quick way and the slow one say the same."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.feeds.csv_rows import Dialect, Rows, one_by_one, quick_rows, slow_rows, well_quoted

pytestmark = pytest.mark.usefixtures("both_ways")

COMMA = Dialect(",")
NAMES = {0: "a", 1: "b", 2: "c"}
CELL = st.text(st.sampled_from('ab",;\n é\x00\ufeff'), max_size=6)


def _shown(rows: Rows) -> list[tuple[str | None, ...]]:
    return rows.frame.select("a", "b", "c", "__problem").rows()


@pytest.mark.parametrize(
    ("block", "fits"),
    [
        (b"a,b\n", True),
        (b'"a","b"\n', True),
        (b'"a ""b"" c",d\n', True),
        (b'"a\nb",c\n', True),
        (b'a"b,c"d\n', False),
        (b'a,5" b\n', False),
        (b'"a"b,c\n', False),
        (b'"a,b\n', False),
        (b"", True),
    ],
)
def test_whether_quotes_are_in_order(block: bytes, fits: bool) -> None:  # noqa: FBT001 - a table of cases
    assert well_quoted(block, COMMA) is fits
    # The same where quotes are few, which is told in another way.
    assert well_quoted(block + b"x" * 5000 + b"\n", COMMA) is fits


@given(st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=6))
@example([["\ufeff1", "2", "3"]])
def test_both_ways_read_the_same(rows: list[list[str]]) -> None:
    held = io.StringIO()
    csv.writer(held, lineterminator="\n").writerows(rows)
    block = held.getvalue().encode()
    slow = slow_rows(block, COMMA, 3, NAMES, final=True)
    assert slow.used == len(block)
    if block and well_quoted(block, COMMA):
        assert _shown(quick_rows(block, COMMA, 3, NAMES)) == _shown(slow)


@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=6))
@example([["a", "\n", "\n\n", "d"]])
@example([["a", "x,y\nb", "c,d,e", "d"]])
def test_both_ways_read_the_same_where_texts_may_look_like_rows(rows: list[list[str]]) -> None:
    held = io.StringIO()
    csv.writer(held, lineterminator="\n").writerows(rows)
    block = held.getvalue().encode()
    if well_quoted(block, COMMA):
        slow = slow_rows(block, COMMA, 4, NAMES, final=True)
        assert _shown(quick_rows(block, COMMA, 4, NAMES)) == _shown(slow)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_is_written_is_read(rows: list[list[str]]) -> None:
    held = io.StringIO()
    csv.writer(held, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    found = slow_rows(held.getvalue().encode(), COMMA, 3, NAMES, final=True)
    assert _shown(found) == [(*row, None) for row in rows]


def test_where_nothing_is_read_again_the_next_row_is_judged_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.feeds.csv_rows._READ_AGAIN", 0)
    monkeypatch.setattr("engine.feeds.csv_rows._LEAST_AGAIN", 0)
    found = list(one_by_one(b'1,"x\ny",3,4\n"22" s,2,3\n', COMMA, 3, final=True))
    assert [record.cells for record in found] == [["1", "x\ny", "3", "4"], ["22 s", "2", "3"]]
    assert [bool(record.problem) for record in found] == [True, False]


def test_a_line_of_marks_ends_nothing() -> None:
    # The reader puts two marks behind the last line; a feed may hold the same.
    block = b"a,b,c\n1,2,3\n\x1e\x1e\nx\n"
    records = [record.cells for record in one_by_one(block, COMMA, final=True)]
    assert records == [["a", "b", "c"], ["1", "2", "3"], ["\x1e\x1e"], ["x"]]


def test_a_record_that_goes_on_waits_for_its_end() -> None:
    block = b'1,2,3\n4,"open\n'
    waiting = slow_rows(block, COMMA, 3, NAMES, final=False)
    assert (_shown(waiting), waiting.used) == ([("1", "2", "3", None)], 6)
    ended = slow_rows(block, COMMA, 3, NAMES, final=True)
    assert _shown(ended)[1][3] == "a quote that opens in this row is not closed"
    assert ended.used == len(block)


def test_records_end_where_they_end() -> None:
    ends = [r.end for r in one_by_one(b'a\r\n"b\nc"\rd\n', COMMA, final=True)]
    assert ends == [3, 9, 11]


def test_a_long_line_takes_time_in_its_length_alone() -> None:
    records = list(one_by_one(b"x" * 4_000_000, COMMA, final=False))
    assert records == []
