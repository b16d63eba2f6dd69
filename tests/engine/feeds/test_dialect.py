"""How a CSV file is written, found by looking."""

import codecs

import pytest

from engine.errors import FeedError
from engine.feeds.dialect import find_delimiter, find_encoding


def test_a_character_that_the_sample_cuts_is_no_fault() -> None:
    head = "é".encode() * 3
    assert find_encoding(head[:-1], None, whole=False).name == "utf-8"
    assert find_encoding(head[:-1], None, whole=True).name == "cp1252"


@pytest.mark.parametrize(
    ("head", "declared", "name", "length"),
    [
        (codecs.BOM_UTF8 + b"a", None, "utf-8", 3),
        (codecs.BOM_UTF16_LE + b"a\x00", None, "utf-16-le", 2),
        (codecs.BOM_UTF16_LE + b"a\x00", "UTF-16", "utf-16-le", 2),
        (codecs.BOM_UTF32_LE + b"a\x00\x00\x00", None, "utf-32-le", 4),
        (codecs.BOM_UTF8 + b"a", "utf8", "utf-8", 3),
        (b"a", "latin1", "latin1", 0),
        (b"", None, "utf-8", 0),
        (b"\x00\x00", None, "utf-8", 0),
    ],
)
def test_marks_and_declarations(head: bytes, declared: str | None, name: str, length: int) -> None:
    found = find_encoding(head, declared, whole=True)
    assert (found.name, found.bom) == (name, length)


@pytest.mark.parametrize("declared", ["cp1252", "utf-16", "ascii"])
def test_a_mark_that_contradicts_is_told(declared: str) -> None:
    with pytest.raises(FeedError, match="correct or leave out `encoding`"):
        find_encoding(codecs.BOM_UTF8 + b"a", declared, whole=True)


@pytest.mark.parametrize(
    ("text", "quote", "delimiter"),
    [
        ("a,b;c\n1,2;3\n4,5;6\n", '"', ","),
        ("a;b\n1,5;2,5\n3,5;4\n", '"', ";"),
        ('a;b\n"x;y";2\n', '"', ";"),
        ("a|b|c\n1|2|3\n", "'", "|"),
        ("a\tb\n1\t2\n", "", "\t"),
        ("only one\nvalue\n", '"', ","),
        ("", '"', ","),
    ],
)
def test_the_delimiter_that_cuts_rows_evenly(text: str, quote: str, delimiter: str) -> None:
    assert find_delimiter(text, quote)[0] == delimiter


def test_rows_weigh_more_than_the_header() -> None:
    text = "Categories (x;y;z...),Images (x;y;z...),Name\n" + "a;b,c,d\n" * 5
    assert find_delimiter(text, '"')[0] == ","
