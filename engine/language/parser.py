"""Rule text to the syntax tree; what cannot be read becomes diagnostics, one a mistake.

After a mistake its line is blanked and the rest parsed again: skipping single words instead turns
one missing `then` into dozens of reports.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.language.attempt import Attempt, empty_file
from engine.language.cleaning import clean
from engine.language.grammar import grammar
from engine.language.syntax import RulesFile
from engine.language.tree_builder import TreeBuilder

if TYPE_CHECKING:
    from lark import Token, Tree

MAX_MISTAKES = 40


def parse(source: Source) -> tuple[RulesFile, list[Diagnostic]]:
    """Read `source` as rules.

    Returns:
        The tree of all that could be read, and the diagnostics of what could not.
    """
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
        return replace(empty, comments=cleaned.comments, lost=attempt.lost()), faults
    file: RulesFile = builder.build(tree)
    whole = replace(file, comments=cleaned.comments, lost=attempt.lost())
    return whole, faults + builder.faults


def _try(attempt: Attempt) -> Tree[Token] | None:
    """Parse what is left of the text; None after a mistake, which `attempt` then knows."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken  # noqa: PLC0415 - lark loads late
    from lark.lexer import Token  # noqa: PLC0415

    machine = grammar().parse_interactive(attempt.text + "\n")
    pending = sorted(attempt.closings)

    def close_blocks(at: int) -> None:
        while pending and (pending[0] <= at or not attempt.text[at : pending[0]].strip()):
            place = pending.pop(0)
            machine.feed_token(Token("_END", "", place, 1, 1, 1, 1, place))
            machine.feed_token(Token("_NL", "", place, 1, 1, 1, 1, place))

    def accepted() -> set[str]:
        # What the whole state accepts; the table's row alone also has what fits elsewhere.
        words: set[str] = machine.accepts()  # type: ignore[no-untyped-call]
        return words

    try:
        # The next token is looked for in the state that a closing leaves behind: close first.
        lexer = machine.lexer_thread.lex(machine.parser_state)  # type: ignore[no-untyped-call]
        token = next(lexer, None)
        while token is not None:
            machine.feed_token(token)
            if token.type == "_NL":
                close_blocks(token.end_pos or 0)
            token = next(lexer, None)
        close_blocks(len(attempt.text))
        tree: Tree[Token] = machine.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedToken as fault:
        at = fault.token.start_pos if fault.token.type != "$END" else len(attempt.text)
        attempt.learn(at or 0, accepted())
    except UnexpectedCharacters as fault:
        attempt.learn(fault.pos_in_stream or 0, accepted())
    else:
        return tree
    return None
