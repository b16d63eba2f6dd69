"""What follows from another fault is not told."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics.codes import names, style, syntax
from engine.diagnostics.diagnostic import Diagnostic


def settled(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """`diagnostics` without those that mending another takes along.

    A file with curly quotes is not formatted either: the edit of the quotes mends both.
    """
    kept = _named_columns(diagnostics)
    typographic = {d.span.file for d in kept if d.code is syntax.TYPOGRAPHIC}
    return [d for d in kept if d.code is not style.NOT_FORMATTED or d.span.file not in typographic]


def _named_columns(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """One message of each column named as the feed has it: the one that knows its field, if any does."""
    kept = list(diagnostics)
    quoted = {d.span for d in kept if d.code is syntax.QUOTED_NAME}
    known = {d.span for d in kept if d.code is names.UNKNOWN_FIELD and d.span in quoted}
    return [
        d
        for d in kept
        if d.span not in quoted
        or d.code is (names.UNKNOWN_FIELD if d.span in known else syntax.QUOTED_NAME)
    ]
