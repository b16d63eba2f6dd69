"""Statements and cases in the form of other languages: blocks of `if`, `a ? b : c`, `var x = ...`."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.language.keywords import STATEMENTS, TOP_LEVEL
from engine.language.stop import Stop

_PURE = r"[^\"]*?(?:\"[^\"]*\"[^\"]*?)*?"  # texts within it are whole
_IFS = ("if", "when", "si")

_BLOCK = re.compile(
    r"(\s*)(if|when|si)\b\s*((?:(?!\b(?:then|alors)\b).)+?)\s*(?:\bthen\b|\balors\b|:|\{)?\s*$",
    re.IGNORECASE,
)
_IN_ONE = re.compile(
    r"(\s*)(?:if|when|si)\b\s*(.+?)\s*\b(?:then|alors)\b\s*([A-Z]\w*\s*=.+?)\s*$", re.IGNORECASE
)


def conditional_block(stop: Stop) -> Diagnostic | None:
    """`if ... then` where statements stand: the block `only when ... end`."""
    first = stop.before.strip() or stop.word
    if first.lower() not in _IFS or not (stop.begins or first[0].isupper()):
        return None
    if stop.begins and ("_ONLY" not in stop.accepted or "_WHEN" in stop.accepted):
        return None
    says = "statements under a condition stand between `only when ...` and `end`"
    helps = [Help(says)]
    line = stop.line.rstrip()
    if found := _IN_ONE.fullmatch(line):
        indent = found[1]
        text = f"only when {found[2]}\n{indent}  {found[3]}\n{indent}end"
        edit = Replacement(stop.span(len(indent), len(line)), text)
        helps = [Help(says, EditLevel.CHOICE, (edit,))]
    elif (block := _BLOCK.fullmatch(line)) and block_end(stop):
        edit = Replacement(stop.span(len(block[1]), len(line)), f"only when {block[3]}")
        helps = [Help(says, EditLevel.CHOICE, (edit,))]
    begun = len(line) - len(line.lstrip())
    place = stop.span(begun, begun + len(first))
    return Diagnostic.of(codes.FOREIGN_OPERATOR, place, word=first, helps=helps)


def closing(stop: Stop) -> int | None:
    """The line of the `end` that closes a block begun at the place; None where it has none.

    Only indentation tells: without an own `end` the next one closes what stands around.
    """
    lines = stop.lines()
    indent = len(stop.line) - len(stop.line.lstrip())
    for number in range(stop.line_number + 1, len(lines) + 1):
        line = lines[number - 1]
        depth = len(line) - len(line.lstrip())
        if line.strip() == "end" and depth == indent:
            return number if _ends_once_more(lines[number:]) else None
        if line.strip() and depth < indent:
            return None
    return None


def _ends_once_more(lines: list[str]) -> bool:
    """Whether what stands around is closed below: else the `end` found is not the block's own."""
    for line in lines:
        if (word := line.split()[:1]) and word[0] in TOP_LEVEL:
            return False
        if line.strip() == "end":
            return True
    return False


