"""Names that hide others, that nothing uses, or that the schema wants to be rid of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagnostics.codes import names as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.analyses.study import Findings, Study, merged
from engine.language.print_expressions import quoted

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_names(study: Study) -> list[Diagnostic]:
    """Look at every name that the rules declare, and at the fields that they read."""
    return merged(_hiding(study), _unused(study), _deprecated(study), _not_put_in(study))


def _hiding(study: Study) -> Iterator[Diagnostic]:
    fields = study.ruleset.source.fields
    for node in study.nodes:
        if isinstance(node, s.Let) and node.name.text in fields:
            name = node.name.text
            place = fields[name].place
            labels = [Label(place, "the field")] if place.file else []
            helps = [Help("give it a name of its own; the field cannot be read any more")]
            yield Diagnostic.of(
                codes.HIDES_FIELD, node.name.span, name=name, labels=labels, helps=helps
            )


def _unused(study: Study) -> Iterator[Diagnostic]:
    used = _used(study)
    for node in study.nodes:
        match node:
            case s.Let():
                what = "let"
            case s.TableFromCsv() | s.TableInPlace():
                what = "table"
            case s.Milestone():
                what = "milestone"
            case _:
                continue
        if (what, node.name.text) not in used:
            edit = study.without_lines(node.span)
            says = "leave it out"
            helps = [Help(says, EditLevel.CHOICE, edit) if edit else Help(says)]
            yield Diagnostic.of(
                codes.UNUSED, node.name.span, what=what, name=node.name.text, helps=helps
            )


def _used(study: Study) -> set[tuple[str, str]]:
    """The names that are used, each with what it may be a name of."""
    used: set[tuple[str, str]] = set()
    for node in study.nodes:
        match node:
            case s.Reference(name=name):
                used |= {("let", name), ("milestone", name)}
            case s.Decide(inputs=inputs):
                used |= {("let", name.text) for name in inputs}
            case s.Take(table=table):
                used.add(("table", table.text))
            case s.SendWindow(start=start, end=end) | s.EditWindow(start=start, end=end):
                used |= _moments(start, end)
            case s.ParameterType(table=s.Name(text=name)):
                used.add(("table", name))
            case (
                s.Override(start=start, end=end)
                | s.OverrideAction(start=start, end=end)
                | s.NoAction(start=start, end=end)
            ):
                used |= _moments(start, end)
            case s.Text(value=text):
                named = (m.strip() for m in _PLACEHOLDER.findall(text))
                used |= {(what, name) for name in named for what in ("let", "milestone")}
            case _:
                pass
    return used


def _moments(*moments: s.Moment | None) -> set[tuple[str, str]]:
    return {("milestone", m.text) for m in moments if isinstance(m, s.Name)}


def _deprecated(study: Study) -> list[Diagnostic]:
    findings = Findings()
    for known in study.slices:
        for value in known.terms:
            if isinstance(value, r.FieldValue) and value.field.deprecated:
                place = value.field.place
                labels = [Label(place, "marked here")] if place.file else []
                name = value.field.name
                found = Diagnostic.of(codes.DEPRECATED_FIELD, value.span, name=name, labels=labels)
                findings.add("deprecated", value.span, found)
    return findings.somewhere()


def _not_put_in(study: Study) -> list[Diagnostic]:
    """`SellerProductId = "FR-{sku}"`: the braces would be sent."""
    findings = Findings()
    for known in study.slices:
        for value in known.terms:
            text = value.value if isinstance(value, r.Constant) else None
            if not isinstance(text, str) or "{" not in text:
                continue
            pieces = _PLACEHOLDER.split(text)  # texts and names in turn
            named = [name.strip() for name in pieces[1::2]]
            if not named or any(name not in study.ruleset.source.fields for name in named):
                continue
            parts = [
                one.strip() if n % 2 else quoted(s.Text(value.span, one))
                for n, one in enumerate(pieces)
                if one
            ]
            joined = ", ".join(parts)
            edit = Replacement(value.span, f'join_texts("", {joined})')
            helps = [Help(f"write `{edit.text}`", EditLevel.CHOICE, (edit,))]
            found = Diagnostic.of(codes.NOT_PUT_IN, value.span, name=named[0], helps=helps)
            findings.add("braces", value.span, found)
    return findings.somewhere()
