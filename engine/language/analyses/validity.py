"""What is sent: constants outside the target schema, requirements and promises that are idle."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from engine.diagnostics.codes import validity as codes
from engine.diagnostics.diagnostic import Diagnostic, Help, Label
from engine.language import ruleset as r
from engine.language.analyses.coverage import along, example
from engine.language.analyses.keys import Key, key
from engine.language.analyses.knowledge import Knowledge, in_computation
from engine.language.analyses.ranges import Range
from engine.language.analyses.space import Space, Truth
from engine.language.analyses.study import Findings, Study, merged
from engine.language.analyses.telling import worded
from engine.language.analyses.terms import Fit, Path, with_paths
from engine.language.vocabulary import Attribute
from engine.values.kinds import KindName


def check_validity(study: Study) -> list[Diagnostic]:
    """Constants that break the schema, and requirements that never or always fail."""
    faults, doubts = Findings(), Findings()
    for known in study.slices:
        for step in known.rules.steps:
            match step:
                case r.AttributeStep(attribute=attribute, value=value):
                    _outside(known, attribute, value, faults)
                case r.DecideStep(attributes=attributes, rows=rows):
                    for row in rows:
                        for attribute, value in zip(attributes, row.results, strict=False):
                            _outside(known, attribute, value, faults)
                case r.RequireStep():
                    _requirement(known, step, faults, doubts)
                case r.AlwaysStep():
                    _promise(known, step, faults)
                case r.LetStep() | r.ExcludeStep():
                    pass
        _exclusive(known, faults)
    return merged(faults.somewhere(), doubts.everywhere())


# --- values against the target schema -----------------------------------------------------------


def _outside(known: Knowledge, attribute: Attribute, value: r.Bound, faults: Findings) -> None:
    """Report what the attribute can come out as, and cannot be."""
    for leaf, path in _outcomes(value):
        said = _breach(known, attribute, leaf)
        if said is None or not _reached(known, path):
            continue
        what, bound = said
        labels = [Label(attribute.place, "stands here")] if attribute.place.file else []
        report = Diagnostic.of(
            codes.BREAKS_SCHEMA,
            leaf.span,
            value=what,
            name=attribute.name,
            bound=bound,
            labels=labels,
        )
        faults.add("outside", leaf.span, report)


def _outcomes(value: r.Bound) -> Iterator[tuple[r.Bound, Path]]:
    """What a value can come out as, with the conditions on the way."""
    match value:
        case r.Choose():
            inside = {id(b.value) for b in value.branches} | {id(value.otherwise)}
            for part, path in with_paths(value):
                if id(part) in inside:
                    for leaf, more in _outcomes(part):
                        yield leaf, (*path, *more)
        case r.Repaired(value=inner, alternative=other):
            yield from _outcomes(inner)
            yield from _outcomes(other)
        case _:
            yield value, ()


def _breach(known: Knowledge, attribute: Attribute, value: r.Bound) -> tuple[str, str] | None:
    """In words, the value and the bound that it breaks whatever the product; None: it may fit."""
    if isinstance(value, r.Constant) and isinstance(value.value, str):
        return _text_breach(attribute, value.value)
    if not attribute.kind.numeric or attribute.kind.calendar or not value.kind.numeric:
        return None
    found = known.range_of(value)
    low = _bound(attribute, attribute.minimum)
    high = _bound(attribute, attribute.maximum)
    if found is None:
        return None
    if low is not None and _all_below(found, low, touching=attribute.exclusive_minimum):
        word = "above" if attribute.exclusive_minimum else "at least"
        return _told(found, attribute), f"{word} {worded(low, attribute.kind)}"
    if high is not None and _all_above(found, high, touching=attribute.exclusive_maximum):
        word = "below" if attribute.exclusive_maximum else "at most"
        return _told(found, attribute), f"{word} {worded(high, attribute.kind)}"
    return None


def _text_breach(attribute: Attribute, text: str) -> tuple[str, str] | None:
    if attribute.kind.name is not KindName.TEXT:
        return None
    if attribute.max_length is not None and len(text) > attribute.max_length:
        shown = f'"{text[:20]}..."' if len(text) > 24 else f'"{text}"'
        return f"{shown} ({len(text)} characters)", f"at most {attribute.max_length} characters"
    return None


def _bound(attribute: Attribute, bound: Decimal | None) -> Fraction | None:
    return None if bound is None else in_computation(Fraction(bound), attribute.kind)


def _all_below(found: Range, bound: Fraction, *, touching: bool) -> bool:
    if found.high is None:
        return False
    return found.high < bound or (found.high == bound and (touching or found.high_open))


def _all_above(found: Range, bound: Fraction, *, touching: bool) -> bool:
    return _all_below(found.negated(), -bound, touching=touching)


def _told(found: Range, attribute: Attribute) -> str:
    if found.low is not None and found.low == found.high:
        return worded(found.low, attribute.kind)
    return "every value that this can have"


def _reached(known: Knowledge, path: Path) -> bool:
    """Whether a path may be taken; one that never is, is told as a condition."""
    space = Space(known)
    for fit in path:
        space.learn(fit.condition)
    return not space.close() or along(space, path) != 0


# --- requirements -------------------------------------------------------------------------------


def _requirement(known: Knowledge, step: r.RequireStep, faults: Findings, doubts: Findings) -> None:
    looked = _look(known, step.guard, step.condition)
    never = None
    if looked is not None:
        live, truth = looked
        if not live & ~truth.no:
            says = "no product passes it: turn the condition round, or leave it out"
            faults.add(
                "fails",
                step.condition.span,
                Diagnostic.of(codes.ALWAYS_FAILS, step.condition.span, helps=[Help(says)]),
            )
        elif not live & truth.no:
            never = Diagnostic.of(codes.NEVER_FAILS, step.condition.span)
    doubts.add("never", step.condition.span, never)


def _promise(known: Knowledge, step: r.AlwaysStep, faults: Findings) -> None:
    looked = _look(known, None, step.condition)
    if looked is not None and not looked[0] & ~looked[1].no:
        helps = [Help("every offer would be refused: turn the condition round, or leave it out")]
        report = Diagnostic.of(codes.ALWAYS_BROKEN, step.condition.span, helps=helps)
        faults.add("broken", step.condition.span, report)
    elif looked is None or looked[0] & looked[1].no:
        faults.add("open", step.condition.span, _not_proved(known, step, computed=looked is None))


def _not_proved(known: Knowledge, step: r.AlwaysStep, *, computed: bool) -> Diagnostic:
    """The report on a promise that may be broken, with a product that breaks it if one is found."""
    condition = step.condition
    found = None
    if not computed:
        found = example(known, (), [condition], lambda sp: sp.truth(condition).no, condition)
    notes = (
        [f"a product that breaks it: {found}"]
        if found
        else ["its values are computed or set by cases, which are not followed here"]
    )
    helps = [Help("where it may well happen, write `require ... else`, which says what then")]
    return Diagnostic.of(codes.NOT_DECIDED, condition.span, notes=notes, helps=helps)


def _look(known: Knowledge, guard: r.Bound | None, condition: r.Bound) -> tuple[int, Truth] | None:
    """The situations in which a requirement counts, and in which its condition holds."""
    space = Space(known)
    path = () if guard is None else (Fit(guard, fits=True),)
    for one in (condition, *(fit.condition for fit in path)):
        space.learn(one)
    if not space.close():
        return None
    live = along(space, path)
    return (live, space.truth(condition)) if live else None


def _exclusive(known: Knowledge, faults: Findings) -> None:
    """Report two requirements that no product can meet together."""
    strict = [
        step
        for step in known.rules.steps
        if isinstance(step, r.RequireStep) and step.consequence is r.ConsequenceKind.REJECT
    ]
    looked_at = [_dimensions(known, step) for step in strict]
    for (one, first), (two, second) in combinations(enumerate(strict), 2):
        if looked_at[one] & looked_at[two] and _guard_key(first) == _guard_key(second):
            _pair(known, first, second, faults)


def _guard_key(step: r.RequireStep) -> Key:
    return None if step.guard is None else key(step.guard)


def _dimensions(known: Knowledge, step: r.RequireStep) -> frozenset[Key]:
    space = Space(known)
    space.learn(step.condition)
    return frozenset(space.dimensions)


def _pair(known: Knowledge, first: r.RequireStep, second: r.RequireStep, faults: Findings) -> None:
    space = Space(known)
    path = () if first.guard is None else (Fit(first.guard, fits=True),)
    for one in (first.condition, second.condition, *(fit.condition for fit in path)):
        space.learn(one)
    if not space.close():
        return
    live = along(space, path)
    met = [live & ~space.truth(step.condition).no for step in (first, second)]
    if live and all(met) and not met[0] & met[1]:
        labels = [Label(first.condition.span, "cannot hold where this one does")]
        faults.add(
            "exclusive",
            second.condition.span,
            Diagnostic.of(codes.EXCLUDE_EACH_OTHER, second.condition.span, labels=labels),
        )
