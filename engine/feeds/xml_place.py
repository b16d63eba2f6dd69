"""Where the records of an XML document begin: the bytes before, and what is open and declared there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

from engine.feeds.xml_records import is_at, is_named, shown_name
from engine.feeds.xml_signs import Place

# Those in which ASCII is ASCII and every byte means the same to all who know it.
_ENCODINGS = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
_TAG = re.compile(rb"(/)?([^\s/<>!?&=\"']+)[^<]*?(/)?", re.DOTALL)
_DEEPEST = 100
# What is no tag, and how it ends.
_NO_TAGS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}


def find_place(head: bytes, path: Sequence[str], parser: Callable[[], Any]) -> Place | None:
    """The place of the records at `path`; None where it cannot be told for sure.

    Args:
        head: what the document begins with, in UTF-8.
        path: names from the root to the record, or the last ones of them.
        parser: makes a pull parser that tells of elements which start.
    """
    found = _first(head, path)
    if found is None:
        return None
    start, around, record = found
    if not around:
        return None
    elements = _starts(parser(), head[:start] + b"<x/>" + closing(around))
    if elements is None or any(is_at(e, path) for e in elements):
        return None
    probe = elements[-1]
    # What the parser found out, be it by the declaration, the settings or a byte-order mark.
    encoding = _ENCODINGS.get(str(probe.getroottree().docinfo.encoding).lower())
    if encoding is None or (encoding != "utf-8" and not record.isascii()):
        return None
    above = tuple(shown_name(e) for e in probe.iterancestors())[::-1]
    if shown_name(probe) != "x" or above != around:
        return None
    prefixes = frozenset(p for p in probe.nsmap if p)
    return Place(head[:start], around, prefixes, record, path[-1], encoding)


def closing(around: Sequence[str]) -> bytes:
    """The tags that close these elements."""
    return "".join(f"</{name}>" for name in reversed(around)).encode()


def _first(head: bytes, path: Sequence[str]) -> tuple[int, tuple[str, ...], str] | None:
    """Where the first record starts, what is open there, and how the document writes its name."""
    around: list[str] = []
    at = head.find(b"<")
    while at >= 0:
        opening = next((o for o in _NO_TAGS if head.startswith(o, at)), b"<")
        end = head.find(_NO_TAGS.get(opening, b">"), at + len(opening))
        if end < 0:
            return None
        if opening == b"<":
            # What has a `>` within, as an attribute may, or is a definition is not looked into.
            tag = _TAG.fullmatch(head, at + 1, end)
            try:
                name = tag[2].decode() if tag else ""
            except UnicodeDecodeError:
                return None
            if tag is None or (tag[1] and not around) or len(around) > _DEEPEST:
                return None
            if tag[1]:
                around.pop()
            elif _are_named([*around, name], path):
                return at, tuple(around), name
            elif not tag[3]:
                around.append(name)
        at = head.find(b"<", end)
    return None


def _are_named(names: Sequence[str], path: Sequence[str]) -> bool:
    """Whether the last of the names are those of the path."""
    if len(names) < len(path):
        return False
    return all(map(is_named, names[len(names) - len(path) :], path))


def _starts(parser: Any, document: bytes) -> list[Any] | None:
    """The elements of a document in the order they start; None where it is not well-formed."""
    try:
        parser.feed(document)
        elements = [element for _, element in parser.read_events()]
        parser.close()
    except etree.XMLSyntaxError:
        return None
    return elements or None
