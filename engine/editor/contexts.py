"""What the grammar takes at a place: the parser is asked, with no more than the blocks around it.

Lines that cannot be read are everywhere in a file that is typed. So only the lines that open the
blocks around the place are read, the header of its table, the cases above it, and its own line.
"""

from __future__ import annotations

import re
from itertools import takewhile

from engine.diagnostics.place import Source
from engine.language.cleaning import clean
from engine.language.keywords import KEYWORDS
from engine.language.reading import accepted_after

_OPENS = re.compile(
    r"\s*(channel|mapping|override|test|states|route|action|no\s+action|decide)\b"
    r"|\s*only\s+when\b|\s*table\s+\w+\s+key\b"
)
_ENDS = re.compile(r"\s*end\s*(#.*)?$")
_OPEN_VALUE = re.compile(r"\s*(let\s+)?\w+\s*=\s*(#.*)?$")
_CASE = re.compile(r"\s*(when|otherwise)\b")
_TYPING = re.compile(r"[^\W\d]\w*$")


def blocks_around(text: str, offset: int) -> list[str]:
    """The lines that open the blocks around a place, outermost first."""
    around: list[str] = []
    for line in text[:offset].split("\n")[:-1]:
        if _ENDS.match(line):
            del around[-1:]
        elif _OPENS.match(line):
            if not line[:1].isspace():
                around.clear()  # nothing is around what begins at the margin: an `end` is lacking
            around.append(line)
    return around


def accepted_at(text: str, offset: int) -> frozenset[str]:
    """The names of the grammar's tokens that may begin where the word at `offset` begins."""
    above = text[:offset].split("\n")
    line = _TYPING.sub("", above.pop())
    around = blocks_around(text, offset)
    own = [*around, *leading_lines(above, line), line]
    for lines in (own, [*around, line]):
        begins = [] if any(one.split("#")[0].strip() for one in above) else [line]
        context = "\n".join(begins or ["rules 1", *lines])
        accepted = accepted_after(clean(Source("", context)).text)
        if accepted:
            return accepted
    return frozenset()


def leading_lines(above: list[str], line: str) -> list[str]:
    """The lines just above that the line belongs to: the header of its table, the cases before it."""
    rows = list(takewhile(lambda one: one.lstrip().startswith("|"), reversed(above)))
    if line.lstrip().startswith("|"):
        return rows[-1:]
    if rows:
        return [rows[-1], rows[0]] if len(rows) > 1 else rows
    if line.strip() and not _CASE.match(line):
        return []
    leading: list[str] = []
    for one in reversed(above):
        if _OPEN_VALUE.match(one):
            return [one, *reversed(leading)]
        if not _CASE.match(one):
            break
        leading.append(one)
    return []


def keywords_among(accepted: frozenset[str]) -> list[str]:
    """The keywords that are accepted, as they are typed, in the order of the table of keywords."""
    return [word for name, word in KEYWORDS.items() if f"_{name}" in accepted]
