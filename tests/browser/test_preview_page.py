"""The preview page in a real browser: what a merchant does with it, and what a hostile feed cannot do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.looking import HOSTILE
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from engine.cli.main import feedwright

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples/catalogue.csv"
OPTIONS = ["--channel", "cdiscount_octopia", "--at", "2025-08-01T09:00+02:00"]


def write_page(folder: Path, feed: Path = SAMPLE, *, options: tuple[str, ...] = ()) -> Path:
    html = folder / "preview.html"
    words = ["preview", str(feed), *OPTIONS, "--html", str(html), "--project", str(ROOT), *options]
    result = CliRunner().invoke(feedwright, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return html


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("page"))


def open_page(page: Page, html: Path) -> None:
    page.goto(html.as_uri())
    page.wait_for_selector("html[data-ready=yes]")


def test_counts_add_up_and_every_row_is_listed(page: Page, sample: Path) -> None:
    open_page(page, sample)
    tiles = [int(t) for t in page.locator(".tile .number").all_inner_texts()]
    assert sum(tiles) == 320
    assert page.get_by_role("status").inner_text() == "320 of 320 rows"
    assert page.locator("#page").inner_text() == "page 1 of 4"
    assert page.locator("#list tbody tr").count() == 100
    for _ in range(3):
        page.get_by_role("button", name="next").click()
    assert page.locator("#list tbody tr").count() == 20
    expect(page.get_by_role("button", name="next")).to_be_disabled()


def test_search_outcomes_and_reasons_filter_the_rows(page: Page, sample: Path) -> None:
    open_page(page, sample)
    page.get_by_label("Search").fill("sur devis")
    expect(page.get_by_role("status")).to_have_text("1 of 320 rows")
    page.get_by_role("button", name="clear").click()
    expect(page.get_by_role("status")).to_have_text("320 of 320 rows")
    page.get_by_label("make an offer").uncheck()
    expect(page.get_by_role("status")).to_have_text("25 of 320 rows")
    page.get_by_role("button", name="clear").click()
    page.get_by_role("button", name=re.compile("show rows with R208")).click()
    expect(page.get_by_role("status")).to_have_text("6 of 320 rows")


def test_a_row_opens_by_keyboard_to_why_and_payload(page: Page, sample: Path) -> None:
    open_page(page, sample)
    button = page.get_by_role("button", name="row 5, LU-1005")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    detail = page.locator("tr.detail")
    detail.locator("summary", has_text="114.20 EUR").first.press("Enter")
    tree = detail.locator("ul.tree").first
    expect(tree).to_contain_text("full_price = 114.20 EUR")
    expect(tree).to_contain_text("row 5, column Prix HT: “95,17”")
    expect(tree).to_contain_text("✗ when outlet: no")
    detail.locator("summary", has_text="JSON offer request").press("Enter")
    # Numbers keep their digits: 114.20 is not 114.2.
    expect(detail.locator("pre").first).to_contain_text('"price": 114.20')
    detail.locator("summary", has_text="XML offer").press("Enter")
    expect(detail.locator("pre").last).to_contain_text('Price="114.20"')
    page.keyboard.press("Tab")
    button.press("Enter")
    assert page.locator("tr.detail").count() == 0


def test_a_rejected_row_says_why(page: Page, sample: Path) -> None:
    open_page(page, sample)
    page.get_by_label("Search").fill("LU-1023")
    expect(page.get_by_role("status")).to_have_text("1 of 320 rows")
    page.get_by_role("button", name="row 23, LU-1023").click()
    page.locator("summary", has_text="why R204").click()
    expect(page.locator("tr.detail ul.tree").first).to_contain_text("column Poids (g): is empty")


def explained(feed: Path, row: int, attribute: str, project: Path) -> dict[str, Any]:
    words = ["explain", "--row", str(row), attribute, str(feed), *OPTIONS, "--format", "json"]
    result = CliRunner().invoke(feedwright, [*words, "--project", str(project)])
    found: dict[str, Any] = json.loads(result.stdout)["explanation"]
    return found


@pytest.mark.parametrize("row", [1, 5, 17, 23, 38, 99, 145, 207, 291])
def test_the_page_explains_as_the_command_does(page: Page, sample: Path, row: int) -> None:
    open_page(page, sample)
    names = page.evaluate("feedwright.data.attributes.map((one) => one.name)")
    for name in [n for n in names if n in ("Price", "Stock", "StrikedPrice")] + names[-3:]:
        told = page.evaluate("([row, name]) => feedwright.explain(row, name)", [row - 1, name])
        assert told == explained(SAMPLE, row, name, ROOT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(browser: Browser, sample: Path, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    open_page(page, sample)
    page.get_by_role("button", name="row 5, LU-1005").click()
    page.locator("tr.detail summary").first.click()
    found = Axe().run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"]) for v in serious] == []
    context.close()


def test_the_page_prints(page: Page, sample: Path) -> None:
    open_page(page, sample)
    assert page.pdf().startswith(b"%PDF-")


CELLS = (*HOSTILE, "x" * 10_000_000)


def test_hostile_cells_are_inert(page: Page, tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(";")
    brand = header.index("Marque")
    rows = [lines[0]]
    for number, text in enumerate(CELLS, 1):
        cells = lines[number].split(";")
        cells[brand] = '"' + text.replace('"', '""') + '"'
        rows.append(";".join(cells))
    feed = tmp_path / "catalogue.csv"
    feed.write_text("\n".join(rows) + "\n", encoding="utf-8")
    open_page(page, write_page(tmp_path, feed))
    for button in page.locator("button.open").all():
        button.click()
    for summary in page.locator("tr.detail summary").all()[:60]:
        summary.click()
    assert page.evaluate("window.taken") is None
    assert page.locator("img").count() == 0
    assert page.get_by_text(HOSTILE[0]).count() > 0
    # A page of ten million letters would stop a browser: their number is told.
    page.get_by_label("Search").fill(lines[len(CELLS)].split(";")[0])
    assert "x… (10000000 characters, cut here)" in (page.locator("#list").text_content() or "")


def test_ten_thousand_rows(page: Page, tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    feed = tmp_path / "catalogue.csv"
    good = lines[5]
    sku = good.split(";")[0]
    many = [good.replace(sku, f"{sku}-{n}", 1) for n in range(10_050)]
    feed.write_text("\n".join([lines[0], *many]) + "\n", encoding="utf-8")
    open_page(page, write_page(tmp_path, feed))
    assert page.get_by_role("status").inner_text() == "10000 of 10000 rows"
    assert "The first 10000 of 10050 rows are listed" in page.locator("main").inner_text()
    page.get_by_label("Search").fill(f"{sku}-9999")
    expect(page.get_by_role("status")).to_have_text("1 of 10000 rows")


def test_two_pages_of_the_same_are_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    assert write_page(tmp_path).read_bytes() == sample.read_bytes()
