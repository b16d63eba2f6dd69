"""Texts that may stand between quotes at a place: values of a list, files of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.editor.contexts import leading_lines
from engine.editor.desk import Desk

_ASSIGNED = re.compile(r"([^\W\d]\w*)\s*=\s*\"[^\"]*$")
_COMPARED = re.compile(
    r"([^\W\d]\w*)\s+(?:is(?:\s+not)?|(?:not\s+)?in\s*\((?:[^()]*,)?)\s*\"[^\"]*$"
)
_LINE_OF = re.compile(r"\s*(?:let\s+)?([^\W\d]\w*)\s*=")
_VALUE = re.compile(r"\b(?:then|otherwise|default)\s+\"[^\"]*$")
_FILES = (
    (re.compile(r"^\s*use\s+\"[^\"]*$"), "*.rules"),
    (re.compile(r"^\s*table\s+\w+\s+from\s+\"[^\"]*$"), "*.csv"),
    (re.compile(r"^\s*(?:read|write)\s+\w+\s+using\s+\"[^\"]*$"), "*.schema.json"),
    (re.compile(r"^\s*test\b.*\busing\s+\"[^\"]*$|^\s*given\s+\w+\s+\"[^\"]*$"), "*.json"),
)
_MOST_FILES = 200


def values_at(desk: Desk, before: str, above: list[str]) -> Iterator[tuple[str, str]]:
    """The texts that may stand where `before`, a line, breaks off: each with what it belongs to.

    `above` are the lines before it.
    """
    for pattern, wanted in _FILES:
        if pattern.search(before):
            yield from ((name, wanted) for name in _files(desk, wanted))
            return
    name = _subject(before, above)
    kinds = [
        one.kind
        for one in (desk.attributes.get(name or ""), desk.fields.get(name or ""))
        if one is not None
    ]
    for kind in kinds:
        yield from ((choice, name or "") for choice in kind.choices or ())


def _subject(before: str, above: list[str]) -> str | None:
    """The attribute or field that the text belongs to."""
    compared = _COMPARED.search(before)
    if compared:
        return compared[1]
    if before.lstrip().startswith("|"):
        return column_of(before, above)
    assigned = _ASSIGNED.search(before)
    if assigned is None and _VALUE.search(before):
        assigned = _LINE_OF.match([*leading_lines(above, before), before][0])
    return assigned[1] if assigned else None


def column_of(before: str, above: list[str]) -> str | None:
    """The column of a table in which a row breaks off; None in its header."""
    header = leading_lines(above, before)
    if not header:
        return None
    names = [cell.strip() for cell in header[0].split("#")[0].replace("||", "|").split("|")]
    place = re.sub(r'"[^"]*"?', "", before).replace("||", "|").count("|")
    return names[place] if place < len(names) and names[place] else None


def _files(desk: Desk, wanted: str) -> list[str]:
    """The files beside the document, in the project, and a folder below, as a document calls them."""
    own = desk.project.root / desk.source.name
    found: dict[str, None] = {}
    for folder in (own.parent, desk.project.root):
        for file in sorted([*folder.glob(wanted), *folder.glob(f"*/{wanted}")]):
            name = file.relative_to(folder).as_posix()
            if not name.startswith(".") and file != own:
                found.setdefault(name)
    return list(found)[:_MOST_FILES]
