"""A preview on a terminal: nothing cut, nothing that acts on the terminal, the sum at the end."""

import io
import json
from decimal import Decimal

import pytest
from rich.console import Console

from engine.offers.accounting import Accounting, RankedReason
from engine.offers.results import Outcome, Reason, RowResult
from engine.preview.terminal import Heading, payload_text, print_preview, print_row, value_text

XML = '<Offer SellerProductId="A-1" Price="12.50" Comment="' + "très long " * 30 + '"/>'
HEADING = Heading("feed.csv", "cdiscount", "2025-08-01 09:00 UTC", ["delimiter `;`, detected"])


def _offer(package: str = "json", sku: str = "A-1") -> RowResult:
    return RowResult(
        row=1,
        sku=sku,
        outcome=Outcome.OFFER,
        attributes={"SellerProductId": sku, "Price": Decimal("12.50"), "Stock": Decimal(3)},
        payload={
            "sellerExternalReference": sku,
            "price": {"price": Decimal("12.50")},
            "note": "é" * 200,
        },
        xml=XML if package == "xml" else None,
        package=package,
        package_why="the settings ask for it",
    )


def _rejected(message: str, sku: str | None = "B-2") -> RowResult:
    return RowResult(
        2, sku, Outcome.REJECTED, {}, reasons=(Reason("R101", message, column="Prix"),)
    )


def _accounting(*rows: RowResult) -> Accounting:
    made = Accounting(read=len(rows))
    made.outcomes.update(r.outcome.value for r in rows)
    for row in rows:
        for reason in row.reasons:
            made.sorts[reason.code, "", 0] = RankedReason(1, row.row, row.sku, reason)
    return made


def _shown(*rows: RowResult, width: int = 80, colour: bool = False) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, no_color=not colour, force_terminal=colour, highlight=False
    )
    print_preview(console, HEADING, rows, _accounting(*rows))
    return stream.getvalue()


def test_rows_stand_in_columns_with_their_reasons_below() -> None:
    shown = _shown(_offer(), _rejected("`Prix` holds “abc”"))
    assert "row  SKU  outcome   Price  Stock  package\n" in shown
    assert "  1  A-1  offer     12.50      3  json\n" in shown
    assert "  2  B-2  rejected\n     error R101: `Prix` holds “abc”\n" in shown
    assert shown.endswith("2 rows read = 1 offers + 0 excluded + 1 rejected\n")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_json_payload_can_be_copied_whole(width: int) -> None:
    shown = _shown(_offer(), width=width)
    start = shown.index("{")
    text = shown[start : shown.index("\n}\n", start) + 2]
    assert json.loads(text)["note"] == "é" * 200


@pytest.mark.parametrize("width", [40, 80, 120])
def test_an_xml_payload_keeps_its_values_whole(width: int) -> None:
    shown = _shown(_offer("xml"), width=width)
    assert 'Comment="' + "très long " * 30 + '"/>' in shown
    assert "SellerProductId=" in shown


def test_a_cell_cannot_act_on_the_terminal() -> None:
    shown = _shown(
        _offer(sku="\x1b[31mred\u202e"),
        _rejected("`Prix` holds “\x1b]0;title\x07\r\n[bold]x[/]”", sku="\x9b2J"),
    )
    assert not {"\x1b", "\x07", "\r", "\x9b", "\u202e"} & set(shown)
    assert "␛[31mred<U+202E>" in shown
    assert "[bold]x[/]" in shown


def test_a_huge_cell_is_cut_with_its_length() -> None:
    shown = _shown(_rejected(f"`Prix` holds “{'9' * 100_000}”"))
    assert len(shown) < 3_000
    assert "… (100015 characters)" in shown


def test_a_long_or_wide_reference_keeps_the_columns() -> None:
    shown = _shown(_offer(sku="商" * 40), _offer(sku="B"))
    lines = [line for line in shown.split("\n") if "json" in line and "offer " in line]
    assert "…" in lines[0]
    assert lines[1].index("offer") == len("  1  ") + 24 + 2


def test_a_row_alone_shows_all_of_it() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80, highlight=False)
    print_row(console, _offer("xml"))
    shown = stream.getvalue()
    assert "row 1  SKU A-1  offer" in shown
    assert "Price            12.50" in shown
    assert "JSON offer request (for comparison; it is not sent):" in shown
    assert '<Offer SellerProductId="A-1" Price="12.50"' in shown


def test_colours_stand_for_outcomes() -> None:
    assert "\x1b[32moffer\x1b[0m" in _shown(_offer(), colour=True)


def test_values_read_as_a_person_writes_them() -> None:
    assert value_text(Decimal("1E+3")) == "1000"
    assert value_text([Decimal("4.99"), None, True]) == "4.99, -, yes"


def test_payloads_keep_their_digits() -> None:
    assert (
        payload_text({"a": Decimal("12.50"), "b": 'x"y'}, indent=None)
        == '{"a": 12.50, "b": "x\\"y"}'
    )
