"""Reports fit the public schemas of their formats (see schemas/SOURCES.md)."""

import json
import re
from pathlib import Path

import pytest
from conftest import Feedwright
from jsonschema import Draft4Validator
from lxml import etree

SCHEMAS = Path(__file__).parent / "schemas"
RULES = ["rules/offers.rules", "rules/faulty.rules"]


@pytest.mark.parametrize("rules", RULES)
def test_sarif_fits_its_schema(rules: str, shop: Path, feedwright: Feedwright) -> None:
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    log = json.loads(feedwright("check", rules, "--format", "sarif", cwd=shop).out)
    faults = [f"{list(e.path)}: {e.message}" for e in Draft4Validator(schema).iter_errors(log)]
    assert faults == []
    results = log["runs"][0]["results"]
    assert {r["ruleId"] for r in results} == ({"E814"} if "offers" in rules else {"N101", "X501"})
    for result in results:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert (
            log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
            == (result["ruleId"])
        )


def test_a_broken_sarif_log_is_noticed() -> None:
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    assert list(Draft4Validator(schema).iter_errors({"version": "2.1.0", "runs": [{"tool": {}}]}))


@pytest.mark.parametrize(
    "words",
    [
        *[("check", rules) for rules in RULES],
        ("test", "--project", "."),
        ("test", "--coverage", "--at", "2025-08-01T09:00Z"),
    ],
)
def test_junit_fits_its_schema(words: tuple[str, ...], shop: Path, feedwright: Feedwright) -> None:
    told = feedwright(*words, "--format", "junit", cwd=shop).out
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    document = etree.fromstring(told.encode())
    assert schema.validate(document), schema.error_log
    counted = int(document.get("tests", "0"))
    assert counted == len(document.findall(".//testcase")) > 0
    assert int(document.get("failures", "0")) == len(document.findall(".//failure"))


def test_github_annotations_are_one_line_each(shop: Path, feedwright: Feedwright) -> None:
    told = feedwright("check", "rules/faulty.rules", "--format", "github", cwd=shop).out
    lines = told.splitlines()
    assert len(lines) == 2
    shape = r"::(error|warning|notice) file=rules/faulty\.rules,line=\d+,endLine=\d+,col=\d+,title=[^,:]+::.+"
    assert all(re.fullmatch(shape, line) for line in lines)
