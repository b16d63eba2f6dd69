"""Every name that stands in the files of a project: what it is a name of, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from engine.diagnostics.place import Span
from engine.editor.desk import Desk
from engine.language import syntax as s
from engine.language.walks import nodes_of


class Sort(StrEnum):
    """What a name is a name of."""

    LET = "let"
    TABLE = "table"
    COLUMN = "column"
    MILESTONE = "milestone"
    CHANNEL = "channel"
    FIELD = "field"
    ATTRIBUTE = "attribute"
    STATE = "state"
    ACTION = "action"
    PARAMETER = "parameter"
    WORD = "word"  # of the language: `denied` in a table of tests


class Mention(Struct, frozen=True):
    """A name at a place; `defines` where it is given there; a column is named with its table."""

    sort: Sort
    text: str
    span: Span
    defines: bool = False


_PLACEHOLDER = re.compile(r"\{\s*(\w+)\s*\}")
# What the cells of a table of order tests are names of, by their column.
_CELLS = {
    "channel": Sort.CHANNEL,
    "state": Sort.STATE,
    "action": Sort.ACTION,
    "sends": Sort.ACTION,
    "suggestion": Sort.ACTION,
    "result": Sort.WORD,
}
_NO_ACTION = ("none", "nothing")


def mentions(desk: Desk) -> list[Mention]:
    """Every name of all files, in order."""
    found: dict[Span, Mention] = {}
    for tree in desk.trees:
        for node in nodes_of(tree):
            # What is around a name knows best what it is a name of, and comes first.
            for one in _mentions(desk, node):
                found.setdefault(one.span, one)
    return sorted(found.values(), key=lambda m: m.span)


def _mentions(desk: Desk, node: s.Node) -> Iterator[Mention]:
    match node:
        case s.Let(name=name):
            yield _named(Sort.LET, name, defines=True)
        case s.Reference(name=text, span=span):
            yield Mention(_sort_of(desk, text), text, span)
        case s.Assignment(attribute=name):
            yield _named(Sort.ATTRIBUTE, name)
        case s.Decide(attributes=names, inputs=inputs, results=results):
            yield from _all(Sort.ATTRIBUTE, (*names, *results))
            yield from (Mention(_sort_of(desk, n.text), n.text, n.span) for n in inputs)
        case s.Drop(attribute=name, message=message):
            yield _named(Sort.ATTRIBUTE, name)
            yield from _in_sentence(desk, message)
        case s.Reject(message=text) | s.Exclude(because=text) | s.Warn(message=text):
            yield from _in_sentence(desk, text)
        case s.Milestone(name=name):
            yield _named(Sort.MILESTONE, name, defines=True)
        case s.Channel(name=name, extends=extends):
            yield _named(Sort.CHANNEL, name, defines=True)
            yield from _all(Sort.CHANNEL, [extends])
        case s.SendWindow(start=start, end=end) | s.EditWindow(start=start, end=end):
            yield from _moments(start, end)
        case s.Mapping(channels=channels):
            yield from _all(Sort.CHANNEL, channels)
        case s.Override(channels=channels, start=start, end=end):
            yield from _all(Sort.CHANNEL, channels)
            yield from _moments(start, end)
        case _:
            yield from _of_tables(node)
            yield from _of_orders(node)
            yield from _of_tests(desk, node)


def _of_tables(node: s.Node) -> Iterator[Mention]:
    match node:
        case s.Take(table=table, column=column):
            yield _named(Sort.TABLE, table)
            yield Mention(Sort.COLUMN, f"{table.text}.{column.text}", column.span)
        case s.TableFromCsv(name=name, keys=keys):
            yield _named(Sort.TABLE, name, defines=True)
            for key in keys:
                yield Mention(Sort.COLUMN, f"{name.text}.{key.text}", key.span)
        case s.TableInPlace(name=name, keys=keys, columns=columns):
            yield _named(Sort.TABLE, name, defines=True)
            for key in keys:
                yield Mention(Sort.COLUMN, f"{name.text}.{key.text}", key.span)
            for column in columns:
                text = f"{name.text}.{column.text}"
                yield Mention(Sort.COLUMN, text, column.span, defines=True)
        case s.ParameterType(table=s.Name() as name):
            yield _named(Sort.TABLE, name)
        case _:
            pass


def _of_orders(node: s.Node) -> Iterator[Mention]:
    match node:
        case s.States(columns=columns):
            yield from _all(Sort.CHANNEL, columns[1:])
        case s.StateRow(state=state):
            yield _named(Sort.STATE, state, defines=True)
        case s.ToChannel(channel=channel) | s.ExpectChannel(channel=channel):
            yield _named(Sort.CHANNEL, channel)
        case s.AllowedIn(states=states):
            yield from _all(Sort.STATE, states)
        case s.LeadsTo(state=state):
            yield _named(Sort.STATE, state)
        case s.Action(name=name, channels=channels):
            yield _named(Sort.ACTION, name, defines=True)
            yield from _all(Sort.CHANNEL, channels)
        case (
            s.OverrideAction(name=name, channels=channels, start=start, end=end)
            | s.NoAction(name=name, channels=channels, start=start, end=end)
        ):
            yield _named(Sort.ACTION, name)
            yield from _all(Sort.CHANNEL, channels)
            yield from _moments(start, end)
        case s.ParameterRule(name=name):
            yield _named(Sort.PARAMETER, name)
        case s.SameAs(action=name):
            yield _named(Sort.ACTION, name)
        case s.Suggest(action=action, parameters=parameters):
            yield from _all(Sort.ACTION, [action])
            yield from _all(Sort.PARAMETER, parameters)
        case _:
            pass


def _of_tests(desk: Desk, node: s.Node) -> Iterator[Mention]:
    match node:
        case s.Test(channel=channel) | s.OrderTest(channel=channel):
            yield from _all(Sort.CHANNEL, [channel])
        case s.TestTable(channel=channel, inputs=inputs, outputs=outputs):
            yield _named(Sort.CHANNEL, channel)
            yield from _all(Sort.FIELD, inputs)
            yield from _all(Sort.ATTRIBUTE, outputs)
        case s.OrderTestTable(channel=channel):
            yield from _all(Sort.CHANNEL, [channel])
            yield from _of_order_table(desk, node)
        case s.Change(field=name):
            yield _named(Sort.FIELD, name)
        case s.Try(action=name, parameters=parameters):
            yield _named(Sort.ACTION, name)
            yield from _all(Sort.PARAMETER, [one.field for one in parameters])
        case s.ExpectValue(attribute=name) | s.ExpectOmitted(attribute=name):
            yield _named(Sort.ATTRIBUTE, name)
        case s.ExpectSuggestion(action=action) | s.ExpectSentAs(action=action):
            yield from _all(Sort.ACTION, [action])
        case _:
            pass


def _of_order_table(desk: Desk, table: s.OrderTestTable) -> Iterator[Mention]:
    for column in (*table.inputs, *table.outputs):
        if column.text in desk.fields:
            yield _named(Sort.FIELD, column)
        else:
            sort = Sort.WORD if column.text in _CELLS else Sort.PARAMETER
            yield _named(sort, column)
    for row in table.rows:
        columns = [n.text for n in (*table.inputs, *table.outputs)]
        for name, cell in zip(columns, (*row.given, *row.expected), strict=False):
            if isinstance(cell, s.Reference) and name in _CELLS:
                sort = Sort.WORD if cell.name in _NO_ACTION else _CELLS[name]
                yield Mention(sort, cell.name, cell.span)


def _in_sentence(desk: Desk, text: s.Text) -> Iterator[Mention]:
    """The names in the braces of a sentence, where they stand in the file."""
    source = desk.declarations.report.sources.get(text.span.file)
    typed = source.text[text.span.start : text.span.end] if source is not None else ""
    for found in _PLACEHOLDER.finditer(typed):
        if source is not None:
            start = text.span.start + found.start(1)
            span = source.span(start, start + len(found[1]))
            yield Mention(_sort_of(desk, found[1]), found[1], span)


def _named(sort: Sort, name: s.Name, *, defines: bool = False) -> Mention:
    return Mention(sort, name.text, name.span, defines)


def _all(sort: Sort, names: Iterable[s.Name | None]) -> Iterator[Mention]:
    return (_named(sort, name) for name in names if name is not None)


def _moments(*moments: s.Moment | None) -> Iterator[Mention]:
    return _all(Sort.MILESTONE, [one for one in moments if isinstance(one, s.Name)])


def _sort_of(desk: Desk, text: str) -> Sort:
    """What a name in an expression is a name of."""
    if text in desk.lets:
        return Sort.LET
    if text in desk.declarations.milestones:
        return Sort.MILESTONE
    if text[:1].isupper():
        return Sort.ATTRIBUTE if text in desk.attributes else Sort.STATE
    return Sort.FIELD
