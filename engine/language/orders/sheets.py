"""The lines of actions and of their overrides, by what each is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes import actions as codes
from engine.diagnostics.diagnostic import Diagnostic, Help, Label, Report
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.declarations import Declarations
from engine.language.lookups import how_to_add_table
from engine.language.orders.naming import set_twice, unknown_name
from engine.language.ruleset.orders import ParameterRules, StateRules

ALLOWED, LEADS, WHOLE, SAME = "allowed in", "leads to", "applies to whole order", "same as"
LINE_WORDS = frozenset({"line", "lines"})

Line = s.AllowedIn | s.WholeOrder | s.LeadsTo | s.SameAs | s.ParameterRule


class Sheet(Struct, frozen=True):
    """The lines of one body by what they are about, and the clause that each stands under."""

    lines: Mapping[str, Line]
    clauses: Mapping[str, str]

    @classmethod
    def of(cls, body: tuple[s.ActionLine, ...], report: Report, where: str) -> Sheet:
        """The sheet of `body`; a line that says something again is reported."""
        lines: dict[str, Line] = {}
        clauses: dict[str, str] = {}
        clause = ""
        for node in body:
            if isinstance(node, s.SourceClause):
                clause = node.text.value
                continue
            key = key_of(node)
            if key in lines:
                set_twice(report, node.span, key, where, lines[key].span)
                continue
            lines[key] = node
            clauses[key] = clause
        return cls(lines, clauses)

    def over(self, base: Sheet) -> Sheet:
        """This sheet's lines in place of those of `base` that are about the same."""
        return Sheet({**base.lines, **self.lines}, {**base.clauses, **self.clauses})

    def parameters(self) -> Iterator[s.ParameterRule]:
        """The lines about parameters."""
        return (line for line in self.lines.values() if isinstance(line, s.ParameterRule))


def key_of(node: Line) -> str:
    """What a line is about; parameters by their name, which is no such words."""
    match node:
        case s.AllowedIn():
            return ALLOWED
        case s.WholeOrder():
            return WHOLE
        case s.LeadsTo():
            return LEADS
        case s.SameAs():
            return SAME
        case s.ParameterRule(name=name):
            return name.text


def check_lines(
    action: str,
    body: tuple[s.ActionLine, ...],
    found: Declarations,
    states: Mapping[str, StateRules],
    tables: Mapping[str, r.Table],
) -> None:
    """Report names that there are not, parameters without a type, and silent prohibitions."""
    for node in body:
        match node:
            case s.AllowedIn(states=names, sentence=sentence):
                for name in names:
                    if name.text not in states:
                        unknown_name(found.report, name, "state", states)
                _silent(sentence, f"`{action}`", found.report)
            case s.ParameterRule():
                _check_parameter(action, node, found, tables)
            case s.SourceClause() | s.WholeOrder() | s.LeadsTo() | s.SameAs():
                pass


def _check_parameter(
    action: str, node: s.ParameterRule, found: Declarations, tables: Mapping[str, r.Table]
) -> None:
    takes = node.takes
    if takes is None and node.need is not s.Need.FORBIDDEN:
        helps = [Help("add `text`, `yes/no`, `web address` or `one of table ...`")]
        facts: dict[str, Any] = {"name": node.name.text, "action": action}
        found.report.add(Diagnostic.of(codes.WITHOUT_TYPE, node.span, helps=helps, **facts))
    if takes is not None and takes.table is not None and takes.table.text not in tables:
        adding = how_to_add_table(takes.table.text, node.name.text)
        unknown_name(found.report, takes.table, "table", tables, adding)
    if node.need is s.Need.FORBIDDEN:
        what = f"`{node.name.text}`"
        if node.sentence is None:
            silent(node.span, what, found.report)
        _silent(node.sentence, what, found.report)


def _silent(sentence: s.Text | None, what: str, report: Report) -> None:
    if sentence is not None and not sentence.value.strip():
        silent(sentence.span, what, report)


def silent(span: Span, what: str, report: Report) -> None:
    """Report a denial that does not say why."""
    helps = [Help("add a sentence for the person who reads it: why not, and what to do instead")]
    report.add(Diagnostic.of(codes.WITHOUT_SENTENCE, span, helps=helps, what=what))


def parameter_rules(node: s.ParameterRule, tables: Mapping[str, r.Table]) -> ParameterRules:
    """A parameter as its line says."""
    takes = node.takes
    table = tables.get(takes.table.text) if takes and takes.table else None
    return ParameterRules(
        node.name.text,
        node.need,
        takes.type if takes else None,
        table,
        takes is not None and takes.any_text,
        node.sentence.value if node.sentence else "",
        node.span,
    )


def check_whole(action: str, sheet: Sheet, report: Report) -> None:
    """Report parameters about lines of an action that applies to whole orders."""
    whole = sheet.lines.get(WHOLE)
    if whole is None:
        return
    for node in sheet.parameters():
        about_lines = LINE_WORDS & set(node.name.text.split("_"))
        if about_lines and node.need is not s.Need.FORBIDDEN:
            labels = [Label(whole.span, "said here")]
            helps = [Help(f'write `{node.name.text} forbidden "..."`, or leave one of the two out')]
            facts: dict[str, Any] = {"action": action, "name": node.name.text}
            report.add(
                Diagnostic.of(
                    codes.LINE_OF_WHOLE_ORDER, node.span, labels=labels, helps=helps, **facts
                )
            )
