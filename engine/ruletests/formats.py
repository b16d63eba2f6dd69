"""What a run of rule tests found, for people, build servers and workflows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from engine.diagnostics.formats import annotation
from engine.diagnostics.visible import visible
from engine.orders.matrix import MatrixSlice
from engine.ruletests.coverage import Coverage
from engine.ruletests.order_cases import OrderCaseResult, PermissionCoverage
from engine.ruletests.runner import CaseResult

STYLES = ("text", "json", "junit", "github")


class RunOfTests(Struct, frozen=True):
    """The cases of a run in order, and what they reached where that was asked for.

    `zone`: by whose clocks the periods of permissions are told.
    """

    results: Sequence[CaseResult | OrderCaseResult]
    coverage: Coverage | None = None
    permissions: PermissionCoverage | None = None
    zone: str = "UTC"

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return sum(not r.passed for r in self.results)

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return len(self.results) - self.failed


def render_tests(report: RunOfTests, style: str) -> str:
    """`report` as `style`, one of `STYLES`; ends with a line end.

    Raises:
        ValueError: there is no such style.
    """
    match style:
        case "text":
            return "".join(f"{line}\n" for line in _text(report))
        case "json":
            return json.dumps(_json(report), ensure_ascii=False, indent=2) + "\n"
        case "junit":
            return "".join(f"{line}\n" for line in _junit(report))
        case "github":
            return "".join(f"{line}\n" for line in _github(report))
        case _:
            raise ValueError(f"no style `{style}`; there are {', '.join(STYLES)}")


def _text(report: RunOfTests) -> Iterator[str]:
    for result in report.results:
        mark = "passed" if result.passed else "FAILED"
        yield f"{mark}  {visible(result.case.name)}  ({result.case.span})"
        for failure in result.failures:
            for line in failure.splitlines():
                yield f"        {visible(line)}"
    if report.coverage is not None:
        yield _reached(report.coverage)
        for span, what in report.coverage.missed():
            yield f"  never reached: {what} at {span}"
    yield from _permissions(report)
    yield f"{report.passed} passed, {report.failed} failed"


def _permissions(report: RunOfTests) -> Iterator[str]:
    """Which permissions of orders the tests decide, by channel and period."""
    if report.permissions is None:
        return
    parts = list(report.permissions.slices())
    hit, total = sum(h for _, h, _ in parts), sum(len(one.cells) for one, _, _ in parts)
    yield f"permissions: {hit} of {total} pairs of state and action are decided by a test"
    for one, count, missed in parts:
        period = MatrixSlice(report.permissions.rules, one, report.zone).period
        yield f"  {one.channel}, {period}: {count} of {len(one.cells)}"
        yield from (f"    never decided: {action} in {state}" for state, action in missed)


def _permissions_json(permissions: PermissionCoverage) -> list[dict[str, Any]]:
    return [
        {
            "channel": one.channel,
            "from": one.start.isoformat() if one.start else None,
            "until": one.end.isoformat() if one.end else None,
            "decided": count,
            "total": len(one.cells),
            "missed": [{"state": state, "action": action} for state, action in missed],
        }
        for one, count, missed in permissions.slices()
    ]


def _reached(coverage: Coverage) -> str:
    return (
        f"coverage: {coverage.hit} of {coverage.total} cases, rows and requirement outcomes "
        "are reached"
    )


def _json(report: RunOfTests) -> dict[str, Any]:
    found: dict[str, Any] = {
        "passed": report.passed,
        "failed": report.failed,
        "cases": [_case_json(result) for result in report.results],
    }
    if report.coverage is not None:
        found["coverage"] = {
            "reached": report.coverage.hit,
            "total": report.coverage.total,
            "missed": [
                {"what": what, "file": span.file, "line": span.line, "column": span.column}
                for span, what in report.coverage.missed()
            ],
        }
    if report.permissions is not None:
        found["permissions"] = _permissions_json(report.permissions)
    return found


def _case_json(result: CaseResult | OrderCaseResult) -> dict[str, Any]:
    case = result.case
    return {
        "name": case.name,
        "file": case.span.file,
        "line": case.span.line,
        "channel": case.channel,
        "at": case.at.isoformat().replace("+00:00", "Z"),
        "outcome": _outcome(result),
        "passed": result.passed,
        "failures": list(result.failures),
    }


def _outcome(result: CaseResult | OrderCaseResult) -> str | None:
    match result:
        case CaseResult(result=row):
            return row.outcome.value if row else None
        case OrderCaseResult(decision=decision):
            return decision.ruling.value if decision else None


def _junit(report: RunOfTests) -> Iterator[str]:
    counts = f'tests="{len(report.results)}" failures="{report.failed}" errors="0"'
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield f"<testsuites {counts}>"
    yield f'  <testsuite name="feedwright test" {counts}>'
    for result in report.results:
        head = (
            f"    <testcase classname={quoteattr(visible(result.case.span.file))} "
            f"name={quoteattr(visible(result.case.name))}"
        )
        if result.passed:
            yield f"{head}/>"
            continue
        says = quoteattr(visible(result.failures[0].partition("\n")[0]))
        told = "\n".join(visible(x) for f in result.failures for x in f.splitlines())
        yield f"{head}>"
        yield f'      <failure type="failed" message={says}>{escape(told)}</failure>'
        yield "    </testcase>"
    yield "  </testsuite>"
    yield "</testsuites>"


def _github(report: RunOfTests) -> Iterator[str]:
    for result in report.results:
        if not result.passed:
            told = "\n".join(visible(x) for f in result.failures for x in f.splitlines())
            yield annotation("error", result.case.span, f"test failed: {result.case.name}", told)
    if report.coverage is not None:
        for span, what in report.coverage.missed():
            yield annotation("notice", span, "never reached", f"no test reaches this {what}")
