"""Each page's bad example gives its code and no other, its good one nothing.

Codes of rules are found by the checker, of rows by a feed, of offers and orders by what reads them.
"""

import re
from pathlib import Path

import pytest
from conformance import offers, orders
from conformance.examples import Example, example
from conformance.shop import Shop, told

from engine.diagnostics.codes import all_codes
from engine.diagnostics.diagnostic import Diagnostic, Help, Report
from engine.diagnostics.pages import page

NUMBERS = tuple(number for number in all_codes() if page(number))
ROWS = tuple(number for number in NUMBERS if number[:2] in {"R1", "R2"})
OFFERS = tuple(number for number in NUMBERS if number[:2] == "R3")
ORDERS = tuple(number for number in NUMBERS if number[:2] == "R4")
RULES = tuple(number for number in NUMBERS if number[0] != "R" and number != "K953")


UNMARKED = ("A903", "S971")  # found in the frame, and in a schema that is laid out anew


def codes_of(folder: Path, shown: Example) -> set[str]:
    number = shown.number
    if number in ORDERS:
        return orders.codes_of(shown)
    if number in OFFERS:
        return offers.codes_of(shown)
    shop = Shop(folder, shown)
    if number == "K953":  # told when the tests run
        return {failure.partition(" ")[0] for failure in shop.failures()}
    if number in ROWS:
        return {reason.code for row in shop.rows() for reason in row.reasons}
    return set(told(shop.check()[1]))


@pytest.mark.parametrize("number", NUMBERS)
def test_the_bad_example_gives_its_code_alone(tmp_path: Path, number: str) -> None:
    assert codes_of(tmp_path, example(number, "Bad")) == {number}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_good_example_gives_nothing(tmp_path: Path, number: str) -> None:
    assert codes_of(tmp_path, example(number, "Good")) == set()


def place_of(report: Report, diagnostic: Diagnostic) -> tuple[str, str, str]:
    span = diagnostic.span
    source = report.sources[span.file]
    words = source.text[span.start : span.end].partition("\n")[0].strip()
    return diagnostic.code.number, source.line(span.line).strip(), words


@pytest.mark.parametrize("number", RULES)
def test_the_fault_stands_where_the_page_marks_it(tmp_path: Path, number: str) -> None:
    shown = example(number, "Bad")
    _, report = Shop(tmp_path, shown).check()
    marked = {(p.code, _broken(p.line), _broken(p.words)) for p in shown.places}
    assert marked or number in UNMARKED
    lines = {_broken(line.strip()) for b in shown.blocks for line in b.text.split("\n")}
    places = {place_of(report, d) for d in report if d.span.line}
    # Some faults show in what stands around the example; schemas of examples are laid out anew.
    assert marked == {(code, line, words) for code, line, words in places if line in lines}


def _broken(text: str) -> str:
    """An example's `\\xE9` as messages show a byte that is no character."""
    return re.sub(r"\\x[0-9A-F]{2}", "\N{REPLACEMENT CHARACTER}", text)


@pytest.mark.parametrize("number", ["A", "P"])
def test_the_frames_are_well(tmp_path: Path, number: str) -> None:
    assert told(Shop(tmp_path, Example(number, "Good", ())).check()[1]) == []


# --- edits --------------------------------------------------------------------------------------


def edits(report: Report) -> list[Help]:
    """The edits that a program can make: those with no blank for a person to fill."""
    found = [help_ for d in report for help_ in d.helps if help_.replacements]
    return [h for h in found if not any('""' in r.text or "..." in r.text for r in h.replacements)]


def applied(text: str, help_: Help) -> str:
    for one in sorted(help_.replacements, key=lambda r: r.span.start, reverse=True):
        text = text[: one.span.start] + one.text + text[one.span.end :]
    return text


@pytest.mark.parametrize("number", RULES)
def test_every_edit_makes_the_message_vanish(tmp_path: Path, number: str) -> None:
    shop = Shop(tmp_path, example(number, "Bad"))
    _, before = shop.check()
    for help_ in edits(before):
        text = applied(shop.text, help_)
        _, after = shop.check(text)
        assert told(after).count(number) == told(before).count(number) - 1, text
        assert not any(
            all_codes()[code].severity == "error" for code in set(told(after)) - {number}
        )


SAFE = (
    *("P002", "P006", "P007", "P008", "P009", "P010", "P015", "P018", "X502"),
    *("X504", "C606", "H801", "L982", "L983", "L988"),
)


@pytest.mark.parametrize("number", SAFE)
def test_a_safe_edit_is_offered(tmp_path: Path, number: str) -> None:
    _, report = Shop(tmp_path, example(number, "Bad")).check()
    assert {help_.level for help_ in edits(report)} == {"safe"}
