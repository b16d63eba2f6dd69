import json
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from engine.offers.text_expressions import (
    date_text,
    escaped_for_xml,
    joined,
    json_string,
    local_time_text,
    number_text,
    quoted,
    utc_text,
    xml_text,
)

pytestmark = pytest.mark.usefixtures("both_ways")

C = pl.col("v")
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20)
INT64 = st.integers(-(2**63), 2**63 - 1)
INT128 = st.integers(-(2**127), 2**127 - 1)


def shown(values: list[Any], dtype: Any, expr: pl.Expr) -> list[Any]:
    return pl.DataFrame({"v": pl.Series(values, dtype=dtype)}).select(expr).to_series().to_list()


@given(TEXTS)
def test_every_text_survives_json(texts: list[str]) -> None:
    assert [json.loads(t) for t in shown(texts, pl.String, json_string(C))] == texts
    assert [json.loads(quoted(t)) for t in texts] == texts


def test_json_strings_as_they_are_written() -> None:
    texts = ['a"b', "c\\d", "line\nend", "\x00\x1f", "é € 😀 \u2028", "", None]
    assert shown(texts, pl.String, json_string(C)) == [
        '"a\\"b"',
        '"c\\\\d"',
        '"line\\nend"',
        '"\\u0000\\u001f"',
        '"é € 😀 \u2028"',
        '""',
        None,
    ]


def allowed_in_xml(text: str) -> bool:
    return all(c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") for c in text)


@given(TEXTS)
def test_every_text_that_xml_allows_survives_it(texts: list[str]) -> None:
    written = shown(texts, pl.String, xml_text(C))
    for text, out in zip(texts, written, strict=True):
        read = etree.fromstring(f'<a b="{out}"/>'.encode()).get("b")
        if allowed_in_xml(text):
            assert read == text
        assert out == escaped_for_xml(text)


def test_what_xml_cannot_carry_becomes_the_replacement_character() -> None:
    texts = ["a\x00b", "\ufffe", 'x < y & "z"\n']
    assert shown(texts, pl.String, xml_text(C)) == [
        "a\ufffdb",
        "\ufffd",
        "x &lt; y &amp; &quot;z&quot;&#10;",
    ]


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    ("number", "scale", "decimals", "text"),
    [
        (1990, 2, 2, "19.90"),
        (5, 2, 2, "0.05"),
        (-5, 2, 2, "-0.05"),
        (-105, 2, 2, "-1.05"),
        (-100, 2, 2, "-1.00"),
        (0, 2, 2, "0.00"),
        (20, 0, 2, "20.00"),
        (199, 1, 2, "19.90"),
        (199000, 4, 2, "19.90"),
        (199050, 4, 2, "19.905"),
        (199000, 4, 0, "19.9"),
        (2000, 2, 0, "20"),
        (550, 2, 0, "5.5"),
        (0, 2, 0, "0"),
        (100, 0, 0, "100"),
        (1000000, 3, 0, "1000"),
        (None, 2, 2, None),
        (2**63 - 1, 2, 2, "92233720368547758.07"),
        (-(2**63), 0, 2, "-9223372036854775808.00"),
    ],
)
def test_numbers_as_they_are_written(
    number: int | None, scale: int, decimals: int, text: str | None, *, wide: bool
) -> None:
    dtype = pl.Int128 if wide else pl.Int64
    expr = number_text(C, scale, decimals=decimals, wide=wide)
    assert shown([number], dtype, expr) == [text]


@given(st.lists(INT64, min_size=1), st.integers(0, 12), st.integers(0, 4))
def test_no_number_changes(numbers: list[int], scale: int, decimals: int) -> None:
    check(numbers, pl.Int64, scale, decimals, number_text(C, scale, decimals=decimals))


@given(st.lists(INT128, min_size=1), st.integers(0, 12), st.integers(0, 4))
def test_no_wide_number_changes(numbers: list[int], scale: int, decimals: int) -> None:
    check(numbers, pl.Int128, scale, decimals, number_text(C, scale, decimals=decimals, wide=True))


def check(numbers: list[int], dtype: Any, scale: int, decimals: int, expr: pl.Expr) -> None:
    with localcontext(prec=100):
        for number, text in zip(numbers, shown(numbers, dtype, expr), strict=True):
            assert Decimal(text) == Decimal(number).scaleb(-scale)
            places = len(text.partition(".")[2])
            assert places >= decimals
            assert places == decimals or not text.endswith(("0", "."))
            assert "E" not in text


def test_times() -> None:
    summer = datetime(2025, 6, 25, 6, 0, tzinfo=UTC)
    winter = datetime(2025, 12, 31, 23, 30, 59, 999_999, tzinfo=UTC)
    times = [summer, winter, None]
    kind = pl.Datetime("us", "UTC")
    assert shown(times, kind, local_time_text(C, "Europe/Paris")) == [
        "2025-06-25T08:00:00",
        "2026-01-01T00:30:59",
        None,
    ]
    assert shown(times, kind, utc_text(C))[:2] == ["2025-06-25T06:00:00Z", "2025-12-31T23:30:59Z"]
    assert shown([summer.date()], pl.Date, date_text(C)) == ["2025-06-25"]


def test_joined_leaves_out_what_is_null() -> None:
    parts = [C, pl.lit("x"), pl.lit(None, dtype=pl.String)]
    assert shown(["a", None], pl.String, joined(parts, ",")) == ["a,x", "x"]
    assert shown(["a", None], pl.String, joined([C], ",")) == ["a", None]
    assert shown(["a"], pl.String, joined([])) == [None]
