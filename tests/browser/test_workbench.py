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
expect.set_options(timeout=30_000)  # how long an answer takes says how busy the machine is


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


def test_completion_and_help_come_as_one_types(page: Page) -> None:
    page.evaluate("feedwright.choose('currency EUR')")
    page.keyboard.press("End")
    page.keyboard.type("\nmile")
    page.locator(".cm-tooltip-autocomplete").get_by_text("milestone").click()
    assert "currency EUR\nmilestone\n" in text_of(page)
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    page.evaluate("feedwright.choose('vat_rate')")
    page.locator(".cm-line", has_text="vat_rate").first.scroll_into_view_if_needed()
    box = page.evaluate("feedwright.boxOf('vat_rate')")
    page.mouse.move(box["x"], box["y"], steps=3)
    expect(page.locator(".cm-tooltip-hover")).to_contain_text("in the sample feed")


def test_the_slider_and_milestones_move_the_instant(page: Page) -> None:
    at = page.get_by_label("At", exact=True)
    page.get_by_label("Channel").select_option("cdiscount_octopia")
    expect(page.locator("#about")).to_contain_text("for cdiscount_octopia")
    with_override = stock_of(page, 1)
    page.get_by_role("button", name=re.compile("^mapping_opens")).click()
    expect(at).to_have_value("2025-06-09 00:00 Europe/Paris")
    expect(page.locator("#about")).to_contain_text("at 2025-06-09 00:00 Europe/Paris")
    assert int(stock_of(page, 1)) == int(with_override) + 2
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("#about")).not_to_contain_text("2025")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"Europe/Paris$"))
    at.fill("2025-08-01 09:00")
    at.press("Enter")
    expect(page.locator("#sentence")).to_contain_text("2025-08-01 09:00")
    page.get_by_role("button", name="now", exact=True).click()
    expect(page.locator("#sentence")).to_contain_text("320 rows read")


def test_a_row_opens_to_why_and_leads_to_its_rule(page: Page) -> None:
    button = page.get_by_role("button", name="row 5, LU-1005")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    detail = page.locator("tr.detail")
    detail.locator("summary", has_text="114.20 EUR").first.press("Enter")
    expect(detail.locator("ul.tree").first).to_contain_text("row 5, column Prix HT: “95,17”")
    detail.locator("summary", has_text="JSON offer request").press("Enter")
    expect(detail.locator("pre").first).to_contain_text('"price": 114.20')
    page.locator("#files").get_by_text("units.csv").click()
    detail.get_by_role("button", name=re.compile("offers.rules:")).first.click()
    expect(page.locator("#files [aria-current]")).to_have_text(OFFERS)
    replace(page, "inherited - 2", "inherited - 1")
    expect(page.locator('#list tr[data-row="5"] td').nth(4)).to_have_text("4 was 3")
    expect(detail).to_contain_text("Attributes: open one to see why")


def test_changes_tests_and_saving(page: Page, bench: Workbench) -> None:
    replace(page, "inherited - 2", "inherited - 5")
    page.get_by_role("tab", name="Changes").click()
    page.get_by_role("button", name="Compare with what is saved").click()
    expect(page.locator("#changes")).to_contain_text("the rule of Stock (rules/offers.rules:")
    expect(page.locator("#changes .added")).to_have_text(
        ["+++ rules/offers.rules (typed)\n", "+  Stock = max(0, inherited - 5)\n"]
    )
    page.get_by_role("tab", name="Changes").press("ArrowRight")
    page.get_by_role("button", name="Run the tests").click()
    expect(page.locator("#tests strong")).to_contain_text("1 failed")
    page.locator("#tests li", has_text="FAILED").get_by_role("button").click()
    assert OFFERS in page.locator("#files [aria-current]").inner_text()
    before = on_disk(bench).read_text(encoding="utf-8")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text("saved")
    assert on_disk(bench).read_text(encoding="utf-8") == before.replace(
        "inherited - 2", "inherited - 5"
    )
    page.get_by_role("tab", name="Preview").click()
    expect(page.locator("td.changed")).to_have_count(0)


def test_the_canonical_form_and_undoing(page: Page) -> None:
    before = text_of(page)
    replace(page, "currency EUR", "currency     EUR")
    page.get_by_role("button", name="Format").click()
    expect(page.locator("#state")).to_have_text("saved")
    replace(page, "currency EUR", "currency USD")
    page.get_by_role("button", name="Undo all changes").click()
    expect(page.locator("#state")).to_have_text("saved")
    assert text_of(page) == before


@pytest.mark.parametrize(
    ("answer", "disk"),
    [("Go on editing", "theirs"), ("Overwrite it with mine", "mine"), ("Take the file", "theirs")],
)
def test_a_file_that_changed_on_disk(page: Page, bench: Workbench, answer: str, disk: str) -> None:
    before = on_disk(bench).read_text(encoding="utf-8")
    replace(page, "currency EUR", "currency EUR # mine")
    theirs = before.replace("timezone Europe/Paris", "timezone Europe/Paris # theirs")
    on_disk(bench).write_text(theirs, encoding="utf-8")
    page.get_by_role("button", name="Save Ctrl S").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("rules/offers.rules changed on disk")
    expect(dialog.locator("pre")).to_contain_text("-timezone Europe/Paris # theirs")
    expect(dialog.locator("pre")).to_contain_text("+currency EUR # mine")
    dialog.get_by_role("button", name=answer).click()
    expect(dialog).to_have_count(0)
    saved = "not saved" if answer.startswith("Go") else "saved"
    expect(page.locator("#state")).to_have_text(saved)
    text = text_of(page)
    assert ("# mine" in text) == (not answer.startswith("Take"))
    assert f"# {disk}" in on_disk(bench).read_text(encoding="utf-8")
    assert ("# theirs" in text) == answer.startswith("Take")


