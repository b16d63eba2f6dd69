"""Repairs of what needs none: `default` on a value that is never missing, `on error` on one that never fails."""

from __future__ import annotations

import re

from engine.diagnostics.codes import missing as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.language import ruleset as r
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.study import Findings, Study
from engine.language.analyses.terms import subterms

_CODES = {
    r.Repair.MISSING: codes.NEEDLESS_DEFAULT,
    r.Repair.FAILURE: codes.NEEDLESS_ON_ERROR,
}
_WORDS = {r.Repair.MISSING: r"default\b", r.Repair.FAILURE: r"on\s+error\b"}


def check_repairs(study: Study) -> list[Diagnostic]:
    """Report needless repairs; without them the rules mean the same."""
    findings = Findings()
    for known in study.slices:
        for value in known.terms:
            if isinstance(value, r.Repaired):
                found = _needless_repair(study, value) if _needless(known, value) else None
                findings.add(value.repair.value, value.span, found)
    return findings.everywhere()


def _needless(known: Knowledge, value: r.Repaired) -> bool:
    inner = value.value
    if value.repair is r.Repair.FAILURE:
        return not inner.fails
    # A requirement may drop an attribute that is always given a value.
    named = (x for x in subterms(inner) if isinstance(x, r.AttributeValue))
    return not inner.missing and not any(known.may_be_missing(x) for x in named)


def _needless_repair(study: Study, value: r.Repaired) -> Diagnostic:
    """The report, with the edit that takes out the repair and keeps brackets around the value."""
    between = study.between(value.value.span, value.alternative.span)
    found = re.search(_WORDS[value.repair], between)
    if not found:
        return Diagnostic.of(_CODES[value.repair], value.alternative.span)
    start, kept = value.value.span.end, between[: found.start()].rstrip()
    edit = Replacement(study.part(value.span, start + len(kept), value.span.end), "")
    marked = study.part(value.span, start + found.start(), value.span.end)
    helps = [Help("leave it out", EditLevel.SAFE, (edit,))]
    return Diagnostic.of(_CODES[value.repair], marked, helps=helps)
