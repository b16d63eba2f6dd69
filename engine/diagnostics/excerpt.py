"""A line of a source with marks under it, cut to the width there is."""

from __future__ import annotations

from msgspec import Struct

from engine.diagnostics.place import Source, Span
from engine.diagnostics.visible import cells, columns, visible

GUTTER = 5  # columns for the number of a line, at least
_CUT = "…"


class Mark(Struct, frozen=True):
    """Something to point at: `^` under the fault itself, `-` under what belongs to it."""

    span: Span
    says: str
    sign: str


class Row(Struct, frozen=True):
    """A row of an excerpt: the gutter left of its bar, and what stands right of it.

    `mark` is the mark whose sign and words the row holds, None for a line of the source.
    """

    gutter: str
    text: str
    mark: Mark | None = None


def excerpt(source: Source, marks: list[Mark], width: int) -> list[Row]:
    """The lines of `source` on which `marks` begin, in order, each with its marks below."""
    rows: list[Row] = []
    lines = sorted({mark.span.line for mark in marks})
    size = max(GUTTER, len(str(lines[-1])))
    last = None
    for number in lines:
        if last is not None and number > last + 1:
            rows.append(Row("...".rjust(size), ""))
        last = number
        here = sorted((m for m in marks if m.span.line == number), key=lambda m: m.span.column)
        line = source.line(number)
        room = max(1, width - size - len(" | "))
        sheet = _Sheet(number, size, len(line), cells(line), room)
        rows += sheet.rows(here)
    return rows


class _Sheet(Struct, frozen=True):
    """One line as it is shown: `cells` hold each character with its columns."""

    number: int
    size: int
    length: int
    cells: list[tuple[str, int]]
    room: int

    def rows(self, marks: list[Mark]) -> list[Row]:
        """The line and its marks; a line too long is shown once for each mark, around the mark."""
        gutter = str(self.number).rjust(self.size)
        whole = self._columns(0, len(self.cells)) <= self.room
        rows: list[Row] = []
        for mark in marks:
            first, last = self._reach(mark.span)
            window = (0, len(self.cells)) if whole else self._window(first, last)
            if not rows or not whole:
                rows.append(Row(gutter, self._cut(window)))
            rows += self._under(window, (first, min(last, window[1])), mark)
        return rows

    def _columns(self, start: int, end: int) -> int:
        return sum(width for _, width in self.cells[start:end])

    def _reach(self, span: Span) -> tuple[int, int]:
        """The characters of its first line that a span covers."""
        last = span.end_column - 1 if span.end_line == span.line else self.length
        return span.column - 1, max(span.column, min(last, self.length))

    def _window(self, first: int, last: int) -> tuple[int, int]:
        """The characters to show: as much before the mark as leaves its beginning in sight."""
        room = max(1, self.room - 2)  # two columns for the signs of the cut
        start = 0
        if self._columns(0, last) > room:
            spare = room - self._columns(first, last)
            start = first = min(first, len(self.cells))
            while start > 0 and self._columns(start - 1, first) <= max(room // 4, spare // 2):
                start -= 1
        end = start
        while end < len(self.cells) and self._columns(start, end + 1) <= room:
            end += 1
        return start, end

    def _cut(self, window: tuple[int, int]) -> str:
        start, end = window
        text = "".join(words for words, _ in self.cells[start:end])
        after = _CUT if end < len(self.cells) else ""
        return f"{_CUT if start else ''}{text}{after}".rstrip()

    def _under(self, window: tuple[int, int], reach: tuple[int, int], mark: Mark) -> list[Row]:
        """The signs below a line, and their words beside them, or below where there is no room."""
        blank = " " * self.size
        offset = (1 if window[0] else 0) + self._columns(window[0], reach[0])
        signs = " " * offset + mark.sign * max(1, self._columns(*reach))
        says = visible(mark.says)
        if mark.span.end_line > mark.span.line:
            says = f"{says} (to line {mark.span.end_line})".strip()
        if not says or columns(signs) + 1 + columns(says) <= self.room:
            return [Row(blank, f"{signs} {says}".rstrip(), mark)]
        indent = " " * min(offset, max(0, self.room - columns(says)))
        below = [indent + line for line in wrapped(says, self.room - len(indent))]
        return [Row(blank, signs, mark), *(Row(blank, line, mark) for line in below)]


def wrapped(text: str, room: int) -> list[str]:
    """`text` in lines of at most `room` columns, broken at spaces; a longer word stays whole."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and columns(lines[-1]) + 1 + columns(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
