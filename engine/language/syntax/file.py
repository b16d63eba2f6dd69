"""A whole file."""

from __future__ import annotations

from engine.diagnostics.place import Span
from engine.language.syntax.declarations import (
    Channel,
    Currency,
    Mapping,
    Milestone,
    Override,
    Read,
    TableFromCsv,
    TableInPlace,
    Timezone,
    Use,
    Write,
)
from engine.language.syntax.nodes import Node
from engine.language.syntax.orders import OrderDeclaration
from engine.language.syntax.tests import Test, TestTable

Declaration = (
    Timezone
    | Currency
    | Use
    | Read
    | Write
    | Milestone
    | Channel
    | TableFromCsv
    | TableInPlace
    | Mapping
    | Override
    | Test
    | TestTable
    | OrderDeclaration
)


class Comment(Node, frozen=True):
    """`# ...` up to the end of its line.

    `first_line`: where the statement begins that it stands in or behind, which a bracket may carry
    over several lines; in a bracket, `before` are the words of the statement before it.
    """

    text: str
    first_line: int
    before: tuple[str, ...] = ()
    alone: bool = False


class RulesFile(Node, frozen=True):
    """A whole file: `rules 1`, its declarations in order, and its comments beside them.

    `lost` are the words of the lines that could not be read: what seems to be lacking may be there.
    """

    version: int
    version_span: Span
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
    lost: frozenset[str] = frozenset()  # what is defined on lines that could not be read
