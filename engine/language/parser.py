"""Rule text to the syntax tree; what cannot be read becomes diagnostics, one a mistake.

After a mistake its line is blanked and the rest parsed again: skipping single words instead turns
one missing `then` into dozens of reports.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.language.attempt import Attempt, empty_file
from engine.language.cleaning import clean
from engine.language.kept_trees import keep_tree, kept_tree
from engine.language.reading import Stopped, read
from engine.language.syntax import RulesFile
from engine.language.tree_builder import TreeBuilder

if TYPE_CHECKING:
    from lark import Token, Tree

MAX_MISTAKES = 40
_KEPT = 8  # files whose trees are kept: an editor asks again for those that nobody typed in


def parse(source: Source) -> tuple[RulesFile, list[Diagnostic]]:
    """Read `source` as rules.

    Returns:
        The tree of all that could be read, and the diagnostics of what could not.
    """
    tree, faults = _remembered(source)
    return tree, list(faults)


@lru_cache(maxsize=_KEPT)
def _remembered(source: Source) -> tuple[RulesFile, tuple[Diagnostic, ...]]:
    tree = kept_tree(source)
    if tree is not None:
        return tree, ()
    tree, faults = parse_anew(source)
    if not faults:
        keep_tree(source, tree)
    return tree, faults


def parse_anew(source: Source) -> tuple[RulesFile, tuple[Diagnostic, ...]]:
    """The same as `parse`, whether or not the text was read before."""
    cleaned = clean(source)
    faults = list(cleaned.faults)
    attempt = Attempt.of(source, cleaned.text)
    tree = None
    while tree is None and len(attempt.found) < MAX_MISTAKES:
        tree = _try(attempt)
    faults += attempt.found
    builder = TreeBuilder(source, attempt.text)
    if tree is None or not tree.children:
        empty = empty_file(builder.spans)
        return replace(empty, comments=cleaned.comments, lost=attempt.lost()), tuple(faults)
    file: RulesFile = builder.build(tree)
    whole = replace(file, comments=cleaned.comments, lost=attempt.lost())
    return whole, (*faults, *builder.faults)


def _try(attempt: Attempt) -> Tree[Token] | None:
    """Parse what is left of the text; None after a mistake, which `attempt` then knows."""
    found = read(attempt.text, attempt.closings)
    if isinstance(found, Stopped):
        attempt.learn(found.at, found.accepted)
        return None
    return found
