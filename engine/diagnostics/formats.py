"""A report as JSON, and as annotations of a GitHub workflow."""

from __future__ import annotations

import json
from typing import Any

from engine.diagnostics.codes import Severity
from engine.diagnostics.diagnostic import Diagnostic, Help, Report
from engine.diagnostics.place import Span
from engine.diagnostics.visible import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.LINT: "notice"}


def as_json(report: Report) -> str:
    """`report` as a JSON list, one object for each diagnostic; lines and columns count from 1."""
    told = [json_diagnostic(diagnostic) for diagnostic in report]
    return json.dumps(told, indent=2) + "\n"


def json_diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    """One diagnostic as JSON values.

    Returns:
        {"code", "name", "severity", "message", "file", "line", "column", "end_line", "end_column",
        "mark", "labels": [...], "notes": [...], "helps": [{"message", "level", "edits"}]}
    """
    return {
        "code": diagnostic.code.number,
        "name": diagnostic.code.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.says,
        **_place(diagnostic.span),
        "mark": diagnostic.mark,
        "labels": [{**_place(label.span), "message": label.says} for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "helps": [_help(help_) for help_ in diagnostic.helps],
    }


def _help(help_: Help) -> dict[str, Any]:
    return {
        "message": help_.says,
        "level": help_.level.value if help_.level else None,
        "edits": [{**_place(r.span), "text": r.text} for r in help_.replacements],
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def as_github(report: Report) -> str:
    """`report` as workflow commands, which GitHub shows at the lines of a pull request."""
    return "".join(f"{_annotation(diagnostic)}\n" for diagnostic in report)


def _annotation(diagnostic: Diagnostic) -> str:
    title = f"{diagnostic.code.number} {diagnostic.code.name}"
    command = _COMMANDS[diagnostic.severity]
    return annotation(command, diagnostic.span, title, plain_message(diagnostic))


def annotation(command: str, span: Span, title: str, message: str) -> str:
    """A workflow command (`error`, `warning` or `notice`) that shows `message` at `span`."""
    properties = {"title": title}
    if span.file:
        lines = {"line": str(span.line), "endLine": str(span.end_line), "col": str(span.column)}
        properties = {"file": span.file, **lines, **properties}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def plain_message(diagnostic: Diagnostic) -> str:
    """All that a diagnostic says, a line each, for readers that show one text."""
    lines = [diagnostic.says + (f" ({diagnostic.mark})" if diagnostic.mark else "")]
    lines += [f"{label.span}: {label.says}" for label in diagnostic.labels if label.span.file]
    lines += [f"note: {note}" for note in diagnostic.notes]
    lines += [f"help: {help_.says}" for help_ in diagnostic.helps]
    return "\n".join(visible(part) for line in lines for part in line.split("\n"))
