"""Lines of canonical text, with the comments of the file between them; and parts that many lines share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from engine.language import syntax as s
from engine.language.cleaning import WORDS
from engine.language.print_expressions import expression, literal, quoted

INDENT = "  "


class Comments(Struct):
    """The comments of a file, given out in order as the printer passes their lines."""

    comments: tuple[s.Comment, ...]
    at: int = 0

    def before(self, line: int) -> list[str]:
        """The comments on lines before `line` that were not given out yet."""
        found = []
        while self.at < len(self.comments) and self.comments[self.at].span.line < line:
            found.append(self.comments[self.at].text)
            self.at += 1
        return found

    def between(self, first: int, last: int) -> int:
        """How many comments stand on lines of their own between two lines."""
        return sum(first < c.span.line < last for c in self.comments)

    def on(self, line: int) -> list[s.Comment]:
        """The comments in and behind the statement that begins on `line`."""
        found = []
        while self.at < len(self.comments) and self.comments[self.at].first_line == line:
            found.append(self.comments[self.at])
            self.at += 1
        return found


class LinePrinter(Struct):
    """Gathers lines; comments come before the lines that they stood before."""

    comments: Comments
    lines: list[str] = field(default_factory=list)

    def _comments(self, line: int, depth: int) -> None:
        self.lines += [INDENT * depth + text for text in self.comments.before(line)]

    def _line(self, text: str, depth: int, source_line: int) -> None:
        """A line, broken in a bracket where a comment stands in it: else it would lose its place."""
        left, indent = text, INDENT * depth
        for comment in self.comments.on(source_line):
            if not comment.before:
                left += "  " + comment.text
                continue
            head, tail = _broken(text, left, comment)
            if comment.alone or not head.strip():
                self.lines += [indent + head] if head.strip() else []
                indent = INDENT * (depth + 2)
                self.lines.append(indent + comment.text)
            else:
                self.lines.append(f"{indent}{head}  {comment.text}")
                indent = INDENT * (depth + 2)
            left = tail
        self.lines.append(indent + left)

    def _end(self, node: s.Node, depth: int) -> None:
        self._comments(node.span.end_line, depth + 1)
        self._line("end", depth, node.span.end_line)

    def _rows(self, printed: Sequence[str], lines: Sequence[int], depth: int) -> None:
        for text, line in zip(printed, lines, strict=True):
            self._comments(line, depth)
            self._line(text, depth, line)


def _broken(text: str, left: str, comment: s.Comment) -> tuple[str, str]:
    """`left`, the end of `text`, up to where a comment stands in it, and from there on.

    Where it stands cannot be told if the words before it are written otherwise now: then nothing is
    before it.
    """
    places = [found.end() for found in WORDS.finditer(text)]
    for before in (comment.before, comment.before[:-1]):  # it may have stood behind a last comma
        if before and before == tuple(WORDS.findall(text)[: len(before)]):
            at = places[len(before) - 1] - (len(text) - len(left))
            return left[: max(at, 0)].rstrip(), left[max(at, 0) :].lstrip()
    return "", left


def names(names: Iterable[s.Name]) -> str:
    """Names with commas between them."""
    return ", ".join(n.text for n in names)


def moment(node: s.Moment) -> str:
    """A milestone's name, or an instant as written."""
    return node.text if isinstance(node, s.Name) else literal(node)


def period(start: s.Moment | None, end: s.Moment | None) -> str:
    """` from a until b`, what is not given left out."""
    first = f" from {moment(start)}" if start else ""
    return first + (f" until {moment(end)}" if end else "")


def table(rows: Sequence[Sequence[str]], split: int) -> list[str]:
    """Rows of cells with their pipes in columns; `||` stands before column `split`."""
    widths = [
        max(len(row[i]) if i < len(row) else 0 for row in rows) for i in range(max(map(len, rows)))
    ]
    printed = []
    for row in rows:
        text = "|"
        for index, cell in enumerate(row):
            bar = "||" if index + 1 == split else "|"
            text += f" {cell.ljust(widths[index])} {bar}"
        printed.append(text)
    return printed


def given(node: s.Given) -> str:
    """A `given` line."""
    changes = ", ".join(
        f"{c.field.text} = {'missing' if c.value is None else expression(c.value)}"
        for c in node.changes
    )
    if node.path is None:
        return f"given {changes}"
    but = f" but {changes}" if changes else ""
    return f"given {node.kind.text} {quoted(node.path)}{but}"
