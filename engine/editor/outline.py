"""The outline of a document, its tests, its canonical form, and the edits of its diagnostics."""

from __future__ import annotations

from msgspec import Struct

from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import Span
from engine.editor.desk import Desk
from engine.language import syntax as s
from engine.language.parser import parse
from engine.language.printer import print_rules


class Symbol(Struct, frozen=True):
    """A thing that the document defines, with what stands inside of it."""

    name: str
    detail: str
    span: Span
    inside: tuple[Symbol, ...] = ()


def symbols(desk: Desk) -> list[Symbol]:
    """What the document defines, in order."""
    found = [_symbol(node) for node in desk.tree.declarations]
    return [one for one in found if one is not None]


def _symbol(node: s.Node) -> Symbol | None:
    match node:
        case s.Milestone(name=name) | s.Channel(name=name):
            return Symbol(name.text, type(node).__name__.lower(), node.span)
        case s.TableFromCsv(name=name) | s.TableInPlace(name=name):
            return Symbol(name.text, "table", node.span)
        case s.Mapping(channels=channels, body=body):
            shown = ", ".join(n.text for n in channels)
            return Symbol(f"mapping for {shown}", "mapping", node.span, _statements(body))
        case s.Override(channels=channels, body=body):
            shown = ", ".join(n.text for n in channels)
            return Symbol(f"override for {shown}", "override", node.span, _statements(body))
        case (
            s.Test(name=text)
            | s.TestTable(name=text)
            | s.OrderTest(name=text)
            | s.OrderTestTable(name=text)
        ):
            return Symbol(text.value, "test", node.span)
        case s.Action(name=name) | s.OverrideAction(name=name) | s.NoAction(name=name):
            return Symbol(name.text, "action", node.span)
        case s.States() | s.Route():
            return Symbol(type(node).__name__.lower(), "orders", node.span)
        case _:
            return None


def _statements(body: tuple[s.Statement, ...]) -> tuple[Symbol, ...]:
    found: list[Symbol] = []
    for node in body:
        match node:
            case s.Let(name=name):
                found.append(Symbol(name.text, "let", node.span))
            case s.Assignment(attribute=name):
                found.append(Symbol(name.text, "attribute", node.span))
            case s.Decide(attributes=names):
                found.append(Symbol(", ".join(n.text for n in names), "table", node.span))
            case s.OnlyWhen(body=inner):
                found += _statements(inner)
            case s.SourceClause() | s.Exclude() | s.Require() | s.Always():
                pass
    return tuple(found)


def tests(desk: Desk) -> list[tuple[Span, str]]:
    """The tests of the document: where each begins, and its name."""
    kinds = s.Test | s.TestTable | s.OrderTest | s.OrderTestTable
    return [
        (node.span, node.name.value) for node in desk.tree.declarations if isinstance(node, kinds)
    ]


def formatted(desk: Desk) -> str | None:
    """The canonical text, None where the document cannot be read."""
    tree, faults = parse(desk.source)
    if any(fault.severity == "error" for fault in faults):
        return None
    return print_rules(tree)


def quick_fixes(desk: Desk, start: int, end: int) -> list[tuple[Diagnostic, Help]]:
    """The edits of the diagnostics that touch a stretch of the document."""
    return [
        (one, help_)
        for one in desk.diagnostics
        if one.span.start <= end and start <= one.span.end
        for help_ in one.helps
        if help_.replacements
    ]
