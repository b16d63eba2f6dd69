"""Rules about orders that contradict each other, name what is not there, or change nothing."""

from pathlib import Path

import pytest

from engine.diagnostics.diagnostic import Report
from engine.diagnostics.place import Source
from engine.language.checker import check_rules
from engine.language.orders.graph import following, impossible_sequences
from engine.project import Project
from engine.workspace import Workspace

ROOT = Path(__file__).parents[4]
FRAME = """\
rules 1
read order using "schemas/order.schema.json"

milestone later = to be confirmed

channel cdiscount
  send orders automatically every 15 minutes
end

channel cdiscount_octopia
  send orders automatically every 15 minutes
end

states order
  | state             | cdiscount                     | cdiscount_octopia   |
  | WaitingAcceptance | "WaitingForSellerAcceptation" | "WaitingAcceptance" |
  | Accepted          | "AcceptedBySeller"            | "Accepted"          |
  | Refused           | "RefusedBySeller"             | "Refused"           |
end

route order
  when marketplace_code is "cdiscount" to channel cdiscount
  otherwise to channel cdiscount_octopia
end

action accept on cdiscount, cdiscount_octopia
  allowed in WaitingAcceptance
  message optional text
  leads to Accepted
end

action refuse on cdiscount, cdiscount_octopia
  allowed in WaitingAcceptance
  leads to Refused
end

test table "all" on cdiscount at 2025-08-01 09:00 Europe/Paris
  | state             | action || result  |
  | WaitingAcceptance | accept || allowed |
  | WaitingAcceptance | refuse || allowed |
end
"""


def report_of(text: str, frame: str = FRAME) -> Report:
    source = Source("orders.rules", f"{frame}\n{text}\n")
    return check_rules(source, Workspace(Project(ROOT)))[1]


def told(text: str, frame: str = FRAME) -> list[str]:
    """The numbers of what is not a matter of style, and of tests."""
    found = report_of(text, frame)
    return [d.code.number for d in found if d.code.number[0] not in "LK" and d.severity != "lint"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("action accept on cdiscount\n  allowed in Accepted\nend", "N104"),
        ('no action accept on cdiscount\n  deny "No"\nend', "N104"),
        ('states order\n | state | cdiscount |\n | A | "a" |\nend', "N104"),
        ("route order\n  otherwise to channel cdiscount\nend", "N104"),
        ("action a on cdiscount, cdiscount_octopia\n  allowed in Lost\n  leads to Accepted\nend", "N103"),
        ("action a on cdiscont, cdiscount, cdiscount_octopia\n  allowed in WaitingAcceptance\n  leads to Accepted\nend", "N103"),
        ("action a on cdiscount, cdiscount_octopia\n  same as acept\nend", "N103"),
        (
            ("action a on cdiscount, cdiscount_octopia\n  allowed in WaitingAcceptance\n"
            "  reason mandatory one of table reasons\n  leads to Accepted\nend"),
            "N103",
        ),
        ("override action accept on cdiscount from never\n  leads to Refused\nend", "N103"),
        ("override action accpt on cdiscount\n  leads to Refused\nend", "H802"),
        ("override action accept on cdiscount\n  message optional text\nend", "H801"),
        (
            ("override action accept on cdiscount\n  leads to Refused\nend\n\n"
            "override action accept on cdiscount from 2026-01-01 00:00 Europe/Paris\n  leads to Refused\nend"),
            "E811",
        ),
        (
            ("override action accept on cdiscount from 2026-01-02 00:00 Europe/Paris "
            "until 2026-01-01 00:00 Europe/Paris\n  leads to Refused\nend"),
            "D407",
        ),
        ("override action accept on cdiscount from later\n  leads to Refused\nend", "E814"),
        ("override action accept on cdiscount from 2025-07-29 10:00 CET\n  leads to Refused\nend", "D402"),
        (
            ('no action ship on cdiscount, cdiscount_octopia\n  deny "No"\n'
            "  when state is Lost suggest accept\n  otherwise suggest nothing\nend"),
            "N103",
        ),
        (
            ('no action ship on cdiscount, cdiscount_octopia\n  deny "No"\n'
            "  otherwise suggest shipping\nend"),
            "N103",
        ),
        (
            ('no action ship on cdiscount, cdiscount_octopia\n  deny "No"\n'
            "  when sate is Accepted suggest nothing\n  otherwise suggest nothing\nend"),
            "N101",
        ),
        (
            ('no action ship on cdiscount, cdiscount_octopia\n  deny "No"\n'
            "  when state is WaitingAcceptance suggest accept\nend"),
            "A901",
        ),
        ('test "x" on cdiscount at 2025-08-01 09:00 CET\n  given state = Accepted\n  try accept\n  expect denied\nend', "D402"),
        ('test "x" on cdiscount at 2025-08-01 09:00 Europe/Paris\n  given state = Acepted\n  try accept\n  expect denied\nend', "N103"),
        ('test "x" on cdiscount at 2025-08-01 09:00 Europe/Paris\n  given state = Accepted\n  try acept\n  expect denied\nend', "N103"),
        ('test "x" on cdiscount at 2025-08-01 09:00 Europe/Paris\n  given state = Accepted\n  try accept with mesage = "a"\n  expect denied\nend', "N103"),
        ('test "x" on cdiscont at 2025-08-01 09:00 Europe/Paris\n  given state = Accepted\n  try accept\n  expect denied\nend', "N103"),
        ('test table "x" on cdiscount at 2025-08-01 09:00 Europe/Paris\n  | state | action || result |\n  | Accepted | accept || alowed |\nend', "N103"),
        ('test table "x" on cdiscount at 2025-08-01 09:00 Europe/Paris\n  | state | action || outcome |\n  | Accepted | accept || allowed |\nend', "N103"),
    ],
)  # fmt: skip
def test_one_mistake_is_told_once(text: str, number: str) -> None:
    assert told(text) == [number]


