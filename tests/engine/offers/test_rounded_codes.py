"""Codes that a spreadsheet rounded: how they are known, how seldom a real one looks so, what is said."""

import re
from pathlib import Path

import polars as pl
import pytest
from conformance.examples import Block, Example
from conformance.shop import Shop
from stdnum import ean

from engine.diagnostics.pages import page
from engine.functions.identifiers import is_rounded

FEEDS = Path(__file__).parents[2] / "feeds"
REMEDY = "a spreadsheet rounded the code: export the feed anew with its column as text"
BY_CASE = """ProductEan =
  when brand is "Lumeo"  then gtin13(ean) on error reject "EAN {ean} is not valid"
  otherwise              "3760123499002"
"""
ROUNDED = (
    "3.76013E+12",
    "3,76013E+12",
    "3.76E+12",
    "3.7601312346E+12",
    "4E+12",
    "2.02e+11",
    "1.37601E+13",
    "3760130000000",
    "3760130000000.0",
    "3760130000000,00",
    "736000000000",
    "0736000000000",
    "13760100000000",
)
WHOLE = (
    "3760131234565",
    "3760131000000",  # seven digits are more than a spreadsheet leaves
    "0013864000000",  # eleven digits: a spreadsheet writes them out
    "96000000",
    "0000096000000",
    "0000000000000",
    "3.760131234565E+12",  # all its digits are there
    "3.76013E+6",
    "E+12",
    "n.c.",
    "",
    None,
)


def said_of(code: pl.Expr, texts: list[str | None]) -> list[bool | None]:
    return (
        pl.DataFrame({"code": pl.Series(texts, dtype=pl.String)}).select(code).to_series().to_list()
    )


@pytest.mark.parametrize("text", ROUNDED)
def test_a_rounded_code(text: str) -> None:
    assert said_of(is_rounded(pl.col("code")), [text]) == [True]


@pytest.mark.parametrize("text", WHOLE)
def test_a_code_with_all_its_digits(text: str | None) -> None:
    assert said_of(is_rounded(pl.col("code")), [text]) == [None if text is None else False]


def test_no_real_code_looks_rounded() -> None:
    """Of all codes in the feeds of strangers; the page of R328 says the numbers."""
    texts = [file.read_text("utf-8", "replace") for file in sorted(FEEDS.rglob("*.*"))]
    found = {c for text in texts for c in re.findall(r"(?<![\d.])\d{12,13}(?![\d.])", text)}
    sound = sorted({c.zfill(13) for c in found if ean.is_valid(c.zfill(13))})
    asked = said_of(is_rounded(pl.col("code")), [*sound])
    alarms = [code for code, rounded in zip(sound, asked, strict=True) if rounded]
    assert (len(sound) - len(alarms), alarms) == (
        2314,
        # Two stand beside 24 of their kind whose check digit is wrong, two in a demonstration shop.
        ["0123457000000", "0568234000000", "0964296000000", "8456120000000"],
    )
    assert max(len(c) - len(c.rstrip("0")) for c in sound if c not in alarms) == 3
    assert f"{2314:,} real codes" in str(page("R328"))


def reasons(folder: Path, rules: str, code: str, schema: str = "") -> list[tuple[str, str]]:
    blocks = [Block("rules", "", rules), Block("csv", "feed.csv", f"EAN\n{code}\n")]
    if schema:
        blocks.append(Block("json", "schemas/product.schema.json", schema))
    (row,) = Shop(folder, Example("", "", tuple(blocks))).rows()
    return [(reason.code, reason.message) for reason in row.reasons]


@pytest.mark.parametrize(
    "rules",
    [
        'ProductEan = gtin13(ean) on error reject "EAN {ean} is not valid"\n',
        'ProductEan = gtin13(trim(ean)) on error reject "EAN {ean} is not valid"\n',
        'let code = trim(ean)\nProductEan = gtin13(code) on error reject "EAN {ean} is not valid"\n',
        BY_CASE,
    ],
)
def test_a_code_that_is_refused_is_told_with_the_remedy(tmp_path: Path, rules: str) -> None:
    remedied = [("R208", f"EAN 3.76013E+12 is not valid ({REMEDY})")]
    assert reasons(tmp_path / "rounded", rules, "3.76013E+12") == remedied
    assert reasons(tmp_path / "typed", rules, "3760131234566") == [
        ("R208", "EAN 3760131234566 is not valid")
    ]


def test_a_number_that_is_refused_is_no_code(tmp_path: Path) -> None:
    rules = 'Stock = integer(ean) on error reject "no number: {ean}"\n'
    said = reasons(tmp_path, rules, "3.76013E+12")
    assert ("R208", "no number: 3.76013E+12") in said


def test_a_code_that_passes_by_luck_is_told(tmp_path: Path) -> None:
    rules = 'ProductEan = gtin13(ean) on error reject "EAN {ean} is not valid"\n'
    ((code, said),) = reasons(tmp_path / "rounded", rules, "3760130000000")
    assert code == "R328"
    assert said.endswith("a spreadsheet rounded: export the feed anew with its column as text")
    assert reasons(tmp_path / "whole", rules, "3760131234565") == []


def test_a_wrong_check_digit_is_told_once(tmp_path: Path) -> None:
    wrong = "the check digit of ProductEan {} is wrong"
    assert reasons(tmp_path / "rounded", "ProductEan = ean\n", "3760140000000") == [
        ("R322", f"{wrong.format(3760140000000)} ({REMEDY})")
    ]
    assert reasons(tmp_path / "typed", "ProductEan = ean\n", "3760131234566") == [
        ("R322", wrong.format(3760131234566))
    ]


def test_a_pattern_of_the_source_schema_tells_the_remedy_too(tmp_path: Path) -> None:
    pattern = (
        '{"properties": {"ean": {"type": "string", "x-column": "EAN", "pattern": "^[0-9]{13}$"}}}'
    )
    rules = 'ProductEan = gtin13(ean) on error reject "EAN {ean} is not valid"\n'
    ((code, said),) = reasons(tmp_path, rules, "3.76013E+12", pattern)
    assert code == "R108"
    assert said.endswith(f"({REMEDY})")
