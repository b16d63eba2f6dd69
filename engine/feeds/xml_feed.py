"""XML feeds: any repeated element, streamed; entities are refused and nothing is fetched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import polars as pl
from lxml import etree
from msgspec import Struct, field

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.feed_settings import FeedSettings
from engine.feeds.part import MOST_ROWS, Part, Unread
from engine.feeds.paths import is_list_path
from engine.feeds.records import Record, gathered
from engine.feeds.xml_place import closing, find_place
from engine.feeds.xml_records import RecordReader, is_at, local_name
from engine.feeds.xml_rows import are_plain, read_columns
from engine.feeds.xml_signs import Place, Tags

# The repeated element of formats that everybody writes.
_KNOWN = ("item", "entry", "SHOPITEM", "product", "Product", "offer", "row")
_SAMPLE = 1 << 20
# So much that what a block costs whatever it holds is little, and still little memory.
BLOCK = 4 << 20
_PIECE = 1 << 18  # what the parser is given at once, as elements take many times their bytes
LONGEST_RECORD = 64 << 20
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([\w.:-]+)")
Path = tuple[str, ...]


class XmlFeed(Struct):
    """An open XML feed; `columns` are the paths that are asked for."""

    source: ByteSource
    settings: FeedSettings
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    block: int = BLOCK  # how many bytes are read at once; tests read fewer
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
        row = 1
        for unread in self.parts(wanted):
            frame = unread().frame
            if frame.height:
                numbers = pl.int_range(row, row + frame.height, dtype=pl.Int64, eager=True)
                yield frame.hstack([numbers.alias("__row")])
                row += frame.height

    def parts(self, wanted: Collection[str]) -> Iterator[Unread]:
        """The same without `__row`, in parts that are still to be read."""
        paths = tuple(wanted)
        with self.source:
            place = self._place() if are_plain(paths) else None
            if place is None:
                yield from _one_by_one(self.elements(), paths)
            else:
                yield from self._by_blocks(place, paths)

    def heard(self, part: Part) -> None:
        """Nothing is told of damage here: bytes that are no text stop the reading."""

    def _place(self) -> Place | None:
        """Where records stand, if blocks of them can be read at once."""
        return find_place(self._head, self._path, lambda: self._parser(("start",)))

    def _by_blocks(self, place: Place, paths: tuple[str, ...]) -> Iterator[Unread]:
        """Blocks of whole records; what follows the last, or the first that is astray, as a stream."""
        end = f"</{place.record}>".encode()
        waiting, self._head = self._head[len(place.before) :], b""
        count = lines = 0
        while True:
            if len(waiting) < self.block:
                waiting += self.source.read(self.block - len(waiting))
            block = waiting[: _behind_records(waiting[: self.block], end)]
            read = self._block(block, place, paths)
            if read is None:
                break
            yield from read
            count, lines = 1, lines + block.count(b"\n")
            waiting = waiting[len(block) :]
        # The parser is told what it has not seen, so that it says of a fault where it is.
        unseen = [place.before, *_line_ends(lines)]
        yield from _one_by_one(self._elements(unseen, waiting, count), paths)

    def _block(self, block: bytes, place: Place, paths: tuple[str, ...]) -> Sequence[Unread] | None:
        """The records of a block; None where it is not surely whole records, each well-formed."""
        if not block:
            return None
        tags = Tags.of(block, place)
        if tags is not None:
            return [partial(read_columns, tags, paths)]
        if any(f"</{name}".encode() in block for name in place.around):
            return None
        opened, closed = place.before, closing(place.around)
        pieces = (block[n : n + _PIECE] for n in range(0, len(block), _PIECE))
        parser, read = self._record_parser(), RecordReader(paths).read
        records: list[Record] = []
        try:
            for piece in (opened, *pieces, closed):
                parser.feed(piece)
                records += [read(element) for element in self._records(parser)]
            parser.close()
        except etree.XMLSyntaxError:
            return None
        return [partial(Part, frame) for frame in _frames(records, paths)]

    def elements(self) -> Iterator[Any]:
        """Each record's element; it is emptied when the next one is asked for."""
        return self._elements((), self._head, 0)

    def _elements(self, unseen: Iterable[bytes], data: bytes, count: int) -> Iterator[Any]:
        """The same, from the bytes `data` on, where `unseen` stands for those before."""
        parser = self._record_parser()
        since = 0
        try:
            for piece in unseen:
                parser.feed(piece)
            while data:
                parser.feed(data)
                since += len(data)
                for element in self._records(parser):
                    if not count:
                        self._refuse_definitions(element)
                    yield element
                    count, since = count + 1, 0
                # When it is given more it begins anew, and tells of the beginning that it misses.
                if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.feed_error_log):
                    raise self._unreadable(list(parser.feed_error_log))
                if since > LONGEST_RECORD:
                    raise FeedError(
                        f"{self.source.shown}: no <{self._path[-1]}> ends within "
                        f"{LONGEST_RECORD >> 20} MB; check `records`"
                    )
                data = self.source.read()
            parser.close()
        except etree.XMLSyntaxError as fault:
            raise self._unreadable(list(parser.feed_error_log) or [fault]) from None
        if not count:
            self.notes.append(f"no <{'/'.join(self._path)}> stands in it; check `records`")

    def _unreadable(self, errors: Sequence[Any]) -> FeedError:
        """What is wrong: the first error is the cause, and the others may only follow from it."""
        line = getattr(errors[0], "line", None) or getattr(errors[0], "lineno", 0)
        says = getattr(errors[0], "message", None) or getattr(errors[0], "msg", "")
        return FeedError(f"{self.source.shown}: not readable as XML, line {line}: {says}")

    def _record_parser(self) -> Any:
        return self._parser(("end",), tag=f"{{*}}{self._path[-1].rpartition(':')[2]}")

    def _records(self, parser: Any) -> Iterator[Any]:
        """The records that ended in what the parser was given; each is emptied behind its turn."""
        for _, element in parser.read_events():
            if is_at(element, self._path):
                yield element
                _forget(element)


def _forget(element: Any) -> None:
    """Free a record that is read, and those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _one_by_one(elements: Iterable[Any], paths: tuple[str, ...]) -> Iterator[Unread]:
    read = RecordReader(paths).read
    for frame in _frames((read(element) for element in elements), paths):
        yield partial(Part, frame)


def _frames(records: Iterable[Record], paths: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    lists = frozenset(path for path in paths if is_list_path(path))
    return (frame.drop("__row") for frame in gathered(records, paths, lists))


def _behind_records(waiting: bytes, end: bytes) -> int:
    """Behind the last record that ends in these bytes, or the last that a part may hold; else 0."""
    if waiting.count(end) <= MOST_ROWS:
        return waiting.rfind(end) + len(end) if end in waiting else 0
    at = 0
    for _ in range(MOST_ROWS):
        at = waiting.find(end, at) + len(end)
    return at


def _line_ends(count: int) -> Iterator[bytes]:
    """So many line ends where no reader takes them for text."""
    for start in range(0, count, _PIECE):
        yield b"<?lines " + b"\n" * min(_PIECE, count - start) + b"?>"
