"""What follows from another fault is not told."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics.codes import style, syntax
from engine.diagnostics.diagnostic import Diagnostic


def settled(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """`diagnostics` without those that mending another takes along.

    A file with curly quotes is not formatted either: the edit of the quotes mends both.
    """
    kept = list(diagnostics)
    typographic = {d.span.file for d in kept if d.code is syntax.TYPOGRAPHIC}
    return [d for d in kept if d.code is not style.NOT_FORMATTED or d.span.file not in typographic]
