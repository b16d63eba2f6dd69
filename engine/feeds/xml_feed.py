"""XML feeds: any repeated element, streamed; entities are refused and nothing is fetched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

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
LONGEST_RECORD = 64 << 20
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([\w.:-]+)")
Path = tuple[str, ...]
_STEP = re.compile(r"([^/\[\]]*)(?:\[([^\]]*)\])?(?:/|$)")


@dataclass(slots=True)
class XmlFeed:
    """An open XML feed; `columns` are the paths that are asked for."""

    source: ByteSource
    settings: FeedSettings
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    _head: bytes = b""
    _path: tuple[str, ...] = ()  # names from the root to the record, or the last ones of them

    def __post_init__(self) -> None:
        self._head = self.source.read(_SAMPLE)
        self._path = self._repeated()
        self._note_encoding()
        self.notes.append(f"XML, a record each <{self._path[-1]}>")

    # --- which element ------------------------------------------------------------------------------

    def _repeated(self) -> tuple[str, ...]:
        """The element that is the record: a known one, else the most frequent that holds others.

        Raises:
            FeedError: the document declares entities, or no element is repeated.
        """
        seen, holds, fault = self._sampled()
        if self.settings.records:
            return tuple(step for step in self.settings.records.split("/") if step)
        for name in _KNOWN:
            found = [path for path in seen if path[-1] == name and path in holds]
            if found:
                return min(found, key=len)
        often = [(n, -len(p), p) for p, n in seen.items() if p in holds and n > 1 and len(p) > 1]
        if not often:
            raise FeedError(
                f"{self.source.shown}: no repeated element found{fault}; set `records`, such as `shop/item`"
            )
        return max(often)[2]

    def _sampled(self) -> tuple[Counter[Path], set[Path], str]:
        """How often each path stands in the sample, which hold elements, and what is wrong with it."""
        parser = self._parser(("start", "end"))
        seen: Counter[Path] = Counter()
        holds: set[Path] = set()
        path: Path = ()
        fault = ""
        try:
            parser.feed(self._head)
        except etree.XMLSyntaxError as error:  # or the sample ends in the middle: reading will tell
            fault = f" (not readable as XML: {error.msg})"
        try:
            for event, element in parser.read_events():
                if event == "end":
                    path = path[:-1]
                    continue
                if not path:
                    self._refuse_definitions(element)
                holds.add(path)
                path = (*path, _local(element))
                seen[path] += 1
        except etree.XMLSyntaxError as error:
            fault = f" (not readable as XML: {error.msg})"
        return seen, holds, fault

    def _refuse_definitions(self, element: Any) -> None:
        """Entities may be bombs, or reach for files; no feed needs them."""
        document = element.getroottree().docinfo
        if document.doctype or document.internalDTD is not None:
            raise FeedError(
                f"{self.source.shown}: has a DOCTYPE; entities are refused, export the feed without"
            )

    def _note_encoding(self) -> None:
        declared = _ENCODING.search(self._head[:400].replace(b"\x00", b""))
        if self.settings.encoding:
            self.notes.append(f"encoding {self.settings.encoding}, as the settings say")
        elif declared:
            self.notes.append(f"encoding {declared[1].decode().lower()}, as the document says")
        else:
            self.notes.append("encoding utf-8 or utf-16, as XML is where it says nothing")

    def _parser(self, events: Any, tag: str | None = None) -> Any:
        return etree.XMLPullParser(
            events,
            tag=tag,
            encoding=self.settings.encoding,
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )

    # --- records ------------------------------------------------------------------------------------

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and a column for each wanted path."""
        paths = tuple(wanted)
        lists = frozenset(p for p in paths if is_list_path(p))
        with self.source:
            yield from gathered((_record(e, paths) for e in self.elements()), paths, lists)

    def elements(self) -> Iterator[Any]:
        """Each record's element; it is emptied when the next one is asked for."""
        parser = self._parser(("end",), tag=f"{{*}}{self._path[-1].rpartition(':')[2]}")
        data, count, since = self._head, 0, 0
        try:
            while data:
                parser.feed(data)
                since += len(data)
                for _, element in parser.read_events():
                    if not count:
                        self._refuse_definitions(element)
                    if self._is_record(element):
                        yield element
                        _forget(element)
                        count, since = count + 1, 0
                if since > LONGEST_RECORD:
                    raise FeedError(
                        f"{self.source.shown}: no <{self._path[-1]}> ends within "
                        f"{LONGEST_RECORD >> 20} MB; check `records`"
                    )
                data = self.source.read()
            parser.close()
        except etree.XMLSyntaxError as fault:
            # The first error is the cause; what is raised at the end may only follow from it.
            first = next(iter(parser.feed_error_log), None)
            line, says = (first.line, first.message) if first else (fault.lineno, fault.msg)
            raise FeedError(
                f"{self.source.shown}: not readable as XML, line {line}: {says}"
            ) from None
        if not count:
            self.notes.append(f"no <{'/'.join(self._path)}> stands in it; check `records`")

    def _is_record(self, element: Any) -> bool:
        """Whether the names above `element` are those of the path, from its end on."""
        at = element
        for name in reversed(self._path):
            if at is None or not _is_named(at, name):
                return False
            at = at.getparent()
        return True


def _local(element: Any) -> str:
    """The element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def shown_name(element: etree._Element) -> str:
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
        step in {shown_name(element), _local(element)}
        if ":" not in step
        else shown_name(element) == step
    )


def _attribute(element: etree._Element, name: str) -> str | None:
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None
