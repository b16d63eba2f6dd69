"""The reference tells what the declarations say, and it is current."""

import json
from pathlib import Path

import pytest
from conftest import Feedwright

from engine.diagnostics.codes import all_codes
from engine.feeds.schema_help import HELP
from engine.feeds.source_schema import KEYWORDS
from engine.functions import library
from engine.pipeline import check
from engine.project import load_project
from engine.reference import reference
from engine.workspace import Workspace

ROOT = Path(__file__).parents[2]
FILE = ROOT / "rules/REFERENCE.md"


@pytest.fixture(scope="module")
def page() -> str:
    project = load_project(ROOT)
    schema, _ = Workspace(project).offer_schema()
    return reference(schema, check(project).ruleset)


def test_the_reference_is_current(page: str) -> None:
    assert FILE.read_text(encoding="utf-8") == page, "`feedwright docs` writes it anew"


def test_every_word_of_a_source_schema_is_told(page: str) -> None:
    section = page.partition("\n## Source schema\n")[2].partition("\n## ")[0]
    for word, kinds in KEYWORDS.items():
        assert f"| `{word}` | {', '.join(kinds) if kinds else 'any'} |" in section
    assert {word for word in HELP if word.startswith("x-")} == {*KEYWORDS}


def test_every_declaration_has_its_place(page: str) -> None:
    schema, _ = Workspace(load_project(ROOT)).offer_schema()
    for name in schema.attributes:
        assert f"\n### {name}\n" in page
    for name, function in library().items():
        assert f"\n#### {name}(" in page
        for expression in function.examples:
            assert f"`{expression}`" in page
    for code in all_codes().values():
        assert f"| {code.number} | {code.name} |" in page


def test_a_fact_that_is_not_known_is_said_to_be_so(page: str) -> None:
    aligned = page.partition("### PriceMustBeAligned\n")[2].partition("\n### ")[0]
    assert "| JSON | no name is publicly known" in aligned
    assert "| XML | `Offer@PriceMustBeAligned`" in aligned


def test_lineage_goes_through_lets_and_tables(page: str) -> None:
    lineage = page.partition("## Lineage")[2].partition("### cdiscount_octopia from")[2]
    price = next(line for line in lineage.splitlines() if "`Price`" in line)
    assert price.startswith(
        "| `category`, `price_excl_vat`, `vat_rate` | `Price` | `price.price` |"
    )
    floor = next(line for line in lineage.splitlines() if "`MinimumPriceForPriceAlignment`" in line)
    assert "`cost_price`" in floor.split("|")[1]
    constant = next(line for line in lineage.splitlines() if "`DeaTax`" in line)
    assert constant.startswith("| constant |")
    assert "Migration notice" in price


def test_tables_have_the_columns_of_their_heads(page: str) -> None:
    columns = 0
    for line in page.splitlines():
        if not line.startswith("|"):
            columns = 0
            continue
        found = line.replace("\\|", "").count("|")
        assert found == (columns or found), line
        columns = found


def test_docs_writes_checks_and_prints(shop: Path, feedwright: Feedwright) -> None:
    assert feedwright("docs", "--check", cwd=shop).code == 1
    assert feedwright("docs", cwd=shop).code == 0
    written = (shop / "rules/REFERENCE.md").read_text(encoding="utf-8")
    assert feedwright("docs", "--check", cwd=shop).code == 0
    shown = feedwright("docs", "--out", "-", cwd=shop)
    assert (shown.code, shown.out, shown.err) == (0, written, "")
    rules = shop / "rules/offers.rules"
    rules.write_text(
        rules.read_text().replace('source "Notice, attributes', 'source "Other notice,')
    )
    stale = feedwright("docs", "--check", cwd=shop)
    assert stale.code == 1
    assert "run `feedwright docs`" in stale.err


def test_every_setting_is_described() -> None:
    schema = json.loads((ROOT / "schemas/settings.schema.json").read_text(encoding="utf-8"))

    def bare(entry: dict[str, object]) -> bool:
        return "description" not in entry and entry.get("type") != "object"

    feed = schema["$defs"]["feed"]["properties"]
    assert [name for name, entry in feed.items() if bare(entry)] == []
    assert [name for name, entry in schema["properties"].items() if bare(entry)] == []
