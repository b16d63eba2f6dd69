"""Statements where they stand: under which conditions, for which channel, in which period."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from engine.language import syntax as s


class Placed(Struct, frozen=True):
    """A statement of a body, with the conditions of the `only when` blocks around it."""

    node: s.Statement
    guards: tuple[s.Expression, ...]
    clause: str
    layer: int  # 0: the mapping; then the overrides in force, in the order of the file


class Period(Struct, frozen=True):
    """A channel and a stretch of time in which its rules do not change."""

    channel: str
    start: datetime | None
    end: datetime | None


def flatten(body: tuple[s.Statement, ...], layer: int) -> list[Placed]:
    """The statements of a body with their guards, in order."""
    placed: list[Placed] = []

    def walk(
        statements: tuple[s.Statement, ...], guards: tuple[s.Expression, ...], clause: str
    ) -> None:
        for node in statements:
            match node:
                case s.SourceClause(text=text):
                    clause = text.value
                case s.OnlyWhen(condition=condition, body=inner):
                    placed.append(Placed(node, guards, clause, layer))
                    walk(inner, (*guards, condition), clause)
                case _:
                    placed.append(Placed(node, guards, clause, layer))

    walk(body, (), "")
    return placed


def inherits(node: s.Node) -> bool:
    """Whether a statement speaks of `inherited`."""
    return "Inherited(" in repr(node)
