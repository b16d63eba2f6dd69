"""XML feeds: any repeated element, streamed; entities are refused and nothing is fetched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from lxml import etree

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.feed_settings import FeedSettings
from engine.feeds.paths import is_list_path
from engine.feeds.records import gathered
from engine.feeds.xml_records import RecordReader, is_named, local_name, shown_name

# The repeated element of formats that everybody writes.
_KNOWN = ("item", "entry", "SHOPITEM", "product", "Product", "offer", "row")
_SAMPLE = 1 << 20
LONGEST_RECORD = 64 << 20
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([\w.:-]+)")
Path = tuple[str, ...]


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
                path = (*path, local_name(element))
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
            read = RecordReader(paths).read
            yield from gathered((read(e) for e in self.elements()), paths, lists)

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
            if at is None or not is_named(shown_name(at), name):
                return False
            at = at.getparent()
        return True


def _forget(element: Any) -> None:
    """Free a record that is read, and those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
