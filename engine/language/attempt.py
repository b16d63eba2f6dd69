"""A text with mistakes in it, read again and again with less of it until the rest can be read."""

from __future__ import annotations

import re

from msgspec import Struct, field

from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement
from engine.diagnostics.place import Source, Spans
from engine.language import syntax as s
from engine.language.foreign_forms import block_end
from engine.language.keywords import TOP_LEVEL
from engine.language.mistakes import means_well, recognise
from engine.language.stop import Stop
from engine.language.table_mistakes import pasted_table

_FIRST_WORD = re.compile(r"\s*([\w]+)")
_OPENER = re.compile(
    r"\s*(mapping|override|channel|decide|only\s+when|test|table\s+\w+\s+key"
    r"|states|route|no\s+action|action)\b",
)
_STATEMENT = re.compile(
    r"\s*((let|require|always|exclude|only|decide)\b|[A-ZÀ-ÖØ-ÞŒ][\wÀ-ÿœŒ]*\s*=)"
)
_DEFINES = re.compile(
    r"\s*(?:(?:let|milestone|table|channel|set|var|const)\s+(\w+)|(mapping)\b|decide\s+(.+?)\s+by\b"
    r"|([A-ZÀ-ÖØ-ÞŒ]\w*)\s*(?:[:+.*-]?=|->|<-|:))"
)
_UNFINISHED = re.compile(r"=\s*$|^\s*decide\b|^\s*\|[^\"]*\|\|[^\"]*\|\s*$")
_CONTINUES = re.compile(r"\s*(when\b|otherwise\b|\||$)")


