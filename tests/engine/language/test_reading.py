"""Our loop over Lark's tables reads as Lark's does: the same trees and places, the same stops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from engine.diagnostics.place import Source
from engine.language.cleaning import clean
from engine.language.grammar import grammar
from engine.language.reading import Stopped, read

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "rules").glob("*.rules"))


def by_lark(text: str) -> Tree[Token] | Stopped:
    machine = grammar().parse_interactive(text + "\n")
    try:
        for token in machine.lexer_thread.lex(machine.parser_state):
            machine.feed_token(token)
        return machine.feed_eof()
    except UnexpectedToken as fault:
        at = fault.token.start_pos if fault.token.type != "$END" else len(text)
        return Stopped(min(at or 0, len(text)), machine.accepts())
    except UnexpectedCharacters as fault:
        return Stopped(min(fault.pos_in_stream, len(text)), machine.accepts())


def shape(found: Any) -> Any:
    """A tree with the place of each of its nodes, or the stop."""
    match found:
        case Tree(data=data, children=children, meta=meta):
            place = () if meta.empty else (meta.start_pos, meta.end_pos)
            return (data, place, [shape(one) for one in children])
        case Token(type=name, start_pos=start, end_pos=end):
            return (name, str(found), start, end)
        case Stopped():
            return found
        case _:
            raise TypeError(type(found))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_whole_files(file: Path) -> None:
    text = clean(Source(file.name, file.read_text(encoding="utf-8"))).text
    found = shape(read(text))
    assert found[0] == "file"
    assert found == shape(by_lark(text))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_files_that_break_off_or_lack_a_word(file: Path) -> None:
    text = clean(Source(file.name, file.read_text(encoding="utf-8"))).text
    stops = 0
    for at in range(0, len(text), len(text) // 40):
        for broken in (text[:at], text[:at] + text[at + 7 :], f"{text[:at]} ? {text[at:]}"):
            found = shape(read(broken))
            assert found == shape(by_lark(broken))
            stops += isinstance(found, Stopped)
    assert stops > 60


@pytest.mark.parametrize("text", ["", "\n", " \t", "rules", "rules 1", "  rules 1  \r\n\r\n", '"'])
def test_hardly_anything(text: str) -> None:
    assert shape(read(text)) == shape(by_lark(text))
