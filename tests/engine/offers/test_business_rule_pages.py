"""Each page on a business rule: its bad example gives its code and no other, its good one none."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics.codes import all_codes
from engine.offers.business_rules import business_checks
from engine.offers.package import choose_package
from engine.values.instants import read_instant
from engine.values.kinds import KindName

PAGES = Path(__file__).parents[3] / "engine/diagnostics/pages"
NUMBERS = sorted(number for number in all_codes() if number.startswith("R3"))
NOW = datetime(2025, 6, 1, 9, 0, tzinfo=UTC)  # the instant that page R306 names
LISTED = ("ShippingInformationDeliveryMode", "ShippingCharges")


def section(number: str, title: str) -> str:
    text = (PAGES / f"{number}.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def tables(text: str) -> Iterator[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    for block in text.strip().split("\n\n"):
        rows = [tuple(c.strip() for c in line.strip("|").split("|")) for line in block.split("\n")]
        yield rows[0], rows[2:]


def read(desk: Any, name: str, text: str) -> Any:
    if text == "omitted":
        return None
    match desk.attributes[name].kind.name:
        case KindName.INSTANT:
            return read_instant(text)
        case KindName.YES_NO:
            return {"yes": True, "no": False}[text]
        case KindName.TEXT | KindName.CHOICE:
            return re.sub(r"\\u(\w{4})", lambda m: chr(int(m[1], 16)), text)
        case _:
            return text.split(maxsplit=1)[0]


def codes_of(desk: Any, lamp: Any, example: str) -> set[str]:
    row, settings = dict(lamp), {}
    for head, cells in tables(example):
        if head == ("setting", "value"):
            settings |= dict(cells)
        elif head == LISTED:
            row["delivery"] = tuple(
                {n: read(desk, n, c) for n, c in zip(LISTED, line, strict=True)} for line in cells
            )
        else:
            assert head == ("attribute", "value")
            row |= {name: read(desk, name, text) for name, text in cells}
    return found(desk, row, settings)


def found(desk: Any, row: Any, settings: dict[str, str]) -> set[str]:
    modes = settings.get("channels.cdiscount_octopia.delivery_modes")
    offers = desk.lay(row)
    choice = choose_package(settings.get("offers.package", "auto"), offers.columns, desk.octopia)
    activated = None if modes is None else tuple(modes.split(", "))
    checks = business_checks(offers.columns, desk.octopia, choice, now=NOW, activated=activated)
    return {check.code.number for check in checks if offers.of(check.fails) == [True]}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_page_s_examples(desk: Any, lamp: Any, number: str) -> None:
    assert codes_of(desk, lamp, section(number, "Bad")) == {number}
    assert codes_of(desk, lamp, section(number, "Good")) == set()


@pytest.mark.parametrize("number", NUMBERS)
def test_the_page_s_title(number: str) -> None:
    first = (PAGES / f"{number}.md").read_text(encoding="utf-8").split("\n", 1)[0]
    assert first == f"# {number} {all_codes()[number].name}"
