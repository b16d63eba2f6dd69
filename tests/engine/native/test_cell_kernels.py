"""Cells read by kernels, beside what Polars reads of the same."""

from datetime import datetime

import polars as pl
import pytest
from checking.kernels import needs_kernels, python_alone
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from engine.functions.identifiers import _sound_gtin, is_rounded_code
from engine.native import cell_kernels
from engine.native.arrow import bytes_of_numbers
from engine.program.cells import read_field, text_name
from engine.program.instant_cells import read_instant
from engine.program.vectors import copied, normalized, of_pattern
from engine.values.field import Field, Reading
from engine.values.kinds import INTEGER, NUMBER, TEXT

pytestmark = needs_kernels

BLANKS = [" ", "\t", "\r", "\n", "\u00a0", "\u202f", "\u2007"]
# What begins or ends like a blank and is none: a thin space, an ideographic one, a dagger, letters.
ALIKE = ["\u2009", "\u3000", "\u2020", "\u00c2", "\u00e2", "à", "\x0b", "\x00", "\x1f"]
PIECES = st.sampled_from([*BLANKS, *ALIKE, "a", "b" * 11, "c" * 12, "d" * 13, "é" * 7, "𝄞"])
TEXTS = st.lists(PIECES, max_size=6).map("".join)
NUMBERS = st.from_regex(r"[-+]?[0-9]{0,19}[.,]?[0-9]{0,5}[eE \u0660]?", fullmatch=True)
PATTERNS = [
    "yyyy-MM-dd HH:mm",
    "dd/MM/yyyy HH:mm:ss",
    "yyyyMMdd",
    "MM.dd.yyyy à HH h",
    "%d ddyyyyMM",
]


def column(cells: list[str | None]) -> pl.Series:
    """The cells in a column that begins within its memory, as slices do."""
    return pl.Series("cell", ["out of sight, of no concern", *cells], dtype=pl.String).slice(1)


def made(cells: pl.Series, wanted: pl.Expr) -> pl.Series:
    return cells.to_frame().lazy().select(wanted).collect().to_series()


@given(st.lists(st.none() | TEXTS))
def test_blanks_are_no_part_of_a_text(cells: list[str | None]) -> None:
    found = cell_kernels.trimmed(column(cells))
    blanks = "".join(BLANKS)
    assert found.to_list() == [None if c is None else c.strip(blanks) or None for c in cells]


@given(
    st.lists(st.none() | NUMBERS | st.integers(-(10**20), 10**20).map(str)),
    st.integers(0, 18),
    st.sampled_from([".", ","]),
)
def test_numbers_are_read_as_polars_reads_them(
    cells: list[str | None], decimals: int, mark: str
) -> None:
    kind = NUMBER if decimals else INTEGER
    field = Field("n", kind, Reading("cell", decimal_mark=mark), scale=decimals)
    frame = column(cells).to_frame()
    text = frame.select(pl.col("cell").alias(text_name(field)))
    by_kernel = text.select(read_field(field, is_list=False).value).to_series()
    with python_alone():
        assert_series_equal(
            text.select(read_field(field, is_list=False).value).to_series(), by_kernel
        )


def test_the_longest_numbers_are_exact() -> None:
    longest = ["9" * 18, "-" + "9" * 18, "-0", "1" + "0" * 18, "", "-", "+1", "1.", ".5"]
    found = cell_kernels.numbers(column([*longest]), 18, 0, ".")
    assert found.to_list() == [10**18 - 1, 1 - 10**18, 0, *[None] * 6]
    assert cell_kernels.numbers(column(["-12,5", "12,50", "12,505"]), 16, 2, ",").to_list() == [
        -1250,
        1250,
        None,
    ]


def _near(pattern: str) -> st.SearchStrategy[str]:
    """Times written by the pattern, most of them of the calendar, and a few letters of other texts."""
    codes = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
    code = pattern.replace("%", "%%")
    for letters, letter in codes.items():
        code = code.replace(letters, letter)
    moments = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31))
    written = moments.map(lambda moment: moment.strftime(code))
    astray = st.tuples(written, st.integers(0, 20), st.sampled_from("0139 -:x")).map(
        lambda it: it[0][: it[1]] + it[2] + it[0][it[1] + 1 :]
    )
    return written | astray | astray.map(lambda text: text[:-1]) | st.text(max_size=20)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.data())
def test_times_are_read_as_polars_reads_them(pattern: str, data: st.DataObject) -> None:
    cells = column(data.draw(st.lists(st.none() | _near(pattern))))
    reading = Reading("cell", pattern=pattern, zone="Europe/Paris")
    by_kernel = made(cells, read_instant(pl.col("cell"), reading))
    with python_alone():
        assert_series_equal(made(cells, read_instant(pl.col("cell"), reading)), by_kernel)


def test_days_that_no_calendar_has() -> None:
    days = ["29.02.2024", "29.02.2023", "29.02.1900", "29.02.2000", "31.04.2025", "00.01.2025"]
    found = cell_kernels.walls(
        column([*days, "01.00.2025", "01.01.0000", "01.01.0001"]), "dd.MM.yyyy"
    )
    years = [None if day is None else (day.year, day.month, day.day) for day in found]
    assert years == [(2024, 2, 29), None, None, (2000, 2, 29), *[None] * 4, (1, 1, 1)]


def test_patterns_without_a_whole_day_or_with_a_part_twice_are_left() -> None:
    assert cell_kernels.takes_walls("yyyy-MM-dd")
    assert not cell_kernels.takes_walls("yyyy-MM HH")
    assert not cell_kernels.takes_walls("yyyy-MM-dd dd")
    assert not cell_kernels.takes_numbers(18, 1, ".")
    assert not cell_kernels.takes_numbers(9, 1, "٫")
    with python_alone():
        assert not cell_kernels.takes_walls("yyyy-MM-dd")
        assert not cell_kernels.takes_numbers(9, 1, ".")


