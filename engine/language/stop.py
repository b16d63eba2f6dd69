"""Where reading stopped: what the recognisers of mistakes look at."""

from __future__ import annotations

import re

from msgspec import Struct

from engine.diagnostics.diagnostic import EditLevel, Help, Replacement
from engine.diagnostics.place import Span, Spans

_WORD = re.compile(r'"(?:\\.|[^"\\])*"|\d+(?:\.\d+)?(?![\w.])|[\w€$£]+|[=!<>&|]+|\S')


class Stop(Struct, frozen=True):
    """Where reading stopped: the line, the place in it, and what could have stood there."""

    spans: Spans
    line_number: int
    line: str
    column: int  # from 0
    accepted: frozenset[str]

    @property
    def word(self) -> str:
        """The word at the place, or "" at the end of the line."""
        found = _WORD.match(self.line, self.column)
        return found[0] if found else ""

    def span(self, start: int, end: int) -> Span:
        """A stretch of the line, columns from 0."""
        base = self.spans.starts[self.line_number - 1]
        return self.spans.span(base + start, base + max(end, start + 1))

    @property
    def before(self) -> str:
        """What stands on the line before the place."""
        return self.line[: self.column]

    @property
    def begins(self) -> bool:
        """Whether nothing stands before the place."""
        return not self.before.strip()

    def lines(self) -> list[str]:
        """All lines of the text, the stop's own at `line_number - 1`."""
        return self.spans.text.split("\n")

    @property
    def here(self) -> Span:
        """The word at the place; at the end of the line, its last character."""
        if self.word:
            return self.span(self.column, self.column + len(self.word))
        end = len(self.line.rstrip())
        return self.span(max(end - 1, 0), end)

    def replacing(self, start: int, end: int, text: str, level: EditLevel) -> Help:
        """The help that puts `text` between two columns (from 0) of the line."""
        return Help(f"write `{text}`", level, (Replacement(self.span(start, end), text),))

    def replacing_word(self, text: str, level: EditLevel) -> Help:
        """The help that puts `text` in place of the word."""
        return self.replacing(self.column, self.column + len(self.word), text, level)

    def inserting(self, text: str, level: EditLevel = EditLevel.CHOICE) -> Help:
        """The help that puts `text` before the word."""
        edit = Replacement(self.here, f"{text} {self.word}")
        return Help(f"write `{text}` before `{self.word}`", level, (edit,))
