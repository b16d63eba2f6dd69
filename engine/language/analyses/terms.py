"""Walks over checked rules: every expression of a step, with the conditions that lead to it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from engine.language import ruleset as r


class Fit(Struct, frozen=True):
    """A condition that is known to fit (or with `fits` False, not to fit) at some place."""

    condition: r.Bound
    fits: bool


Path = tuple[Fit, ...]
_LEAVES = (r.Constant, r.FieldValue, r.LetValue, r.AttributeValue)  # most of all there is


def parts_of(value: r.Bound) -> tuple[r.Bound, ...]:
    """The expressions directly inside `value`, those in its sentences too."""
    if isinstance(value, _LEAVES):
        return ()
    match value:
        case r.Compute(left=left, right=right) | r.Compare(left=left, right=right):
            return (left, right)
        case r.OneOf(value=inner, items=items):
            return (inner, *items)
        case r.Opposite(condition=inner):
            return (inner,)
        case r.AllOf(conditions=parts) | r.AnyOf(conditions=parts):
            return parts
        case r.Repaired(value=inner, alternative=other):
            return (inner, other)
        case (
            r.Negate(value=inner)
            | r.Round(value=inner)
            | r.DayEdge(value=inner)
            | r.Present(value=inner)
        ):
            return (inner,)
        case r.CallOf(arguments=arguments):
            return arguments
        case r.TakeFrom(keys=keys):
            return keys
        case r.Choose(branches=branches, otherwise=otherwise):
            return (*(x for b in branches for x in (b.condition, b.value)), otherwise)
        case r.Rejected(message=message):
            return said(message)
        case _:
            return ()


def said(template: r.Template) -> tuple[r.Bound, ...]:
    """The values in a sentence."""
    return tuple(part for part in template.parts if isinstance(part, r.Bound))


def subterms(value: r.Bound) -> Iterator[r.Bound]:
    """`value` and all that is inside it."""
    yield value
    for part in parts_of(value):
        yield from subterms(part)


def roots_of(step: r.Step) -> tuple[r.Bound, ...]:
    """The expressions that a step is made of, those in its sentences too."""
    match step:
        case r.LetStep(value=value) | r.AttributeStep(value=value):
            return (value,)
        case r.DecideStep(rows=rows, guard=guard):
            guards = () if guard is None else (guard,)
            return (*guards, *(x for row in rows for x in (row.condition, *row.results)))
        case r.ExcludeStep(condition=condition, because=because):
            return (condition, *said(because))
        case r.RequireStep(condition=condition, guard=guard, message=message):
            guards = () if guard is None else (guard,)
            return (*guards, condition, *said(message))
        case r.AlwaysStep(condition=condition):
            return (condition,)


def everything(rules: r.Slice) -> Iterator[r.Bound]:
    """Every expression of a slice."""
    for step in rules.steps:
        for root in roots_of(step):
            yield from subterms(root)


def with_paths(value: r.Bound, path: Path = ()) -> Iterator[tuple[r.Bound, Path]]:
    """`value` and all that is inside it, each with the conditions on the way to it."""
    yield value, path
    if not isinstance(value, r.Choose):
        for part in parts_of(value):
            yield from with_paths(part, path)
        return
    for branch in value.branches:
        yield from with_paths(branch.condition, path)
        yield from with_paths(branch.value, (*path, Fit(branch.condition, fits=True)))
        path = (*path, Fit(branch.condition, fits=False))
    yield from with_paths(value.otherwise, path)


def steps_with_paths(rules: r.Slice) -> Iterator[tuple[r.Bound, Path]]:
    """Every expression of a slice, with the conditions on the way to it."""
    for step in rules.steps:
        guard = step.guard if isinstance(step, r.DecideStep | r.RequireStep) else None
        path = (Fit(guard, fits=True),) if guard is not None else ()
        for root in roots_of(step):
            yield from with_paths(root, () if root is guard else path)
