"""Tests that rule files carry: what they depend on, and what they leave untested."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagnostics.codes import dates
from engine.diagnostics.codes import testing as codes
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.analyses.periods import instant_at
from engine.language.analyses.study import Study, merged
from engine.language.analyses.terms import everything
from engine.language.instants import instant_of


def check_tests(study: Study) -> list[Diagnostic]:
    """Report tests that depend on the day they run, and rules without a test."""
    return merged(_without_instant(study), _untested(study))


def _without_instant(study: Study) -> Iterator[Diagnostic]:
    for test in study.ruleset.tests:
        if test.at is None:
            why = _changing(study, test.channel.text)
            if why:
                helps = [Help("add `at`: `... on channel at 2025-07-01 09:00 Europe/Paris`")]
                yield Diagnostic.of(dates.TEST_WITHOUT_AT, test.name.span, notes=[why], helps=helps)


def _changing(study: Study, channel: str) -> str | None:
    """In words, what makes the rules of a channel ("" for all) depend on the instant."""
    slices = [k.rules for k in study.slices if channel in ("", k.rules.channel)]
    for rules in slices:
        if rules.start is not None:
            return f"the rules of {rules.channel} change at {rules.start:%Y-%m-%d %H:%M} UTC"
    for rules in slices:
        if any(isinstance(value, r.NowValue) for value in everything(rules)):
            return f"the rules of {rules.channel} look at `now`"
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


def _within(study: Study, name: str | None, channels: set[str], *, inherited: bool) -> bool:
    """Whether the rules for `channels` are those of `name`, itself or by what it extends."""
    while name is not None:
        if name in channels:
            return True
        rules = study.ruleset.channels.get(name)
        name = rules.extends if rules and inherited else None
    return False
