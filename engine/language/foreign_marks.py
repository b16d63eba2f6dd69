"""Marks of other languages that enclose something, and are understood: comments, quotes, a last `;`.

`// a comment`, `/* a comment */`, `'a text'`, `` `a name` ``, `[a name]`. Each is told once and read as
what it means, so that the rest of its line is looked at as well. Every offset is kept.
"""

from __future__ import annotations

import re

from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.diagnostics.place import Spans

# An apostrophe within a word (`d'achat`) opens no text.
MARKS = (
    r"//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|/\*[^\n]*"
    r"|(?<!\w)['‘‚‛](?:\\[^\n]|''|[^'‘’\\\n\"])*['’](?!\w)"
    r"|(?<!\w)'[^'\\\n]*\"[^'\\\n]*'(?=[ \t]*(?:[,);|#\n]|\Z))"
    r"|`[^`\n\"|]+`|(?<![\w\])])\[[^\W\d][^]\[\n\"|,]*\]"
    r"|;(?=[ \t]*(?:\n|\Z|#|//))"
)
_STRAIGHT = "'"
_WORD = re.compile(r"[^\W\d]\w*")
_NOT_OF_A_NAME = re.compile(r"[^0-9A-Za-z_À-ÿœŒ]")
COLUMN_MARKS = ("`", "[")  # what opens the name of a column in other languages


def is_mark(found: str, *, inside: bool) -> bool:
    """Whether a piece of the text, `inside` of brackets or not, is one of the marks."""
    if found == ";":
        return not inside  # there it stands for a comma
    return found[0] == "/" or found[0] in COLUMN_MARKS or (found[0] in "'‘‚‛" and len(found) > 1)


def read_mark(spans: Spans, chars: list[str], start: int, found: str) -> Diagnostic:
    """Put into `chars` what the mark at `start` means; what is told of it."""
    end = start + len(found)
    if found[0] == "/":
        chars[start:end] = re.sub(r"[^\n]", " ", found)
        return _comment(spans, start, found)
    if found[0] == ";":
        chars[start] = " "
        return _semicolon(spans, start)
    if found[0] in COLUMN_MARKS:
        chars[start:end] = _as_name(found)
        return _quoted_name(spans, start, found)
    chars[start:end] = ['"', *found[1:-1].replace('"', _STRAIGHT), '"']
    return _quoted_text(spans, start, found)


def _comment(spans: Spans, start: int, found: str) -> Diagnostic:
    mark = found[:2]
    span = spans.span(start, start + len(mark))
    line_begins = not _line_of(spans, start)[0].strip()
    line_ends = not _line_of(spans, start + len(found))[1].strip()
    says = "a comment begins with `#`, and ends with its line"
    helps = [Help(says)]
    if line_ends:
        # Behind a value `//` may be another language's division without a rest: a person is asked.
        sure = line_begins or mark == "/*"
        edit = Replacement(spans.span(start, start + len(found)), _with_hashes(found))
        helps = [Help(says, EditLevel.SAFE if sure else EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(codes.FOREIGN_COMMENT, span, sign=mark, helps=helps)


def _with_hashes(found: str) -> str:
    """A comment of another language, line by line, as rules have it."""
    if found.startswith("//"):
        return f"# {found[2:].strip()}".rstrip()
    inner = found[2:].removesuffix("*/").split("\n")
    lines = [re.sub(r"^\s*\*?\s?", "", line).rstrip() for line in inner]
    kept = [line for i, line in enumerate(lines) if line or 0 < i < len(lines) - 1]
    return "\n".join(f"# {line}".rstrip() for line in kept or [""])


def _semicolon(spans: Spans, at: int) -> Diagnostic:
    span = spans.span(at, at + 1)
    edit = Replacement(span, "")
    helps = [Help("take it out: a statement ends with its line", EditLevel.SAFE, (edit,))]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, span, word=";", helps=helps)


def _as_name(found: str) -> str:
    """The name within the marks as a name of rules, as long; one with blanks is a name that nothing has."""
    inner = found[1:-1]
    if _WORD.fullmatch(inner):
        return f" {inner} "
    return "_" + _NOT_OF_A_NAME.sub("_", inner) + "_"


def _quoted_name(spans: Spans, start: int, found: str) -> Diagnostic:
    span = spans.span(start, start + len(found))
    inner = found[1:-1]
    marks = "backticks" if found[0] == "`" else "square brackets"
    helps = [Help("write the field's name, as the schema of the source has it")]
    if _WORD.fullmatch(inner):
        ends = (spans.span(start, start + 1), spans.span(span.end - 1, span.end))
        edit = tuple(Replacement(one, "") for one in ends)
        helps = [Help(f"write `{inner}`", EditLevel.SAFE, edit)]
    return Diagnostic.of(codes.QUOTED_NAME, span, marks=marks, helps=helps)


def _quoted_text(spans: Spans, start: int, found: str) -> Diagnostic:
    end = start + len(found)
    ends = (spans.span(start, start + 1), spans.span(end - 1, end))
    edit = tuple(Replacement(span, '"') for span in ends)
    if _STRAIGHT in (found[0], found[-1]):
        inner = found[1:-1].replace(r"\'", "'").replace("''", "'")  # as scripts, as queries have it
        # Quotes within it may begin and end texts of their own: one of the marks is a slip then.
        level = EditLevel.CHOICE if '"' in found and '\\"' not in found else EditLevel.SAFE
        inner = inner if level is EditLevel.SAFE else inner.replace('"', '\\"')
        edit = (Replacement(spans.span(start, end), f'"{inner}"'),)
        helps = [Help(f'write `"{inner}"`', level, edit)]
        return Diagnostic.of(codes.SINGLE_QUOTES, spans.span(start, end), helps=helps)
    helps = [Help('write `"`', EditLevel.SAFE, edit)]
    return Diagnostic.of(codes.TYPOGRAPHIC, ends[0], what="curly quote", helps=helps)


def _line_of(spans: Spans, at: int) -> tuple[str, str]:
    """What stands on the line before and from the offset `at`."""
    begun = spans.text.rfind("\n", 0, at) + 1
    ended = spans.text.find("\n", at)
    return spans.text[begun:at], spans.text[at : ended if ended >= 0 else None]


def column_of(text: str) -> str | None:
    """The column that `text`, a name as typed in rules, means by its marks; None without any."""
    return text[1:-1] if text[:1] in COLUMN_MARKS and len(text) > 2 else None
