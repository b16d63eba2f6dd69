"""The pages on what the analyses find: a bad example gives its code alone, a good one nothing.

A block that begins with a keyword of the top level stands beside the standard mapping of the shop (or
in place of what it declares itself); any other block stands inside that mapping.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.diagnostics.codes import all_codes
from engine.diagnostics.diagnostic import Help, Report
from engine.diagnostics.pages import page
from engine.diagnostics.place import Source
from engine.language.analyses import analyse
from engine.language.checker import check_rules
from engine.language.parser import parse
from engine.language.printer import print_rules
from engine.project import Project
from engine.workspace import Workspace

ROOT = Path(__file__).parents[2]
OURS = (
    *("C601", "C602", "C603", "C604", "C605", "C606", "C608", "C609", "C610"),
    *("V702", "V703", "V705", "V706", "V707", "N105", "N106", "N109"),
    *("M305", "M306", "M308", "D409", "X502", "X504", "H801", "H805", "E813", "E814", "K952"),
    *("L981", "L982", "L983", "L984", "L986", "L987", "L988", "L989"),
)
NOW = datetime(2025, 6, 1, tzinfo=UTC)
HEADER = """\
rules 1
timezone Europe/Paris
currency EUR
read product using "schemas/product.schema.json"
write offer using "schemas/offer.schema.json"
"""
CHANNELS = """
channel cdiscount
  send offers manually
end

channel cdiscount_octopia
  send offers automatically every 1 hour
end
"""
STANDARD = {
    "SellerProductId": "sku",
    "ProductEan": 'gtin13(ean) on error reject "EAN {ean} is not valid"',
    "ProductCondition": '"New"',
    "Price": "price_excl_vat * (100% + vat_rate) rounded half up to 0.01 EUR",
    "Vat": "vat_rate",
    "EcoPart": "0.00 EUR",
    "DeaTax": "0.00 EUR",
    "Stock": "3",
    "PreparationTime": "2 days",
    "ShippingInformationDeliveryMode": '"Tracked"',
    "ShippingCharges": "4.99 EUR",
    "AdditionalShippingCharges": "0.50 EUR",
}
TESTS = """
test "on the old channel" on cdiscount at 2025-10-01 09:00 Europe/Paris
  given product "fixtures/lamp.json"
  expect Stock = 3
end

test "on the new channel" on cdiscount_octopia at 2025-10-01 09:00 Europe/Paris
  given product "fixtures/lamp.json"
  expect Stock = 3
end
"""
TOP = ("channel", "table", "milestone", "mapping", "override", "test")


def example(number: str, title: str) -> str:
    text = page(number)
    assert text is not None
    found = re.search(rf"\n## {title}\n\n```rules\n(.*?)```\n", text, re.DOTALL)
    assert found, f"{number}: no `{title}` example"
    return found[1]


def whole(block: str) -> str:
    """A file that holds the rules of `block`, and around them all that a shop needs."""
    declared = set(re.findall(r"^(\w+)", block, re.MULTILINE)) & set(TOP)
    inside = "" if declared else block
    set_here = set(re.findall(r"^ *([A-Z]\w*) *=", inside, re.MULTILINE))
    decided = re.search(r"^decide ([\w, ]+) by", inside, re.MULTILINE)
    set_here |= set(decided[1].split(", ")) if decided else set()
    lines = [f"  {name} = {value}" for name, value in STANDARD.items() if name not in set_here]
    mapping = ["\nmapping offer for cdiscount, cdiscount_octopia", '  source "A page"', *lines]
    return "\n".join(
        [
            HEADER,
            "" if "channel" in declared else CHANNELS,
            "" if "mapping" in declared else "\n".join([*mapping, "", inside, "end\n"]),
            block if declared else "",
            "" if "test" in declared else TESTS,
        ]
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample's schemas, and one field that the feed wants to be rid of."""
    root = tmp_path_factory.mktemp("shop")
    schema = json.loads((ROOT / "schemas/product.schema.json").read_text(encoding="utf-8"))
    schema["properties"]["old_comment"] = {"type": "string", "deprecated": True}
    (root / "schemas").mkdir()
    (root / "schemas/product.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return Workspace(Project(root))


def formatted(text: str) -> str:
    tree, faults = parse(Source("a.rules", text))
    assert faults == []
    return print_rules(tree)


def report_of(shop: Workspace, text: str) -> Report:
    source = Source("a.rules", text)
    ruleset, report = check_rules(source, shop)
    if ruleset is not None:
        # What only time tells is asked for as `plan` would: with an instant.
        tree, _ = parse(source)
        later = analyse(ruleset, (tree,), report.sources, NOW)
        report.extend(d for d in later if d.code.number == "E813")
    return report


def codes_of(report: Report) -> list[str]:
    return [d.code.number for d in report]


def text_of(number: str, title: str) -> str:
    text = whole(example(number, title))
    return text if (number, title) == ("L988", "Bad") else formatted(text)


@pytest.mark.parametrize("number", OURS)
def test_the_bad_example_gives_its_code_alone(shop: Workspace, number: str) -> None:
    assert set(codes_of(report_of(shop, text_of(number, "Bad")))) == {number}


@pytest.mark.parametrize("number", OURS)
def test_the_good_example_gives_nothing(shop: Workspace, number: str) -> None:
    assert codes_of(report_of(shop, text_of(number, "Good"))) == []


def edits(report: Report) -> Iterator[Help]:
    for diagnostic in report:
        yield from (help_ for help_ in diagnostic.helps if help_.replacements)


def applied(text: str, help_: Help) -> str:
    for one in sorted(help_.replacements, key=lambda r: r.span.start, reverse=True):
        text = text[: one.span.start] + one.text + text[one.span.end :]
    return text


@pytest.mark.parametrize("number", OURS)
def test_every_edit_makes_the_message_vanish(shop: Workspace, number: str) -> None:
    text = text_of(number, "Bad")
    before = report_of(shop, text)
    for help_ in edits(before):
        after = codes_of(report_of(shop, applied(text, help_)))
        assert after.count(number) == codes_of(before).count(number) - 1, applied(text, help_)
        assert not any(all_codes()[code].severity == "error" for code in after)


@pytest.mark.parametrize("number", ["C606", "X502", "X504", "H801", "L982", "L983", "L988"])
def test_a_safe_edit_is_offered(shop: Workspace, number: str) -> None:
    levels = [help_.level for help_ in edits(report_of(shop, text_of(number, "Bad")))]
    assert levels == ["safe"]