def cases_block(stop: Stop) -> Diagnostic | None:
    """`if ... then`, the value on the next line, `else`, another, `end`: cases, each on one line."""
    if not stop.begins or stop.word.lower() not in _IFS or "_WHEN" not in stop.accepted:
        return None
    last = block_end(stop)
    if last is None:
        return None
    indent = stop.line[: len(stop.line) - len(stop.line.lstrip())]
    says = "each case stands on one line, `when ... then ...`, and no `end` follows the last"
    helps = [Help(says)]
    if cases := _cases(stop.lines()[stop.line_number - 1 : last - 1]):
        last_line = stop.spans.line_span(last)
        first = stop.span(len(indent), len(indent) + len(stop.word))
        edit = Replacement(first.to(last_line), f"\n{indent}".join(cases))
        helps = [Help(says, EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=stop.word, helps=helps)


_BRANCH = re.compile(
    r"(?:else\s*if|elsif|elif|if|when|si)\b\s*(.+?)\s*(?:\bthen|\balors|:)?", re.IGNORECASE
)
_LAST = re.compile(r"(?:else|otherwise|sinon)\s*:?", re.IGNORECASE)


def _cases(lines: list[str]) -> list[str] | None:
    """The cases that a block of conditions with a value each stands for, if it is just that."""
    made: list[str] = []
    head = ""
    for text in filter(None, map(str.strip, lines)):
        if "#" in text or (head and (_LAST.fullmatch(text) or _BRANCH.fullmatch(text))):
            return None
        if _LAST.fullmatch(text):
            head = "otherwise"
        elif branch := _BRANCH.fullmatch(text):
            head = f"when {branch[1]} then"
        elif head:
            made.append(f"{head} {text}")
            head = ""
        else:
            return None
    return None if head else made


def block_end(stop: Stop) -> int | None:
    """The line of the `end` of a block of `if` at the place: it is one mistake with its lines."""
    block = _BLOCK.fullmatch(stop.line.rstrip())
    in_one = _IN_ONE.fullmatch(stop.line.rstrip())
    begins = (
        stop.begins or stop.before.strip().lower() in _IFS
    )  # one with a capital is a name first
    return closing(stop) if begins and block and not in_one else None


_TERNARY = re.compile(
    rf"(?P<indent>\s*)(?P<set>(?:let\s+)?\w+\s*=)\s*(?P<when>{_PURE})\s*\?(?![?:])\s*(?P<then>{_PURE})"
    rf"\s*:\s*(?P<otherwise>{_PURE})\s*$"
)
_CALLED = re.compile(
    rf"(?P<indent>\s*)(?P<set>(?:let\s+)?\w+\s*=)\s*(?:IF|SI|IIF|if|si)\s*\((?P<rest>{_PURE})\)\s*$"
)


_LONGEST = 500  # a line that is longer is not looked through for its parts


def one_of_two(stop: Stop) -> Diagnostic | None:
    """`a ? b : c`, `IF(a; b; c)`: cases."""
    if len(stop.line) > _LONGEST:
        return None
    if stop.word[:1] == "?" and (found := _TERNARY.match(stop.line)):
        parts = [found["when"], found["then"], found["otherwise"]]
    elif found := _CALLED.match(stop.line):
        parts = [part.strip() for part in _arguments(found["rest"])]
    else:
        return None
    says = "write cases: `when ... then ...`, and `otherwise ...` on the next line"
    helps = [Help(says)]
    if len(parts) == len(("when", "then", "otherwise")) and all(parts):
        indent = found["indent"]
        text = (
            f"{found['set']}\n{indent}  when {parts[0]} then {parts[1]}\n"
            f"{indent}  otherwise {parts[2]}"
        )
        edit = Replacement(stop.span(len(indent), len(stop.line.rstrip())), text)
        helps = [Help(says, EditLevel.CHOICE, (edit,))]
    word = "?" if found.re is _TERNARY else "IF"
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=word, helps=helps)


def _arguments(text: str) -> list[str]:
    """The arguments of a call: between commas or semicolons outside of brackets and texts."""
    parts, depth, begun = [], 0, 0
    bare = re.sub(r'"[^"]*"', lambda found: "x" * len(found[0]), text)
    mark = ";" if ";" in bare else ","
    for at, char in enumerate(bare):
        depth += (char == "(") - (char == ")")
        if char == mark and depth == 0:
            parts.append(text[begun:at])
            begun = at + 1
    return [*parts, text[begun:]]


_DECLARES = ("set", "var", "const", "dim", "define", "val", "def")


def declaration(stop: Stop) -> Diagnostic | None:
    """`set Stock = 3`, `var margin = ...`, `$margin = ...`."""
    found = re.match(r"\s*(\w+)\s+(\w+)\s*:?=", stop.line)
    if not (stop.begins and found and found[1].lower() in _DECLARES and "_LET" in stop.accepted):
        return None
    name = found[2] if found[2][0].isupper() else f"let {found[2]}"
    helps = [stop.replacing(found.start(1), found.end(2), name, EditLevel.SAFE)]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=stop.word, helps=helps)


def capital_keyword(stop: Stop) -> Diagnostic | None:
    """`Exclude when ...`, `END`: a word that begins a statement, as text programs write it."""
    first = stop.before.strip() or stop.word
    small = first.lower()
    if not first[:1].isupper() or small not in STATEMENTS or "=" in stop.line[: stop.column + 1]:
        return None
    if not ("EQUAL" in stop.accepted or stop.begins):
        return None
    begun = len(stop.line) - len(stop.line.lstrip())
    helps = [stop.replacing(begun, begun + len(first), small, EditLevel.SAFE)]
    place = stop.span(begun, begun + len(first))
    return Diagnostic.of(codes.MISSPELT_KEYWORD, place, word=first, helps=helps)


def brace(stop: Stop) -> Diagnostic | None:
    """`{` behind what opens a block, `}` for its `end`."""
    rest = stop.line[stop.column + 1 :].strip()
    if rest or stop.word not in ("{", "}"):
        return None
    says = "take it out: a block begins with its line, and ends with `end`"
    helps = [Help(says, EditLevel.SAFE, (Replacement(stop.here, ""),))]
    if stop.word == "}":
        sure = stop.begins and "_END" in stop.accepted
        helps = [stop.replacing_word("end", EditLevel.CHOICE)] if sure else [Help(says)]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=stop.word, helps=helps)


FORMS: tuple[Callable[[Stop], Diagnostic | None], ...] = (
    declaration,
    conditional_block,
    capital_keyword,
    brace,
    cases_block,
    one_of_two,
)
