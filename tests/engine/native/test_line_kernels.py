"""Texts put together by a kernel, beside what Polars puts together of the same pieces."""

import json
from datetime import UTC, datetime

import polars as pl
from checking.kernels import needs_kernels, python_alone
from hypothesis import given
from hypothesis import strategies as st

from engine.native.line_kernels import Code, Steps, joined, written
from engine.offers.fragments import Fragment, Group, Written, enclosed, in_a_row, separated
from engine.offers.text_expressions import (
    json_escaped,
    json_string,
    number_text,
    utc_text,
)

pytestmark = needs_kernels

LEAST, MOST = -(2**63), 2**63 - 1
ODD = st.text(st.sampled_from([*map(chr, range(32)), '"', "\\", "/", "\x7f", "a", "é", "€", "𝄞"]))
TEXTS = st.text() | ODD | st.sampled_from(["", "x" * 12, "y" * 13, "z" * 40_000])
NUMBERS = st.integers(LEAST, MOST) | st.integers(-2000, 2000)
MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))
SCHEMA = {
    "t": pl.String(),
    "u": pl.String(),
    "n": pl.Int64(),
    "at": pl.Datetime("us", "UTC"),
    "yes": pl.Boolean(),
    "no": pl.Boolean(),
}
ROWS = st.fixed_dictionaries(
    {
        "t": st.none() | TEXTS,
        "u": st.none() | TEXTS,
        "n": st.none() | NUMBERS,
        "at": st.none() | MOMENTS,
        "yes": st.none() | st.booleans(),
        "no": st.none() | st.booleans(),
    }
)
FRAMES = st.lists(ROWS, min_size=1, max_size=12).map(
    lambda rows: pl.DataFrame(rows, schema=SCHEMA, orient="row").slice(len(rows) // 3)
)


def _text(name: str) -> Fragment:
    column = pl.col(name)
    with python_alone():
        text = json_escaped(column)
    return Fragment((Written(column, Code.JSON_TEXT, text),), always=False)


def _number(scale: int, decimals: int) -> Fragment:
    with python_alone():
        text = number_text(pl.col("n"), scale, decimals=decimals)
    written = Written(pl.col("n"), Code.NUMBER, text, scale, decimals)
    return Fragment((written,), always=False)


LEAVES = st.one_of(
    st.sampled_from(["", "{", "constant é", '"']).map(lambda text: Fragment((text,))),
    st.sampled_from("tu").map(_text),
    st.sampled_from("tu").map(lambda name: Fragment((pl.col(name),), always=False)),
    st.tuples(st.integers(0, 18), st.integers(0, 4)).map(lambda it: _number(*it)),
    st.just(Fragment((Written(pl.col("at"), Code.INSTANT, utc_text(pl.col("at"))),), always=False)),
)


def _branches(inner: st.SearchStrategy[Fragment | Group]) -> st.SearchStrategy[Fragment | Group]:
    several = st.lists(inner, min_size=1, max_size=4)
    condition = st.sampled_from([pl.col("yes"), pl.col("no")])
    return st.one_of(
        st.builds(lambda it, when: it.where(when), inner, condition),
        st.builds(lambda it, word: it.or_else(word), inner, st.sampled_from(["", "none"])),
        st.builds(lambda it: it.between("<", ">"), inner),
        several.map(in_a_row),
        st.builds(separated, several, st.sampled_from([",", ""])),
        st.builds(enclosed, st.just("["), several, st.just(","), st.just("]")),
    )


TREES = st.recursive(LEAVES, _branches, max_leaves=12)


@given(TREES, FRAMES)
def test_both_put_the_same_together(tree: Fragment | Group, frame: pl.DataFrame) -> None:
    whole = in_a_row([Fragment((pl.col("t").fill_null(""),)), tree])
    by_kernel = frame.select(whole.column().alias("text"))["text"].to_list()
    with python_alone():
        assert frame.select(whole.expr().alias("text"))["text"].to_list() == by_kernel


@given(st.lists(st.none() | TEXTS))
def test_json_reads_its_texts_back(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"t": pl.Series(texts, dtype=pl.String)})
    found = frame.select(json_string(pl.col("t")).alias("t"))["t"].to_list()
    assert [None if text is None else json.loads(text) for text in found] == texts
    with python_alone():
        assert frame.select(json_string(pl.col("t")).alias("t"))["t"].to_list() == found


@given(st.lists(st.none() | NUMBERS), st.integers(0, 18), st.integers(0, 4))
def test_numbers_are_exact(numbers: list[int | None], scale: int, decimals: int) -> None:
    column = pl.Series("n", numbers, dtype=pl.Int64)
    found = written(column, Code.NUMBER, scale, decimals).to_list()
    for number, text in zip(numbers, found, strict=True):
        if number is None:
            assert text is None
            continue
        whole, _, part = text.partition(".")
        assert len(part) >= decimals
        assert len(part) <= max(scale, decimals)
        assert len(part) == decimals or not part.endswith("0")
        assert whole.lstrip("-") == "0" or not whole.lstrip("-").startswith("0")
        digits = part.ljust(scale, "0")
        assert int(whole + digits[:scale]) == number
        assert not digits[scale:].strip("0")


def test_the_edges_of_numbers() -> None:
    edges = pl.Series([LEAST, MOST, -5, 0, 100])
    assert written(edges, Code.NUMBER, 2, 2).to_list() == [
        "-92233720368547758.08",
        "92233720368547758.07",
        "-0.05",
        "0.00",
        "1.00",
    ]
    assert written(edges, Code.NUMBER, 2, 0).to_list()[2:] == ["-0.05", "0", "1"]
    assert written(edges, Code.NUMBER, 0, 3).to_list()[2:] == ["-5.000", "0.000", "100.000"]


def test_a_constant_stands_for_all_rows() -> None:
    steps = Steps()
    steps.value(Code.TEXT)
    steps.value(Code.NUMBER)
    assert steps.run([pl.Series(["n"]), pl.Series([1, 2])]).to_list() == ["n1", "n2"]
    assert steps.run([pl.Series(["n"]), pl.Series([], dtype=pl.Int64)]).to_list() == []


@given(st.lists(st.tuples(st.none() | TEXTS, st.booleans())))
def test_lines_that_are_wanted_are_joined(lines: list[tuple[str | None, bool]]) -> None:
    wanted = [text for text, wants in lines if wants and text is not None]
    texts = pl.Series([text for text, _ in lines], dtype=pl.String)
    flags = pl.Series([wants for _, wants in lines], dtype=pl.Boolean) & texts.is_not_null()
    found = b"".join(bytes(piece) for piece in joined(texts, flags))
    assert found == "".join(f"{text}\n" for text in wanted).encode()


def test_a_line_longer_than_what_is_joined_at_once() -> None:
    texts = pl.Series(["short", "x" * 3_000_000, "é" * 600_000, "", "y" * 1_048_575, "end"])
    found = [bytes(piece) for piece in joined(texts, texts.is_not_null())]
    assert b"".join(found).decode() == "".join(f"{text}\n" for text in texts)
    assert len(found) > 2
