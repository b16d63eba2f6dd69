"""A report as JUnit XML, which build servers show as tests."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from engine.diagnostics.codes import Severity
from engine.diagnostics.diagnostic import Diagnostic, Report
from engine.diagnostics.formats import plain_message
from engine.diagnostics.visible import visible


def as_junit(report: Report) -> str:
    """`report` as one suite: a case for each diagnostic, and one for each file that has none.

    Errors are failures; warnings and lints pass, and what they say stands in their output.
    """
    found = list(report)
    clean = sorted(set(report.sources) - {d.span.file for d in found})
    cases = [_case(d) for d in found] + [_passing(file) for file in clean]
    counts = f'tests="{len(cases)}" failures="{report.errors}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<testsuites {counts}>",
        f'  <testsuite name="feedwright check" {counts}>',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    where = f" at {span.line}:{span.column}" if span.file else ""
    name = quoteattr(f"{diagnostic.code.number} {diagnostic.code.name}{where}")
    # `visible` also keeps out the characters that XML cannot carry.
    told = escape(
        "\n".join(visible(x) for x in (str(span), *plain_message(diagnostic).split("\n")))
    )
    says = quoteattr(visible(diagnostic.says))
    kind = diagnostic.code.number
    if diagnostic.severity is Severity.ERROR:
        body = f'<failure type="{kind}" message={says}>{told}</failure>'
    else:
        body = f"<system-out>{diagnostic.severity.value}: {told}</system-out>"
    head = f"    <testcase classname={quoteattr(visible(span.file))} name={name}>"
    return f"{head}\n      {body}\n    </testcase>"


def _passing(file: str) -> str:
    return f'    <testcase classname={quoteattr(visible(file))} name="no faults"/>'
