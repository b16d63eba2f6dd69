"""Every edit that a message offers is made here: the message is gone, and no error has come.

Pages show one example of each code; an edit that no page leads to has its example below. A last test
looks into the source for places that make edits and that neither reaches.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from conformance.examples import Block, Example, example
from conformance.shop import Shop, told, whole
from conformance.test_pages import RULES, applied, edits

from engine.diagnostics.codes import all_codes
from engine.diagnostics.diagnostic import Replacement

ROOT = Path(__file__).parents[2]
PLACES = ("language", "marketplace", "feeds", "functions", "values", "offers", "orders")
Span = tuple[str, str]

MORE = {
    "a percentage in a test": (
        "K954",
        TEST
        := 'test "x" on cdiscount at 2025-10-01 09:00 Europe/Paris\n  given product "fixtures/lamp.json"\n  expect Vat = 20\nend\n',
    ),
    "an amount in a test": ("K954", TEST.replace("Vat = 20", "Price = 100")),
    "a table pasted from a spreadsheet": (
        "P003",
        "table fees key zone\nzone\tfee\nA\t1.00 EUR\nB\t2.00 EUR\nend\n\n",
    ),
    "a row without its last bar": (
        "P003",
        'table fees key zone\n  | zone || fee\n  | "A"  || 1.00 EUR |\nend\n',
    ),
    "a result that is not decided": (
        "N103",
        (
            "decide ShippingCharges by first row that fits\n"
            "  | weight || ShippingCharges | EcoPart  |\n"
            "  | any    || 1.00 EUR        | 0.00 EUR |\nend\n"
        ),
    ),
    "a letter of another script": (
        "P017",
        "let t\u043etal = cost_price\nEcoPart = total default 0.00 EUR",
    ),
    "a hard space": ("P010", "let total =\u00a0cost_price\nEcoPart = total default 0.00 EUR"),
    "a long dash": ("P010", "EcoPart = (cost_price \u2013 1.00 EUR) default 0.00 EUR"),
    "an end too early": (
        "P005",
        'let a = 1\nend\nrequire weight present else reject "No weight"\nalways Stock >= a',
    ),
    "cases on one line": ("P001", "EcoPart = when weight present then 1.00 EUR otherwise 2.00 EUR"),
    "cases on the line of their `when`": (
        "P001",
        "EcoPart =\n  when weight present then 1.00 EUR else 2.00 EUR",
    ),
    "a word of other languages for the last case": (
        "P007",
        "EcoPart =\n  when weight present then 1.00 EUR\n  else 2.00 EUR",
    ),
    "thousands with a comma": ("P008", "EcoPart = 1,234 EUR"),
    "a plain number beside a percentage": ("T201", "Vat = vat_rate + 1"),
    "a value compared with null": ("P007", 'exclude when weight == null because "No weight"'),
    "a value that is null": ("P007", 'exclude when weight is null because "No weight"'),
    "yes in another language": (
        "P007",
        "PriceMustBeAligned = TRUE\nMinimumPriceForPriceAlignment = Price",
    ),
    "statements of a block of `if`": (
        "P007",
        'if weight present then\n  Comment = "Heavy"\nend\nEcoPart = 0.00 EUR',
    ),
    "a statement behind `if`": ("P007", 'if weight present then Comment = "Heavy"'),
    "cases of a block of `if`": (
        "P007",
        "EcoPart =\n  if weight present then\n    1.00 EUR\n  else\n    2.00 EUR\n  end",
    ),
    "a question mark": ("P007", "EcoPart = weight present ? 1.00 EUR : 2.00 EUR"),
    "a conditional of a sheet": ("P007", "EcoPart = IF(weight present; 1.00 EUR; 2.00 EUR)"),
    "a semicolon at the end": ("P007", "EcoPart = 1.00 EUR;"),
    "a semicolon between statements": ("P007", "EcoPart = 1.00 EUR; DeaTax = 1.00 EUR"),
    "a semicolon between arguments": (
        "P007",
        "EcoPart = max(1.00 EUR; cost_price default 0.00 EUR)",
    ),
    "a keyword with a capital": ("P002", "Let half = 1\nalways Stock >= half"),
    "a brace that opens": ("P007", 'only when weight present {\n  Comment = "Heavy"\nend'),
    "a list without brackets": ("P003", 'exclude when brand in "A", "B" because "Not ours"'),
    "a list in square brackets": ("P007", 'exclude when brand in ["A", "B"] because "Not ours"'),
    "a sign in a cell": (
        "P007",
        'decide Comment by first row that fits\n  | brand || Comment |\n  | != "A" || "a" |\n  | any || "b" |\nend',
    ),
    "a sign before the text of a test": (
        "P007",
        TEST.replace("Vat = 20", 'rejected == "EAN"'),
    ),
    "a text in French quotes": ("P010", "Comment = « New »"),
    "a comma at the end": ("P007", "EcoPart = 1.00 EUR,"),
    "a column in backticks": ("N101", "EcoPart = `Prix d'achat` default 0.00 EUR"),
    "curly single quotes": ("P010", "Comment = \u2018New\u2019"),
    "a comment of several lines": (
        "P023",
        "/* ours\n * are sent in a day */\nPreparationTime = 1 day",
    ),
}
"""Name -> the code, and what is written: inside the mapping, or beside it."""


def shop_of(folder: Path, number: str, written: str) -> Shop:
    return Shop(folder, Example(number, "Bad", (Block("rules", "", written),)))


@pytest.mark.parametrize("name", MORE)
def test_an_edit_makes_the_message_vanish(tmp_path: Path, name: str) -> None:
    number, written = MORE[name]
    shop = shop_of(tmp_path, number, written)
    _, before = shop.check()
    found = [one for one in before if one.code.number == number and one.helps]
    offered = [help_ for help_ in edits(before) if any(help_ in one.helps for one in found)]
    assert offered, told(before)
    for help_ in offered:
        text = applied(shop.text, help_)
        _, after = shop.check(text)
        assert told(after).count(number) == told(before).count(number) - 1, text


def test_a_file_without_its_first_line(tmp_path: Path) -> None:
    shop = Shop(tmp_path, Example("P", "Good", ()))
    text = whole([]).removeprefix("rules 1\n")
    _, before = shop.check(text)
    (help_,) = edits(before)
    assert told(shop.check(applied(text, help_))[1]) == []


# --- no place that makes edits is left out ------------------------------------------------------


def functions_that_edit() -> set[Span]:
    """The functions of the source that make a `Replacement`."""
    found = set()
    for folder in PLACES:
        for file in (ROOT / "engine" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and any(makes_one(x) for x in ast.walk(node)):
                    found.add((file.relative_to(ROOT).as_posix(), node.name))
    return found


def makes_one(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Replacement"


def test_every_place_that_makes_an_edit_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: set[Span] = set()

    def noted(*parts: Any, **named: Any) -> Replacement:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_name.startswith("<"):
            frame = frame.f_back  # a comprehension is part of its function
        if frame is not None and Path(frame.f_code.co_filename).is_relative_to(ROOT):
            file = Path(frame.f_code.co_filename).relative_to(ROOT).as_posix()
            tried.add((file, frame.f_code.co_name))
        return Replacement(*parts, **named)

    for name, module in list(sys.modules.items()):
        if name.startswith("engine.") and vars(module).get("Replacement") is Replacement:
            monkeypatch.setattr(module, "Replacement", noted)
    for number in RULES:
        Shop(tmp_path / number, example(number, "Bad")).check()
    for index, (number, written) in enumerate(MORE.values()):
        shop_of(tmp_path / str(index), number, written).check()
    Shop(tmp_path / "first", Example("P", "Good", ())).check(whole([]).removeprefix("rules 1\n"))
    places = functions_that_edit()
    assert len(places) > 20
    assert sorted(places - tried) == []
    assert all_codes().keys() >= {number for number, _ in MORE.values()}
