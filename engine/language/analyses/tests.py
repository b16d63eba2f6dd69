"""Tests that rule files carry: what they depend on, and what they leave untested."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagnostics.codes import all_codes, dates
from engine.diagnostics.codes import testing as codes
from engine.diagnostics.diagnostic import Diagnostic, Help, Label
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.analyses.periods import instant_at
from engine.language.analyses.study import Study, merged
from engine.language.instants import instant_of
from engine.language.walks import shape

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_TELLING = 5  # characters of a part that is no mere "is" or "and"


def check_tests(study: Study) -> list[Diagnostic]:
    """Report tests that depend on the day they run, and rules without a test."""
    return merged(_without_instant(study), _untested(study), _contradicting(study), _unsaid(study))


def _without_instant(study: Study) -> Iterator[Diagnostic]:
    for test in study.ruleset.tests:
        if test.at is None:
            why = _changing(study, test.channel.text)
            if why:
                helps = [Help("add `at`: `... on channel at 2025-07-01 09:00 Europe/Paris`")]
                yield Diagnostic.of(dates.TEST_WITHOUT_AT, test.name.span, notes=[why], helps=helps)


def _changing(study: Study, channel: str) -> str | None:
    """In words, what makes the rules of a channel ("" for all) depend on the instant."""
    slices = [k for k in study.slices if channel in ("", k.rules.channel)]
    for rules in [k.rules for k in slices]:
        if rules.start is not None:
            return f"the rules of {rules.channel} change at {rules.start:%Y-%m-%d %H:%M} UTC"
    for known in slices:
        if any(isinstance(value, r.NowValue) for value in known.terms):
            return f"the rules of {known.rules.channel} look at `now`"
    return None


def _untested(study: Study) -> Iterator[Diagnostic]:
    for node in study.nodes:
        tested = (
            isinstance(node, s.Mapping | s.Override)
            and node.body
            and any(_tests(study, test, node) for test in study.ruleset.tests)
        )
        if isinstance(node, s.Mapping | s.Override) and node.body and not tested:
            helps = [Help('add a test: `test "..." on channel at ...` with `given` and `expect`')]
            span = node.span
            last = node.channels[-1].span
            head = study.part(span, span.start, last.end)
            yield Diagnostic.of(codes.WITHOUT_TEST, head, helps=helps)


def _tests(study: Study, test: s.Test | s.TestTable, node: s.Mapping | s.Override) -> bool:
    """Whether `test` runs on a channel of `node`, in the period of it."""
    channels = {c.text for c in node.channels}
    name: str | None = test.channel.text
    if name and not _within(study, name, channels, inherited=isinstance(node, s.Mapping)):
        return False
    if not isinstance(node, s.Override) or test.at is None:
        return True
    at = instant_of(test.at)[0]
    start, end = instant_at(study, node.start), instant_at(study, node.end)
    if at is None or (node.start is not None and start is None):
        return at is None
    return (start is None or start <= at) and (end is None or at < end)


# --- tests against each other -------------------------------------------------------------------


def _contradicting(study: Study) -> Iterator[Diagnostic]:
    """Tests of one product on one channel at one instant that cannot both pass."""
    first: dict[object, tuple[object, Span]] = {}
    for test in study.ruleset.tests:
        for channel, given, name, expected, span in _expected(test):
            about = (channel, shape(test.at) if test.at else None, given, name)
            other, place = first.setdefault(about, (expected, span))
            if other != expected:
                labels = [Label(place, "expected here")]
                helps = [Help("one of the two is wrong: correct it, or take it out")]
                yield Diagnostic.of(
                    codes.CONTRADICTION, span, name=name, labels=labels, helps=helps
                )


def _expected(test: s.Test | s.TestTable) -> Iterator[tuple[str, object, str, object, Span]]:
    """Channel, product, attribute and value of each expectation, and its place."""
    match test:
        case s.Test():
            product: dict[str, object] = {}
            for one in test.given:
                if one.path is not None:
                    product = {"": one.path.value}
                product |= {c.field.text: shape(c.value) for c in one.changes}
            given = tuple(sorted(product.items(), key=lambda pair: pair[0]))
            for line in test.expectations:
                if isinstance(line, s.ExpectValue):
                    value = shape(line.values)
                    yield test.channel.text, given, line.attribute.text, value, line.span
                elif isinstance(line, s.ExpectOmitted):
                    yield test.channel.text, given, line.attribute.text, (), line.span
        case s.TestTable():
            using = test.using.value if test.using else ""
            for row in test.rows:
                cells = {n.text: shape(v) for n, v in zip(test.inputs, row.given, strict=False)}
                given = tuple(sorted({"": using, **cells}.items(), key=lambda pair: pair[0]))
                for name, cell in zip(test.outputs, row.expected, strict=False):
                    if not isinstance(cell, s.ExpectedWord):
                        yield test.channel.text, given, name.text, (shape(cell),), cell.span


# --- sentences that no rule says ----------------------------------------------------------------


def _unsaid(study: Study) -> Iterator[Diagnostic]:
    """Tests that wait for a sentence which no rule of their channel says."""
    said: list[list[str]] = []
    for test in study.ruleset.tests:
        if isinstance(test, s.Test):
            for line in test.expectations:
                if isinstance(line, s.ExpectOutcome) and line.containing is not None:
                    sentence = line.containing.value
                    said = said or list(_said(study))
                    if not any(_may_say(text, sentence) for text in said):
                        helps = [Help("copy the words from the rule that is meant")]
                        yield Diagnostic.of(
                            codes.NEVER_REACHES,
                            line.containing.span,
                            channel=test.channel.text,
                            sentence=sentence,
                            helps=helps,
                        )


def _said(study: Study) -> Iterator[list[str]]:
    """The fixed parts of each sentence that may be a reason: of rules, of cells, of offers."""
    for node in study.nodes:
        match node:
            case s.Reject(message=text) | s.Exclude(because=text) | s.Warn(message=text):
                yield _PLACEHOLDER.split(text.value)
            case s.Drop(message=text):
                yield _PLACEHOLDER.split(text.value)
            case _:
                pass
    for code in all_codes().values():
        if code.number[:2] in {"R1", "R2", "R3"}:
            yield _PLACEHOLDER.split(code.says)


def _may_say(parts: list[str], sentence: str) -> bool:
    """Whether a sentence of these fixed parts, with any values between them, may hold `sentence`.

    Any value may stand between the parts, so a few characters in common are enough.
    """
    if len(parts) == 1:
        return sentence in parts[0]
    return any(
        sentence in part
        or (len(part.strip()) >= _TELLING and part.strip() in sentence)
        or any(sentence.startswith(part[-n:]) for n in range(_TELLING, len(part) + 1))
        or any(sentence.endswith(part[:n]) for n in range(_TELLING, len(part) + 1))
        for part in parts
    )


def _within(study: Study, name: str | None, channels: set[str], *, inherited: bool) -> bool:
    """Whether the rules for `channels` are those of `name`, itself or by what it extends."""
    while name is not None:
        if name in channels:
            return True
        rules = study.ruleset.channels.get(name)
        name = rules.extends if rules and inherited else None
    return False
