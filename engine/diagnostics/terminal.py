"""A report as text for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from engine.diagnostics.codes import Severity
from engine.diagnostics.diagnostic import Diagnostic, Report
from engine.diagnostics.excerpt import Mark, Row, excerpt, wrapped
from engine.diagnostics.place import Source
from engine.diagnostics.visible import visible

WIDTH = 100
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.LINT: "36"}
_QUIET = "34"  # line numbers and bars
_SECOND = "36"  # what belongs to the fault
_BOLD = "1"


def as_text(report: Report, *, colour: bool = False, width: int = WIDTH) -> str:
    """`report` for a person: each fault with its lines, notes and remedies; then the counts.

    `colour` adds the ANSI codes of a terminal. Lines of rules are cut to `width` columns.
    """
    painter = _Painter(colour=colour, width=width)
    blocks = ["\n".join(painter.block(d, report.sources)) for d in report]
    return "\n\n".join([*blocks, _closing(report)]) + "\n"


class _Painter(Struct, frozen=True):
    colour: bool
    width: int

    def block(self, diagnostic: Diagnostic, sources: dict[str, Source]) -> Iterator[str]:
        """The lines of one diagnostic."""
        head = f"{diagnostic.severity.value}[{diagnostic.code.number}]"
        says = self._paint(f": {visible(diagnostic.says)}", _BOLD)
        yield self._paint(head, f"{_BOLD};{_COLOURS[diagnostic.severity]}") + says
        for file, marks in _places(diagnostic):
            yield from self._place(file, marks, sources.get(file), diagnostic.severity)
        for note in diagnostic.notes:
            yield from self._told("note", note)
        for help_ in diagnostic.helps:
            level = f"   [{help_.level.value}]" if help_.level else ""
            yield from self._told("help", help_.says + level)

    def _place(
        self, file: str, marks: list[Mark], source: Source | None, severity: Severity
    ) -> Iterator[str]:
        if source is None:
            for mark in marks:
                yield f"  {visible(str(mark.span))}" + (f": {visible(mark.says)}" * bool(mark.says))
            return
        yield f"  {visible(file)}:{marks[0].span.line}:{marks[0].span.column}"
        for row in excerpt(source, marks, self.width):
            yield self._row(row, severity)

    def _row(self, row: Row, severity: Severity) -> str:
        text = row.text
        if row.mark is not None:
            text = self._paint(text, _COLOURS[severity] if row.mark.sign == "^" else _SECOND)
        bar = "" if row.gutter.strip() == "..." else " |"
        return self._paint(row.gutter + bar, _QUIET) + (f" {text}" if text else "")

    def _told(self, word: str, says: str) -> Iterator[str]:
        """A note or help; what does not fit its line goes on below its first word."""
        lines = [
            line
            for part in says.split("\n")
            for line in wrapped(visible(part), self.width - len(word) - 4)
        ]
        yield f"  {self._paint(f'{word}:', _BOLD)} {lines[0]}".rstrip()
        for line in lines[1:]:
            yield f"  {' ' * len(word)}  {line}".rstrip()

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text.strip() else text


def _places(diagnostic: Diagnostic) -> list[tuple[str, list[Mark]]]:
    """The marks of a diagnostic by file, its own first."""
    own = Mark(diagnostic.span, diagnostic.mark, "^")
    labels = [
        Mark(label.span, label.says, "-")
        for label in diagnostic.labels
        # What the mark says already needs no second line in another file.
        if label.says != diagnostic.mark or label.span.file == diagnostic.span.file
    ]
    marks = [m for m in (own, *labels) if m.span.file]
    files = dict.fromkeys(m.span.file for m in marks)
    return [(file, [m for m in marks if m.span.file == file]) for file in files]


def _closing(report: Report) -> str:
    """How many there are, and where to read on."""
    found = list(report)
    if not found:
        return "no faults found"
    counts = [
        _count(sum(d.severity is severity for d in found), severity.value) for severity in Severity
    ]
    files = len({d.span.file for d in found if d.span.file})
    within = f" in {_count(files, 'file')}" if files else ""
    worst = next(d for severity in Severity for d in found if d.severity is severity)
    told = ", ".join(c for c in counts if not c.startswith("0 "))
    return f"{told}{within}; `feedwright explain {worst.code.number}` says more"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
