"""Examples of pages on offers: tables of attributes and settings, held against the business rules."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

from conformance.desk import LAMP, Desk, open_desk
from conformance.examples import Example

from engine.offers.business_rules import business_checks
from engine.offers.package import choose_package
from engine.values.instants import read_instant
from engine.values.kinds import KindName

NOW = datetime(2025, 6, 1, 9, 0, tzinfo=UTC)  # the instant that page R306 names
LISTED = ("ShippingInformationDeliveryMode", "ShippingCharges")
_desk = cache(open_desk)


def codes_of(shown: Example) -> set[str]:
    """The codes that the offer of an example gives on the Octopia channel."""
    assert shown.tables, f"{shown.number}: no {shown.title} example"
    row, settings = dict(LAMP), {}
    for head, *cells in shown.tables:
        if head == ("setting", "value"):
            settings |= dict(cells)
        elif head == LISTED:
            row["delivery"] = tuple(
                {n: _read(_desk(), n, c) for n, c in zip(LISTED, line, strict=True)}
                for line in cells
            )
        else:
            assert head == ("attribute", "value")
            row |= {name: _read(_desk(), name, text) for name, text in cells}
    return _found(_desk(), row, settings)


def _read(desk: Desk, name: str, text: str) -> Any:
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


def _found(desk: Desk, row: Any, settings: dict[str, str]) -> set[str]:
    modes = settings.get("channels.cdiscount_octopia.delivery_modes")
    offers = desk.lay(row)
    choice = choose_package(settings.get("offers.package", "auto"), offers.columns, desk.octopia)
    activated = None if modes is None else tuple(modes.split(", "))
    checks = business_checks(offers.columns, desk.octopia, choice, now=NOW, activated=activated)
    return {check.code.number for check in checks if offers.of(check.fails) == [True]}
