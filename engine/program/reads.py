"""What a slice reads: the source fields it needs, the columns that each expression needs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language import ruleset as r
from engine.language.scope import parts_of
from engine.program.cells import value_name
from engine.values.field import Field


def nodes_of(step: r.Step) -> Iterator[r.Bound]:
    """The expressions of `step`."""
    match step:
        case r.LetStep(value=value) | r.AttributeStep(value=value):
            yield value
        case r.DecideStep(rows=rows, guard=guard):
            for row in rows:
                yield from (row.condition, *row.results)
            if guard is not None:
                yield guard
        case r.ExcludeStep(condition=condition, because=because):
            yield from (condition, *values_in(because))
        case r.RequireStep(condition=condition, guard=guard, message=message):
            yield from (condition, *values_in(message))
            if guard is not None:
                yield guard
        case r.AlwaysStep(condition=condition):
            yield condition


def values_in(message: r.Template) -> tuple[r.Bound, ...]:
    """The values that a sentence names."""
    return tuple(p for p in message.parts if not isinstance(p, str))


def walk(node: r.Bound) -> Iterator[r.Bound]:
    """`node` and everything inside it."""
    yield node
    for part in parts_of(node):
        yield from walk(part)
    if isinstance(node, r.Rejected):
        for value in values_in(node.message):
            yield from walk(value)


def needed_fields(part: r.Slice) -> tuple[Field, ...]:
    """The fields that any rule of the slice reads, each once."""
    found: dict[str, Field] = {}
    for step in part.steps:
        for node in nodes_of(step):
            for inner in walk(node):
                if isinstance(inner, r.FieldValue):
                    found.setdefault(inner.field.name, inner.field)
    return tuple(found.values())


def columns_read(node: r.Bound) -> Iterator[str]:
    """The columns that `node` is computed from."""
    for inner in walk(node):
        match inner:
            case r.FieldValue(field=one):
                yield value_name(one)
            case r.LetValue(name=name):
                yield f"let.{name}"
            case r.AttributeValue(name=name):
                yield f"attribute.{name}"
            case _:
                pass
