"""Where the members of a JSON object stand in its file, for messages that point there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from engine.diagnostics.place import Source, Span

_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Member(Struct, frozen=True):
    """A member of an object: its key, the key's place, and the offset of its value."""

    key: str
    span: Span
    value_at: int


def members(source: Source, *path: str) -> list[Member]:
    """The members of the object that `path` leads to in `source`, which must hold valid JSON."""
    at = 0
    for name in path:
        found = next((m for m in _members(source, at) if m.key == name), None)
        if found is None:
            return []
        at = found.value_at
    return list(_members(source, at))


def _members(source: Source, at: int) -> Iterator[Member]:
    at = _skip(source.text, at)
    if source.text[at : at + 1] != "{":
        return
    at = _skip(source.text, at + 1)
    while source.text[at : at + 1] == '"':
        start = at
        key, at = _DECODER.raw_decode(source.text, start)
        value_at = _skip(source.text, _skip(source.text, at) + 1)  # past the colon
        yield Member(key, source.span(start, at), value_at)
        _, at = _DECODER.raw_decode(source.text, value_at)
        at = _skip(source.text, _skip(source.text, at) + 1)  # past the comma


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at
