"""Names that rules about orders use and nothing has, or that are declared twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.diagnostics.codes import names
from engine.diagnostics.diagnostic import Diagnostic, Help, Label, Report
from engine.diagnostics.place import Span
from engine.language import syntax as s
from engine.language.suggestions import did_you_mean

MOST_LISTED = 8


def unknown_name(
    report: Report, name: s.Name, what: str, known: Iterable[str], adding: Iterable[Help] = ()
) -> None:
    """Report that there is no `what` called `name`, with the close ones, or all and how to add one."""
    every = list(known)
    listed = ", ".join(f"`{k}`" for k in every[:MOST_LISTED]) or "none is declared"
    helps = did_you_mean(name.span, name.text, every, f"known here: {listed}")
    if not any(help_.replacements for help_ in helps):
        helps += adding
    facts: dict[str, Any] = {"what": what, "name": name.text}
    report.add(Diagnostic.of(names.UNKNOWN_NAME, name.span, helps=helps, **facts))


def set_twice(report: Report, span: Span, name: str, where: str, first: Span) -> None:
    """Report that `name` is given a second time at `span`."""
    labels = [Label(first, "first given here")]
    facts: dict[str, Any] = {"name": name, "twice": "said twice of", "channel": where}
    report.add(Diagnostic.of(names.SET_TWICE, span, labels=labels, **facts))
