"""What rules mean, apart from where they stand: equal meanings give equal values on every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language.vocabulary import Function
from engine.program.cells import value_name
from engine.program.reads import columns_read, nodes_of, walk

Meaning = Any  # nested tuples of plain values


def meaning(value: object) -> Meaning:
    """`value` as nested tuples, places left out."""
    if isinstance(value, Span):
        return None
    if isinstance(value, Function):
        return ("function", value.name)
    if isinstance(value, r.AlwaysStep):
        return ("always", meaning(value.condition))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Struct):
        inside = (meaning(part) for name, part in asdict(value).items() if name not in _WORDS)
        return (type(value).__name__, *inside)
    if isinstance(value, tuple | list):
        return tuple(meaning(one) for one in value)
    if isinstance(value, Mapping):
        return tuple((key, meaning(one)) for key, one in value.items())
    return value


# What is said of a thing, and changes nothing of what it does.
_WORDS = frozenset({"span", "place", "row_span", "clause", "title", "help", "deprecated"})


class Maker(Struct, frozen=True):
    """What makes a name: its place, its meaning, what it reads.

    Names are `field.x`, `let.x`, `attribute.X`, and `drop.X.n` for what may leave an attribute out.
    """

    name: str
    span: Span
    meaning: Meaning
    reads: frozenset[str]


def makers_of(part: r.Slice) -> dict[str, Maker]:
    """What makes each name of a slice, in an order in which each reads only earlier ones."""
    found: dict[str, Maker] = {}
    for step in part.steps:
        nodes = tuple(nodes_of(step))
        for inner in (inner for node in nodes for inner in walk(node)):
            if isinstance(inner, r.FieldValue):
                one = inner.field
                name = value_name(one)
                found.setdefault(name, Maker(name, one.place, meaning(one), frozenset()))
        reads = frozenset(name for node in nodes for name in columns_read(node))
        for name in _names(step):
            dropping = {f"attribute.{step.drops}"} if isinstance(step, r.RequireStep) else set()
            found[name] = Maker(name, step.span, meaning(step), reads - dropping)
    return found


def closure(name: str, makers: Mapping[str, Maker]) -> tuple[str, ...]:
    """The attribute `name` and all that it comes from, sources first.

    Requirements that may leave it out (`drop.`) come last.
    """
    found: dict[str, None] = {}

    def visit(one: str) -> None:
        if one in found or one not in makers:
            return
        for read in sorted(makers[one].reads):
            visit(read)
        found[one] = None

    visit(name)
    drops = f"drop.{name.removeprefix('attribute.')}."
    for one in [m for m in makers if m.startswith(drops)]:
        visit(one)
    return tuple(found)


def _names(step: r.Step) -> Iterator[str]:
    match step:
        case r.LetStep(name=name):
            yield f"let.{name}"
        case r.AttributeStep(attribute=attribute):
            yield f"attribute.{attribute.name}"
        case r.DecideStep(attributes=attributes):
            for one in attributes:
                yield f"attribute.{one.name}"
        case r.RequireStep(drops=dropped, span=span) if dropped is not None:
            yield f"drop.{dropped}.{span.start}"
        case r.ExcludeStep() | r.RequireStep() | r.AlwaysStep():
            pass
