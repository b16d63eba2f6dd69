"""The parser's tables: built from the grammar once, kept, and taken only where they fit.

Building takes a second, so the tables ship beside the grammar; `python -m engine.language.grammar`
writes them anew. Another version of Lark needs its own: they are then built and kept in the person's
cache folder. Tables are taken only with the hash of this grammar and this Lark, and whole: a file
that was cut or altered is as good as none.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.language.kept import keep, kept
from engine.language.keywords import KEYWORDS

if TYPE_CHECKING:
    from lark import Lark

TABLES = "grammar.tables.json"


@cache
def grammar() -> Lark:
    """The parser: from tables that fit, else built and its tables kept for the next time."""
    wanted = grammar_hash()
    name = f"grammar-{wanted[:16]}.json"
    for data in (_read(_shipped()), kept(name)):
        loaded = load_tables(data.decode("utf-8", "replace"), wanted) if data else None
        if loaded is not None:
            return loaded
    built = build_grammar()
    keep(name, tables_of(built).encode())
    return built


def load_tables(text: str, wanted: str) -> Lark | None:
    """The parser that `text` holds, or None where it is not whole or not of the hash `wanted`."""
    from lark import Lark  # noqa: PLC0415 - 55 ms, and only this function needs it

    head, _, body = text.partition("\n")
    if head != _head(wanted, body):
        return None
    read = json.loads(body, object_pairs_hook=_with_numbers)
    loaded: Lark = Lark._load_from_dict(read["data"], read["memo"])  # type: ignore[no-untyped-call]  # noqa: SLF001 - Lark's own way back from memo_serialize
    return loaded


def tables_of(built: Lark) -> str:
    """The tables of `built` as text: a line that says what they belong to, and themselves."""
    from lark.grammar import Rule  # noqa: PLC0415
    from lark.lexer import TerminalDef  # noqa: PLC0415

    data, memo = built.memo_serialize([TerminalDef, Rule])
    body = json.dumps({"data": data, "memo": memo}, separators=(",", ":")) + "\n"
    return f"{_head(grammar_hash(), body)}\n{body}"


def grammar_text() -> str:
    """The grammar with the terminals of all keywords."""
    rules = resources.files("engine.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    # A keyword is not the beginning of a longer name: `up` does not stand in `update`.
    words = (f"_{name}.2: /{word}(?!\\w)/" for name, word in KEYWORDS.items())
    return "\n".join((rules, *words))


@cache
def grammar_hash() -> str:
    """What tables belong to: this grammar and this version of Lark."""
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


def _head(wanted: str, body: str) -> str:
    whole = hashlib.sha256(body.encode()).hexdigest()
    return json.dumps({"of": wanted, "sha256": whole}, separators=(",", ":"))


def _shipped() -> Path:
    return Path(__file__).with_name(TABLES)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _with_numbers(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    # The tables' state numbers are keys, which JSON can only hold as texts.
    return {int(k) if k.isdigit() else k: v for k, v in pairs}


if __name__ == "__main__":
    _shipped().write_text(tables_of(build_grammar()), encoding="utf-8")
