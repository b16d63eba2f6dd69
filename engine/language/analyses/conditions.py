"""Conditions that are always yes, or always no, whatever the product."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagnostics.codes import cases as codes
from engine.diagnostics.diagnostic import Diagnostic, Help, Label
from engine.language import ruleset as r
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.space import Space
from engine.language.analyses.study import Findings, Study
from engine.language.analyses.terms import subterms
from engine.values.kinds import KindName

_COMPOUND = r.AllOf | r.AnyOf | r.Opposite
_TESTS = r.Compare | r.OneOf | r.Present | _COMPOUND


def check_conditions(study: Study) -> list[Diagnostic]:
    """Report conditions that are constant; a table's cells are looked at with their table."""
    findings = Findings()
    for known in study.slices:
        for condition in _conditions(known.rules):
            for part, value in _judged(known, condition):
                found = None if value is None else _constant(part, value=value)
                findings.add("condition", part.span, found)
    return findings.everywhere()


def is_constant(known: Knowledge, condition: r.Bound) -> bool | None:
    """Whether `condition` is always yes (True), never yes (False), or neither (None)."""
    space = Space(known)
    space.learn(condition)
    if not space.close():
        return None
    truth = space.truth(condition)
    if truth.yes == space.full:
        return True
    return None if truth.yes else False


def _conditions(rules: r.Slice) -> Iterator[r.Bound]:
    """The outermost tests of every value; requirements and promises are looked at elsewhere."""
    for step in rules.steps:
        match step:
            case r.LetStep(value=value) | r.AttributeStep(value=value):
                yield from _outermost(value)
            case r.ExcludeStep(condition=condition):
                yield condition
            case r.DecideStep(guard=guard, rows=rows):
                yield from () if guard is None else (guard,)
                for row in rows:
                    for result in row.results:
                        yield from _outermost(result)
            case r.RequireStep(guard=guard):
                yield from () if guard is None else (guard,)
            case r.AlwaysStep():
                pass


def _outermost(value: r.Bound) -> Iterator[r.Bound]:
    if isinstance(value, _TESTS):
        yield value
    else:
        for part in _below(value):
            yield from _outermost(part)


def _below(value: r.Bound) -> tuple[r.Bound, ...]:
    match value:
        case r.Choose(branches=branches, otherwise=otherwise):
            return (*(x for b in branches for x in (b.condition, b.value)), otherwise)
        case r.Repaired(value=inner, alternative=other):
            return (inner, other)
        case r.CallOf(arguments=arguments):
            return arguments
        case _:
            return ()


def _judged(known: Knowledge, condition: r.Bound) -> list[tuple[r.Bound, bool | None]]:
    """The smallest parts of `condition` that are constant; each part that is looked at is told."""
    parts = _tests_in(condition)
    judged = [found for part in parts for found in _judged(known, part)]
    if any(value is not None for _, value in judged):
        return [*judged, (condition, None)]
    return [*judged, (condition, _verdict(known, condition))]


def _verdict(known: Knowledge, condition: r.Bound) -> bool | None:
    literal = isinstance(condition, r.Constant) and condition.kind.name is KindName.YES_NO
    # A name says what its definition says, where it is defined.
    if not literal and not isinstance(condition, _TESTS):
        return None
    return is_constant(known, condition)


def _tests_in(condition: r.Bound) -> tuple[r.Bound, ...]:
    match condition:
        case r.AllOf(conditions=parts) | r.AnyOf(conditions=parts):
            return parts
        case r.Opposite(condition=inner):
            return (inner,)
        case _:
            return ()


def _constant(part: r.Bound, *, value: bool) -> Diagnostic:
    fields = [x.field for x in subterms(part) if isinstance(x, r.FieldValue)]
    labels = []
    if len({f.name for f in fields}) == 1 and fields[0].place.file:
        labels = [Label(fields[0].place, "what it can be stands here")]
    word = "yes" if value else "no"
    helps = [Help("leave it out, or look at its limit: it tells no product from another")]
    return Diagnostic.of(
        codes.CONSTANT_CONDITION, part.span, value=word, labels=labels, helps=helps
    )
