"""Quotes and line ends found in columns of bytes: the same as a look at each part of the text says."""

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.feeds.csv_rows import (
    Dialect,
    Rows,
    _well_outside,
    one_by_one,
    quick_rows,
    slow_rows,
    well_quoted,
)
from engine.feeds.csv_signs import Signs

pytestmark = pytest.mark.usefixtures("both_ways")

COMMA = Dialect(",")
NAMES = {0: "a", 1: "b", 2: "c"}
# Pieces of which hostile blocks are made: more than one sign at a time, so that they meet.
PIECES = st.sampled_from(
    ['"', '""', ",", "\n", '",', ',"', '"\n', '\n"', "a", "é", " ", "x,y,z\n", '"a\nb"', "\x00"]
)
BLOCKS = st.lists(PIECES, max_size=30).map(lambda pieces: "".join(pieces).encode() + b"\n")


def signs(block: bytes) -> Signs:
    found = Signs.of(block, '"', ",")
    assert found is not None
    return found


@given(BLOCKS)
@example(b'"","",""\n')
def test_quotes_are_in_order_where_each_part_between_them_says_so(block: bytes) -> None:
    parts = pl.Series([p.decode("utf-8", "replace") for p in block.split(b'"')], dtype=pl.String)
    by_parts = _well_outside(parts, ",") if b'"' in block else True
    assert signs(block).in_order() is by_parts


@given(BLOCKS)
def test_the_last_line_end_has_as_many_quotes_before_it_as_close(block: bytes) -> None:
    cut = signs(block).last_line_end()
    assert cut == 0 or block[cut - 1 : cut] == b"\n"
    assert block.count(b'"', 0, cut) % 2 == 0
    later = (at for at, byte in enumerate(block) if byte == 10 and at >= cut)
    assert all(block.count(b'"', 0, at) % 2 for at in later)


@given(BLOCKS)
def test_the_front_of_a_block_has_the_signs_of_that_front(block: bytes) -> None:
    for cut in [at + 1 for at, byte in enumerate(block) if byte == 10]:
        found, wanted = signs(block).up_to(cut), signs(block[:cut])
        assert found.block == wanted.block
        assert found.quotes.to_list() == wanted.quotes.to_list()
        assert found.in_order() == wanted.in_order()
        assert found.line_ends_in_cells().to_list() == wanted.line_ends_in_cells().to_list()


@given(BLOCKS)
def test_line_ends_in_cells_are_those_behind_an_odd_number_of_quotes(block: bytes) -> None:
    wanted = [at for at, byte in enumerate(block) if byte == 10 and block.count(b'"', 0, at) % 2]
    assert signs(block).line_ends_in_cells().to_list() == wanted


@given(BLOCKS)
@example(b'a,b,c\n1,2\n"x\ny",",",""\n')
@example(b"a,b,c,d\n\n,,\n")
def test_hostile_blocks_are_read_as_the_csv_module_reads_them(block: bytes) -> None:
    if well_quoted(block, COMMA):
        quick = quick_rows(block, COMMA, 3, NAMES)
        assert _shown(quick) == _shown(slow_rows(block, COMMA, 3, NAMES, final=True))
        assert [r.cells for r in one_by_one(block, COMMA, final=True) if r.problem] == []


def _shown(rows: Rows) -> list[tuple[str | None, ...]]:
    return rows.frame.select("a", "b", "c", "__problem").rows()


def test_signs_of_several_bytes_are_not_looked_for() -> None:
    assert Signs.of(b"a\n", "«", ",") is None
    assert Signs.of(b"a\n", '"', "||") is None
    nothing = Signs.of(b"a\n", "", ",")
    assert nothing is not None
    assert nothing.in_order()
    assert nothing.last_line_end() == 2
