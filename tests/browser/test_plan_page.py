"""Plans as pages, in a real browser: what a push would send, looked at before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from browser.looking import HOSTILE, assert_inert, serious_findings, written
from checking.plans import offer, write_offers, write_orders
from playwright.sync_api import Browser, Page, expect

from engine.outbox.message import Kind
from engine.outbox.order_plan import Planned, Wanted
from engine.outbox.plan import GuardFinding

REASON = {
    "rows": 6,
    "example_row": 17,
    "code": "R208",
    "severity": "error",
    "message": "L’EAN 3760123450172 n’est pas valide",
    "rule": {"file": "rules/offers.rules", "line": 36},
}
WARNING = {**REASON, "code": "R206", "severity": "warning", "message": "72 hours before"}
SHIP = Wanted(
    Kind.SHIP,
    "SC-1",
    ("1",),
    "POST",
    "/orders/SC-1/shipments",
    (),
    [{"parcelNumber": "XY1", "carrierName": "Colissimo"}],
)
REFUSE = Wanted(Kind.REFUSE, "SC-2", (), "POST", "/orders/SC-2/approval-status", (), {"a": 1})
DENIED = {
    "line": 3,
    "order": "SC-3",
    "action": "cancel",
    "decision": "denied",
    "reason": "Cancel is not available on Octopia",
}


@pytest.fixture(scope="module")
def offers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("offers")
    plan = write_offers(
        folder / "plan.jsonl",
        [
            offer("CHAISE-1", price="12.00", was=("10.00", 3)),
            offer("CHAISE-2", "new"),
            offer("CHAISE-3", "withdrawn", price=None, quantity=0, was=("9.00", 4)),
        ],
        counts={"unchanged": 5, "rejected": 6, "failing": 1},
        guards=[
            GuardFinding("slips", "1 prices moved by a factor of 10", halts=True),
            GuardFinding("withdrawn", "1 of 8 offers are withdrawn", halts=False),
        ],
        reasons=[REASON, WARNING],
        failing=[{"row": 9, "sku": "CHAISE-9", "why": "Rejected: 1008"}],
    )
    return written(folder / "plan.html", "show", str(plan))


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("orders")
    messages = [(Planned.NEW, "", SHIP), (Planned.EXCLUDED, "message 12 excludes it", REFUSE)]
    plan = write_orders(folder / "plan.json", messages, denied=[DENIED])
    return written(folder / "plan.html", "show", str(plan))


def open_page(page: Page, html: Path) -> None:
    page.goto(html.as_uri())
    page.wait_for_selector("html[data-ready=yes]")


def test_the_counts_of_the_rows_add_up(page: Page, offers: Path) -> None:
    open_page(page, offers)
    expect(page.locator("p.sum")).to_contain_text("14 rows = ")
    tiles = dict(
        zip(
            page.locator(".tile p:nth-child(2)").all_inner_texts(),
            page.locator(".tile .number").all_inner_texts(),
            strict=True,
        )
    )
    assert sum(map(int, tiles.values())) == 14 + int(tiles["are withdrawn: stock 0"])


def test_what_halts_is_told_first_and_in_the_report(page: Page, offers: Path) -> None:
    open_page(page, offers)
    expect(page.locator(".banner")).to_have_text("A push refuses this plan: 1 guard rail halts it.")
    expect(page.get_by_role("row", name="halts slips")).to_contain_text("factor of 10")
    expect(page.get_by_role("row", name="note withdrawn")).to_be_visible()


def test_prices_and_stock_show_what_they_were(page: Page, offers: Path) -> None:
    open_page(page, offers)
    row = page.locator("#list tbody tr", has_text="CHAISE-1")
    expect(row).to_contain_text("10.00 → 12.00")
    expect(row).to_contain_text("+20.0 %")
    expect(page.locator("#list tbody tr", has_text="CHAISE-3")).to_contain_text("4 → 0")


def test_what_cannot_be_sent_says_why_and_where(page: Page, offers: Path) -> None:
    open_page(page, offers)
    expect(page.get_by_role("row", name="error R208")).to_contain_text("rules/offers.rules:36")
    expect(page.get_by_role("row", name="error R208")).to_contain_text("n’est pas valide")
    expect(page.get_by_text("row 9 (CHAISE-9): Rejected: 1008")).to_be_visible()


def test_the_list_is_searched_and_opened_by_keyboard(page: Page, offers: Path) -> None:
    open_page(page, offers)
    expect(page.get_by_role("status")).to_have_text("3 of 3 shown")
    page.get_by_label("Search").press_sequentially("chaise-1")
    expect(page.get_by_role("status")).to_have_text("1 of 3 shown")
    page.locator("#list summary:visible").press("Enter")
    expect(page.locator("#list pre:visible")).to_contain_text(
        '"sellerExternalReference":"CHAISE-1"'
    )
    page.get_by_role("button", name="clear").press("Enter")
    page.get_by_label("new", exact=True).uncheck()
    expect(page.get_by_role("status")).to_have_text("2 of 3 shown")


def test_a_plan_of_orders(page: Page, orders: Path) -> None:
    open_page(page, orders)
    expect(page.locator("p.sum")).to_have_text("1 message would be sent.")
    expect(page.get_by_role("row", name="3 SC-3 cancel denied")).to_contain_text("not available")
    row = page.get_by_role("row", name="SC-1 ship new")
    row.locator("summary").press("Enter")
    expect(row.locator("pre")).to_contain_text('"parcelNumber":"XY1"')
    expect(page.get_by_role("row", name="SC-2 refuse excluded")).to_contain_text("excludes it")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["offers", "orders"])
def test_accessibility(
    browser: Browser, request: pytest.FixtureRequest, which: str, scheme: Literal["dark", "light"]
) -> None:
    assert serious_findings(browser, request.getfixturevalue(which), scheme) == []


def test_the_pages_print(page: Page, offers: Path, orders: Path) -> None:
    for html in (offers, orders):
        open_page(page, html)
        assert page.pdf().startswith(b"%PDF-")


def test_hostile_texts_are_inert(page: Page, tmp_path: Path) -> None:
    texts = (*HOSTILE, "x" * 10_000_000)
    plan = write_offers(
        tmp_path / "plan.jsonl",
        [offer(text, name=text) for text in HOSTILE],
        reasons=[{**REASON, "message": text} for text in texts],
        failing=[{"row": 1, "sku": text, "why": text} for text in HOSTILE],
        guards=[GuardFinding(text, text, halts=True) for text in HOSTILE],
    )
    open_page(page, written(tmp_path / "plan.html", "show", str(plan)))
    assert_inert(page, (*HOSTILE, "x… (10000000 characters, cut here)"))


def test_hostile_orders_are_inert(page: Page, tmp_path: Path) -> None:
    plan = write_orders(
        tmp_path / "plan.json",
        [
            (
                Planned.REFUSED,
                text,
                Wanted(Kind.REFUSE, text, (), "POST", REFUSE.path, (), {"a": text}),
            )
            for text in HOSTILE
        ],
        denied=[{**DENIED, "order": text, "action": text, "reason": text} for text in HOSTILE],
    )
    open_page(page, written(tmp_path / "plan.html", "show", str(plan)))
    assert_inert(page)