def test_the_frame_is_well() -> None:
    assert told("") == []


def test_overrides_of_different_times_do_not_contradict_each_other() -> None:
    text = """\
override action accept on cdiscount until 2026-01-01 00:00 Europe/Paris
  leads to Refused
end

override action accept on cdiscount from 2026-01-01 00:00 Europe/Paris
  message forbidden "No message any more"
  leads to Refused
end
"""
    assert told(text) == []


def test_an_order_without_states_is_told() -> None:
    start, end = FRAME.index("states order"), FRAME.index("route order")
    assert "A901" in told("", FRAME[:start] + FRAME[end:])


def test_an_order_without_a_route_is_told() -> None:
    start, end = FRAME.index("route order"), FRAME.index("action accept")
    assert told("", FRAME[:start] + FRAME[end:]) == ["A911"]


def test_a_suggestion_that_some_states_do_not_allow_is_told_once_with_those() -> None:
    text = 'no action ship on cdiscount, cdiscount_octopia\n  deny "No"\n  otherwise suggest accept\nend'
    found = [d for d in report_of(text) if d.code.number == "A907"]
    assert [d.says for d in found] == [
        "this suggests `accept`, which cdiscount does not allow in Accepted, Refused",
        "this suggests `accept`, which cdiscount_octopia does not allow in Accepted, Refused",
    ]


def test_rules_about_orders_alone_need_no_products() -> None:
    source = Source("orders.rules", FRAME)
    ruleset, _ = check_rules(source, Workspace(Project(ROOT)))
    assert ruleset is not None
    assert ruleset.slices == ()
    assert ruleset.orders is not None
    assert len(ruleset.orders.slices) == 2


def test_nothing_follows_what_leads_to_a_closed_state() -> None:
    """The marketplace moves orders towards the end of the table, but none out of a closed state."""
    frame = FRAME.replace(
        '  | Refused           | "RefusedBySeller"             | "Refused"           |\n',
        '  | Refused           | "RefusedBySeller"             | "Refused"           |\n'
        '  | Shipped           | "Shipped"                     | "Shipped"           |\n',
    )
    text = """\
action return on cdiscount, cdiscount_octopia
  allowed in Shipped
  leads to Refused
end

action ship on cdiscount, cdiscount_octopia
  allowed in Accepted
  leads to Shipped
end
"""
    source = Source("orders.rules", f"{frame}\n{text}")
    ruleset, _ = check_rules(source, Workspace(Project(ROOT)))
    assert ruleset is not None
    assert ruleset.orders is not None
    one = ruleset.orders.slices[0]
    assert following(one, "refuse") == frozenset()
    assert following(one, "accept") == {"ship", "return"}
    assert following(one, "ship") == {"return"}
    assert ("ship", "accept") in impossible_sequences(one)
