"""Tests of rule files, as far as they can be checked without running them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes import names, syntax, testing
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.binding import Binder
from engine.language.declarations import Declarations
from engine.language.files import ProjectFiles
from engine.language.fixtures import check_fixture
from engine.language.kinding import same_family
from engine.language.scope import Scope, not_in_list
from engine.language.suggestions import did_you_mean
from engine.values.kinds import Kind, KindName, list_of

# A value of a test: what it is for, and how it is written (None: `missing`, `omitted`, `rejected`).
_Said = tuple[s.Name, s.Expression | None]


def check_tests(found: Declarations, slices: tuple[r.Slice, ...], files: ProjectFiles) -> None:
    """Report what tests say of fields, attributes and channels that there are not, or cannot be."""
    mapped = {one.channel for one in slices}
    for test in found.tests:
        if mapped and test.channel.text and test.channel.text not in mapped | found.lost:
            _unknown(found, test.channel, "channel with a mapping", mapped)
        match test:
            case s.Test():
                _check_test(found, test)
                fixtures = [given.path for given in test.given if given.path is not None]
            case s.TestTable():
                _check_table(found, test)
                fixtures = [] if test.using is None else [test.using]
        for path in fixtures:
            check_fixture(found, path, files)


def _check_test(found: Declarations, test: s.Test) -> None:
    changes = [(c.field, c.value) for given in test.given for c in given.changes]
    seen: dict[str, s.Name] = {}
    for name, _ in changes:
        if name.text in seen:
            labels = [Label(seen[name.text].span, "set here already")]
            facts: dict[str, Any] = {"name": name.text, "twice": "set twice for"}
            facts["channel"] = "this test"
            told = Diagnostic.of(names.SET_TWICE, name.span, labels=labels, **facts)
            found.report.add(told)
        seen[name.text] = name
    if not test.expectations:
        helps = [Help("write what should come out: `expect Price = 12.00 EUR`, `expect rejected`")]
        what = "`expect`, without which this test passes whatever happens,"
        found.report.add(Diagnostic.of(syntax.MISSING_PART, test.name.span, what=what, helps=helps))
    _check_values(found, changes, _expected(test.expectations))


def _expected(expectations: Iterable[s.Expectation]) -> Iterator[_Said]:
    for one in expectations:
        match one:
            case s.ExpectValue(attribute=name, values=values):
                yield from ((name, value) for value in values)
            case s.ExpectOmitted(attribute=name):
                yield name, None
            case s.ExpectOutcome() | s.ExpectSnapshot():
                pass


def _check_table(found: Declarations, table: s.TestTable) -> None:
    _check_values(
        found,
        [
            (name, value)
            for row in table.rows
            for name, value in zip(table.inputs, row.given, strict=False)
            if name.text != "channel"
        ],
        (
            (name, None if isinstance(value, s.ExpectedWord) else value)
            for row in table.rows
            for name, value in zip(table.outputs, row.expected, strict=False)
        ),
    )


def _check_values(found: Declarations, given: Iterable[_Said], expected: Iterable[_Said]) -> None:
    if found.source is None or found.vocabulary is None:
        return
    scope = Scope(found.source, found.vocabulary, {}, found.milestones, found.report, found.lost)
    values = _Values(scope, Binder(scope))
    for name, value in given:
        values.given(name, value)
    for name, value in expected:
        values.expected(name, value)


class _Values(Struct, frozen=True):
    """Holds the values of tests against the fields and attributes they are for."""

    scope: Scope
    binder: Binder

    def given(self, name: s.Name, value: s.Expression | None) -> None:
        """A field, and what stands in its cell; a text may stand in any, as in a feed."""
        source = self.scope.source
        field = source.fields.get(name.text)
        if field is None:
            titles = {f.name: f.title for f in source.fields.values()}
            otherwise = f"fields stand in {source.path}"
            helps = did_you_mean(name.span, name.text, source.fields, otherwise, titles)
            self.scope.add(names.UNKNOWN_FIELD, name.span, facts={"name": name.text}, helps=helps)
        elif value is not None and not isinstance(value, s.Text):
            self._fits(name, field.kind, value)

    def expected(self, name: s.Name, value: s.Expression | None) -> None:
        """An attribute, and what it should be."""
        vocabulary = self.scope.vocabulary
        attribute = vocabulary.attributes.get(name.text)
        if attribute is None:
            otherwise = f"attributes stand in {vocabulary.attributes_from}"
            helps = did_you_mean(name.span, name.text, vocabulary.attributes, otherwise)
            facts = {"name": name.text}
            self.scope.add(names.UNKNOWN_ATTRIBUTE, name.span, facts=facts, helps=helps)
        elif value is not None:
            self._fits(name, attribute.kind, value)

    def _fits(self, name: s.Name, wanted: Kind, node: s.Expression) -> None:
        bound = self.binder.bind(node)
        if bound.kind.name is KindName.ERROR:
            return
        facts: dict[str, Any] = {"name": name.text, "wanted": str(wanted)}
        if not isinstance(bound, r.Constant):
            facts["found"] = "what is no literal, such as `12.50 EUR`"
            self.scope.add(testing.TEST_VALUE, node.span, facts=facts)
        elif wanted.name is KindName.CHOICE and bound.kind.name is KindName.TEXT:
            if bound.value not in (wanted.choices or ()):
                not_in_list(self.scope, bound, name.text, wanted)
        elif not _same(wanted, bound):
            facts["found"] = str(bound.kind)
            self.scope.add(
                testing.TEST_VALUE, node.span, facts=facts, helps=_with_unit(wanted, node)
            )


def _same(wanted: Kind, value: r.Constant) -> bool:
    if wanted == list_of(Kind(KindName.TEXT)):
        return value.kind.name is KindName.TEXT
    whole = wanted.name is not KindName.INTEGER or value.kind.name is not KindName.NUMBER
    return same_family(wanted, value.kind) and whole


def _with_unit(wanted: Kind, node: s.Expression) -> list[Help]:
    """The edit that gives a plain number its percent sign or currency."""
    if not isinstance(node, s.Number):
        return []
    unit = {KindName.PERCENT: "%", KindName.MONEY: f" {wanted.currency}"}.get(wanted.name)
    if unit is None:
        return []
    text = f"{node.value}{unit}"
    return [Help(f"write `{text}`", EditLevel.CHOICE, (Replacement(node.span, text),))]


def _unknown(found: Declarations, name: s.Name, what: str, known: set[str]) -> None:
    helps = did_you_mean(name.span, name.text, known, "known here: " + ", ".join(sorted(known)))
    found.report.add(
        Diagnostic.of(names.UNKNOWN_NAME, name.span, helps=helps, what=what, name=name.text)
    )
