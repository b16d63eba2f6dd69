"""Rule text to the syntax tree; what cannot be read becomes diagnostics, one a mistake.

After a mistake its line is blanked and the rest parsed again: skipping single words instead turns
one missing `then` into dozens of reports.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.language.attempt import Attempt, empty_file
from engine.language.cleaning import clean
from engine.language.keywords import KEYWORDS
from engine.language.syntax import RulesFile
from engine.language.tree_builder import TreeBuilder

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MAX_MISTAKES = 40
TABLES = "grammar.tables.json"


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

    machine = _grammar().parse_interactive(attempt.text + "\n")
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


@cache
def _grammar() -> Lark:
    """The parser, from its prebuilt tables where they belong to this grammar."""
    from lark import Lark  # noqa: PLC0415 - 55 ms, and only this function needs it

    stored = resources.files("engine.language").joinpath(TABLES)
    if stored.is_file():
        read = json.loads(stored.read_text(encoding="utf-8"), object_pairs_hook=_with_numbers)
        if read["of"] == grammar_hash():
            loaded: Lark = Lark._load_from_dict(read["data"], read["memo"])  # type: ignore[no-untyped-call]  # noqa: SLF001 - Lark's own way back from memo_serialize
            return loaded
    return build_grammar()


def grammar_text() -> str:
    """The grammar with the terminals of all keywords."""
    rules = resources.files("engine.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    # A keyword is not the beginning of a longer name: `up` does not stand in `update`.
    words = (f"_{name}.2: /{word}(?!\\w)/" for name, word in KEYWORDS.items())
    return "\n".join((rules, *words))


def grammar_hash() -> str:
    """What the prebuilt tables belong to: this grammar and this version of Lark."""
    import lark  # noqa: PLC0415

    return hashlib.sha256(f"{lark.__version__}\n{grammar_text()}".encode()).hexdigest()


def build_grammar(*, strict: bool = False) -> Lark:
    """Build the parser from the grammar (about a second). `strict` refuses any ambiguity."""
    from lark import Lark  # noqa: PLC0415

    return Lark(
        grammar_text(),
        parser="lalr",
        start="file",
        propagate_positions=True,
        maybe_placeholders=False,
        strict=strict,
    )


def grammar_tables() -> str:
    """The parser's tables as JSON text, as shipped in grammar.tables.json."""
    from lark.grammar import Rule  # noqa: PLC0415
    from lark.lexer import TerminalDef  # noqa: PLC0415

    data, memo = build_grammar().memo_serialize([TerminalDef, Rule])
    return json.dumps({"of": grammar_hash(), "data": data, "memo": memo}, separators=(",", ":"))


def _with_numbers(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    # The tables' state numbers are keys, which JSON can only hold as texts.
    return {int(k) if k.isdigit() else k: v for k, v in pairs}