LETTERS = ["^[!-{}~]+$", "^[0-9]{13}$", "^[A-Za-z0-9_.]{2,4}$", "^[a]{3,}$", "^[+]*$", "^[x{|]$"]


@pytest.mark.parametrize("pattern", LETTERS)
@given(st.data())
def test_patterns_of_letters_fit_as_they_do_for_polars(pattern: str, data: st.DataObject) -> None:
    near = st.from_regex(pattern) | st.from_regex(r"[!-~]{0,15}[\n ]?", fullmatch=True)
    cells = column(data.draw(st.lists(st.none() | st.text(max_size=15) | near)))
    assert cell_kernels.letters_of(pattern)
    by_kernel = made(cells, of_pattern(pl.col("cell"), pattern))
    assert_series_equal(by_kernel, cells.str.contains(pattern))


@given(st.from_regex(r"\^\[[!-~]{1,6}\]([+*?]|\{[0-9]{1,2}(,[0-9]{0,2})?\})?\$", fullmatch=True))
def test_no_pattern_means_something_else_to_the_kernel(pattern: str) -> None:
    letters = cell_kernels.letters_of(pattern)
    texts = ["", "-", "a-", "^", "&", "&&", "a]", *map(chr, range(32, 127)), "0" * 12, "aZ"]
    if letters is not None:
        assert_series_equal(letters.fit(column([*texts])), column([*texts]).str.contains(pattern))


def test_patterns_that_are_more_than_letters_are_left() -> None:
    for pattern in ("[a]+", "^[a]+", "^[^a]+$", "^[a&&b]+$", "^[a-]$", "^[é]$", "^[z-a]$", "^a$"):
        assert cell_kernels.letters_of(pattern) is None, pattern
    with python_alone():
        assert cell_kernels.letters_of("^[a]$") is None


@given(st.lists(st.none() | st.text() | TEXTS))
def test_composed_texts_stay_as_they_are(cells: list[str | None]) -> None:
    series = column(cells)
    assert cell_kernels.composed(series) is all(c < "\u0300" for c in "".join(filter(None, cells)))
    by_kernel = made(series, normalized(pl.col("cell")))
    with python_alone():
        assert_series_equal(made(series, normalized(pl.col("cell"))), by_kernel)


@given(st.lists(st.none() | TEXTS), st.lists(st.integers(0, 2**64 - 1)))
def test_memory_of_its_own(cells: list[str | None], numbers: list[int]) -> None:
    frame = pl.DataFrame([column(cells), pl.Series("n", range(len(cells)), dtype=pl.Int64)])
    assert copied(frame).equals(frame)
    wide = pl.Series([7, *numbers], dtype=pl.UInt64).slice(1)
    expected = b"".join(number.to_bytes(8, "little") for number in numbers)
    assert bytes_of_numbers(wide) == expected


def test_a_text_field_is_read_the_same_way_by_both() -> None:
    field = Field("t", TEXT, Reading("cell", missing_words=("n/a", "-")))
    cells = column([" n/a ", "-", "- ", " x", "", " ", None, "\u00a0y\u2007"])
    by_kernel = made(cells, read_field(field, is_list=False).text)
    assert by_kernel.to_list() == [None, None, None, "x", None, None, None, "y"]
    with python_alone():
        assert_series_equal(made(cells, read_field(field, is_list=False).text), by_kernel)


@given(
    st.lists(st.none() | st.from_regex(r"[+-]?[0-9]{7,15}[ x]?|[0-9]{0,3}|٠{8}", fullmatch=True))
)
def test_product_codes_are_sound_for_both(codes: list[str | None]) -> None:
    cells = column([*codes, *(_completed(code) for code in codes if code and code.isdecimal())])
    lengths = (8, 12, 13, 14)
    by_kernel = cell_kernels.sound_codes(cells, lengths)
    with python_alone():
        assert_series_equal(made(cells, _sound_gtin(pl.col("cell"), lengths)), by_kernel)


@given(
    st.lists(
        st.none() | st.from_regex(r"0{0,2}[0-9]{0,7}0{5,9}[ ,x]?|[0-9]{11,14}", fullmatch=True)
    )
)
def test_codes_are_rounded_for_both(codes: list[str | None]) -> None:
    cells = column(codes)
    by_kernel = made(cells, is_rounded_code(pl.col("cell")))
    with python_alone():
        assert_series_equal(made(cells, is_rounded_code(pl.col("cell"))), by_kernel)
    assert_series_equal(by_kernel, cell_kernels.rounded_codes(cells))


def test_rounded_codes_have_six_digits_and_zeros() -> None:
    cells = ["3760130000000", "0376013000000", "3760131000000", "376013000000", "0000000000000", ""]
    assert cell_kernels.rounded_codes(column([*cells])).to_list() == [
        *(True, True, False, True, False, False)
    ]


def _completed(digits: str) -> str:
    """The digits, the last of them such that their check digit is right."""
    if not digits.isascii():
        return digits
    rest = [int(digit) for digit in digits[-2::-1]]
    return f"{digits[:-1]}{-(3 * sum(rest[::2]) + sum(rest[1::2])) % 10}"


def test_sound_codes_are_those_with_a_right_check_digit() -> None:
    cells = ["4006381333931", "4006381333932", "96385074", "036000291452", "0" * 13, "", None]
    found = cell_kernels.sound_codes(column([*cells]), (8, 13))
    assert found.to_list() == [True, False, True, False, False, False, None]
