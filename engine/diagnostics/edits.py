"""Edits of diagnostics applied to texts."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement


def safe_edits(diagnostics: Iterable[Diagnostic]) -> list[Help]:
    """The first safe edit of each diagnostic: it keeps the meaning, so a program may make it."""
    found = []
    for diagnostic in diagnostics:
        safe = (h for h in diagnostic.helps if h.level is EditLevel.SAFE and h.replacements)
        first = next(safe, None)
        if first is not None:
            found.append(first)
    return found


def apply_edits(texts: dict[str, str], edits: Iterable[Help]) -> tuple[dict[str, str], int]:
    """Make `edits` in the texts of files, by name.

    An edit is made whole or not at all: one that would touch what an earlier one has changed, or a
    file that is not among `texts`, is left for another round.

    Returns:
        The texts that changed, and how many edits were made.
    """
    taken: dict[str, list[Replacement]] = {}
    made = 0
    for edit in edits:
        replacements = list(dict.fromkeys(edit.replacements))
        known = all(r.span.file in texts for r in replacements)
        if known and not any(_touches(r, taken.get(r.span.file, [])) for r in replacements):
            made += 1
            for one in replacements:
                taken.setdefault(one.span.file, []).append(one)
    changed = {}
    for name, replacements in taken.items():
        text = texts[name]
        for one in sorted(replacements, key=lambda r: r.span.start, reverse=True):
            text = text[: one.span.start] + one.text + text[one.span.end :]
        changed[name] = text
    return changed, made


def _touches(one: Replacement, others: Iterable[Replacement]) -> bool:
    """Whether two replacements overlap, or put texts in at one place."""
    return any(
        (one.span.start < other.span.end and other.span.start < one.span.end)
        or one.span.start == other.span.start
        for other in others
    )
