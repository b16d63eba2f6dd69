"""Where names are defined and where they are used: for going there, for renaming."""

from __future__ import annotations

import re

from msgspec import Struct

from engine.diagnostics.diagnostic import Replacement
from engine.diagnostics.place import NOWHERE, Span
from engine.editor.desk import Desk
from engine.editor.mentions import Mention, Sort, mentions
from engine.editor.words import word_at
from engine.language import syntax as s
from engine.language.keywords import RESERVED

_OWN = (Sort.LET, Sort.TABLE, Sort.MILESTONE, Sort.CHANNEL, Sort.STATE, Sort.ACTION)


class CannotRename(Struct, frozen=True):
    """Why a name cannot be changed."""

    says: str


def mention_at(desk: Desk, offset: int) -> Mention | None:
    """The name at a place of the document."""
    name = desk.source.name
    for one in mentions(desk):
        if one.span.file == name and one.span.start <= offset <= one.span.end:
            return one
    return None


def definition(desk: Desk, offset: int) -> Span | None:
    """Where the name at a place is defined: in rules, in a schema; None where that is unknown."""
    here = mention_at(desk, offset)
    if here is None:
        return _by_word(desk, offset)
    if here.sort is Sort.FIELD and here.text in desk.fields:
        return _known(desk.fields[here.text].place)
    if here.sort is Sort.ATTRIBUTE and here.text in desk.attributes:
        return _known(desk.attributes[here.text].place)
    if here.sort is Sort.COLUMN:
        return _column(desk, *here.text.split("."))
    same = (m for m in mentions(desk) if m.sort is here.sort and m.text == here.text and m.defines)
    return next((m.span for m in same), None)


def references(desk: Desk, offset: int) -> list[Span]:
    """Every place of the name at a place, its definition among them."""
    here = mention_at(desk, offset)
    if here is None:
        return []
    return [m.span for m in mentions(desk) if m.sort is here.sort and m.text == here.text]


def rename(desk: Desk, offset: int, new: str) -> list[Replacement] | CannotRename:
    """The edits that give the name at a place another one, in every file; or why not."""
    here = mention_at(desk, offset)
    if here is None:
        return CannotRename("there is no name here")
    if here.sort not in _OWN:
        by = "a table" if here.sort is Sort.COLUMN else "a schema"
        by = "the language" if here.sort is Sort.WORD else by
        return CannotRename(f"`{here.text}` is named by {by}: change it there")
    if not re.fullmatch(r"[^\W\d_]\w*", new) or new.lower() in RESERVED:
        return CannotRename(f"`{new}` cannot be a name")
    wanted = "a capital" if here.sort is Sort.STATE else "a small letter"
    if new[:1].isupper() is not (here.sort is Sort.STATE):
        return CannotRename(f"`{new}`: a {here.sort} begins with {wanted}")
    if any(m.text == new and m.sort in (here.sort, Sort.FIELD) for m in mentions(desk)) or (
        here.sort is Sort.LET and new in desk.fields
    ):
        return CannotRename(f"`{new}` is a name already")
    return [Replacement(span, new) for span in references(desk, offset)]


def _column(desk: Desk, table: str, column: str) -> Span | None:
    """Where a table has its column: in rules, or in the first line of its file."""
    for node in desk.declarations.tables:
        if node.name.text != table:
            continue
        if isinstance(node, s.TableInPlace):
            return next((c.span for c in node.columns if c.text == column), None)
        read = desk.files.text_table(node.path.value, node.span.file)
        file = read[0] if read is not None else None
        at = file.source.text.partition("\n")[0].find(column) if file is not None else -1
        return file.source.span(at, at + len(column)) if file is not None and at >= 0 else None
    return None


def _known(span: Span) -> Span | None:
    return span if span != NOWHERE and span.file else None


def _by_word(desk: Desk, offset: int) -> Span | None:
    """On a line that cannot be read, the word alone must do."""
    word = word_at(desk.source, offset)
    if word is None:
        return None
    if word.text in desk.lets:
        return desk.lets[word.text].name.span
    if word.text in desk.attributes:
        return _known(desk.attributes[word.text].place)
    return _known(desk.fields[word.text].place) if word.text in desk.fields else None
