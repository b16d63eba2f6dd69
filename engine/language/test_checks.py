"""Tests of rule files, as far as they can be checked without running them."""

from __future__ import annotations

from engine.diagnostics.codes import names
from engine.diagnostics.diagnostic import Diagnostic
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.declarations import Declarations
from engine.language.suggestions import did_you_mean


def check_tests(found: Declarations, slices: tuple[r.Slice, ...]) -> None:
    """Report fields, attributes and channels of tests that there are not."""
    mapped = {one.channel for one in slices}
    for test in found.tests:
        if test.channel.text and test.channel.text not in mapped:
            _unknown(found, test.channel, "channel with a mapping", mapped)
        match test:
            case s.Test(given=given, expectations=expectations):
                fields = [c.field for g in given for c in g.changes]
                attributes = [
                    e.attribute
                    for e in expectations
                    if isinstance(e, s.ExpectValue | s.ExpectOmitted)
                ]
            case s.TestTable(inputs=inputs, outputs=outputs):
                fields = [n for n in inputs if n.text != "channel"]
                attributes = list(outputs)
        _check_names(found, fields, attributes)


def _check_names(found: Declarations, fields: list[s.Name], attributes: list[s.Name]) -> None:
    source, vocabulary = found.source, found.vocabulary
    if source is None or vocabulary is None:
        return
    for name in fields:
        if name.text not in source.fields:
            titles = {f.name: f.title for f in source.fields.values()}
            helps = did_you_mean(
                name.span, name.text, source.fields, f"fields stand in {source.path}", titles
            )
            found.report.add(
                Diagnostic.of(names.UNKNOWN_FIELD, name.span, helps=helps, name=name.text)
            )
    for name in attributes:
        if name.text not in vocabulary.attributes:
            helps = did_you_mean(
                name.span,
                name.text,
                vocabulary.attributes,
                f"attributes stand in {vocabulary.attributes_from}",
            )
            found.report.add(
                Diagnostic.of(names.UNKNOWN_ATTRIBUTE, name.span, helps=helps, name=name.text)
            )


def _unknown(found: Declarations, name: s.Name, what: str, known: set[str]) -> None:
    helps = did_you_mean(name.span, name.text, known, "known here: " + ", ".join(sorted(known)))
    found.report.add(
        Diagnostic.of(names.UNKNOWN_NAME, name.span, helps=helps, what=what, name=name.text)
    )
