"""The word at a place in a text, and what stands before it on its line."""

from __future__ import annotations

import re

from msgspec import Struct

from engine.diagnostics.place import Source, Span

_WORD = re.compile(r"[^\W\d]\w*")


class Word(Struct, frozen=True):
    """A word with its place; `before` is its line up to it, `after` what follows on the line."""

    text: str
    span: Span
    before: str
    after: str


def word_at(source: Source, offset: int) -> Word | None:
    """The word that `offset` touches, None where there is none or it stands in a text or comment."""
    first = source.text.rfind("\n", 0, offset) + 1
    last = source.text.find("\n", offset)
    line = source.text[first : last if last >= 0 else len(source.text)]
    at = offset - first
    for match in _WORD.finditer(line):
        if match.start() <= at <= match.end() and not within_text(line[: match.start()]):
            span = source.span(first + match.start(), first + match.end())
            return Word(match.group(), span, line[: match.start()], line[match.end() :])
    return None


def within_text(before: str) -> bool:
    """Whether what follows `before` on a line stands in a text or in a comment."""
    quoted = False
    for letter in before:
        if letter == '"':
            quoted = not quoted
        elif letter == "#" and not quoted:
            return True
    return quoted
