"""What every page of this look is held against: a screen reader's needs, and hostile texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from engine.cli.main import feedwright

HOSTILE = (
    "<script>window.taken=1;alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</script><script>window.taken=1</script>",
    "\u202egnp.exe",
    "=cmd|' /C calc'!A0",
    "{{ 7*7 }} ${7*7}",
    "&lt;b&gt;&amp;",
)


def written(html: Path, *words: str, code: int = 0) -> Path:
    """The page that a command writes; it says nothing on stdout beside it."""
    result = CliRunner().invoke(feedwright, [*words, "--html", str(html)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    return html


def serious_findings(
    browser: Browser, html: Path, scheme: Literal["dark", "light"]
) -> list[tuple[str, str]]:
    """What axe finds wrong with the page, as far as it shuts people out."""
    # axe is a script that the page's own policy would not let in.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(html.as_uri())
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    context.close()
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    return [(v["id"], v["nodes"][0]["html"]) for v in serious]


def assert_inert(page: Page, texts: tuple[str, ...] = HOSTILE) -> None:
    """Every hostile text is shown as it is, and does nothing."""
    content = page.locator("body").text_content() or ""
    assert [text for text in texts if text not in content] == []
    assert page.evaluate("window.taken") is None
    assert page.locator("main img, main script:not([type])").count() == 0
