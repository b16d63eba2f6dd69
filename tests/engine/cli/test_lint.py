"""`feedwright lint`: safe edits are made, others are listed, and nothing else is touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.main import feedwright
from engine.diagnostics.diagnostic import EditLevel, Help, Replacement
from engine.diagnostics.edits import apply_edits
from engine.diagnostics.place import Source

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("rules", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    return tmp_path


def lint(project: Path, *words: str) -> Result:
    return CliRunner().invoke(feedwright, ["lint", "--project", str(project), *words])


def swap(project: Path, old: str, new: str) -> None:
    path = project / "rules/offers.rules"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


MISTAKES = (
    ("DeaTax           = 0.00 EUR", "DeaTax = 0,00 EUR"),  # P008
    ("require Price > EcoPart", "require  Price  >  EcoPart"),  # L988, once the rest is mended
    ("let outlet      = category in", 'let outlet = sku == "x" or category in'),  # P007
)


def test_safe_edits_are_made_until_none_is_left(project: Path) -> None:
    for old, new in MISTAKES:
        swap(project, old, new)
    before = lint(project)
    assert before.exit_code == 1
    assert "P008" in before.output
    fixed = lint(project, "--fix")
    assert fixed.exit_code == 0, fixed.output
    text = (project / "rules/offers.rules").read_text(encoding="utf-8")
    assert "0.00 EUR" in text
    assert 'sku is "x" or category in' in text
    assert "require Price > EcoPart" in text
    again = lint(project, "--fix")
    assert again.stderr == "0 safe edits made\n"
    assert (project / "rules/offers.rules").read_text(encoding="utf-8") == text


def test_an_edit_that_asks_a_choice_is_listed_and_not_made(project: Path) -> None:
    swap(project, "full_price * 90%", "ful_price * 90%")
    result = lint(project, "--fix")
    assert result.exit_code == 1
    assert "Edits to choose from:" in result.output
    assert "did you mean `full_price`?" in result.output
    assert "ful_price * 90%" in (project / "rules/offers.rules").read_text(encoding="utf-8")


def edit(source: Source, old: str, new: str, level: EditLevel = EditLevel.SAFE) -> Help:
    at = source.text.index(old)
    return Help(f"write {new}", level, (Replacement(source.span(at, at + len(old)), new),))


def test_edits_that_touch_each_other_wait_for_another_round() -> None:
    source = Source("a.rules", "one two three")
    edits = [edit(source, "two", "2"), edit(source, "one two", "12"), edit(source, "three", "3")]
    assert apply_edits({"a.rules": source.text}, edits) == ({"a.rules": "one 2 3"}, 2)


def test_files_that_are_not_given_are_left_alone() -> None:
    source = Source("bundled.rules", "one")
    assert apply_edits({"a.rules": "one"}, [edit(source, "one", "1")]) == ({}, 0)
