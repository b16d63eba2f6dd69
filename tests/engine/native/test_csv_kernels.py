"""CSV by kernels: what they take they read as Python does, and they take all that is surely well-formed."""

import io
from dataclasses import dataclass
from itertools import product
from typing import Any

import polars as pl
import pytest
from checking.kernels import needs_kernels, python_alone
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.errors import FeedError
from engine.feeds import csv_feed
from engine.feeds.archive import ByteSource
from engine.feeds.csv_feed import CsvFeed
from engine.feeds.csv_rows import Dialect, quick_rows, well_quoted
from engine.feeds.csv_signs import Signs
from engine.feeds.feed_settings import feed_settings
from engine.native import csv_kernels

pytestmark = needs_kernels

DELIMITERS = st.sampled_from([",", ";", "\t", "|", " "])
QUOTES = st.sampled_from(['"', '"', "'", ""])
DIALECTS = st.builds(Dialect, DELIMITERS, QUOTES)
MOST = st.sampled_from([1, 2, 3, 5, 10_000])
SIZES = [1, 7, 23, 4096]
# What a cell may be written of; beside them, what its dialect gives a meaning.
TEXTS = [
    "a",
    "é",
    "€",
    "\ufeff",
    "𝄞",
    " ",
    "\x1e",
    "\x00",
    "\x01",
    "x" * 12,
    "y" * 13,
    "é" * 6,
    "z" * 40,
]
ASTRAY = [b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9d\x84", "\ufffd".encode()]


# --- blocks -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """A block of whole lines, how it is to be read, and its cells where it was written as rows."""

    text: bytes
    dialect: Dialect
    columns: int
    read: dict[int, str]
    rows: tuple[tuple[str, ...], ...] = ()

    def taken(self) -> pl.DataFrame | None:
        quote, delimiter = self.dialect.quote, self.dialect.delimiter
        return csv_kernels.cells(self.text, quote, delimiter, self.columns, self.read)

    def signs(self) -> Signs:
        found = Signs.of(self.text, self.dialect.quote, self.dialect.delimiter)
        assert found is not None
        return found

    def may_hold_rows(self) -> bool:
        """Whether a cell over several lines has the delimiters of a row, as Python finds it."""
        signs = self.signs()
        ends = signs.line_ends_in_cells()
        return signs.rows_in_cells(ends, self.columns, self.dialect.delimiter)


@st.composite
def hostile(draw: st.DrawFn) -> Block:
    """Pieces of which more are signs than texts, so that they meet; few of them are rows."""
    dialect, columns = draw(DIALECTS), draw(st.integers(1, 5))
    text = b"".join(draw(st.lists(st.sampled_from(pieces(dialect, columns)), max_size=24)))
    return Block(text + b"\n", dialect, columns, draw(wanted(columns)))


def pieces(dialect: Dialect, columns: int) -> list[bytes]:
    mark, part = dialect.quote or '"', dialect.delimiter
    row = part.join("x" * columns)
    signs = [mark, mark * 2, part, "\n", f"{mark}{part}", f"{part}{mark}", f"{mark}\n", f"\n{mark}"]
    lines = [f"{row}\n", f"\n{row}\n", f"{mark * 2}\n", f"{mark}a\nb{mark}", f"{part} ", "\n\n"]
    return [piece.encode() for piece in [*signs, *lines, *TEXTS]] + ASTRAY


@st.composite
def nearly_rows(draw: st.DrawFn) -> Block:
    """Rows, of which a few bytes may have been lost or put in."""
    block = draw(well_formed())
    text = bytearray(block.text)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        piece = draw(st.sampled_from([b"", *pieces(block.dialect, block.columns)]))
        text[at : at + draw(st.integers(0, 1))] = piece
    ended = bytes(text) if text.endswith(b"\n") else bytes(text) + b"\n"
    return Block(ended, block.dialect, block.columns, block.read)


@st.composite
def well_formed(draw: st.DrawFn) -> Block:
    """Rows as they are written, some of their cells quoted without need, and lines without a text."""
    dialect, columns = draw(DIALECTS), draw(st.integers(1, 5))
    signs = [dialect.quote, dialect.delimiter, f"{dialect.delimiter} ", "\n"]
    held = [*TEXTS, "", *(signs if dialect.quote else [])]
    if dialect.delimiter == " " and not dialect.quote:
        held.remove(" ")
    cell = st.lists(st.sampled_from(held), max_size=4).map("".join)
    rows = draw(st.lists(st.lists(cell, min_size=columns, max_size=columns), max_size=6))
    lines, kept = [], []
    for row in rows:
        lines.extend(["", dialect.quote * 2][: draw(st.sampled_from([0, 0, 0, 1, 2]))])
        quoted = draw(st.integers(0, 2**columns - 1))
        written = [shown(c, dialect, quoted=bool(quoted >> n & 1)) for n, c in enumerate(row)]
        lines.append(dialect.delimiter.join(written))
        kept.extend([tuple(row)] if row != [""] else [])
    text = "".join(f"{line}\n" for line in lines or [""]).encode()
    return Block(text, dialect, columns, draw(wanted(columns)), tuple(kept))


def shown(cell: str, dialect: Dialect, *, quoted: bool) -> str:
    mark = dialect.quote
    if not mark or not (quoted or {mark, dialect.delimiter, "\n"} & {*cell}):
        return cell
    return f"{mark}{cell.replace(mark, mark * 2)}{mark}"


def wanted(columns: int) -> st.SearchStrategy[dict[int, str]]:
    """Any of the columns, in any order."""
    places = st.lists(st.integers(0, columns - 1), unique=True)
    return places.map(lambda found: {place: f"column{place}" for place in found})


# --- cells --------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(well_formed())
@example(Block(b"\n\n", Dialect(","), 3, {0: "a", 2: "c"}))
@example(Block(b'""\n', Dialect(","), 2, {}))
def test_well_formed_rows_are_taken_and_are_what_was_written(block: Block) -> None:
    made = block.taken()
    assert (made is None) is block.may_hold_rows()
    if made is not None:
        assert made.height == len(block.rows)
        assert made["__problem"].null_count() == made.height
        for place, name in block.read.items():
            assert made[name].to_list() == [row[place] for row in block.rows]


@settings(max_examples=200)
@given(st.one_of(hostile(), nearly_rows(), well_formed()))
@example(Block(b'"a   b\nc" d e\n', Dialect(" "), 3, {0: "a", 1: "b", 2: "c"}))
def test_what_is_taken_is_surely_well_formed_and_read_as_python_reads_it(block: Block) -> None:
    made = block.taken()
    if not well_quoted(block.text, block.dialect):
        assert made is None
        return
    with python_alone():
        rows = quick_rows(block.text, block.dialect, block.columns, block.read)
    well = rows.frame["__problem"].null_count() == rows.frame.height and rows.damage is None
    lost = "\ufffd" in block.text.decode("utf-8", "replace")
    assert (made is not None) is (well and not lost and not block.may_hold_rows())
    if made is not None:
        assert_frame_equal(made, rows.frame)
        assert rows.used == len(block.text)


@pytest.mark.parametrize("length", [0, 1, 3, 4, 11, 12, 13, 14, 100, 1 << 14, (1 << 14) + 1])
@pytest.mark.parametrize("quote", ["", '"'])
def test_texts_of_each_length_are_whole(length: int, quote: str) -> None:
    texts = ["abcdefghijklmnopqrstuvwxyz"[n:] * length for n in range(4)]
    cells = [text[:length] for text in texts]
    doubled = [f"{cell}{quote}{cell}" for cell in cells]
    rows = [
        f"{quote}{cell}{quote},{quote}{both.replace(quote, quote * 2) if quote else both}{quote}\n"
        for cell, both in zip(cells, doubled, strict=True)
    ]
    made = csv_kernels.cells("".join(rows).encode(), quote, ",", 2, {1: "both", 0: "cell"})
    assert made is not None
    assert made["cell"].to_list() == cells
    assert made["both"].to_list() == doubled


def test_what_is_utf_8_is_what_python_reads_as_such() -> None:
    """At each bound of what a byte may be, and at each place in a word of eight."""
    first = [0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF]
    first += [0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF]
    later = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBD, 0xBF, 0xC0]
    found = (bytes(taken) for length in range(4) for taken in product(first, *[later] * length))
    for number, text in enumerate(found):
        made = csv_kernels.cells(b"x" * (number % 9) + text + b"\n", '"', ",", 1, {})
        assert (made is None) is ("\ufffd" in text.decode("utf-8", "replace")), text


