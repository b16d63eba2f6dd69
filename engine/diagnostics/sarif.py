"""A report as SARIF 2.1.0, which code hosts and editors read."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from engine.diagnostics.codes import Code, Severity
from engine.diagnostics.diagnostic import Diagnostic, Help, Label, Report
from engine.diagnostics.place import Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.LINT: "note"}


def as_sarif(report: Report) -> str:
    """`report` as one SARIF run; notes belong to the message, safe and other edits are fixes."""
    found = list(report)
    codes = {d.code.number: d.code for d in found}
    rules = [codes[number] for number in sorted(codes)]
    places = {code.number: index for index, code in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "feedwright", "rules": [_rule(code) for code in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, places[d.code.number]) for d in found],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.number,
        "name": code.name,
        "shortDescription": {"text": code.name.replace("-", " ")},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    notes = [f"note: {note}" for note in diagnostic.notes]
    helps = [f"help: {help_.says}" for help_ in diagnostic.helps]
    result: dict[str, Any] = {
        "ruleId": diagnostic.code.number,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": "\n".join([diagnostic.says, *notes, *helps])},
    }
    if diagnostic.span.file:
        result["locations"] = [_location(diagnostic.span, diagnostic.mark)]
    related = [_location(label.span, label.says) for label in diagnostic.labels if _placed(label)]
    if related:
        result["relatedLocations"] = related
    fixes = [_fix(help_) for help_ in diagnostic.helps if help_.replacements]
    if fixes:
        result["fixes"] = fixes
    return result


def _placed(label: Label) -> bool:
    return bool(label.span.file)


def _location(span: Span, says: str) -> dict[str, Any]:
    where: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(span), "region": _region(span)}
    }
    if says:
        where["message"] = {"text": says}
    return where


def _fix(help_: Help) -> dict[str, Any]:
    files = dict.fromkeys(r.span.file for r in help_.replacements)
    changes = [
        {
            "artifactLocation": {"uri": quote(file)},
            "replacements": [
                {"deletedRegion": _region(r.span), "insertedContent": {"text": r.text}}
                for r in help_.replacements
                if r.span.file == file
            ],
        }
        for file in files
    ]
    return {"description": {"text": help_.says}, "artifactChanges": changes}


def _artifact(span: Span) -> dict[str, Any]:
    return {"uri": quote(span.file)}


def _region(span: Span) -> dict[str, Any]:
    return {
        "startLine": max(span.line, 1),
        "startColumn": max(span.column, 1),
        "endLine": max(span.end_line, 1),
        "endColumn": max(span.end_column, 1),
    }
