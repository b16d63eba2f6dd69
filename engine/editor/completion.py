"""What may be typed at a place: names that are known there, and the keywords that the grammar takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from engine.editor.contexts import accepted_at, blocks_around, keywords_among
from engine.editor.desk import Desk
from engine.editor.mentions import Mention, mentions
from engine.editor.mentions import Sort as Named
from engine.editor.values import column_of, values_at
from engine.editor.words import within_text
from engine.language.vocabulary import Function


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
    STATE = "state"
    ACTION = "action"
    PARAMETER = "parameter"
    KEYWORD = "keyword"


class Completion(Struct, frozen=True):
    """Something that may be typed: `detail` says what it is."""

    label: str
    sort: Sort
    detail: str = ""


# What begins with several words at once, where the first of them is accepted.
_PHRASES = {
    "rounded": ("rounded half up to", "rounded up to", "rounded down to"),
    "is": ("is", "is not"),
    "on": ("on", "on error"),
    "only": ("only when",),
}
_EXPRESSION = frozenset({"LPAR", "LOWER", "NUMBER"})


def complete(desk: Desk, offset: int) -> list[Completion]:
    """What may stand at `offset`, whatever of it is typed already; the editor filters."""
    above = desk.source.text[:offset].split("\n")
    before = above.pop()
    if within_text(before):
        found = values_at(desk, before, above) if before.count('"') % 2 else ()
        return [Completion(value, Sort.VALUE, f"of {name}") for value, name in found]
    for pattern, names in _PLACES:
        match = pattern.search(before)
        if match is not None:
            return list(names(desk, match))
    return list(_by_grammar(desk, offset, column_of(before, above)))


def _by_grammar(desk: Desk, offset: int, column: str | None) -> Iterator[Completion]:
    """The keywords that the grammar takes here, and names of the sorts that it takes."""
    accepted = accepted_at(desk.source.text, offset)
    about_orders = _about_orders(blocks_around(desk.source.text, offset))
    if column in _IN_COLUMN and column not in desk.attributes:
        yield from _IN_COLUMN[column](desk)
        return
    if accepted >= _EXPRESSION:
        yield from _fields(desk)
        yield from (Completion(name, Sort.LET, "let") for name in desk.lets)
        yield from (
            Completion(f.name, Sort.FUNCTION, _signature(f)) for f in desk.functions.values()
        )
        yield from _milestones(desk)
    if "UPPER" in accepted:
        yield from _states(desk) if about_orders else _attributes(desk)
    for word in keywords_among(accepted):
        for phrase in _PHRASES.get(word, (word,)):
            yield Completion(phrase, Sort.KEYWORD)


def _about_orders(around: list[str]) -> bool:
    """Whether the outermost block is one of orders."""
    words = around[0].split() if around else []
    return words[:1] in (["route"], ["action"], ["no"], ["states"]) or "action" in words[:2]


def _fields(desk: Desk, *_: object) -> Iterator[Completion]:
    for field in desk.fields.values():
        detail = f"{field.kind}, {field.title or field.reading.column}"
        yield Completion(field.name, Sort.FIELD, detail)


def _attributes(desk: Desk, *_: object) -> Iterator[Completion]:
    for attribute in desk.attributes.values():
        yield Completion(attribute.name, Sort.ATTRIBUTE, str(attribute.kind))


def _milestones(desk: Desk, *_: object) -> Iterator[Completion]:
    return _all(desk.declarations.milestones, Sort.MILESTONE, "milestone")


def _channels(desk: Desk, *_: object) -> Iterator[Completion]:
    return _all(desk.declarations.channels, Sort.CHANNEL, "sales channel")


def _tables(desk: Desk, *_: object) -> Iterator[Completion]:
    return _all(desk.tables, Sort.TABLE, "table")


def _columns(desk: Desk, match: re.Match[str]) -> Iterator[Completion]:
    """The columns of the table that the line names, or of all where it names none yet."""
    named = re.search(r"\bfrom\s+(\w+)", match.string)
    tables = {n: c for n, c in desk.tables.items() if named is None or n == named[1]}
    columns = {column: name for name, known in tables.items() for column in known}
    return (Completion(c, Sort.COLUMN, f"of {name}") for c, name in sorted(columns.items()))


def _keys(desk: Desk, match: re.Match[str]) -> Iterator[Completion]:
    """The columns of the file that the line names: it is no table yet, without a key."""
    read = desk.files.text_table(match[1], desk.source.name)
    known = read[0].columns if read is not None and read[0] is not None else ()
    return (Completion(column, Sort.COLUMN, f"of {match[1]}") for column in known)


def _states(desk: Desk, *_: object) -> Iterator[Completion]:
    return _named(desk, Named.STATE, Sort.STATE, lambda one: one.defines)


def _actions(desk: Desk, *_: object) -> Iterator[Completion]:
    return _named(desk, Named.ACTION, Sort.ACTION, lambda one: one.defines)


def _parameters(desk: Desk, *_: object) -> Iterator[Completion]:
    return _named(desk, Named.PARAMETER, Sort.PARAMETER, lambda _: True)


def _suggested(desk: Desk, *_: object) -> Iterator[Completion]:
    yield from _actions(desk)
    yield Completion("nothing", Sort.KEYWORD)


def _given(desk: Desk, *_: object) -> Iterator[Completion]:
    yield from _fields(desk)
    yield from _all(["order", "product"], Sort.KEYWORD, "")


def _state_values(desk: Desk, *_: object) -> Iterator[Completion]:
    yield from _states(desk)
    if not any(one.sort is Named.STATE for one in mentions(desk)):
        yield from _fields(desk)


def _decisions(*_: object) -> Iterator[Completion]:
    return _all(["allowed", "denied", "manual"], Sort.KEYWORD, "")


def _sent(desk: Desk, *_: object) -> Iterator[Completion]:
    yield from _actions(desk)
    yield Completion("none", Sort.KEYWORD)


def _words(*words: str) -> Callable[..., Iterator[Completion]]:
    return lambda *_: _all(words, Sort.KEYWORD, "")


Names = Callable[[Desk, re.Match[str]], Iterable[Completion]]
_HEAD = r"^\s*(?:(?:mapping|override)\s+\w+\s+for|(?:no\s+|override\s+)?action\s+\w+\s+on"
_LIST = r"\s+(?:\w+\s*,\s*)*\w*$"
# Where the grammar takes a name and only the place tells which; the first that fits counts.
_PLACES: tuple[tuple[re.Pattern[str], Names], ...] = tuple(
    (re.compile(pattern), names)
    for pattern, names in (
        (r"\btake\s+\w*$", _columns),
        (r"\btake\s+\w+\s+from\s+\w*$|\bone of table\s+\w*$", _tables),
        (r"^\s*table\s+\w+\s+from\s+\"([^\"]*)\"\s+key" + _LIST, _keys),
        (_HEAD + r"|test\b.*\bon|channel\s+\w+\s+extends)" + _LIST, _channels),
        (r"\b(?:to|expect)\s+channel\s+\w*$", _channels),
        (r"^\s*(?:send|edit|override|no\s+action)\b.*\b(?:from|until)\s+\w*$", _milestones),
        (r"^\s*send\s+\w*$", _words("offers", "orders", "products")),
        (r"^\s*edit\s+\w*$", _words("mappings")),
        (r"^\s*read\s+\w*$", _words("product", "order")),
        (r"^\s*(?:write|mapping|override)\s+\w*$", _words("offer", "action")),
        (r"^\s*(?:states|route)\s+\w*$", _words("order")),
        (r"^\s*(?:allowed\s+in|leads\s+to)" + _LIST, _states),
        (r"\bstate\s+(?:is(?:\s+not)?|(?:not\s+)?in\s*\()\s*(?:\w+\s*,\s*)*\w*$", _state_values),
        (r"^\s*given\b.*\bstate\s*=\s*\w*$", _state_values),
        (r"\bsuggest\s+\w*$|^\s*expect\s+suggestion\s+\w*$", _suggested),
        (r"^\s*(?:try|same\s+as|(?:no\s+|override\s+)?action)\s+\w*$", _actions),
        (r"^\s*expect\s+sent\s+as\s+\w*$", _actions),
        (r"\b(?:try|suggest)\s+\w+\s+with\s+(?:.*,\s*)?\w*$", _parameters),
        (r"^\s*given\s+\w*$", _given),
        (r"^\s*given\b.*(?:\bbut|,)\s+\w*$", _fields),
    )
)
_IN_COLUMN: dict[str, Callable[..., Iterator[Completion]]] = {
    "state": _states,
    "action": _actions,
    "result": _decisions,
    "sends": _sent,
    "suggestion": _suggested,
    "channel": _channels,
}


def _named(
    desk: Desk, named: Named, sort: Sort, wanted: Callable[[Mention], bool]
) -> Iterator[Completion]:
    """The names of a sort that stand anywhere in the rules, each once."""
    found = {one.text: None for one in mentions(desk) if one.sort is named and wanted(one)}
    return (Completion(name, sort, sort.value) for name in found)


def _all(names: Iterable[str], sort: Sort, detail: str) -> Iterator[Completion]:
    return (Completion(name, sort, detail) for name in sorted(names))


def _signature(function: Function) -> str:
    return f"{function.name}({', '.join(p.name for p in function.parameters)})"
