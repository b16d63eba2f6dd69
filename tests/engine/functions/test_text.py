from collections.abc import Callable
from typing import Any

import pytest

from engine.functions import library

Apply = Callable[..., list[Any]]


def test_missing_stays_missing(apply: Apply) -> None:
    for name, one in library().items():
        kinds = [min(p.accepts) for p in one.parameters if not p.constant]
        if set(kinds) <= {"one of a list", "text"} and not any(
            p.constant and not p.optional for p in one.parameters
        ):
            assert apply(name, *[[None, None]] * len(kinds)) == [None, None], name


def test_blanks_are_those_of_unicode(apply: Apply) -> None:
    texts = ["\u00a0 Lampe\u202f\u2003\n", "\u3000", "a\u00a0\tb", "a\u200bb"]
    assert apply("trim", texts) == ["Lampe", "", "a\u00a0\tb", "a\u200bb"]
    # A zero-width space is no blank: it parts no words.
    assert apply("normalise_spaces", texts) == ["Lampe", "", "a b", "a\u200bb"]


def test_letters_change_case_as_unicode_says(apply: Apply) -> None:
    assert apply("upper", ["straße", "œuf", "ŉ"]) == ["STRASSE", "ŒUF", "ʼN"]
    assert apply("lower", ["ΟΔΟΣ", "ÉTÉ"]) == ["οδος", "été"]
    assert apply("capitalise", ["éTÉ", "ﬁn", "", "3d"]) == ["ÉTÉ", "FIn", "", "3d"]


def test_accents_go_and_other_scripts_stay(apply: Apply) -> None:
    assert apply("without_accents", ["Ångström", "e\u0301te\u0301", "Łódź Æsop", "한국어 йод"]) == [
        "Angstrom",
        "ete",
        "Lodz AEsop",
        "한국어 иод",
    ]


def test_replace_takes_its_texts_as_they_are(apply: Apply) -> None:
    assert apply("replace", ["a+b", "aab"], "a+", "$1\\1") == ["$1\\1b", "aab"]
    assert apply("remove", ["(x)", "x"], "(") == ["x)", "x"]


def test_shorten_keeps_whole_words_where_one_fits(apply: Apply) -> None:
    texts = ["Chaise longue bois", "Chaise  longue", "un\ndeux trois", "  tout", "été très"]
    assert apply("shorten", texts, 13) == [
        "Chaise longue",
        "Chaise",
        "un\ndeux trois",
        "  tout",
        "été très",
    ]
    assert apply("shorten", texts, 4) == ["Chai", "Chai", "un", "  to", "été"]
    assert all(len(t) <= 5 for t in apply("shorten", texts, 5))


def test_cuts_count_characters_not_bytes(apply: Apply) -> None:
    assert apply("left", ["éàü", "", None], 2) == ["éà", "", None]
    assert apply("right", ["éàü", "x", None], 2) == ["àü", "x", None]
    assert apply("middle", ["éàüö", "é"], 2, 2) == ["àü", ""]
    assert apply("length", ["éàü", "👍", ""]) == [3, 1, 0]


def test_looking_into_a_text_takes_columns_too(apply: Apply) -> None:
    titles, brands = ["Lampe Ikea", "Ikea", None, "a.c"], ["Ikea", "Ike", "x", "."]
    assert apply("contains", titles, brands) == [True, True, None, True]
    assert apply("starts_with", titles, brands) == [False, True, None, False]
    assert apply("ends_with", titles, brands) == [True, False, None, False]
    assert apply("contains", titles, [None, "k", "x", "b"]) == [None, True, None, False]


def test_patterns_fit_all_of_a_text_or_find_a_part(apply: Apply) -> None:
    assert apply("matches", ["ab", "abx", "xab", "ab\n", None], "ab|a") == [
        True,
        False,
        False,
        False,
        None,
    ]
    assert apply("extract", ["Lot de 12", "x"], "(?:Lot|Pack) de ([0-9]+)") == ["12", None]
    assert apply("extract", ["b"], "(a)?b") == [None]  # its first parentheses hold nothing


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "unclosed group"),
        ("(?=x)", "look-around"),
        (r"(a)\1", "backreferences"),
        ("a)(b", "unopened group"),
        ("a{1000}{1000}{100}", "too much memory"),
        ("", "empty"),
        ("x" * 501, "at most 500"),
    ],
)
def test_a_bad_pattern_is_a_fault_of_the_rules(pattern: str, why: str) -> None:
    for name in ("matches", "extract"):
        check = library()[name].check
        assert check
        fault = check(pattern=pattern)
        assert fault
        assert why in fault


def test_constants_are_checked() -> None:
    def fault(name: str, **constants: object) -> str | None:
        check = library()[name].check
        assert check
        return check(**constants)

    assert fault("left", length=0) == "the length must be at least 1"
    assert fault("middle", start=0, length=1) == "characters are counted from 1"
    assert fault("middle", start=1, length=1) is None
    assert fault("replace", old="", new="x") == "there is nothing to look for in an empty text"
    assert fault("remove", old="-") is None
    assert fault("split", separator="") == "an empty text separates nothing"
    assert fault("matches", pattern="[a-z]+") is None


def test_texts_are_joined_unless_one_is_missing(apply: Apply) -> None:
    assert apply("join_texts", " ", ["a", None, ""], ["b", "c", "d"]) == ["a b", None, " d"]
    assert apply("join_texts", "-", ["a"]) == ["a"]


def test_split_trims_and_leaves_empty_parts_out(apply: Apply) -> None:
    assert apply("split", ["a| b ||\u00a0|c", "", "|", None], "|") == [
        ["a", "b", "c"],
        [],
        [],
        None,
    ]
    assert apply("split", ["a.b"], ".") == [["a", "b"]]