class Attempt(Struct):
    """A text that loses a line with each mistake until the rest can be read.

    `ends` stand after the lines: a line end, or a blank where a bracket goes on in the next line.
    """

    spans: Spans
    original: list[str]
    lines: list[str]
    ends: list[str]
    found: list[Diagnostic] = field(default_factory=list)
    blanked: set[int] = field(default_factory=set)
    closings: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, source: Source, text: str) -> Attempt:
        """A first attempt at `text`, the cleaned text of `source`."""
        spans = Spans(source.name, source.text)
        original = source.text.split("\n")
        stretches = list(zip(spans.starts, map(len, original), strict=True))
        lines = [text[start : start + size] for start, size in stretches]
        ends = [text[start + size : start + size + 1] for start, size in stretches]
        return cls(spans, original, lines, ends)

    @property
    def text(self) -> str:
        """What is left to read."""
        return "".join(line + end for line, end in zip(self.lines, self.ends, strict=True))

    def lost(self) -> frozenset[str]:
        """What the lines that were taken out define: names that are not to be told unknown."""
        pairs = enumerate(zip(self.original, self.lines, strict=True), start=1)
        empty = {number for number, (line, left) in pairs if line.strip() and not left.strip()}
        found = (_DEFINES.match(self.original[number - 1]) for number in sorted(empty))
        words = [word for one in found if one for word in one.groups() if word]
        return frozenset(name.strip() for word in words for name in word.split(","))

    def learn(self, at: int, accepted: set[str]) -> None:
        """Reading stopped at offset `at`: note why, and take the line out."""
        number, column = self._position(at)
        line = self.lines[number - 1]
        begins = not line[:column].strip()
        before = self._last_written(number - 1) if begins or at >= len(self.spans.text) else number
        if (
            begins
            and before > 0
            and _UNFINISHED.search(self.lines[before - 1])
            and not self._near(number, column, accepted)
        ):
            self._blame(
                before, accepted, silent=any(n in self.blanked for n in range(before, number))
            )
            return
        if begins and "_MAPPING" in accepted and _STATEMENT.match(line) and self._early_end(number):
            return
        if "_END" in accepted and at >= len(self.spans.text):
            self._close_block(at, len(self.lines) + 1)
            return
        if "_END" in accepted and begins and self._first_word(line) in TOP_LEVEL:
            self._close_block(at, number)
            return
        if not line.strip():
            number = self._last_written(number)
            column = len(self.lines[number - 1])
        self._blame(number, accepted, column, silent=self._follows_a_mistake(number))

    def _early_end(self, number: int) -> bool:
        """Take out the `end` above that closed the mapping before this line, if there is one."""
        if self._end_below(number) is None:
            return False
        early = number - 1
        while early and not self._first_word(self.lines[early - 1]):
            early -= 1
        if not early or self.lines[early - 1].strip() != "end":
            return False
        span = self.spans.line_span(early)
        edit = Help("take it out", EditLevel.CHOICE, (Replacement(span, ""),))
        labels = [Label(self.spans.line_span(number), "so that this stands outside")]
        told = Diagnostic.of(codes.STRAY_END, span, labels=labels, helps=[edit])
        self.found.append(told)
        self.lines[early - 1] = " " * len(self.lines[early - 1])
        self.blanked.add(early)
        return True

    def _end_below(self, number: int) -> int | None:
        """The line of an `end` below that nothing from line `number` on opens."""
        depth = 0
        for one in range(number, len(self.lines) + 1):
            line = self.lines[one - 1]
            if self._first_word(line) in TOP_LEVEL:
                return None
            if _OPENER.match(line):
                depth += 1
            elif line.strip() == "end":
                if depth == 0:
                    return one
                depth -= 1
        return None

    def _near(self, number: int, column: int, accepted: set[str]) -> bool:
        """Whether the line means well: its first word is nearly one that may stand there."""
        stop = Stop(self.spans, number, self.lines[number - 1], column, frozenset(accepted))
        return means_well(stop)

    def _blame(
        self,
        number: int,
        accepted: set[str],
        column: int | None = None,
        *,
        silent: bool,
    ) -> None:
        line = self.lines[number - 1]
        at = len(line) if column is None else column
        stop = Stop(self.spans, number, line, at, frozenset(accepted))
        if not silent:
            self.found.append(recognise(stop))
        if line.strip() == "}" and "_END" in accepted:
            self.closings.add(self.spans.starts[number - 1])  # told, and read as the end it means
        last = block_end(stop) or number
        self._blank(self._table_of(number) if pasted_table(stop) else number)
        for one in range(number + 1, last + 1):
            self.lines[one - 1] = " " * len(self.lines[one - 1])
            self.blanked.add(one)

    def _table_of(self, number: int) -> int:
        """The line that opens the block around line `number`."""
        opener = number
        while opener > 1 and not _OPENER.match(self.original[opener - 1]):
            opener -= 1
        return opener

    def _position(self, at: int) -> tuple[int, int]:
        number, column = self.spans.at(min(at, len(self.spans.text)))
        return number, column - 1

    @staticmethod
    def _first_word(line: str) -> str:
        found = _FIRST_WORD.match(line)
        return found[1] if found else ""

    def _last_written(self, number: int) -> int:
        while number > 1 and not self.lines[number - 1].strip():
            number -= 1
        return number

    def _follows_a_mistake(self, number: int) -> bool:
        """Whether the line continues a statement that has lost a line already."""
        while number > 1 and _CONTINUES.match(self.original[number - 1]):
            number -= 1
            if number in self.blanked:
                return True
        return False

    def _blank(self, number: int) -> None:
        before = self._last_written(number - 1)
        header = self.original[number - 1].lstrip().startswith("|")
        if header and before > 0 and _OPENER.match(self.lines[before - 1]):
            number = before  # rows without their header would all be wrong
        last = self._end_of_block(number) if _OPENER.match(self.original[number - 1]) else number
        while number > 1 and self.ends[number - 2] == " ":
            number -= 1
        while last < len(self.lines) and self.ends[last - 1] == " ":
            last += 1
        for one in range(number, last + 1):
            self.lines[one - 1] = " " * len(self.lines[one - 1])
            self.blanked.add(one)

    def _end_of_block(self, number: int) -> int:
        """The line of the `end` that closes the block opened on line `number`."""
        depth = 0
        for one in range(number, len(self.original) + 1):
            line = self.lines[one - 1]
            if one > number and self._first_word(line) in TOP_LEVEL and depth <= 1:
                return one - 1
            if _OPENER.match(self.original[one - 1]):
                depth += 1
            elif self._first_word(line) == "end":
                depth -= 1
                if depth == 0:
                    return one
        return len(self.original)

    def _close_block(self, at: int, number: int) -> None:
        """Note the block that is open before line `number`, and close it there."""
        opener = self._unclosed(number)
        number = min(number, len(self.lines))
        line = self.original[opener - 1]
        block = (_OPENER.match(line) or _FIRST_WORD.match(line) or re.match("(.*)", line))[1]  # type: ignore[index]
        span = self.spans.line_span(opener)
        before = self._last_written(number if at >= len(self.spans.text) else number - 1)
        indent = line[: len(line) - len(line.lstrip())]
        end = self.spans.starts[before - 1] + len(self.original[before - 1].rstrip())
        place = self.spans.span(end, end)
        labels = (
            [Label(self.spans.line_span(number), "read up to here")]
            if at < len(self.spans.text)
            else []
        )
        edit = Help(
            f"write `end` after line {before}",
            EditLevel.CHOICE,
            (Replacement(place, f"\n{indent}end"),),
        )
        self.found.append(
            Diagnostic.of(
                codes.BLOCK_NOT_CLOSED,
                span,
                block=" ".join(block.split()),
                labels=labels,
                helps=[edit],
            ),
        )
        if at in self.closings:  # closed here already, and still open: a block within a block
            self.lines[opener - 1] = " " * len(line)
            self.blanked.add(opener)
        self.closings.add(at)

    def _unclosed(self, before: int) -> int:
        """The opening line of the block that lacks its `end`; indentation tells which one."""
        stack: list[int] = []
        suspect = 0
        for number in range(1, before):
            line = self.lines[number - 1]
            if _OPENER.match(line):
                if self._first_word(line) in TOP_LEVEL:
                    stack.clear()
                stack.append(number)
            elif self._first_word(line) == "end" and stack:
                opened = stack.pop()
                if _indent(self.lines[opened - 1]) != _indent(line) and not suspect:
                    suspect = opened
        return suspect or (stack[-1] if stack else max(before - 1, 1))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def empty_file(spans: Spans) -> s.RulesFile:
    """The tree of a file of which nothing could be read."""
    nowhere = spans.span(0, 0)
    return s.RulesFile(nowhere, 1, nowhere, (), ())
