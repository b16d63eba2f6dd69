import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from engine.diagnostics.codes import names
from engine.diagnostics.diagnostic import Diagnostic, Report
from engine.diagnostics.place import NOWHERE, Source
from engine.diagnostics.render import STYLES, render_report

PLACE = {"file": "offers.rules", "line": 2, "column": 18, "end_line": 2, "end_column": 25}
REGION = {"startLine": 2, "startColumn": 18, "endLine": 2, "endColumn": 25}


@pytest.mark.parametrize("style", STYLES)
def test_the_same_report_gives_the_same_text_in_any_order(report: Report, style: str) -> None:
    turned = Report(list(reversed(report.diagnostics)), report.sources)
    assert render_report(report, style) == render_report(turned, style)
    assert render_report(report, style).endswith("\n")


def test_there_is_no_other_style(report: Report) -> None:
    with pytest.raises(ValueError, match="no style `html`"):
        render_report(report, "html")


def test_json(report: Report) -> None:
    first, second = json.loads(render_report(report, "json"))
    assert first == {
        "code": "N101",
        "name": "unknown-field",
        "severity": "error",
        "message": "the product has no field `prix_ht`",
        **PLACE,
        "mark": "not in product.json",
        "labels": [],
        "notes": [],
        "helps": [
            {
                "message": "did you mean `price`?",
                "level": "choice",
                "edits": [{**PLACE, "text": "price"}],
            }
        ],
    }
    assert second["labels"] == [
        {
            "file": "product.json",
            "line": 2,
            "column": 3,
            "end_line": 2,
            "end_column": 10,
            "message": "required here",
        }
    ]
    assert second["notes"] == ["50% of 2 rows\nhave one"]
    assert second["severity"] == "warning"


def test_sarif(report: Report) -> None:
    log = json.loads(render_report(report, "sarif"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["N101", "X502"]
    error, warning = run["results"]
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": "offers.rules"}, "region": REGION},
        "message": {"text": "not in product.json"},
    }
    assert error["locations"] == [location]
    assert (error["level"], error["ruleIndex"]) == ("error", 0)
    assert error["fixes"] == [
        {
            "description": {"text": "did you mean `price`?"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "offers.rules"},
                    "replacements": [
                        {"deletedRegion": REGION, "insertedContent": {"text": "price"}}
                    ],
                }
            ],
        }
    ]
    assert (warning["level"], warning["ruleIndex"]) == ("warning", 1)
    assert warning["message"]["text"] == (
        "this value is never missing\nnote: 50% of 2 rows\nhave one"
    )
    assert warning["relatedLocations"][0]["message"] == {"text": "required here"}


def test_a_sarif_path_is_an_address() -> None:
    source = Source("règles/a b.rules", "x")
    fault = Diagnostic.of(names.UNKNOWN_FIELD, source.span(0, 1), name="x")
    (result,) = json.loads(render_report(Report([fault]), "sarif"))["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "r%C3%A8gles/a%20b.rules"


def test_junit(report: Report) -> None:
    suite = ET.fromstring(render_report(report, "junit"))[0]  # noqa: S314 - our own text
    assert suite.attrib == {
        "name": "feedwright check",
        "tests": "3",
        "failures": "1",
        "errors": "0",
    }
    error, warning, clean = suite
    assert error.attrib == {
        "classname": "offers.rules",
        "name": "N101 unknown-field at 2:18",
    }
    (failure,) = error
    assert failure.attrib == {"type": "N101", "message": "the product has no field `prix_ht`"}
    assert failure.text == (
        "offers.rules:2:18\nthe product has no field `prix_ht` (not in product.json)\n"
        "help: did you mean `price`?"
    )
    assert [child.tag for child in warning] == ["system-out"]
    assert clean.attrib == {"classname": "product.json", "name": "no faults"}


def test_junit_stays_xml_whatever_is_quoted() -> None:
    name = '<&">\x00\ufffe]]>'
    fault = Diagnostic.of(names.UNKNOWN_FIELD, NOWHERE, name=name)
    failure = ET.fromstring(render_report(Report([fault]), "junit"))[0][0][0]  # noqa: S314 - ours
    assert failure.attrib["message"] == 'the product has no field `<&">␀<U+FFFE>]]>`'


def test_github(report: Report) -> None:
    error, warning = render_report(report, "github").splitlines()
    place, says = error.split("::")[1:]
    assert place == ("error file=offers.rules,line=2,endLine=2,col=18,title=N101 unknown-field")
    assert says == (
        "the product has no field `prix_ht` (not in product.json)%0Ahelp: did you mean `price`?"
    )
    place, says = warning.split("::")[1:]
    assert place == (
        "warning file=offers.rules,line=3,endLine=3,col=15,title=X502 needless-default"
    )
    assert says == (
        "this value is never missing%0Aproduct.json:2:3: required here"
        "%0Anote: 50%25 of 2 rows%0Ahave one"
    )


def test_a_github_annotation_cannot_be_forged() -> None:
    source = Source("a,b:c.rules", "x")
    fault = Diagnostic.of(names.UNKNOWN_FIELD, source.span(0, 1), name="\r\n::error::forged")
    (line,) = render_report(Report([fault]), "github").splitlines()
    assert line.startswith("::error file=a%2Cb%3Ac.rules,line=1,")
    assert line.endswith("::the product has no field `␍%0A::error::forged`")
