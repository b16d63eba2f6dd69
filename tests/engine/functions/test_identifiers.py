from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import ean, isbn
from stdnum.exceptions import ValidationError

Apply = Callable[..., list[Any]]


def as_gtin13(text: str) -> str:
    """What the standard library of numbers says, with our two rules on top of it."""
    plain = text.isascii() and text.isdigit() and len(text) in {8, 12, 13}
    padded = text.zfill(13)
    return padded if plain and ean.is_valid(padded) and int(text) else "error"


@given(st.lists(st.from_regex(r"\A[0-9]{7,14}\Z"), min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_gtin13_agrees_with_stdnum(apply: Apply, codes: list[str]) -> None:
    completed = [code + ean.calc_check_digit(code) for code in codes if len(code) in {7, 11, 12}]
    texts = codes + completed
    assert apply("gtin13", texts) == [as_gtin13(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4006381333931", "4006381333931"),
        ("0036000291452", "0036000291452"),
        ("036000291452", "0036000291452"),
        ("36000291452", "error"),  # eleven digits: a zero was lost, but which?
        ("0000000000000", "error"),
        ("00000000", "error"),
        ("+400638133393", "error"),
        ("-400638133393", "error"),
        (" 4006381333931", "error"),
        ("4006381333931\n", "error"),
        ("400638133393１", "error"),
        ("4.00638E+12", "error"),
        ("99999999999999999999", "error"),
        ("", "error"),
        (None, None),
    ],
)
def test_gtin13_takes_digits_only(apply: Apply, text: str | None, value: str | None) -> None:
    assert apply("gtin13", [text]) == [value]


def test_every_wrong_digit_is_found(apply: Apply) -> None:
    code = "4006381333931"
    wrong = [
        code[:i] + digit + code[i + 1 :]
        for i in range(13)
        for digit in "0123456789"
        if digit != code[i]
    ]
    assert apply("gtin13", wrong) == ["error"] * 117
    assert apply("is_gtin", wrong) == [False] * 117


def test_the_other_lengths(apply: Apply) -> None:
    texts = ["14006381333938", "4006381333931", "96385074", "036000291452", "9638507", None]
    assert apply("gtin14", texts) == [
        "14006381333938",
        "04006381333931",
        "00000096385074",
        "00036000291452",
        "error",
        None,
    ]
    assert apply("gtin8", texts) == ["error", "error", "96385074", "error", "error", None]
    assert apply("is_gtin", texts) == [True, True, True, True, False, None]


@given(st.lists(st.from_regex(r"\A[0-9]{9}\Z"), min_size=1, max_size=10))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_isbn13_agrees_with_stdnum(apply: Apply, books: list[str]) -> None:
    digits = "0123456789X"
    texts = [book + digit for book in books for digit in digits]
    assert apply("isbn13", texts) == [
        isbn.to_isbn13(text) if isbn.is_valid(text) else "error" for text in texts
    ]


def test_isbn13_knows_books_only(apply: Apply) -> None:
    texts = ["2-07-036822-x", "978 2 07 036822 8", "9782070368229", "4006381333931", "", None]
    with pytest.raises(ValidationError):
        isbn.validate("4006381333931")
    book = "9782070368228"
    assert apply("isbn13", texts) == [book, book, "error", "error", "error", None]


def test_only_the_digits_0_to_9_stay(apply: Apply) -> None:
    assert apply("digits_only", ["EAN 400-638", "１2", "", None]) == ["400638", "2", "", None]
