"""Every name of the sample's rules: renamed, it is renamed everywhere; and back, all is as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.diagnostics.diagnostic import Replacement
from engine.diagnostics.place import Source
from engine.editor.desk import Desk
from engine.editor.mentions import Sort, mentions
from engine.editor.names import CannotRename, definition, references, rename
from engine.project import load_project

ROOT = Path(__file__).parents[3]
FILES = ("rules/offers.rules", "rules/orders.rules")
NOT_AS_FMT_WRITES = "L988"  # a longer name moves the columns of tables
Texts = dict[str, str]


def read() -> Texts:
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES}


def desk_of(texts: Texts, name: str = FILES[0]) -> Desk:
    return Desk(load_project(ROOT), Source(name, texts[name]), texts)


def changed(texts: Texts, edits: list[Replacement] | CannotRename) -> Texts:
    assert not isinstance(edits, CannotRename), edits.says
    made = dict(texts)
    for one in sorted(edits, key=lambda r: (r.span.file, r.span.start), reverse=True):
        text = made[one.span.file]
        made[one.span.file] = text[: one.span.start] + one.text + text[one.span.end :]
    return made


OWN = sorted(
    {
        (one.sort, one.text)
        for one in mentions(desk_of(read()))
        if one.defines and one.sort is not Sort.COLUMN
    }
)


def test_the_sample_has_names_of_every_sort() -> None:
    assert {sort for sort, _ in OWN} == {
        *(Sort.LET, Sort.TABLE, Sort.MILESTONE, Sort.CHANNEL, Sort.STATE, Sort.ACTION)
    }


@pytest.mark.parametrize(("sort", "name"), OWN)
def test_a_name_is_renamed_everywhere(sort: Sort, name: str) -> None:
    texts = read()
    before = {(d.code.number, d.span.file, d.span.line) for d in desk_of(texts).report}
    (first,) = [
        m for m in mentions(desk_of(texts)) if m.defines and (m.sort, m.text) == (sort, name)
    ]
    new = f"Renamed{name}" if sort is Sort.STATE else f"renamed_{name}"
    there = changed(texts, rename(desk_of(texts, first.span.file), first.span.start, new))
    after = {
        (d.code.number, d.span.file, d.span.line)
        for d in desk_of(there).report
        if d.code.number != NOT_AS_FMT_WRITES
    }
    assert after == before
    again = next(m for m in mentions(desk_of(there)) if m.defines and m.text == new)
    back = changed(there, rename(desk_of(there, again.span.file), again.span.start, name))
    assert back == texts


def written(text: str, name: str) -> int:
    """How often a name stands in a text: comments and texts left out, but for names in braces."""
    bare = re.sub(r"#.*", "", re.sub(r'"[^"]*"', lambda m: " ".join(braces(m[0])), text))
    return len(re.findall(rf"\b{name}\b", bare))


def braces(text: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", text)


@pytest.mark.parametrize(
    ("file", "words", "name"),
    [
        ("rules/offers.rules", 'given product "fixtures/lamp.json" but categ', "category"),
        ("rules/offers.rules", 'reject "Price {Pric', "Price"),
        ("rules/offers.rules", "{StrikedPr", "StrikedPrice"),
        ("rules/orders.rules", "with carri", "carrier"),
        ("rules/orders.rules", "|| allowed | acc", "accept"),
        ("rules/orders.rules", "when state is WaitingAccep", "WaitingAcceptance"),
    ],
)
def test_references_are_found_in_tests_and_sentences(file: str, words: str, name: str) -> None:
    texts = read()
    at = texts[file].index(words) + len(words)
    spans = references(desk_of(texts, file), at)
    assert {texts[one.file][one.start : one.end] for one in spans} == {name}
    others = sum(text.count(f"key {name}") for text in texts.values())  # a column of that name
    assert len(spans) == sum(written(text, name) for text in texts.values()) - others > 2


@pytest.mark.parametrize(
    ("words", "file", "line"),
    [
        ("take condit", "rules/tables/brand_policy.csv", 1),
        ("take packag", "rules/tables/units.csv", 1),
        ('brand_policy.csv" key bra', "rules/tables/brand_policy.csv", 1),
    ],
)
def test_a_column_is_defined_in_its_table(words: str, file: str, line: int) -> None:
    texts = read()
    at = texts[FILES[0]].index(words) + len(words)
    place = definition(desk_of(texts), at)
    assert place is not None
    assert (place.file, place.line) == (file, line)
    column = (ROOT / file).read_text(encoding="utf-8")[place.start : place.end]
    assert column.startswith(words.rsplit(maxsplit=1)[-1])


def test_a_column_in_rules_is_defined_there() -> None:
    texts = read()
    table = 'table zones key zone\n  | zone || fee      |\n  | "A"  || 1.00 EUR |\nend\n\n'
    texts[FILES[0]] = (
        texts[FILES[0]]
        .replace("mapping offer", table + "mapping offer", 1)
        .replace("eco_fee default", "take fee from zones for brand default", 1)
    )
    at = texts[FILES[0]].index("take fe") + len("take fe")
    place = definition(desk_of(texts), at)
    assert place is not None
    assert texts[FILES[0]][place.start : place.end] == "fee"
    assert place.start < texts[FILES[0]].index("mapping offer")
    refused = rename(desk_of(texts), at, "cost")
    assert isinstance(refused, CannotRename)
    assert "named by a table" in refused.says
