"""JSON feeds: a record a line, or an array of records; numbers keep the text they are written in."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import polars as pl

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.byte_columns import bytes_of, where_true
from engine.feeds.dialect import find_encoding
from engine.feeds.feed_settings import FeedSettings
from engine.feeds.json_rows import alike
from engine.feeds.part import MOST_ROWS, Part, Unread
from engine.feeds.paths import is_list_path, values_at
from engine.feeds.records import Cell, Record, gathered

LONGEST_RECORD = 64 << 20
_LINES = 4 << 20  # bytes of lines read at once
# What tells where an element of an array ends: whole texts, brackets, commas; a lone quote is cut off.
_SIGNS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|["{}\[\],]', re.DOTALL)
# A key with a list of objects.
_LISTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*\[\s*\{')
_HALF = re.compile("[\ud800-\udfff]")
_FIRST = re.compile(r"[^ \t\r\n]")
_MEMBER = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*")[ \t\r\n]*:')
_BETWEEN = re.compile(r"[ \t\r\n,]*")


@dataclass(slots=True)
class JsonFeed:
    """An open JSON feed; `columns` are the paths that are asked for."""

    source: ByteSource
    settings: FeedSettings
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    _text: str = ""
    _ended: bool = False
    _alone: bool = False  # nothing may stand behind the array, and the objects that it stands in
    _depth: int = 0  # how many objects that is
    _decoder: codecs.IncrementalDecoder | None = None
    _head: bytes | None = None  # where bytes are taken as they are: they are UTF-8 already

    def __post_init__(self) -> None:
        head = self.source.read()
        encoding = find_encoding(head, self.settings.encoding, whole=len(head) < 1 << 16)
        self.notes.append(encoding.note)
        self._decoder = codecs.getincrementaldecoder(encoding.name)("replace")
        if codecs.lookup(encoding.name).name in ("utf-8", "ascii"):
            self._head = head[encoding.bom :]
        self._text = self._decoder.decode(head[encoding.bom :])
        self.is_array = self.settings.format == "json" or self._looks_like_array()
        if not self.is_array:
            self._refuse_one_object()
        self.notes.append(
            "JSON array of records" if self.is_array else "JSON Lines, a record a line"
        )

    is_array: bool = field(init=False, default=False)

    def _looks_like_array(self) -> bool:
        if self.settings.format == "jsonl":
            return False
        start = self._text.lstrip()
        return start[:1] == "[" or self.settings.records is not None

    def _refuse_one_object(self) -> None:
        """An object spread over lines is no JSON Lines: each line would be a broken record.

        Nor is one that holds a list of objects, where it is all there is: they are the records.
        """
        first, _, others = self._text.lstrip().partition("\n")
        untold = self.settings.format is None and self.source.name.lower().endswith(".json")
        if untold and not others.strip() and (listed := _LISTED.search(first)):
            raise FeedError(
                f"{self.source.shown}: one JSON object that holds a list, not a record a line; if the list "
                f"holds the products, write `records: {listed[1]}`; if the object is the one product, "
                "`format: jsonl`"
            )
        first = first.strip()
        if re.fullmatch(r'\{(?:\s*"(?:[^"\\]|\\.)*"\s*:\s*[\[{])?', first):
            raise FeedError(
                f"{self.source.shown}: one JSON object over several lines, not a record a line; say "
                "which of its arrays holds the products with `records`, such as `records: products`"
            )

    def _more(self) -> bool:
        if self._ended or self._decoder is None:
            return False
        data = self.source.read()
        self._ended = not data
        self._text += self._decoder.decode(data, final=self._ended)
        return not self._ended

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and a column for each wanted path."""
        paths = tuple(wanted)
        lists = frozenset(p for p in paths if is_list_path(p))
        with self.source:
            if self.is_array:
                yield from gathered((_record(t, paths) for t in self._array()), paths, lists)
            else:
                yield from self._of_lines(paths, lists)

    def parts(self, wanted: Collection[str]) -> Iterator[Unread]:
        """The same in parts that are still to be read, without `__row` where lines are records."""
        paths = tuple(wanted)
        lists = frozenset(p for p in paths if is_list_path(p))
        if self.is_array:
            yield from (partial(Part, batch) for batch in self.batches(wanted))
            return
        with self.source:
            for lines in self._blocks():
                yield partial(_read_lines, lines, paths, lists)

    def heard(self, part: Part) -> None:
        """Nothing is told of damage here: each record says so itself."""

    def _of_lines(self, paths: tuple[str, ...], lists: frozenset[str]) -> Iterator[pl.DataFrame]:
        row = 1
        for lines in self._blocks():
            frame = _read_lines(lines, paths, lists).frame
            if frame.height:
                numbers = pl.int_range(row, row + frame.height, dtype=pl.Int64, eager=True)
                yield frame.hstack([numbers.alias("__row")])
                row += frame.height

    def _blocks(self) -> Iterator[bytes]:
        """Whole lines as UTF-8, so many at once as fit; the last may lack its line end."""
        waiting = self._text.encode("utf-8", "replace") if self._head is None else self._head
        self._text = ""
        while True:
            whole = waiting.rfind(b"\n") + 1
            if whole:
                lines, waiting = waiting[:whole], waiting[whole:]
                yield from _few(lines)
            if self._ended or self._decoder is None:
                break
            data = self.source.read(_LINES)
            self._ended = not data
            if self._head is None:
                data = self._decoder.decode(data, final=self._ended).encode("utf-8", "replace")
            waiting += data
            if len(waiting) > LONGEST_RECORD:
                raise FeedError(
                    f"{self.source.shown}: a line is longer than {LONGEST_RECORD >> 20} MB"
                )
        if waiting.strip():
            yield waiting

    # --- arrays ---------------------------------------------------------------------------------

    def _array(self) -> Iterator[str]:
        """The text of each element, found by bracket depth, so that one broken one harms no other."""
        at = self._to_array()
        while True:
            blanks = _BETWEEN.match(self._text, at)
            at = blanks.end() if blanks else at
            if at >= len(self._text):
                self._text, at = "", 0
                if not self._more():
                    raise FeedError(
                        f"{self.source.shown}: the array ends without `]`; the file is cut short"
                    )
                continue
            if self._text[at] == "]":
                self._text = self._text[at + 1 :]
                self._read_to_the_end()
                return
            at, end = self._element(at)
            yield self._text[at:end]
            at = end

    def _read_to_the_end(self) -> None:
        """Read what is left: a broken archive shows at its end, and behind a whole document nothing stands.

        Raises:
            FeedError: records may stand there, which would be lost, or the document does not end.
        """
        self._close()
        while self._alone:
            if left := self._text.strip():
                what = "document" if self.settings.records else "array"
                raise FeedError(
                    f"{self.source.shown}: the {what} ends, and `{left[:20]}` stands behind it: what is there "
                    "would not be read; put all records into one array, or one record on each line"
                )
            self._text = ""
            if self._ended:
                break
            self._more()
        self.source.drain()

    def _close(self) -> None:
        """Read the objects that the array of records stands in to their ends."""
        while self._depth:
            behind = 0
            for found in _SIGNS.finditer(self._text):
                sign = found[0]
                if sign == '"':  # a text that does not end in what is read so far
                    break
                behind = found.end()
                self._depth += (sign in "{[") - (sign in "}]")
                if not self._depth:
                    break
            self._text = self._text[behind:]
            if self._depth and not self._more():
                raise FeedError(
                    f"{self.source.shown}: the document ends before its last `}}`; the file is cut short"
                )

    def _to_array(self) -> int:
        """Where the first record of the array may stand."""
        place = self.settings.records
        if place:
            self._alone = True
            return self._along(place)
        while (found := self._text.find("[")) < 0:
            if len(self._text) > LONGEST_RECORD or not self._more():
                raise self._lacks("no array")
        self._alone = not self._text[:found].strip()
        return found + 1

    def _along(self, place: str) -> int:
        """Where the array at `place` begins, found key by key from the root of the document."""
        lacks = self._lacks(f"no array `{place}`")
        at = 0
        for key in place.split("."):
            at = self._behind(at, "{", lacks)
            while (member := self._member(at, lacks))[1] != json.dumps(key, ensure_ascii=False):
                at, end = self._element(member.start(1))
                at = self._behind(end, ",", lacks)
            at = member.end()
            self._depth += 1
        return self._behind(at, "[", lacks)

    def _lacks(self, what: str) -> FeedError:
        return FeedError(f"{self.source.shown}: {what} of records in it; set `records`")

    def _behind(self, at: int, sign: str, lacks: FeedError) -> int:
        """Behind `sign`, where it stands next from `at` on."""
        while (found := _FIRST.search(self._text, at)) is None:
            if not self._more():
                raise lacks
        if found[0] != sign:
            raise lacks
        return found.end()

    def _member(self, at: int, lacks: FeedError) -> re.Match[str]:
        """The name of the member that begins at `at`, with its colon."""
        while (found := _MEMBER.match(self._text, at)) is None:
            if len(self._text) - at > LONGEST_RECORD or not self._more():
                raise lacks
        return found

    def _element(self, at: int) -> tuple[int, int]:
        """Where the element at `at` stands and ends, in a text that may have been read on."""
        depth, seen = 0, at
        while True:
            for found in _SIGNS.finditer(self._text, seen):
                sign = found[0]
                if sign == '"':  # a text that does not end in what is read so far
                    seen = found.start()
                    break
                seen = found.end()
                if sign in "{[":
                    depth += 1
                elif sign in "}]":
                    depth -= 1
                    if depth <= 0:
                        return at, seen if depth == 0 else seen - 1
                elif sign == "," and depth == 0:
                    return at, seen - 1
            self._text, seen, at = self._text[at:], seen - at, 0
            if len(self._text) > LONGEST_RECORD:
                raise FeedError(
                    f"{self.source.shown}: a record is longer than {LONGEST_RECORD >> 20} MB"
                )
            if not self._more():
                return at, len(self._text)


