"""`# allow C602: reason`: a warning or lint that somebody has looked at, and that is meant so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from engine.diagnostics.codes import Severity, all_codes
from engine.diagnostics.codes import style as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.walks import nodes_of

_ALLOW = re.compile(r"#\s*allow\s+([A-Z]\d{3})\b\s*:?\s*(.*)", re.DOTALL)
# Found when a feed is run, or when the time is known: checking rules alone cannot miss them.
_ELSEWHERE = re.compile(r"R\d{3}|K95[1356]|E81[35]")
# Blocks: an allowance above one is about its first line, not about all that is inside.
_BLOCKS = s.Mapping | s.Override | s.OnlyWhen | s.Channel | s.Test | s.TestTable | s.RulesFile


class Allowance(Struct, frozen=True):
    """The lines that a comment speaks of, the code that it allows there, and why."""

    span: Span
    number: str
    reason: str
    first: int
    last: int

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether the comment allows `diagnostic`: errors are never allowed."""
        span = diagnostic.span
        return (
            bool(self.reason)
            and diagnostic.severity is not Severity.ERROR
            and diagnostic.code.number == self.number
            and span.file == self.span.file
            and self.first <= span.line <= self.last
        )


def apply_allowances(
    diagnostics: list[Diagnostic], files: tuple[s.RulesFile, ...], *, complete: bool = True
) -> list[Diagnostic]:
    """`diagnostics` without those that comments allow, and with the allowances that allow nothing.

    `complete` says that every analysis ran: after an error nobody knows whether an allowance is idle.
    """
    allowances = [a for file in files for a in allowances_of(file)]
    kept = [d for d in diagnostics if not any(a.covers(d) for a in allowances)]
    for allowance in allowances:
        idle = not any(allowance.covers(d) for d in diagnostics)
        fault = _fault(allowance, idle=idle and complete)
        if fault:
            helps = _helps(allowance)
            kept.append(Diagnostic.of(codes.ALLOWANCE, allowance.span, fault=fault, helps=helps))
    return kept


def allowances_of(file: s.RulesFile) -> Iterator[Allowance]:
    """The allowances in the comments of a file."""
    written = [(c.span, found) for c in file.comments if (found := _ALLOW.fullmatch(c.text))]
    ends = _ends(file) if written else {}
    alone = {c.span.line for c in file.comments} - set(ends)
    for span, found in written:
        first = span.line
        while first in alone:
            first += 1
        first = min((line for line in ends if line >= first), default=first)
        yield Allowance(span, found[1], found[2].strip(), first, ends.get(first, first))


def _ends(file: s.RulesFile) -> dict[int, int]:
    """For each line that holds more than a comment, the last line of what begins there."""
    ends: dict[int, int] = {}
    for node in nodes_of(file):
        if not isinstance(node, s.Comment) and node.span.line:
            last = node.span.line if isinstance(node, _BLOCKS) else node.span.end_line
            ends[node.span.line] = max(ends.get(node.span.line, 0), last)
    return ends


def _fault(allowance: Allowance, *, idle: bool) -> str | None:
    code = all_codes().get(allowance.number)
    if code is None:
        return f"names {allowance.number}, which is no code"
    if code.severity is Severity.ERROR:
        return f"names {allowance.number}, an error: errors cannot be allowed"
    if not allowance.reason:
        return f"gives no reason: `# allow {allowance.number}: why it is meant so`"
    if idle and not _ELSEWHERE.fullmatch(allowance.number):
        return f"allows nothing: there is no {allowance.number} here"
    return None


def _helps(allowance: Allowance) -> list[Help]:
    edit = (Replacement(allowance.span, ""),)
    return [Help("take the comment out", EditLevel.CHOICE, edit)]
