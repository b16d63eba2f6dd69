"""The file that examples of pages on actions stand in: two channels, three states, two actions."""

import re
from collections.abc import Sequence

from engine.diagnostics.place import Source
from engine.language.parser import parse
from engine.language.printer import print_rules

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


def whole_orders(blocks: Sequence[str]) -> str:
    """A file that holds the rules of `blocks`, and around them all that orders need.

    What a block declares itself stands in place of the frame's; a test tries each action.
    """
    block = "\n".join(blocks)
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