def _few(lines: bytes) -> Iterator[bytes]:
    """The lines, so many at once as a part may hold."""
    if lines.count(b"\n") <= MOST_ROWS:
        yield lines
        return
    ends = where_true(bytes_of(lines) == ord("\n")).gather_every(MOST_ROWS, MOST_ROWS - 1)
    behind = [end + 1 for end in ends.to_list()]
    for start, end in pairwise([0, *behind, len(lines)]):
        if start < end:
            yield lines[start:end]


def _read_lines(lines: bytes, paths: tuple[str, ...], lists: frozenset[str]) -> Part:
    """The records of whole lines: at once where they are alike, else one by one."""
    frame = alike(lines, paths)
    if frame is not None:
        return Part(frame)
    text = lines.decode("utf-8", "replace")
    records = (_record(line, paths) for line in text.split("\n") if line.strip())
    made = [batch.drop("__row") for batch in gathered(records, paths, lists)]
    return Part(pl.concat(made) if made else pl.DataFrame())


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [k for k, _ in pairs]
        raise _TwiceError(next(k for k in names if names.count(k) > 1))
    return made


def _record(text: str, paths: tuple[str, ...]) -> Record:
    try:
        read = json.loads(
            text, parse_float=str, parse_int=str, object_pairs_hook=_once, parse_constant=str
        )
    except _TwiceError as twice:
        return Record({}, f"the key `{twice}` stands twice in this record")
    except json.JSONDecodeError as fault:
        return Record({}, f"this record is not JSON: {fault.msg} at character {fault.pos + 1}")
    except (ValueError, RecursionError):
        return Record({}, "this record is nested too deep")
    if not isinstance(read, dict):
        return Record({}, "this record is no JSON object")
    cells: dict[str, Cell] = {}
    for path in paths:
        values = [_cell(v) for v in values_at(read, path)]
        if is_list_path(path):
            cells[path] = [v for v in values if v is not None] if values else None
        elif values:
            cells[path] = values[0]
    if any("\ufffd" in text for cell in cells.values() if cell for text in cell):
        return Record(
            {},
            "this record has bytes that are no text in the feed's encoding, or half of a character",
        )
    return Record(cells)


def _cell(value: Any) -> str | None:
    match value:
        case None:
            return None
        case list() | dict() if not value:
            return None
        case bool():
            return "true" if value else "false"
        case str():
            # Half of a pair is no text that another program could read.
            return _HALF.sub("\ufffd", value)
        case _:
            return json.dumps(value, ensure_ascii=False)
