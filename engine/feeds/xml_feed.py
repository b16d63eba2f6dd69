"""XML feeds: any repeated element, streamed; entities are refused and nothing is fetched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import polars as pl
from lxml import etree

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.feed_settings import FeedSettings
from engine.feeds.paths import is_list_path
from engine.feeds.records import Cell, Record, gathered

# The repeated element of formats that everybody writes.
_KNOWN = ("item", "entry", "SHOPITEM", "product", "Product", "offer", "row")
_SAMPLE = 1 << 20
_STEP = re.compile(r"([^/\[\]]*)(?:\[([^\]]*)\])?(?:/|$)")


@dataclass(slots=True)
class XmlFeed:
    """An open XML feed; `columns` are the paths that are asked for."""

    source: ByteSource
    settings: FeedSettings
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    _head: bytes = b""
    _element: str = ""
    _seen_root: bool = False

    def __post_init__(self) -> None:
        self._head = self.source.read(_SAMPLE)
        repeated = self._repeated()
        self._element = repeated.rpartition("/")[2]
        self.notes.append(f"XML, a record each <{self._element}>")

    def _repeated(self) -> str:
        """The element that is the record: a known one, else the most frequent that holds others.

        Raises:
            FeedError: the document declares entities, or no element is repeated.
        """
        parser = etree.XMLPullParser(
            ("start",), resolve_entities=False, no_network=True, huge_tree=False
        )
        seen: Counter[str] = Counter()
        holds: set[str] = set()
        fault = ""
        try:
            parser.feed(self._head)
        except etree.XMLSyntaxError as error:  # or the sample ends in the middle: reading will tell
            fault = f" (not readable as XML: {error.msg})"
        try:
            for _, element in parser.read_events():
                self._refuse_doctype(element)
                name = _local(element)
                seen[name] += 1
                parent = cast("Any", element).getparent()
                if parent is not None:
                    holds.add(_local(parent))
        except etree.XMLSyntaxError as error:
            fault = f" (not readable as XML: {error.msg})"
        if self.settings.records:
            return self.settings.records
        for name in _KNOWN:
            if seen[name] and name in holds:
                return name
        often = [(count, name) for name, count in seen.items() if name in holds and count > 1]
        if not often:
            raise FeedError(
                f"{self.source.shown}: no repeated element found{fault}; set `records`, such as `shop/item`"
            )
        return max(often)[1]

    def _refuse_doctype(self, element: Any) -> None:
        """Entities may be bombs, or reach for files; no feed needs them."""
        if not self._seen_root:
            self._seen_root = True
            if element.getroottree().docinfo.internalDTD is not None:
                raise FeedError(
                    f"{self.source.shown}: has a DOCTYPE; entities are refused, export the feed without"
                )

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and a column for each wanted path."""
        paths = tuple(wanted)
        lists = frozenset(p for p in paths if is_list_path(p))
        yield from gathered(self._records(paths), paths, lists)

    def _records(self, paths: tuple[str, ...]) -> Iterator[Record]:
        parser = etree.XMLPullParser(
            ("end",),
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        data = self._head
        try:
            while data:
                parser.feed(data)
                for _, element in parser.read_events():
                    if _local(element) == self._element:
                        yield _record(element, paths)
                        _forget(element)
                data = self.source.read()
            parser.close()
        except etree.XMLSyntaxError as fault:
            raise FeedError(f"{self.source.shown}: not readable as XML: {fault.msg}") from None


def _local(element: Any) -> str:
    """The element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _shown(element: etree._Element) -> str:
    """The element's name as the document writes it: `g:price`."""
    return f"{element.prefix}:{_local(element)}" if element.prefix else _local(element)


def _forget(element: Any) -> None:
    """Free a record that is read, and those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _record(element: Any, paths: tuple[str, ...]) -> Record:
    cells: dict[str, Cell] = {}
    for path in paths:
        values = [
            v for v in _values(element, path.replace("[]", "").replace("[0]", "")) if v is not None
        ]
        if is_list_path(path):
            cells[path] = values or None
        elif len(set(values)) > 1 and "[0]" not in path:
            return Record(
                {}, f"<{path}> stands {len(values)} times with different values in this record"
            )
        elif values:
            cells[path] = values[0]
    return Record(cells)


@cache
def _steps(path: str) -> tuple[tuple[str, str, str], ...]:
    """The steps of `PARAM[NAME=Tester]/VAL`: a name, and which child must hold which text, if any."""
    steps = (s for s in _STEP.findall(path) if s[0])
    return tuple(
        (name, *(inside.split("=", 1) if "=" in inside else ("", ""))) for name, inside in steps
    )


def _values(element: etree._Element, path: str) -> list[str | None]:
    """The texts at a path of child elements, ending in `@attribute` or an element."""
    found = [element]
    for name, key, wanted in _steps(path):
        if name.startswith("@"):
            return [_attribute(e, name[1:]) for e in found]
        found = [c for e in found for c in e if _is_named(c, name)]
        if key:
            found = [e for e in found if wanted in (_texts(e, key))]
    return [_whole_text(e) for e in found]


def _texts(element: etree._Element, name: str) -> list[str]:
    """What stands in the children called `name`, or in that attribute; without outer blanks."""
    if name.startswith("@"):
        return [(_attribute(element, name[1:]) or "").strip()]
    return [_whole_text(c).strip() for c in element if _is_named(c, name)]


def _whole_text(element: etree._Element) -> str:
    return "".join(str(t) for t in element.itertext())


def _is_named(element: etree._Element, step: str) -> bool:
    return (
        step in {_shown(element), _local(element)} if ":" not in step else _shown(element) == step
    )


def _attribute(element: etree._Element, name: str) -> str | None:
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None