@pytest.mark.parametrize(
    ("text", "columns", "read"),
    [
        (b"", 1, {}),
        (b"a", 1, {0: "a"}),
        (b"a\nb", 1, {0: "a"}),
        (b"a\n", 0, {}),
        (b"\n", 0, {}),
        (b"a\n", -1, {}),
        (b"a,b\n", 2, {2: "c"}),
        (b"a,b\n", 2, {-1: "z"}),
    ],
)
def test_no_block_of_whole_lines_and_no_such_column_are_left(
    text: bytes, columns: int, read: dict[int, str]
) -> None:
    assert csv_kernels.cells(text, '"', ",", columns, read) is None


def test_signs_of_several_bytes_are_left() -> None:
    for quote, delimiter in [("«", ","), ('"', "||"), ('"', "·")]:
        assert csv_kernels.cells(b"a\n", quote, delimiter, 1, {0: "a"}) is None
        assert csv_kernels.rows_end(b"a\n", quote, delimiter, most=9, ended=True) is None


# --- where rows end -----------------------------------------------------------------------------

OPEN_AT_ITS_END = Block(b'a\n"b\n', Dialect(","), 1, {})
ASTRAY_AT_ITS_END = Block(b'a\nb"c"\n', Dialect(","), 1, {})


def by_signs(block: Block, text: bytes, *, most: int, ended: bool) -> tuple[int, int] | None:
    """As a feed cuts its rows without kernels."""
    signs = Signs.of(text, block.dialect.quote, block.dialect.delimiter)
    assert signs is not None
    cut = len(text) if ended else signs.last_line_end()
    signs = signs.up_to(cut)
    if signs.lines() > most:
        signs = signs.up_to(signs.behind_line(most))
    return (len(signs.block), signs.lines()) if cut and signs.in_order() else None


