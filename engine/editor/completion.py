"""What may be typed at a place: names that are known there, and keywords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from engine.editor.desk import Desk
from engine.editor.words import line_before, within_text
from engine.language.keywords import STATEMENTS, TOP_LEVEL
from engine.language.vocabulary import Function

_IN_EXPRESSIONS = (
    *("when", "then", "otherwise", "default", "on error", "rounded half up to", "rounded up to"),
    *("rounded down to", "present", "missing", "is", "is not", "in", "and", "or", "not", "omit"),
    *("reject", "inherited", "now", "take", "else"),
)
_CHANNELS = re.compile(
    r"^\s*(mapping|override)\s+\w+\s+for\s|^\s*test\b.*\bon\s|\bextends\s|\bto channel\s"
)
_TAKE = re.compile(r"\btake\s+(\w*)$")
_FROM = re.compile(r"\btake\s+\w+\s+from\s+(\w*)$|\bone of table\s+(\w*)$")
_STARTS = re.compile(r"^\s*(\w*)$")
_MOMENT = re.compile(r"\b(from|until|before|after)\s+(\w*)$")
_ASSIGNED = re.compile(r"^\s*([^\W\d_]\w*)\s*=.*\"[^\"]*$")
_COMPARED = re.compile(
    r"([^\W\d_]\w*)\s+(?:is(?:\s+not)?|(?:not\s+)?in\s*\((?:[^()]*,)?)\s*\"[^\"]*$"
)


class Sort(StrEnum):
    """What a completion is, for the editor's icon."""

    FIELD = "field"
    ATTRIBUTE = "attribute"
    LET = "let"
    FUNCTION = "function"
    TABLE = "table"
    COLUMN = "column"
    VALUE = "value"
    CHANNEL = "channel"
    MILESTONE = "milestone"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that may be typed: `detail` says what it is."""

    label: str
    sort: Sort
    detail: str = ""


def complete(desk: Desk, offset: int) -> list[Completion]:
    """What may stand at `offset`, whatever of it is typed already; the editor filters."""
    before = line_before(desk.source, offset)
    if within_text(before):
        return list(_values(desk, before)) if before.count('"') % 2 else []
    if _TAKE.search(before):
        columns = {c: name for name, known in desk.tables.items() for c in known}
        return [Completion(c, Sort.COLUMN, f"of {name}") for c, name in sorted(columns.items())]
    if _FROM.search(before):
        return _all(desk.tables, Sort.TABLE, "table")
    if _CHANNELS.search(before):
        return _all(desk.declarations.channels, Sort.CHANNEL, "sales channel")
    if _MOMENT.search(before) and not _inside(desk, offset):
        return _all(desk.declarations.milestones, Sort.MILESTONE, "milestone")
    if _STARTS.match(before):
        return list(_starts(desk, offset))
    return list(_expression(desk))


def _starts(desk: Desk, offset: int) -> Iterator[Completion]:
    """What a line may begin with."""
    if not _inside(desk, offset):
        yield from (Completion(word, Sort.KEYWORD) for word in TOP_LEVEL)
        return
    yield from (Completion(word, Sort.KEYWORD) for word in STATEMENTS)
    yield from (Completion(word, Sort.KEYWORD) for word in ("when", "otherwise"))
    for one in desk.attributes.values():
        yield Completion(one.name, Sort.ATTRIBUTE, str(one.kind))


def _expression(desk: Desk) -> Iterator[Completion]:
    for field in desk.fields.values():
        yield Completion(
            field.name, Sort.FIELD, f"{field.kind}, {field.title or field.reading.column}"
        )
    yield from (Completion(name, Sort.LET, "let") for name in desk.lets)
    for attribute in desk.attributes.values():
        yield Completion(attribute.name, Sort.ATTRIBUTE, str(attribute.kind))
    yield from (Completion(f.name, Sort.FUNCTION, _signature(f)) for f in desk.functions.values())
    yield from _all(desk.declarations.milestones, Sort.MILESTONE, "milestone")
    yield from (Completion(word, Sort.KEYWORD) for word in _IN_EXPRESSIONS)


def _values(desk: Desk, before: str) -> Iterator[Completion]:
    """The values of the list that the text on the left belongs to."""
    compared = _COMPARED.search(before)
    assigned = _ASSIGNED.match(before)
    name = compared.group(1) if compared else assigned.group(1) if assigned else None
    if name is None:
        return
    kinds = [
        one.kind for one in (desk.attributes.get(name), desk.fields.get(name)) if one is not None
    ]
    for kind in kinds:
        yield from (Completion(c, Sort.VALUE, f"of {name}") for c in kind.choices or ())


def _inside(desk: Desk, offset: int) -> bool:
    """Whether the place is inside of a block: more were opened above than closed."""
    depth = 0
    for line in desk.source.text[:offset].split("\n")[:-1]:
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] == "end":
            depth = max(0, depth - 1)
        elif (
            words[0] in _OPENING
            or (words[0] == "table" and "from" not in words)
            or words[:2] == ["only", "when"]
        ):
            depth += 1
    return depth > 0


_OPENING = ("channel", "mapping", "override", "test", "states", "route", "action", "no", "decide")


def _all(names: Iterable[str], sort: Sort, detail: str) -> list[Completion]:
    return [Completion(name, sort, detail) for name in sorted(names)]


def _signature(function: Function) -> str:
    return f"{function.name}({', '.join(p.name for p in function.parameters)})"
