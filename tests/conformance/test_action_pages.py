"""The pages on actions: a bad example gives its code alone, a good one nothing.

A block stands in a file with two channels, three states, a route and two actions; what it declares
itself stands in place of that. A test tries each of its actions.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.diagnostics.codes import all_codes
from engine.diagnostics.diagnostic import Report
from engine.diagnostics.pages import page
from engine.diagnostics.place import Source
from engine.language.checker import check_rules
from engine.language.parser import parse
from engine.language.printer import print_rules
from engine.project import Project
from engine.workspace import Workspace

ROOT = Path(__file__).parents[2]
OURS = sorted(number for number in all_codes() if number.startswith("A9"))
NOW = datetime(2025, 8, 1, tzinfo=UTC)
HEADER = """\
rules 1
read order using "schemas/order.schema.json"

channel cdiscount
  send orders automatically every 15 minutes
end

channel cdiscount_octopia
  send orders automatically every 15 minutes
end
"""
PARTS = {
    "states order": """
states order
  | state             | cdiscount                     | cdiscount_octopia   |
  | WaitingAcceptance | "WaitingForSellerAcceptation" | "WaitingAcceptance" |
  | Accepted          | "AcceptedBySeller"            | "Accepted"          |
  | Refused           | "RefusedBySeller"             | "Refused"           |
end
""",
    "route order": """
route order
  when marketplace_code is "cdiscount" to channel cdiscount
  otherwise to channel cdiscount_octopia
end
""",
    "action accept": """
action accept on cdiscount, cdiscount_octopia
  allowed in WaitingAcceptance
  leads to Accepted
end
""",
    "action refuse": """
action refuse on cdiscount, cdiscount_octopia
  allowed in WaitingAcceptance
  leads to Refused
end
""",
}


def example(number: str, title: str) -> str:
    text = page(number)
    assert text is not None
    found = re.search(rf"\n## {title}\n\n```rules\n(.*?)```\n", text, re.DOTALL)
    assert found, f"{number}: no `{title}` example"
    return found[1]


def whole(block: str) -> str:
    """A file that holds the rules of `block`, and around them all that orders need."""
    rest = [
        text for head, text in PARTS.items() if not re.search(rf"^{head}\b", block, re.MULTILINE)
    ]
    together = "".join([HEADER, *rest, "\n", block])
    actions = dict.fromkeys(re.findall(r"^(?:no )?action (\w+)", together, re.MULTILINE))
    rows = [f"  | cdiscount | WaitingAcceptance | {a} || allowed |" for a in actions]
    head = '\ntest table "each action" at 2025-08-01 09:00 Europe/Paris\n'
    columns = "  | channel | state | action || result |\n"
    text = together + head + columns + "\n".join(rows) + "\nend\n"
    tree, faults = parse(Source("orders.rules", text))
    assert faults == []
    return print_rules(tree)


def report_of(text: str) -> Report:
    return check_rules(Source("orders.rules", text), Workspace(Project(ROOT)))[1]


@pytest.mark.parametrize("number", OURS)
def test_the_bad_example_gives_its_code_alone(number: str) -> None:
    report = report_of(whole(example(number, "Bad")))
    assert {d.code.number for d in report} == {number}


@pytest.mark.parametrize("number", OURS)
def test_the_good_example_gives_nothing(number: str) -> None:
    report = report_of(whole(example(number, "Good")))
    assert [(d.code.number, d.says) for d in report] == []


def test_the_frame_is_well() -> None:
    assert [d.code.number for d in report_of(whole(""))] == []
