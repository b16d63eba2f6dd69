import re
from typing import Any

import pytest

from engine.diagnostics.codes import names
from engine.diagnostics.diagnostic import Diagnostic, Label, Report
from engine.diagnostics.place import NOWHERE, Source
from engine.diagnostics.terminal import as_text

WHOLE = """\
error[N101]: the product has no field `prix_ht`
  offers.rules:2:18
    2 | let full_price = prix_ht * 2
      |                  ^^^^^^^ not in product.json
  help: did you mean `price`?   [choice]

warning[X502]: this value is never missing
  offers.rules:3:15
    3 | Price = brand default "x"
      |               ^^^^^^^^^^^
  product.json:2:3
    2 |   "brand": {}
      |   ------- required here
  note: 50% of 2 rows
        have one

1 error, 1 warning in 1 file; `feedwright explain N101` says more
"""


def excerpt_of(line: str, word: str, *, width: int = 100, **more: Any) -> list[str]:
    """What is shown of one line with a fault at `word`, less the sentence and the counts."""
    source = Source("a.rules", line)
    at = line.index(word)
    fault = Diagnostic.of(
        names.UNKNOWN_FIELD, source.span(at, at + len(word)), name="x", mark="here", **more
    )
    report = Report([fault], {"a.rules": source})
    return as_text(report, width=width).split("\n")[2:-3]


def test_a_whole_report(report: Report) -> None:
    assert as_text(report) == WHOLE


def test_colour_only_adds_codes(report: Report) -> None:
    coloured = as_text(report, colour=True)
    assert coloured.startswith("\x1b[1;31merror[N101]\x1b[0m\x1b[1m: the product")
    assert "\x1b[33m              ^^^^^^^^^^^\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == WHOLE


def test_nothing_found() -> None:
    assert as_text(Report()) == "no faults found\n"


def test_a_fault_without_a_place() -> None:
    fault = Diagnostic.of(names.UNKNOWN_FIELD, NOWHERE, name="x")
    assert as_text(Report([fault])) == (
        "error[N101]: the product has no field `x`\n\n1 error; `feedwright explain N101` says more\n"
    )


def test_a_file_that_is_not_at_hand_is_named() -> None:
    far = Source("far.csv", "brand").span(0, 5)
    assert excerpt_of("Price = x", "x", labels=[Label(far, "this row")]) == [
        "    1 | Price = x",
        "      |         ^ here",
        "  far.csv:1:1: this row",
    ]


def test_tabs_are_aligned() -> None:
    assert excerpt_of("\tab\tx", "x") == ["    1 |     ab  x", "      |         ^ here"]


def test_wide_and_combining_characters_are_aligned() -> None:
    """家具 takes four columns, e with an accent of its own takes one."""
    assert excerpt_of('"家具" e\u0301 wrong', "wrong") == [
        '    1 | "家具" e\u0301 wrong',
        "      |          ^^^^^ here",
    ]
    assert excerpt_of("家具", "家具")[1] == "      | ^^^^ here"


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("\x1b", "␛"),
        ("\r", "␍"),
        ("\x7f", "␡"),
        ("\u202e", "<U+202E>"),
        ("\u200b", "<U+200B>"),
        ("\x85", "<U+0085>"),
        ("\u2028", "<U+2028>"),
    ],
)
def test_hidden_characters_are_shown(hidden: str, shown: str) -> None:
    line = f"a{hidden}b wrong"
    below = " " * len(f"a{shown}b ") + "^^^^^ here"
    assert excerpt_of(line, "wrong") == [f"    1 | a{shown}b wrong", f"      | {below}"]


def test_what_the_sentence_quotes_cannot_paint_the_terminal() -> None:
    source = Source("a.rules", "x")
    fault = Diagnostic.of(names.UNKNOWN_FIELD, source.span(0, 1), name="\x1b[31m\u202e")
    assert "`␛[31m<U+202E>`" in as_text(Report([fault], {"a.rules": source}))


def test_a_long_line_is_cut_around_its_mark() -> None:
    """40 columns: 8 for the gutter, 32 for the line, two of them for the signs of the cut."""
    line = "a" * 50 + " wrong " + "b" * 50
    shown, marked = excerpt_of(line, "wrong", width=40)
    assert shown == "    1 | …" + "a" * 11 + " wrong " + "b" * 12 + "…"
    assert marked == "      | " + " " * 13 + "^^^^^ here"
    assert len(shown) == 40


def test_a_mark_near_the_start_of_a_long_line() -> None:
    shown, marked = excerpt_of("wrong " + "b" * 50, "wrong", width=40)
    assert shown == "    1 | wrong " + "b" * 24 + "…"
    assert marked == "      | ^^^^^ here"


def test_a_mark_longer_than_the_room() -> None:
    shown, marked, words = excerpt_of("a" * 30 + "w" * 60, "w" * 60, width=40)
    assert shown == "    1 | …" + "a" * 7 + "w" * 23 + "…"
    assert marked == "      |         " + "^" * 23
    assert words == "      |         here"


def test_words_of_a_mark_that_do_not_fit_go_below() -> None:
    line = "x = wrong"
    source = Source("a.rules", line)
    fault = Diagnostic.of(
        names.UNKNOWN_FIELD, source.span(4, 9), name="x", mark="not in the schema of it"
    )
    shown = as_text(Report([fault], {"a.rules": source}), width=36).split("\n")[2:5]
    assert shown == [
        "    1 | x = wrong",
        "      |     ^^^^^",
        "      |     not in the schema of it",
    ]


def test_several_places_of_one_file_stand_in_order() -> None:
    text = "first\nsecond\nthird\nfourth third\n"
    source = Source("a.rules", text)
    labels = [
        Label(source.span(0, 5), "one"),
        Label(source.span(26, 31), "two"),
        Label(source.span(13, 18), "three"),
    ]
    fault = Diagnostic.of(
        names.UNKNOWN_FIELD, source.span(19, 25), name="x", mark="here", labels=labels
    )
    assert as_text(Report([fault], {"a.rules": source})).split("\n")[1:-3] == [
        "  a.rules:4:1",
        "    1 | first",
        "      | ----- one",
        "  ...",
        "    3 | third",
        "      | ----- three",
        "    4 | fourth third",
        "      | ^^^^^^ here",
        "      |        ----- two",
    ]


def test_a_fault_over_several_lines_names_the_last() -> None:
    source = Source("a.rules", "decide A\n  | x |\nend\n")
    fault = Diagnostic.of(names.UNKNOWN_FIELD, source.span(0, 20), name="x", mark="this table")
    assert "      | ^^^^^^^^ this table (to line 3)" in as_text(
        Report([fault], {"a.rules": source})
    )


def test_long_notes_go_on_below_their_first_word() -> None:
    shown = excerpt_of("x", "x", width=30, notes=["one two three four five six"])
    assert shown[2:] == ["  note: one two three four", "        five six"]


def test_the_closing_line_counts_files_and_names_the_worst() -> None:
    a, b = Source("a.rules", "x"), Source("b.rules", "x")
    lint, error = names.UNUSED, names.UNKNOWN_FIELD
    report = Report(
        [
            Diagnostic.of(lint, a.span(0, 1), what="let", name="x"),
            Diagnostic.of(lint, b.span(0, 1), what="let", name="y"),
            Diagnostic.of(error, b.span(0, 1), name="x"),
        ],
        {"a.rules": a, "b.rules": b},
    )
    assert as_text(report).endswith(
        "\n\n1 error, 2 lints in 2 files; `feedwright explain N101` says more\n"
    )
