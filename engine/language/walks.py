"""Walks over the syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagnostics.place import Span
from engine.language import syntax as s

_PLACES = ("span", "zone_span")


def nodes_of(node: s.Node) -> Iterator[s.Node]:
    """`node` and every node inside it, in the order of the file."""
    yield node
    for name in _parts(node):
        value = getattr(node, name)
        if isinstance(value, s.Node):
            yield from nodes_of(value)
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, s.Node):
                    yield from nodes_of(item)


def shape(node: object) -> object:
    """What two nodes share that say the same in two places."""
    if isinstance(node, tuple):
        return tuple(shape(item) for item in node)
    if not isinstance(node, s.Node):
        return node
    parts = (getattr(node, name) for name in _parts(node))
    return (type(node).__name__, *(shape(p) for p in parts if not isinstance(p, Span)))


def _parts(node: s.Node) -> list[str]:
    return [name for name in node.__struct_fields__ if name not in _PLACES]