def test_a_file_changed_elsewhere_is_shown_as_it_is(page: Page, bench: Workbench) -> None:
    before = on_disk(bench).read_text(encoding="utf-8")
    on_disk(bench).write_text(before + "# of another editor\n", encoding="utf-8")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("alert")).to_contain_text("changed on disk, and is shown as it is now")
    assert text_of(page).endswith("# of another editor\n")
    replace(page, "currency EUR", "currency EUR # mine")
    on_disk(bench).write_text(before, encoding="utf-8")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("alert")).to_contain_text("saving will ask")
    assert "# mine" in text_of(page)


def test_leaving_with_unsaved_work_is_asked_about(page: Page, bench: Workbench) -> None:
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    replace(page, "currency EUR", "currency EUR # mine")
    with pytest.raises(Exception, match="ERR_ABORTED"):
        page.goto(f"http://127.0.0.1:{bench.port}/static/page.css")
    assert asked == ["beforeunload"]
    assert "# mine" in text_of(page)
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text("saved")


def test_a_server_that_ended_is_told_and_nothing_typed_is_lost(
    page: Page, bench: Workbench, complaints: Complaints
) -> None:
    complaints.expected = ("ERR_CONNECTION", "ERR_EMPTY_RESPONSE")
    bench.stop()
    replace(page, "currency EUR", "currency EUR # mine")
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here")
    assert "# mine" in text_of(page)


def test_tables_are_edited_too(page: Page, bench: Workbench) -> None:
    name = "rules/tables/brand_policy.csv"
    page.locator("#files").get_by_text(name).click()
    expect(page.get_by_role("button", name="Format")).to_be_disabled()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("too,many,cells,in,a,row")
    problem = page.locator("#problems li.error")
    expect(problem).to_contain_text("S973")
    expect(page.locator("#files [aria-current]")).to_contain_text("not saved")
    assert "too,many" not in on_disk(bench, name).read_text(encoding="utf-8")


def test_the_keyboard_leaves_the_editor(page: Page) -> None:
    page.locator(".cm-content").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#editor') === null")


HOSTILE = "<img src=x onerror=window.taken=1><script>window.taken=1</script>"


def test_hostile_texts_are_inert(browser: Browser, tmp_path: Path) -> None:
    root = copy_of_sample(tmp_path / HOSTILE.replace("/", "-"))
    feed = root / "samples/catalogue.csv"
    lines = feed.read_text(encoding="utf-8").splitlines()
    brand = lines[0].split(";").index("Marque")
    for number, text in enumerate((HOSTILE, "\u202egnp.exe", "${7*7}", "x" * 1_000_000), 1):
        cells = lines[number].split(";")
        cells[0] = f"{text[:200]}{number}"
        cells[brand] = '"' + text + '"'
        lines[number] = ";".join(cells)
    feed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = root / f"rules/tables/{HOSTILE.replace('/', '-')}.csv"
    table.write_text(f"a,{HOSTILE}\n", encoding="utf-8")
    with served(root) as bench:
        complaints = Complaints(bench)
        context = browser.new_context()
        page = context.new_page()
        complaints.listen(page)
        enter(page, bench)
        replace(page, "milestone mapping_opens", f'let "{HOSTILE}" = {HOSTILE}\n# {HOSTILE}')
        expect(page.locator("#problems li.error")).not_to_have_count(0)
        page.locator("#files").get_by_text(HOSTILE.replace("/", "-")).click()
        for at in range(3):
            page.locator("button.open[aria-expanded]").nth(at).click()
            expect(page.locator("tr.detail")).to_have_count(at + 1)
        page.get_by_role("tab", name="Changes").click()
        page.get_by_role("button", name="Compare with what is saved").click()
        expect(page.get_by_role("alert")).to_contain_text("errors")
        assert page.evaluate("window.taken") is None
        assert page.locator("img").count() == 0
        assert page.locator("script:not([src])").count() == 0
        assert complaints == []
        context.close()


def test_without_the_token_the_page_says_what_to_do(browser: Browser, bench: Workbench) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{bench.port}/")
    expect(page.get_by_role("alert")).to_contain_text(
        "Open the address that `feedwright serve` shows"
    )
    page.goto(bench.address_once())
    page.reload()
    expect(page.locator("#sentence")).to_contain_text("rows read")
    context.close()


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe finds that keeps people out."""
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 1400), ("light", 420)])
def test_accessibility(browser: Browser, bench: Workbench, scheme: Any, width: int) -> None:
    size: Any = {"width": width, "height": 900}
    context = browser.new_context(color_scheme=scheme, viewport=size, bypass_csp=True)
    page = context.new_page()
    enter(page, bench)
    replace(page, "inherited - 2", "inherited - 5")
    expect(page.locator("td.changed")).not_to_have_count(0)
    page.get_by_role("button", name="row 5, LU-1005").click()
    page.locator("tr.detail summary").first.click()
    assert serious(page) == []
    page.get_by_role("tab", name="Changes").click()
    page.get_by_role("button", name="Compare with what is saved").click()
    expect(page.locator("#changes .added")).to_have_count(2)
    replace(page, "inherited - 5", "inherited - 5 5")
    expect(page.locator("#problems li.error")).not_to_have_count(0)
    assert serious(page) == []
    on_disk(bench).write_text("# theirs\n", encoding="utf-8")
    page.locator("#save").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == []
    context.close()
