"""Where names are defined and where they are used: for going there, for renaming."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from engine.diagnostics.diagnostic import Replacement
from engine.diagnostics.place import NOWHERE, Span
from engine.editor.desk import Desk
from engine.editor.words import word_at
from engine.language import syntax as s
from engine.language.keywords import RESERVED
from engine.language.walks import nodes_of


class Sort(StrEnum):
    """What a name is a name of."""

    LET = "let"
    TABLE = "table"
    MILESTONE = "milestone"
    CHANNEL = "channel"
    FIELD = "field"
    ATTRIBUTE = "attribute"
    STATE = "state"
    ACTION = "action"


_OWN = (Sort.LET, Sort.TABLE, Sort.MILESTONE, Sort.CHANNEL, Sort.STATE, Sort.ACTION)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at a place; `defines` where it is given there."""

    sort: Sort
    text: str
    span: Span
    defines: bool = False


@dataclass(frozen=True, slots=True)
class CannotRename:
    """Why a name cannot be changed."""

    says: str


def mentions(desk: Desk) -> list[Mention]:
    """Every name of all files, in order."""
    found = [m for tree in desk.trees for node in nodes_of(tree) for m in _mentions(desk, node)]
    return sorted(found, key=lambda m: m.span)


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
        return CannotRename(f"`{here.text}` is named by a schema: change it there")
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


def _mentions(desk: Desk, node: s.Node) -> Iterator[Mention]:  # noqa: C901 - an arm for each node with names
    match node:
        case s.Let(name=name):
            yield _named(Sort.LET, name, defines=True)
        case s.Reference(name=text, span=span):
            yield Mention(_sort_of(desk, text), text, span)
        case s.Assignment(attribute=name) | s.Drop(attribute=name):
            yield _named(Sort.ATTRIBUTE, name)
        case s.Decide(attributes=names, inputs=inputs):
            yield from (_named(Sort.ATTRIBUTE, n) for n in names)
            yield from (Mention(_sort_of(desk, n.text), n.text, n.span) for n in inputs)
        case s.Take(table=name):
            yield _named(Sort.TABLE, name)
        case s.TableFromCsv(name=name) | s.TableInPlace(name=name):
            yield _named(Sort.TABLE, name, defines=True)
        case s.ParameterType(table=s.Name() as name):
            yield _named(Sort.TABLE, name)
        case s.Milestone(name=name):
            yield _named(Sort.MILESTONE, name, defines=True)
        case s.Channel(name=name, extends=extends):
            yield _named(Sort.CHANNEL, name, defines=True)
            yield from (_named(Sort.CHANNEL, n) for n in [extends] if n is not None)
        case s.SendWindow(start=start, end=end) | s.EditWindow(start=start, end=end):
            yield from _moments(start, end)
        case s.Mapping(channels=channels):
            yield from (_named(Sort.CHANNEL, n) for n in channels)
        case s.Override(channels=channels, start=start, end=end):
            yield from (_named(Sort.CHANNEL, n) for n in channels)
            yield from _moments(start, end)
        case s.Test(channel=channel) | s.TestTable(channel=channel):
            yield _named(Sort.CHANNEL, channel)
        case s.ExpectValue(attribute=name) | s.ExpectOmitted(attribute=name):
            yield _named(Sort.ATTRIBUTE, name)
        case s.ToChannel(channel=channel):
            yield _named(Sort.CHANNEL, channel)
        case s.StateRow(state=state):
            yield _named(Sort.STATE, state, defines=True)
        case s.AllowedIn(states=states):
            yield from (_named(Sort.STATE, n) for n in states)
        case s.LeadsTo(state=state):
            yield _named(Sort.STATE, state)
        case s.Action(name=name, channels=channels):
            yield _named(Sort.ACTION, name, defines=True)
            yield from (_named(Sort.CHANNEL, n) for n in channels)
        case (
            s.OverrideAction(name=name, channels=channels)
            | s.NoAction(name=name, channels=channels)
        ):
            yield _named(Sort.ACTION, name)
            yield from (_named(Sort.CHANNEL, n) for n in channels)
        case s.SameAs(action=name) | s.Try(action=name) | s.Suggest(action=s.Name() as name):
            yield _named(Sort.ACTION, name)
        case _:
            pass


def _named(sort: Sort, name: s.Name, *, defines: bool = False) -> Mention:
    return Mention(sort, name.text, name.span, defines)


def _moments(*moments: s.Moment | None) -> Iterator[Mention]:
    for one in moments:
        if isinstance(one, s.Name):
            yield _named(Sort.MILESTONE, one)


def _sort_of(desk: Desk, text: str) -> Sort:
    """What a name in an expression is a name of."""
    if text in desk.lets:
        return Sort.LET
    if text in desk.declarations.milestones:
        return Sort.MILESTONE
    if text[:1].isupper():
        return Sort.ATTRIBUTE if text in desk.attributes else Sort.STATE
    return Sort.FIELD