@settings(max_examples=200)
@given(st.one_of(hostile(), nearly_rows(), well_formed()), MOST, st.booleans(), st.integers(0, 9))
@example(block=OPEN_AT_ITS_END, most=1, ended=True, lost=0)
@example(block=OPEN_AT_ITS_END, most=10_000, ended=True, lost=0)
@example(block=ASTRAY_AT_ITS_END, most=10_000, ended=False, lost=1)
@example(block=ASTRAY_AT_ITS_END, most=10_000, ended=True, lost=0)
def test_rows_end_where_the_signs_say_so(block: Block, most: int, ended: bool, lost: int) -> None:  # noqa: FBT001 - drawn
    text = block.text if ended else block.text[: len(block.text) - lost]
    quote, delimiter = block.dialect.quote, block.dialect.delimiter
    found = csv_kernels.rows_end(text, quote, delimiter, most=most, ended=ended)
    assert found == by_signs(block, text, most=most, ended=ended)


# --- feeds --------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.one_of(hostile(), nearly_rows()), st.sampled_from([2, 10_000]), st.booleans())
def test_feeds_are_the_same_with_and_without_kernels(
    block: Block,
    most: int,
    named: bool,  # noqa: FBT001 - drawn
) -> None:
    for size in SIZES:
        with_kernels = read_feed(block, size, most, named=named)
        with python_alone():
            assert read_feed(block, size, most, named=named) == with_kernels


def read_feed(block: Block, size: int, most: int, *, named: bool) -> tuple[Any, ...]:
    """What a feed of the block gives, read by so many bytes and lines; or why it cannot be read."""
    header = [f"column{place}" for place in range(block.columns)]
    first = "" if named else block.dialect.delimiter.join(header) + "\n"
    chosen = feed_settings(
        {
            "delimiter": block.dialect.delimiter,
            "quote": block.dialect.quote or "none",
            "encoding": "utf-8",
            **({"header": header} if named else {}),
        },
        "feeds.test",
    )
    source = ByteSource(io.BytesIO(first.encode() + block.text), "feed.csv", "feed.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_feed, "MOST_ROWS", most)
        patch.setattr(csv_feed, "_LEAST_BLOCK", 1)
        feed = CsvFeed(source, chosen, block=size)
        try:
            frames = [part.rows() for part in feed.batches(block.read.values())]
        except FeedError as fault:
            return str(fault), feed.notes
    return [row for frame in frames for row in frame], feed.notes
