"""What is done to a text before it is parsed, every offset kept.

Comments and the line ends inside parentheses become blanks; characters that text programs put in
(curly quotes, hard spaces) become the plain ones, with a warning each; those that hide or look like
others are errors.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.diagnostics.place import Source, Span, Spans
from engine.language import syntax as s
from engine.language.foreign_marks import MARKS, is_mark, read_mark

_QUOTES = dict.fromkeys("“”„‟«»＂", '"')
_SPACES = dict.fromkeys("\u00a0\u202f\u2007\u2009\u3000\u2002\u2003", " ")
_DASHES = dict.fromkeys("–—−", "-")
_PLAIN = _QUOTES | _SPACES | _DASHES
_HIDDEN = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u00ad"
)
_SCRIPTS = ("CYRILLIC", "GREEK")
_LATIN = dict(
    zip(
        "аеорсухіјѕАВЕКМНОРСТХІЈЅαοιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsABEKMHOPCTXIJSaoiABEZHIKMNOPTYX",
        strict=True,
    )
)
_WORD_REST = re.compile(r"[\w.]+")
_PIECE = re.compile(
    MARKS
    + r'|"(?:\\[^\n]|[^"\\\n])*"|[“„«][^"“”„«»\n]*[”“»]|#[^\n]*|[()]|\n|\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\b|[^\x00-\x7f]'
)
WORDS = re.compile(r'"(?:\\.|[^"\\])*"|[\w.]+|\|\||[<>]=|\S')
_TRAILING = re.compile(r",(?=\s*\))")
_DIGITS = "0123456789"
_LONGEST_BRACKET = 12  # lines that a bracket may span
MAX_WEIGHT = 160  # operators and brackets in one line
_WEIGHT = re.compile(r"[-+*/(<>]|\b(?:and|or|not|default|rounded|on|is|in)\b")


class Cleaned(Struct, frozen=True):
    """A text ready to be parsed, as long as the original."""

    text: str
    comments: tuple[s.Comment, ...]
    faults: tuple[Diagnostic, ...]


def clean(source: Source) -> Cleaned:
    """Prepare `source` for the parser."""
    spans = Spans(source.name, source.text)
    chars = list(source.text)
    comments: list[s.Comment] = []
    faults: list[Diagnostic] = []
    depth = begun = 0  # `begun`: where the line begins that a bracket carries over line ends
    joined: list[int] = []
    for piece in _PIECE.finditer(source.text):
        found, start, end = piece[0], piece.start(), piece.end()
        if found[0] == "#":
            comments.append(_comment(spans, chars, begun, (start, end), inside=depth > 0))
            chars[start:end] = " " * (end - start)
        elif found == "(":
            depth += 1
        elif found == ")":
            depth = max(0, depth - 1)
            if depth == 0:
                for at in joined:
                    chars[at] = " "
                joined.clear()
        elif found == "\n":
            joined = [*joined, start] if depth and len(joined) < _LONGEST_BRACKET else []
            depth = depth if joined else 0
            begun = begun if joined else end
        elif found[0] in _DIGITS:
            faults.append(_local_date(spans, chars, start, found))
        elif is_mark(found, inside=depth > 0):
            faults.append(read_mark(spans, chars, start, found))
        elif found[0] in _QUOTES and len(found) > 1:
            faults.append(_curly(spans, chars, start, end))
        elif len(found) == 1:
            faults += _character(spans, chars, start, found)
        else:
            faults += _inside_text(spans, start, found)
    hidden = [at for at, char in enumerate(source.text) if char in _HIDDEN and chars[at] == " "]
    text = _without_hidden("".join(chars), hidden)
    blanked, deep = _too_long(text, spans)
    return Cleaned(blanked, tuple(comments), (*faults, *deep))


def _comment(
    spans: Spans, chars: list[str], begun: int, place: tuple[int, int], *, inside: bool
) -> s.Comment:
    """The comment at `place`, with what stands before it since the statement began."""
    start, end = place
    before = "".join(chars[begun:start])
    alone = not before.rpartition("\n")[2].strip()
    words = words_of(before) if inside else ()
    text = spans.text[start:end].rstrip()
    return s.Comment(spans.span(start, end), text, spans.at(begun)[0], words, alone)


def words_of(text: str) -> tuple[str, ...]:
    """The words and signs of a text; a comma before a closing bracket says nothing."""
    return tuple(WORDS.findall(_TRAILING.sub("", text)))


def _character(spans: Spans, chars: list[str], at: int, char: str) -> list[Diagnostic]:
    """What one character outside texts and comments deserves."""
    plain = _PLAIN.get(char)
    if plain is None and unicodedata.east_asian_width(char) == "F":
        plain = unicodedata.normalize("NFKC", char)
    if plain is not None and len(plain) == 1:
        chars[at] = plain
        return [_typographic(spans, at, char, plain)]
    if char in _HIDDEN:
        chars[at] = " "
        return [_hidden(spans, at, char)]
    name = unicodedata.name(char, "")
    if name.startswith(_SCRIPTS):
        return [_look_alike(spans, chars, at, name)]
    return []


def _look_alike(spans: Spans, chars: list[str], at: int, name: str) -> Diagnostic:
    """A letter of another script; it goes on as the Latin one that it looks like."""
    latin = _LATIN.get(chars[at])
    what = f"a {name.lower()}" + (f", which looks like `{latin}`," if latin else "")
    chars[at] = latin or "_"
    span = spans.span(at, at + 1)
    helps = [Help("type the letter anew on your keyboard")]
    if latin:
        says = f"write the Latin letter `{latin}`"
        helps = [Help(says, EditLevel.SAFE, (Replacement(span, latin),))]
    return Diagnostic.of(codes.LOOK_ALIKE, span, what=what, helps=helps)


def _without_hidden(text: str, at: list[int]) -> str:
    """`text` with what follows a hidden character inside a word moved up to it."""
    for one in reversed(at):
        word = _WORD_REST.match(text, one + 1)
        if word and text[one - 1 : one].isalnum():
            text = f"{text[:one]}{word[0]} {text[word.end() :]}"
    return text


def _local_date(spans: Spans, chars: list[str], start: int, found: str) -> Diagnostic:
    """`29/07/2025` would read as two divisions; it goes on as the date that is meant."""
    day, month, year = (int(part) for part in found.split("/"))
    span = spans.span(start, start + len(found))
    if not 1 <= month <= 12:
        return Diagnostic.of(codes.LOCAL_DATE, span, text=found)
    text = f"{year:04}-{month:02}-{day:02}"
    if len(text) == len(found):
        chars[start : start + len(found)] = text
    level = EditLevel.SAFE if day > 12 else EditLevel.CHOICE
    helps = [Help(f"write `{text}`", level, (Replacement(span, text),))]
    return Diagnostic.of(codes.LOCAL_DATE, span, text=found, helps=helps)


def _inside_text(spans: Spans, start: int, text: str) -> list[Diagnostic]:
    """Characters that change the direction of a text deceive its reader there too."""
    turning = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    return [_hidden(spans, start + i, c) for i, c in enumerate(text) if c in turning]


def _hidden(spans: Spans, at: int, char: str) -> Diagnostic:
    span = spans.span(at, at + 1)
    edit = Help("take it out", EditLevel.SAFE, (Replacement(span, ""),))
    what = f"an invisible character (U+{ord(char):04X} {unicodedata.name(char, '').lower()})"
    return Diagnostic.of(codes.LOOK_ALIKE, span, what=what, helps=[edit])


def _typographic(spans: Spans, at: int, char: str, plain: str = '"') -> Diagnostic:
    what = "curly quote" if char in _QUOTES else "hard space" if plain == " " else f"`{char}`"
    span = Span(spans.name, at, at + 1, *spans.at(at), *spans.at(at + 1))
    edit = Help(f"write `{plain}`", EditLevel.SAFE, (Replacement(span, plain),))
    return Diagnostic.of(codes.TYPOGRAPHIC, span, what=what, helps=[edit])


_FRENCH = re.compile(r"«\s\S(?:.*\S)?\s»")  # the blanks belong to the quotes, not to the text


def _curly(spans: Spans, chars: list[str], start: int, end: int) -> Diagnostic:
    """The curly quotes around one text: one slip, however many of the two are curly."""
    curly = [spans.span(at, at + 1) for at in (start, end - 1) if chars[at] in _QUOTES]
    if _FRENCH.fullmatch(spans.text, start, end):
        inner = spans.text[start + 2 : end - 2]
        chars[start : start + 2], chars[end - 2 : end] = ' "', '" '
        helps = [
            Help(
                f'write `"{inner}"`',
                EditLevel.SAFE,
                (Replacement(spans.span(start, end), f'"{inner}"'),),
            )
        ]
        return Diagnostic.of(codes.TYPOGRAPHIC, curly[0], what="curly quote", helps=helps)
    chars[start], chars[end - 1] = '"', '"'
    edit = tuple(Replacement(span, '"') for span in curly)
    helps = [Help('write `"`', EditLevel.SAFE, edit)]
    return Diagnostic.of(codes.TYPOGRAPHIC, curly[0], what="curly quote", helps=helps)


def _too_long(text: str, spans: Spans) -> tuple[str, list[Diagnostic]]:
    """Lines that nest too deep for any reader are taken out, so that no stack overflows."""
    faults = []
    lines = text.split("\n")
    offset = 0
    for number, line in enumerate(lines):
        if len(_WEIGHT.findall(line)) > MAX_WEIGHT:
            lines[number] = " " * len(line)
            span = spans.line_span(spans.at(offset)[0])
            says = "give its parts names with `let`"
            faults.append(Diagnostic.of(codes.TOO_DEEP, span, helps=[Help(says)]))
        offset += len(line) + 1
    return "\n".join(lines), faults
