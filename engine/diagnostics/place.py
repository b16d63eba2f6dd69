"""Where something stands: in a rule file (`Span`) or in a feed (`Cell`)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class Source:
    """A text file as it was read: its name as shown to the person, and its text.

    `path` is where it was read from; None of a text that someone typed, or that is in no file.
    """

    name: str
    text: str = field(repr=False)
    path: Path | None = field(default=None, repr=False, compare=False)

    def line(self, number: int) -> str:
        """The line `number` (from 1) without its end, or "" past the end."""
        lines = self.text.split("\n")
        return lines[number - 1].rstrip("\r") if 1 <= number <= len(lines) else ""

    def span(self, start: int, end: int) -> Span:
        """The span from offset `start` up to `end` (characters from 0, end excluded)."""
        line, column = self._position(start)
        end_line, end_column = self._position(end)
        return Span(self.name, start, end, line, column, end_line, end_column)

    def _position(self, offset: int) -> tuple[int, int]:
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - (self.text.rfind("\n", 0, offset) + 1) + 1


class Span(Struct, frozen=True, order=True):
    """A stretch of a source: offsets from 0, lines and columns from 1, the end excluded."""

    file: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of `other` in the same file."""
        return Span(
            self.file,
            self.start,
            other.end,
            self.line,
            self.column,
            other.end_line,
            other.end_column,
        )

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("", 0, 0, 0, 0, 0, 0)


class Spans:
    """Offsets of a text as spans, found by bisection.

    `typed` is the text before something of it was blanked, whose line ends count.
    """

    def __init__(self, name: str, text: str, typed: str | None = None) -> None:
        self.name = name
        self.text = text
        lines = text if typed is None else typed
        sizes = [len(line) + 1 for line in lines.split("\n")]
        self.starts = [0, *accumulate(sizes[:-1])]

    def span(self, start: int, end: int) -> Span:
        """The span from `start` to `end`, less blanks at its end."""
        start, end = min(start, len(self.text)), min(end, len(self.text))
        while end > start and self.text[end - 1] in " \t\r\n":
            end -= 1
        return Span(self.name, start, end, *self.at(start), *self.at(end))

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column (from 1) of `offset`."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line_span(self, line: int) -> Span:
        """The line `line` (from 1), without the blanks around it."""
        start = self.starts[line - 1]
        end = self.starts[line] - 1 if line < len(self.starts) else len(self.text)
        while start < end and self.text[start] in " \t\r":
            start += 1
        return self.span(start, end)


class Cell(Struct, frozen=True):
    """A place in a feed: the row (records counted from 1), the column's header or path."""

    row: int
    column: str | None = None
