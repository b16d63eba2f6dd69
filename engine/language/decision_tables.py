"""Decision tables as a whole: result columns that nothing decides, inputs that no row is for."""

from __future__ import annotations

from collections.abc import Sequence

from engine.diagnostics.codes import names
from engine.diagnostics.diagnostic import EditLevel, Help, Replacement
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.scope import Scope, lacking, report_failing, report_missing


def report_undecided(scope: Scope, node: s.Decide) -> None:
    """Report result columns that the table does not say it decides."""
    decided = [attribute.text for attribute in node.attributes]
    for name in node.results:
        if name.text in decided:
            continue
        edit = Replacement(_end_of(node.attributes[-1].span), f", {name.text}")
        says = f"decide it too: `decide {', '.join([*decided, name.text])} by ...`"
        helps = [Help(says, EditLevel.CHOICE, (edit,))]
        facts = {"what": "attribute in this `decide` called", "name": name.text}
        scope.add(names.UNKNOWN_NAME, name.span, facts=facts, helps=helps)


def _end_of(span: Span) -> Span:
    end = (span.end, span.end, span.end_line, span.end_column, span.end_line, span.end_column)
    return Span(span.file, *end)


def report_missing_inputs(scope: Scope, node: s.Decide, inputs: Sequence[r.Bound]) -> None:
    """A missing input must have a row that says `missing`, or be narrowed before."""
    width = (len(node.inputs), len(node.results))
    if any((len(row.conditions), len(row.results)) != width for row in node.rows):
        return  # told already; what the row was meant to fit is not known
    for index, value in enumerate(inputs):
        cells = [row.conditions[index] for row in node.rows if len(row.conditions) > index]
        if value.missing and not any(isinstance(c, s.MissingCell | s.AnyCell) for c in cells):
            _no_row_for(scope, node, index, value)


def _no_row_for(scope: Scope, node: s.Decide, index: int, value: r.Bound) -> None:
    cells = ["any"] * len(node.inputs)
    cells[index] = "missing"
    row = f"| {' | '.join(cells)} || ... |"
    notes = _required(scope, node.attributes[0].text)
    for leaf in lacking(value, scope):
        report_missing(scope, leaf, lacks="this table has no row for that", row=row, notes=notes)
    report_failing(scope, value)


def _required(scope: Scope, name: str) -> list[str]:
    """The note that every offer must have the attribute, where that is so."""
    attribute = scope.vocabulary.attributes.get(name)
    channels = sorted(attribute.required_on) if attribute else []
    return [f"{name} is required on {' and '.join(channels)}"] if channels else []
