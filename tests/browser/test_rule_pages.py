"""The matrix and the timeline as pages, in a real browser: they say what the commands say."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Literal

import pytest
from browser.looking import HOSTILE, assert_inert, serious_findings, written
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from engine.cli.main import feedwright

ROOT = Path(__file__).parents[2]
AT = ["--at", "2025-08-01T09:00+02:00"]
# Marks that turn text round are refused in rules; braces there are values that are put in.
IN_RULES = tuple(text for text in HOSTILE if not {"\u202e", "{"} & set(text))


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    html = tmp_path_factory.mktemp("matrix") / "matrix.html"
    return written(html, "matrix", *AT, "--project", str(ROOT))


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    html = tmp_path_factory.mktemp("timeline") / "timeline.html"
    return written(html, "timeline", *AT, "--project", str(ROOT))


def output(*words: str) -> str:
    return CliRunner().invoke(feedwright, [*words, "--project", str(ROOT)]).stdout


def test_the_matrix_says_of_each_pair_what_the_command_says(page: Page, matrix: Path) -> None:
    page.goto(matrix.as_uri())
    told = list(csv.DictReader(io.StringIO(output("matrix", *AT, "--format", "csv"))))
    assert len(told) == 70
    shown = page.locator("table.matrix tbody td:not(:nth-child(2))").all_inner_texts()
    assert len(shown) == len(told)
    for cell, row in zip(shown, told, strict=True):
        words = cell.replace("\n", " ").split()
        assert words[0].rstrip(",") == ("yes" if row["decision"] == "allowed" else "no")
        if row["suggest"]:
            assert row["suggest"].split("; ")[0].split(":")[0] in " ".join(words)


def test_a_denial_leads_to_its_sentence_by_keyboard(page: Page, matrix: Path) -> None:
    page.goto(matrix.as_uri())
    row = page.get_by_role("row", name="WaitingAcceptance WaitingForSellerAcceptation")
    row.get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("li:target")).to_contain_text("Ship is allowed only in WaitingShipment")
    expect(page.locator("li:target")).to_contain_text("rules/orders.rules:45")
    page.keyboard.press("Home")
    page.get_by_role("link", name="Skip to the content").focus()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_visible()


def test_the_matrix_counts_add_up(page: Page, matrix: Path) -> None:
    page.goto(matrix.as_uri())
    tiles = [int(t) for t in page.locator(".tile .number").all_inner_texts()]
    assert [sum(tiles[:3]), sum(tiles[3:])] == [35, 35]


def test_the_timeline_has_every_moment_in_its_order(page: Page, timeline: Path) -> None:
    page.goto(timeline.as_uri())
    told = json.loads(output("timeline", *AT, "--format", "json"))["moments"]
    heads = page.locator(".timeline h3").all_inner_texts()
    assert len(heads) == len(told)
    for head, moment in zip(heads, told, strict=True):
        assert all(name in head for name in moment["milestones"])
        assert ("to be confirmed" in head) is (moment["at"] is None)
    here = page.locator(".timeline > li").all_inner_texts()
    assert [n for n, text in enumerate(here) if text.startswith("now: 2025-08-01 09:00")] == [2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["matrix", "timeline"])
def test_accessibility(
    browser: Browser, request: pytest.FixtureRequest, which: str, scheme: Literal["dark", "light"]
) -> None:
    assert serious_findings(browser, request.getfixturevalue(which), scheme) == []


def test_the_pages_print(page: Page, matrix: Path, timeline: Path) -> None:
    for html in (matrix, timeline):
        page.goto(html.as_uri())
        assert page.pdf().startswith(b"%PDF-")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """The sample project, in whose sentences stands what should do nothing."""
    for name in ("rules", "schemas", "samples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    rules = tmp_path / "rules/orders.rules"
    says = " ".join(IN_RULES)
    text = rules.read_text(encoding="utf-8")
    text = text.replace('deny "Cancel is not available', f'deny "{says} Cancel is not available')
    text = text.replace('source "Assumption: the notice names', f'source "Assumption: {says}', 1)
    rules.write_text(text, encoding="utf-8")
    return tmp_path


def test_hostile_sentences_are_inert(page: Page, hostile: Path) -> None:
    html = written(hostile / "matrix.html", "matrix", *AT, "--project", str(hostile))
    page.goto(html.as_uri())
    assert_inert(page, IN_RULES)


def test_the_same_rules_give_the_same_bytes(matrix: Path, timeline: Path, tmp_path: Path) -> None:
    for html, command in ((matrix, "matrix"), (timeline, "timeline")):
        again = written(tmp_path / html.name, command, *AT, "--project", str(ROOT))
        assert again.read_bytes() == html.read_bytes()


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    html = tmp_path / "no/such/folder.html"
    words = ["matrix", *AT, "--project", str(ROOT), "--html", str(html)]
    result = CliRunner().invoke(feedwright, words)
    assert result.exit_code != 0
    assert "cannot be written" in str(result.exception)
    assert not html.parent.exists()
