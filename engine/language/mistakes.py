"""What a person most likely meant where a rule file cannot be read.

Each recogniser looks at the line and the place where reading stopped, and answers with a diagnostic
or None; the first answer counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.diagnostics.codes import dates as date_codes
from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement
from engine.diagnostics.place import Source, Span, Spans
from engine.language import syntax as s
from engine.language.keywords import FOREIGN, FRENCH, KEYWORDS, STATEMENTS, TOP_LEVEL

_WORD = re.compile(r"[\w€$£]+|[=!<>&|]+|\S")
_FIRST_WORD = re.compile(r"\s*([\w]+)")
_OPENER = re.compile(
    r"\s*(mapping|override|channel|decide|only\s+when|test|table\s+\w+\s+key)\b",
)
_UNFINISHED = re.compile(r"=\s*$|^\s*decide\b|^\s*\|[^\"]*\|\|[^\"]*\|\s*$")
_CONTINUES = re.compile(r"\s*(when\b|otherwise\b|\||$)")


@dataclass(frozen=True, slots=True)
class Stop:
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
    def here(self) -> Span:
        """The word at the place; at the end of the line, its last character."""
        if self.word:
            return self.span(self.column, self.column + len(self.word))
        end = len(self.line.rstrip())
        return self.span(max(end - 1, 0), end)


@dataclass(slots=True)
class Attempt:
    """A text that loses a line with each mistake until the rest can be read."""

    spans: Spans
    original: list[str]
    lines: list[str]
    found: list[Diagnostic] = field(default_factory=list)
    blanked: set[int] = field(default_factory=set)
    closings: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, source: Source, text: str) -> Attempt:
        """A first attempt at `text`, the cleaned text of `source`."""
        return cls(Spans(source.name, source.text), source.text.split("\n"), text.split("\n"))

    @property
    def text(self) -> str:
        """What is left to read."""
        return "\n".join(self.lines)

    def learn(self, at: int, accepted: set[str]) -> None:
        """Reading stopped at offset `at`: note why, and take the line out."""
        number, column = self._position(at)
        line = self.lines[number - 1]
        begins = not line[:column].strip()
        before = self._last_written(number - 1) if begins or at >= len(self.spans.text) else number
        if (
            begins
            and _UNFINISHED.search(self.lines[before - 1])
            and not self._near(number, column, accepted)
        ):
            self._blame(
                before, accepted, silent=any(n in self.blanked for n in range(before, number))
            )
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

    def _near(self, number: int, column: int, accepted: set[str]) -> bool:
        """Whether the line means well: its first word is nearly one that may stand there."""
        stop = Stop(self.spans, number, self.lines[number - 1], column, frozenset(accepted))
        return bool(_french(stop) or _misspelt(stop) or _foreign_operator(stop))

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
        if not silent:
            self.found.append(recognise(Stop(self.spans, number, line, at, frozenset(accepted))))
        self._blank(number)

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
        last = self._end_of_block(number) if _OPENER.match(self.original[number - 1]) else number
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


def recognise(stop: Stop) -> Diagnostic:
    """The diagnostic for `stop`."""
    for look in _RECOGNISERS:
        found = look(stop)
        if found is not None:
            return found
    return _unexpected(stop)


def _replace(stop: Stop, start: int, end: int, text: str, level: EditLevel) -> Help:
    return Help(f"write `{text}`", level, (Replacement(stop.span(start, end), text),))


def _text_not_closed(stop: Stop) -> Diagnostic | None:
    line = re.sub(r"\\.", "__", stop.line)
    if line.count('"') % 2 == 0:
        return None
    start = line.rindex('"')
    end = len(stop.line.rstrip())
    span = stop.span(start, end)
    edit = Replacement(stop.span(end - 1, end), stop.line[end - 1] + '"')
    helps = [Help("close the text with a quote", EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(codes.TEXT_NOT_CLOSED, span, helps=helps)


def _decimal_comma(stop: Stop) -> Diagnostic | None:
    for found in re.finditer(r"\b\d+,\d+\b", stop.line):
        if found.start() <= stop.column <= found.end() + 1:
            helps = [_replace(stop, *found.span(), found[0].replace(",", "."), EditLevel.SAFE)]
            return Diagnostic.of(
                codes.DECIMAL_COMMA, stop.span(*found.span()), text=found[0], helps=helps
            )
    return None


_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}


def _currency_sign(stop: Stop) -> Diagnostic | None:
    number = r"(\d+(?:[.,]\d+)?)"
    for pattern, amount, sign in (
        (number + r"\s*([€$£]|euros?\b|Euros?\b|eur\b)", 1, 2),
        (r"([€$£]|\bEUR\b)\s*" + number, 2, 1),
    ):
        for found in re.finditer(pattern, stop.line):
            if found.start() <= stop.column <= found.end() + 1:
                word = _SIGNS.get(found[sign], "EUR")
                text = f"{found[amount].replace(',', '.')} {word}"
                helps = [_replace(stop, *found.span(), text, EditLevel.SAFE)]
                span = stop.span(*found.span())
                return Diagnostic.of(codes.CURRENCY_SIGN, span, text=found[0], helps=helps)
    return None


def _foreign_operator(stop: Stop) -> Diagnostic | None:
    for found in re.finditer(
        r"==|!=|<>|&&|=>|=<|(?<![|])\|\|(?![|])|\b(?:if|elif|elsif|null|true|false)\b", stop.line
    ):
        table = stop.line.lstrip().startswith("|")
        if abs(found.start() - stop.column) > 3 or (table and found[0] == "||"):
            continue
        meant = FOREIGN[found[0]]
        start = found.start()
        if meant == "when" and stop.line[:start].strip() == "" and "_RULES" in stop.accepted:
            continue
        helps = [_replace(stop, *found.span(), meant, EditLevel.SAFE)]
        return Diagnostic.of(
            codes.FOREIGN_OPERATOR, stop.span(*found.span()), word=found[0], helps=helps
        )
    return None


def _equals_compares(stop: Stop) -> Diagnostic | None:
    if stop.word != "=" or "_IS" not in stop.accepted:
        return None
    helps = [_replace(stop, stop.column, stop.column + 1, "is", EditLevel.SAFE)]
    return Diagnostic.of(codes.EQUALS_COMPARES, stop.here, helps=helps)


def _stray_end(stop: Stop) -> Diagnostic | None:
    if stop.word != "end" or stop.line.strip() != "end" or "_END" in stop.accepted:
        return None
    edit = Replacement(stop.here, "")
    helps = [Help("take it out, or look for an `end` too many above", EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(codes.STRAY_END, stop.here, helps=helps)


def _header_without_bars(stop: Stop) -> Diagnostic | None:
    table = stop.line.lstrip().startswith("|") and "||" not in stop.line
    if not table or stop.word or not stop.accepted & {"_BARS", "LOWER", "UPPER"}:
        return None
    helps = [Help("write `||` between what is given and what follows from it")]
    return Diagnostic.of(codes.NO_BARS, stop.spans.line_span(stop.line_number), helps=helps)


def _pasted_table(stop: Stop) -> Diagnostic | None:
    if "\t" not in stop.line.strip() or "|" in stop.line or "_PIPE" not in stop.accepted:
        return None
    cells = " | ".join(c.strip() for c in stop.line.strip().split("\t"))
    span = stop.spans.line_span(stop.line_number)
    edit = Help(f"write `| {cells} |`", EditLevel.CHOICE, (Replacement(span, f"| {cells} |"),))
    return Diagnostic.of(codes.MISSING_PART, span, what="`|` between the cells", helps=[edit])


def _local_time(stop: Stop) -> Diagnostic | None:
    if "ZONE" not in stop.accepted or len(stop.accepted) > 2:
        return None
    end = len(stop.line[: stop.column].rstrip())
    found = re.search(r"[\d: -]+$", stop.line[:end])
    start = found.start() + len(found[0]) - len(found[0].lstrip()) if found else max(end - 1, 0)
    edit = Replacement(stop.span(start, end), stop.line[start:end] + " Europe/Paris")
    helps = [Help("add its zone: ` Europe/Paris`", EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(date_codes.LOCAL_TIME, stop.span(start, end), helps=helps)


def _french(stop: Stop) -> Diagnostic | None:
    meant = FRENCH.get(stop.word.lower())
    if meant is None or not _fits(stop, meant):
        return None
    end = stop.column + len(stop.word)
    helps = [_replace(stop, stop.column, end, meant, EditLevel.SAFE)]
    return Diagnostic.of(codes.FRENCH_KEYWORD, stop.here, word=stop.word, helps=helps)


def _fits(stop: Stop, keyword: str) -> bool:
    return f"_{keyword.upper()}" in stop.accepted


def _misspelt(stop: Stop) -> Diagnostic | None:
    if not stop.word.isalpha():
        return None
    close = _closest(stop.word.lower(), _keywords(stop))
    if close is None or close == stop.word:
        return None
    end = stop.column + len(stop.word)
    helps = [_replace(stop, stop.column, end, close, EditLevel.SAFE)]
    return Diagnostic.of(codes.MISSPELT_KEYWORD, stop.here, word=stop.word, helps=helps)


def _keywords(stop: Stop) -> list[str]:
    return sorted(KEYWORDS[a[1:]] for a in stop.accepted if a[1:] in KEYWORDS and a[0] == "_")


def _closest(word: str, words: list[str]) -> str | None:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only a faulty file needs it

    near = sorted((OSA.distance(word, w), w) for w in words)
    return near[0][1] if near and near[0][0] <= max(1, len(word) // 3) else None


def _reserved(stop: Stop) -> Diagnostic | None:
    names = {"LOWER", "UPPER"} & stop.accepted
    if stop.word not in KEYWORDS.values() or not names or len(stop.accepted) > 3:
        return None
    new = f"{stop.word}_value"
    helps = [_replace(stop, stop.column, stop.column + len(stop.word), new, EditLevel.CHOICE)]
    return Diagnostic.of(codes.RESERVED_WORD, stop.here, word=stop.word, helps=helps)


# What is missing when these are the only way on, and in which words to say so.
_PARTS = (
    ("_THEN", "`then`", " then "),
    ("_ELSE", '`else reject "..."` (or warn, or drop)', ' else reject ""'),
    ("_BECAUSE", '`because "..."`', ' because ""'),
    ("_BY", "`by first row that fits` (or exactly one row, every row)", None),
    ("_USING", '`using "..."`', None),
    ("_KEY", "`key` and the key's column", None),
    ("_FOR", "`for` and what for", None),
    ("_WITH", '`with "..."`', ' with ""'),
    ("_TO", "`to` and the step", None),
    ("_FROM", "`from` and the table", None),
    ("_OF", "`of`", " of "),
    ("_IN", "`in` and the zone", None),
    ("TEXT", "a text in quotes", ' ""'),
)


def _missing_part(stop: Stop) -> Diagnostic | None:
    for terminal, what, text in _PARTS:
        if terminal not in stop.accepted or (
            terminal in ("_TO", "TEXT", "_IN", "_FOR", "_FROM") and len(stop.accepted) > 2
        ):
            continue
        if terminal in ("_THEN", "_ELSE", "_BECAUSE") or len(stop.accepted) <= 2 or not stop.word:
            helps = []
            if text and terminal in ("_THEN", "_OF") and stop.word:
                place = stop.span(stop.column, stop.column + len(stop.word))
                edit = Replacement(place, text.strip() + " " + stop.word)
                helps = [
                    Help(f"write `{text.strip()}` before `{stop.word}`", EditLevel.CHOICE, (edit,))
                ]
            return Diagnostic.of(codes.MISSING_PART, stop.here, what=what, helps=helps)
    if not stop.word and {"NUMBER", "LOWER", "TEXT"} <= stop.accepted:
        return Diagnostic.of(codes.MISSING_PART, stop.here, what="a value")
    if '"="' in stop.accepted or "EQUAL" in stop.accepted:
        return Diagnostic.of(codes.MISSING_PART, stop.here, what="`=`")
    return None


_RECOGNISERS: tuple[Callable[[Stop], Diagnostic | None], ...] = (
    _text_not_closed,
    _decimal_comma,
    _currency_sign,
    _equals_compares,
    _foreign_operator,
    _stray_end,
    _header_without_bars,
    _pasted_table,
    _local_time,
    _french,
    _misspelt,
    _reserved,
    _missing_part,
)

_WAYS = {
    "TEXT": 'a text in quotes (`"..."`)',
    "NUMBER": "a number",
    "LOWER": "a name such as a field",
    "UPPER": "an attribute",
    "_NL": "the end of the line",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "COMMA": "`,`",
    "_PIPE": "`|`",
    "_BARS": "`||`",
    "ZONE": "a time zone",
    "CURRENCY_CODE": "a currency such as EUR",
}


def _unexpected(stop: Stop) -> Diagnostic:
    word = stop.word or "the end of the line"
    if stop.line[: stop.column].strip() == "":
        known = TOP_LEVEL if "_MAPPING" in stop.accepted else STATEMENTS
        says = f"a line here begins with {', '.join(f'`{k}`' for k in known[:6])} ..."
        if "UPPER" in stop.accepted:
            says = "a line here gives an attribute its value (`Price = ...`), or begins with `let`, `require`, `end` ..."
        return Diagnostic.of(codes.UNEXPECTED_WORD, stop.here, word=word, helps=[Help(says)])
    ways = [_WAYS[a] for a in _WAYS if a in stop.accepted]
    ways = [f"`{k}`" for k in _keywords(stop)[:2]] + ways
    helps = [Help("what can follow: " + ", ".join(ways[:3]))] if ways else []
    return Diagnostic.of(codes.UNEXPECTED_WORD, stop.here, word=word, helps=helps)
