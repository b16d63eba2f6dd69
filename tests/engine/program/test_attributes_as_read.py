"""Rules read an attribute in the units they write it in, whatever the package counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.cli.main import feedwright

ROOT = Path(__file__).parents[3]
OPTIONS = ["--channel", "cdiscount_octopia", "--at", "2025-08-01T09:00+02:00"]


def previewed(folder: Path, *lines: str) -> list[dict[str, Any]]:
    """The rows of the sample, with more lines in its mapping."""
    for part in ("rules", "schemas", "samples"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / ".feedwright.yaml", folder)
    rules = folder / "rules/offers.rules"
    text = rules.read_text(encoding="utf-8")
    slower = "PreparationTime =\n    when outlet then 3 days\n    otherwise 2 days\n"
    assert "PreparationTime  = 2 days\n" in text
    text = text.replace("PreparationTime  = 2 days\n", slower)
    before = "  always DiscountComponentDiscountValue"
    assert before in text
    rules.write_text(text.replace(before, "".join(f"  {x}\n" for x in lines) + before, 1))
    words = ["preview", str(folder / "samples/catalogue.csv"), *OPTIONS, "--format", "jsonl"]
    result = CliRunner().invoke(feedwright, [*words, "--project", str(folder)])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def said(rows: list[dict[str, Any]], code: str, start: str) -> set[str]:
    messages = (
        reason["message"] for row in rows for reason in row["reasons"] if reason["code"] == code
    )
    return {message for message in messages if message.startswith(start)}


def test_percent_and_days_in_sentences(tmp_path: Path) -> None:
    rows = previewed(
        tmp_path,
        'require Vat > 20% else warn "Vat is {Vat}"',
        'require PreparationTime <= 48 hours else warn "Ready only in {PreparationTime}"',
        'require PreparationTime > 2 days else warn "Ready already in {PreparationTime}"',
    )
    assert said(rows, "R206", "Vat is") == {"Vat is 20%", "Vat is 5.5%"}
    assert said(rows, "R206", "Ready only") == {"Ready only in 3 days"}
    assert said(rows, "R206", "Ready already") == {"Ready already in 2 days"}


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("Vat < 50%", True),
        ("Vat >= 5%", True),
        ("Vat > 20%", False),
        ("PreparationTime <= 3 days", True),
        ("PreparationTime <= 72 hours", True),
    ],
)
def test_conditions(tmp_path: Path, condition: str, *, met: bool) -> None:
    rows = previewed(tmp_path, f'require {condition} else warn "told"')
    offers = [row for row in rows if row["outcome"] == "offer"]
    told = [row for row in offers if any(r["message"] == "told" for r in row["reasons"])]
    assert len(offers) > 200
    assert len(told) == (0 if met else len(offers))


def test_a_promise_about_a_percentage_is_kept(tmp_path: Path) -> None:
    rows = previewed(tmp_path, "always DiscountComponentDiscountValue <= 1%")
    broken = {
        reason["message"] for row in rows for reason in row["reasons"] if reason["code"] == "R205"
    }
    assert broken == {
        "this must always hold, and does not here: DiscountComponentDiscountValue <= 1%"
    }
