"""The workbench in a real browser: what a merchant does with it, and what it does not let happen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from serving.bench import AT, copy_of_sample, served

from engine.workbench.server import Workbench

OFFERS = "rules/offers.rules"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with served(copy_of_sample(tmp_path)) as workbench:
        yield workbench


class Complaints(list[str]):
    """What the page complains of, and whatever it asks of anybody but its server."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self.home = f"http://127.0.0.1:{bench.port}/"
        self.expected: tuple[str, ...] = ()

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.append(f"error: {error}"))
        page.on("request", lambda one: self._request(one.url))

    def _console(self, message: ConsoleMessage) -> None:
        told = message.type in ("error", "warning")
        if told and not any(word in message.text for word in self.expected):
            self.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.home, "data:")):
            self.append(url)


@pytest.fixture
def complaints(bench: Workbench) -> Complaints:
    return Complaints(bench)


@pytest.fixture
def page(browser: Browser, bench: Workbench, complaints: Complaints) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    opened = context.new_page()
    complaints.listen(opened)
    enter(opened, bench)
    yield opened
    context.close()
    assert complaints == []


def enter(page: Page, bench: Workbench) -> None:
    page.goto(bench.address)
    page.wait_for_selector("html[data-ready=yes]")
    page.get_by_label("At", exact=True).fill(AT)
    page.get_by_label("At", exact=True).press("Enter")
    expect(page.locator("#about")).to_contain_text(AT)


def text_of(page: Page) -> str:
    """What stands in the editor, shown or scrolled away."""
    found: str = page.evaluate("feedwright.text()")
    return found


def replace(page: Page, old: str, new: str) -> None:
    """Type `new` in the place of `old`, by keyboard."""
    page.evaluate("(words) => feedwright.choose(words)", old)
    page.keyboard.type(new)


def on_disk(bench: Workbench, name: str = OFFERS) -> Path:
    return bench.desktop.bench.root / name


def stock_of(page: Page, row: int) -> str:
    return page.locator(f'#list tr[data-row="{row}"] td').nth(4).inner_text()


def test_the_token_leaves_the_address(page: Page, bench: Workbench) -> None:
    assert page.url == f"http://127.0.0.1:{bench.port}/"
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    expect(page.locator("#sentence")).to_contain_text("320 rows read = ")


def test_the_preview_follows_what_is_typed(page: Page) -> None:
    expect(page.locator("#sentence")).to_have_text(re.compile("^320 rows read = "))
    assert stock_of(page, 1) == "73"
    replace(page, "inherited - 2", "inherited - 5")
    expect(page.locator('#list tr[data-row="1"] td').nth(4)).to_have_text("70 was 73")
    page.get_by_label("Show").select_option("changed")
    expect(page.locator("#found")).not_to_have_text("320 of 320 rows")
    expect(page.locator("#state")).to_have_text("not saved")


def test_a_mistake_is_told_and_mended(page: Page) -> None:
    before = text_of(page)
    replace(page, "  always Min", "  allways Min")
    problem = page.locator("#problems li.error")
    expect(problem).to_contain_text("P002")
    expect(page.locator("#about")).to_contain_text("The rules have errors")
    assert page.locator(".cm-lintRange-error").inner_text() == "allways"
    problem.get_by_role("button", name=re.compile("always")).click()
    expect(problem).to_have_count(0)
    assert text_of(page) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(browser: Browser, bench: Workbench, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    enter(page, bench)
    replace(page, "inherited - 2", "inherited - 5 5")
    expect(page.locator("#problems li.error")).not_to_have_count(0)
    page.get_by_role("button", name="row 5, LU-1005").click()
    page.locator("tr.detail summary").first.click()
    found = Axe().run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]) for v in serious] == []
    context.close()
