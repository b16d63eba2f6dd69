"""What is offered at a place of the sample's rules: names of the right sort, and only keywords that fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.diagnostics.place import Source
from engine.editor.completion import Sort, complete
from engine.editor.contexts import accepted_at, keywords_among
from engine.editor.desk import Desk
from engine.language.parser import parse_anew
from engine.project import load_project

ROOT = Path(__file__).parents[3]
OFFERS, ORDERS = "rules/offers.rules", "rules/orders.rules"
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in (OFFERS, ORDERS)}
STATES = {"WaitingAcceptance", "Accepted", "WaitingShipment", "Shipped", "Delivered"}
STATES |= {"Refused", "Refunded"}
ACTIONS = {"accept", "refuse", "ship", "refund", "cancel"}
CHANNELS = {"cdiscount", "cdiscount_octopia"}
MILESTONES = {"mapping_opens", "octopia_switch", "soap_end"}


def offered(file: str, before: str, typed: str) -> dict[str, Sort]:
    """What is offered behind `typed`, a line put before the words `before`."""
    text = TEXTS[file]
    at = text.index(before)
    text = f"{text[:at]}{typed}\n{text[at:]}"
    desk = Desk(load_project(ROOT), Source(file, text), {**TEXTS, file: text})
    return {one.label: one.sort for one in complete(desk, at + len(typed))}


IN_ACTION, IN_NO_ACTION = "  leads to Accepted", '  deny "Cancel is'
IN_ORDER_TEST, IN_TEST = "  try cancel", "  expect Price = 90"
IN_MAPPING, IN_DECIDE = "  Stock              =", "    | > 30 kg"
AT_TOP, IN_CHANNEL = "mapping offer", "  send offers manually"
IN_ORDER_TABLE = "  | Accepted          | accept || denied  | none   | none "


@pytest.mark.parametrize(
    ("file", "before", "typed", "expected"),
    [
        (ORDERS, IN_ACTION, "  allowed in ", STATES),
        (ORDERS, IN_ACTION, "  allowed in Accepted, Shi", STATES),
        (ORDERS, IN_ACTION, "  leads to ", STATES),
        (ORDERS, IN_ACTION, "  same as re", ACTIONS),
        (ORDERS, IN_ACTION, "  carrier mandatory ", {"text", "web", "one", "yes"}),
        (ORDERS, IN_ACTION, "  ", {"source", "allowed", "applies", "leads", "same", "end"}),
        (ORDERS, IN_NO_ACTION, "  when state is ", STATES),
        (ORDERS, IN_NO_ACTION, "  when state in (Accepted, ", STATES),
        (ORDERS, IN_NO_ACTION, "  when state is Shipped suggest ", {*ACTIONS, "nothing"}),
        (ORDERS, IN_ORDER_TEST, "  try ", ACTIONS),
        (ORDERS, IN_ORDER_TEST, "  given state = ", STATES),
        (ORDERS, IN_ORDER_TEST, "  expect sent as ", ACTIONS),
        (ORDERS, IN_ORDER_TEST, "  expect channel ", CHANNELS),
        (ORDERS, IN_ORDER_TABLE, "  | Acc", STATES),
        (ORDERS, IN_ORDER_TABLE, "  | Accepted | ", ACTIONS),
        (ORDERS, IN_ORDER_TABLE, "  | Accepted | accept || ", {"allowed", "denied", "manual"}),
        (ORDERS, IN_ORDER_TABLE, "  | Accepted | accept || denied | ", {*ACTIONS, "none"}),
        (OFFERS, IN_MAPPING, "  decide Price by ", {"exactly", "first", "every"}),
        (OFFERS, IN_MAPPING, "  let x = sale_end rounded ", {"half", "up", "down"}),
        (OFFERS, IN_MAPPING, "  let x = take cond", None),
        (OFFERS, IN_MAPPING, "  let x = take condition from ", None),
        (OFFERS, AT_TOP, 'table x from "tables/units.csv" key ', {"unit", "packaging"}),
        (OFFERS, AT_TOP, "override offer for ", CHANNELS),
        (OFFERS, AT_TOP, "override offer for cdiscount from ", MILESTONES),
        (OFFERS, AT_TOP, "read ", {"product", "order"}),
        (OFFERS, AT_TOP, "channel x extends ", CHANNELS),
        (OFFERS, AT_TOP, 'use "', {"orders.rules", "rules/orders.rules"}),
        (OFFERS, IN_CHANNEL, "  send ", {"offers", "orders", "products"}),
        (OFFERS, IN_CHANNEL, "  send offers ", {"automatically", "manually"}),
        (OFFERS, IN_CHANNEL, "  send offers manually from ", MILESTONES),
        (OFFERS, IN_MAPPING, '  source "x', set()),
        (OFFERS, IN_MAPPING, "  # Pri", set()),
    ],
)
def test_exactly_these_are_offered(
    file: str, before: str, typed: str, expected: set[str] | None
) -> None:
    found = offered(file, before, typed)
    if expected is None:
        sort = Sort.TABLE if typed.endswith("from ") else Sort.COLUMN
        assert found
        assert set(found.values()) == {sort}
    else:
        assert set(found) == expected


@pytest.mark.parametrize(
    ("before", "typed", "some", "none"),
    [
        (
            IN_MAPPING,
            "  require ",
            {"Price", "sku", "gtin13", "not"},
            {"mapping", "let", "present"},
        ),
        (IN_MAPPING, "  require Price ", {"present", "missing", "is not", "in"}, {"sku", "then"}),
        (IN_MAPPING, "  Stock =\n    when outlet ", {"then", "and"}, {"otherwise", "else"}),
        (IN_MAPPING, "  Stock =\n    when outlet then 1\n    ", {"when", "otherwise"}, {"then"}),
        (IN_MAPPING, "  ", {"let", "require", "only when", "Price"}, {"sku", "mapping", "send"}),
        (AT_TOP, "", {"mapping", "override", "test", "milestone"}, {"let", "require", "Price"}),
        (IN_DECIDE, "    | ", {"any", "missing", "sku"}, {"require"}),
        (IN_TEST, "  given ", {"product", "category"}, {"Price"}),
        (IN_TEST, '  given product "x" but categ', {"category", "sku"}, {"Price", "product"}),
        (IN_TEST, "  expect ", {"Price", "rejected", "snapshot"}, {"sku"}),
    ],
)
def test_these_are_among_what_is_offered(
    before: str, typed: str, some: set[str], none: set[str]
) -> None:
    found = set(offered(OFFERS, before, typed))
    assert some <= found
    assert not found & none


@pytest.mark.parametrize(
    ("before", "typed", "some"),
    [
        (IN_DECIDE, '    | <= 30 kg || "', {"Tracked", "Registered", "BigParcelEco"}),
        (IN_TEST, '  given category = "', {"Lamps", "Outlet"}),
        (IN_TEST, '  given title = "x", category = "La', {"Lamps", "Outlet"}),
        (IN_TEST, '  expect ProductCondition = "', {"New", "LikeNew"}),
        (IN_MAPPING, '  ProductCondition =\n    when outlet then "', {"New", "LikeNew"}),
        (IN_MAPPING, '  ProductCondition = take x from y for z default "', {"New"}),
        (IN_MAPPING, '  let x = category in ("Lamps", "', {"Outlet", "Furniture"}),
        ("  | 9.99 EUR ", '  | 1.00 EUR | 20% | "', {"Lamps", "Outlet"}),
        (IN_TEST, '  given product "', {"fixtures/lamp.json"}),
        (AT_TOP, 'table x from "', {"tables/units.csv", "tables/brand_policy.csv"}),
        (AT_TOP, 'read product using "', {"schemas/product.schema.json"}),
    ],
)
def test_texts_are_offered(before: str, typed: str, some: set[str]) -> None:
    found = offered(OFFERS, before, typed)
    assert some <= set(found)
    assert set(found.values()) == {Sort.VALUE}


@pytest.mark.parametrize("file", [OFFERS, ORDERS])
def test_whatever_is_written_was_accepted_there(file: str) -> None:
    """At each word of the sample the grammar, asked with the blocks around it alone, takes the word."""
    text = TEXTS[file]
    asked = 0
    at = 0
    for line in text.split("\n"):
        bare = line.split("#")[0]
        words = bare.split(" ")
        place = at
        for word in words:
            before = text[at:place]
            if word.isalpha() and before.count('"') % 2 == 0 and not bare.lstrip().startswith("|"):
                accepted = accepted_at(text, place)
                names = {"LOWER", "UPPER", "ZONE", "CURRENCY_CODE", "UNIT", "DURATION_UNIT"}
                assert word in keywords_among(accepted) or accepted & names, (line, word)
                asked += 1
            place += len(word) + 1
        at += len(line) + 1
    assert asked > 150


def test_a_file_that_cannot_be_read_elsewhere_is_no_hindrance() -> None:
    text = f"rules 1\nmapping is nonsense ) =\n  let = =\n{TEXTS[OFFERS].partition('rules 1')[2]}"
    text = text.replace("  let outlet ", "  let )( outlet ")
    at = text.index("  require weight ") + len("  require weight ")
    assert parse_anew(Source("x", text))[1]
    desk = Desk(load_project(ROOT), Source(OFFERS, text))
    assert "present" in {one.label for one in complete(desk, at)}
