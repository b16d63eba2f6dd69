"""Cells of CSV reports are texts to every spreadsheet."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.main import feedwright
from engine.preview.matrix import harmless

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "＝1", "－1"],
)
def test_a_formula_becomes_a_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "ship", "a=b", "5 - 3", "Prix : 5 €", "'=1", '"=1"'])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_sentence_that_is_a_formula_is_none_in_the_report(tmp_path: Path) -> None:
    for name in ("rules", "schemas", "samples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    rules = tmp_path / "rules/orders.rules"
    text = rules.read_text(encoding="utf-8")
    formula = "=HYPERLINK(1)"
    rules.write_text(
        text.replace('deny "Cancel is', f'deny "{formula} Cancel is'), encoding="utf-8"
    )
    words = ["matrix", "--format", "csv", "--project", str(tmp_path), "--all-times"]
    told = CliRunner().invoke(feedwright, words).stdout
    cells = [cell for row in csv.reader(io.StringIO(told)) for cell in row]
    assert any(cell.startswith(f"'{formula}") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
