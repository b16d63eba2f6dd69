"""Trees of rule files, kept from run to run: to read a file anew takes ten times as long.

One tree is kept for each file, and taken only where it is whole and belongs to this very text, read by
this very reader: what stands in its first line is a hash over both.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

from engine.diagnostics.place import Source
from engine.language.kept import keep, kept
from engine.language.syntax import RulesFile


def kept_tree(source: Source) -> RulesFile | None:
    """The tree of a file without a mistake, if it was kept."""
    if source.path is None:
        return None
    found = kept(_name(source.path))
    if found is None:
        return None
    head, _, body = found.partition(b"\n")
    if head != _head(source, body):
        return None
    try:
        return _decoder().decode(body)
    except msgspec.DecodeError:  # of another version of what wrote it
        return None


def keep_tree(source: Source, tree: RulesFile) -> None:
    """Keep the tree of a file without a mistake; that of a text that is in no file is not kept."""
    if source.path is None:
        return
    # Places in the tree hold the file's name, which may be no text.
    with suppress(UnicodeEncodeError):
        body = msgspec.msgpack.encode(tree)
        keep(_name(source.path), _head(source, body) + b"\n" + body)


def _name(path: Path) -> str:
    return f"tree-{hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:16]}.msgpack"


def _head(source: Source, body: bytes) -> bytes:
    """What a tree belongs to, and that it is whole."""
    parts = (_reader(), os.fsencode(source.name), source.text.encode(), body)
    whole = hashlib.sha256()
    for part in parts:
        whole.update(b"%d " % len(part) + part)
    return whole.hexdigest().encode()


@cache
def _reader() -> bytes:
    """What reads rules: the grammar, the modules of the language and the library that keeps trees."""
    here = Path(__file__).parent
    files = [*here.glob("*.py"), *here.glob("syntax/*.py"), here / "grammar.lark"]
    whole = hashlib.sha256(msgspec.__version__.encode())
    for file in sorted(files):
        whole.update(file.read_bytes())
    return whole.digest()


@cache
def _decoder() -> msgspec.msgpack.Decoder[RulesFile]:
    return msgspec.msgpack.Decoder(RulesFile)
