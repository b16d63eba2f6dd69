"""The files of a feed cut into splits: byte ranges of CSV that end between records, else whole files.

A cut is where the csv module would end a record, reading from the front: never within quotes, also
where quotes stand astray. So each split read alone gives the rows that the whole file gives.
"""

from __future__ import annotations

import codecs
import glob
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.csv_feed import LONGEST_RECORD, SLOW_BLOCK, CsvFeed, _last_even_line_end
from engine.feeds.csv_rows import Dialect, one_by_one, well_quoted
from engine.feeds.dialect import find_encoding
from engine.feeds.feed import Feed, open_feed
from engine.feeds.feed_settings import feed_settings
from engine.pipeline import feed_of
from engine.project import Project

SPLIT = 32 << 20
# In these, quotes, delimiters and line ends are the bytes of ASCII and nothing else is.
_PLAIN = ("utf-8", "ascii", "iso8859", "cp125", "latin")
_BOM = codecs.BOM_UTF8
_HEAD = 1 << 20


@dataclass(frozen=True, slots=True)
class Split:
    """A piece of a feed. `end` is None for a whole file that cannot be cut.

    `settings` names the entry under `feeds` that says how the file is written. `columns`, `delimiter` and `encoding` are what the driver found at the file's beginning; `size`
    is the file's, to see that it is still the same file. `first_row` is known after counting.
    """

    number: int
    file: str
    size: int
    settings: str | None = None
    start: int = 0
    end: int | None = None
    columns: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    first_row: int = 1

    def as_text(self) -> str:
        """For the journey to the workers."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def of_text(text: str) -> Split:
        """What `as_text` wrote."""
        read = json.loads(text)
        return Split(**{**read, "columns": tuple(read["columns"])})


def files_of(project: Project, feed: str) -> list[str]:
    """The files that `feed` means, in the order of their names: a file, a pattern, or a folder.

    Raises:
        FeedError: there are none.
    """
    if "://" in feed and not feed.startswith("file://"):
        raise FeedError(
            f"{feed}: buckets are read where they are mounted; give the path that every worker has"
        )
    feed = feed.removeprefix("file://")
    if feed in project.feeds or feed == "-":
        name, read = project.feed_settings(feed)
        path = read.get("path")
        if name is None or not isinstance(path, str):
            raise FeedError(f"{feed}: Spark reads files; name one, or a pattern such as 'feed/*'")
        return [str((project.root / path).resolve())]
    path = Path(project.feed_file(feed))
    if path.is_dir() and (path / "_temporary").exists():
        raise FeedError(f"{feed}: the run that writes here has not ended well: no _SUCCESS")
    if path.is_dir():
        found = [p for p in path.iterdir() if not p.name.startswith(("_", "."))]
    elif path.is_file():
        found = [path]
    else:
        found = [Path(p) for p in glob.glob(feed, recursive=True)]  # noqa: PTH207 - absolute too
    files = sorted(str(p.resolve()) for p in found if p.is_file())
    if not files:
        raise FeedError(f"{feed}: there is no such file, and no file fits that pattern")
    return files


def cut_feed(
    project: Project, files: list[str], size: int = SPLIT, feed_name: str | None = None
) -> Iterator[Split]:
    """The splits of all `files`, numbered, each of about `size` bytes."""
    number = 0
    for file in files:
        settings = project.feed_settings(feed_name or file)[0]
        for split in _cut_file(feed_of(project, file, feed_name), file, size):
            yield replace(split, number=number, settings=settings)
            number += 1


def _cut_file(feed: Feed, file: str, size: int) -> Iterator[Split]:
    whole = Split(0, file, Path(file).stat().st_size)
    opened = feed.opened
    plain = isinstance(opened.source.stream, io.BufferedReader)  # no archive
    opened.source.close()
    with Path(file).open("rb") as stream:
        head = stream.read(_HEAD)
        encoding = find_encoding(head, feed.settings.encoding, whole=len(head) < _HEAD).name
        if not (isinstance(opened, CsvFeed) and plain and _may_be_cut(feed, head, encoding)):
            yield whole
            return
        delimiter = opened.dialect.delimiter
        pinned = replace(whole, columns=opened.columns, delimiter=delimiter, encoding=encoding)
        stream.seek(0)
        start = 0
        header = not feed.settings.header
        for end in _cuts(_Waiting(stream, opened.dialect, encoding), size, header=header):
            yield replace(pinned, start=start, end=end)
            start = end


def _may_be_cut(feed: Feed, head: bytes, encoding: str) -> bool:
    """Not encodings of several bytes, files without line feeds, rows that need rows far away."""
    plain = codecs.lookup(encoding).name.startswith(_PLAIN)
    return plain and b"\n" in head and feed.settings.parent is None


def _cuts(waiting: _Waiting, size: int, *, header: bool) -> Iterator[int]:
    """Where splits end, the last at the end of the file."""
    earliest = waiting.header_end() if header else 0
    begun = at = 0
    while used := waiting.next_records(size):
        at += used
        # A byte-order mark within a file is text, and would be none at the start of a split.
        ready = at > earliest and at - begun >= size // 2 and not waiting.starts_with(_BOM)
        if ready and not waiting.finished:
            yield at
            begun = at
    yield at


@dataclass(slots=True)
class _Waiting:
    """The bytes of a file that are not in a split yet."""

    stream: BinaryIO
    dialect: Dialect
    encoding: str
    data: bytes = b""
    ended: bool = False

    @property
    def finished(self) -> bool:
        """Whether nothing is left."""
        self.fill(1)
        return not self.data

    @property
    def _one_byte(self) -> bool:
        """Whether each character is one byte; else it is UTF-8, which is read as it is."""
        return codecs.lookup(self.encoding).name not in ("utf-8", "ascii")

    def starts_with(self, mark: bytes) -> bool:
        """Whether what waits begins so."""
        self.fill(len(mark))
        return self.data.startswith(mark)

    def fill(self, size: int) -> None:
        """Read on until `size` bytes wait, or the file ends."""
        while not self.ended and len(self.data) < size:
            more = self.stream.read(size - len(self.data))
            self.ended = not more
            self.data += more

    def header_end(self) -> int:
        """Behind the first record that is no empty line."""
        size = SLOW_BLOCK
        while True:
            self.fill(size)
            text = self._text(self.data)
            for record in one_by_one(text, self.dialect, final=self.ended):
                if record.cells:
                    return self._length(text, record.end)
            if self.ended or size > LONGEST_RECORD:
                return len(self.data)
            size *= 2

    def next_records(self, size: int) -> int:
        """Take whole records of about `size` bytes; how many bytes they have, 0 at the end."""
        self.fill(size)
        quote = self.dialect.quote.encode()
        front = self.data[:size]
        final = self.ended and len(self.data) <= size
        cut = len(front) if final else _last_even_line_end(front, quote)
        if cut:
            text = self._text(self.data[:cut])
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if not well_quoted(text, self.dialect):
                cut = 0
        used = cut or self._astray(min(size, SLOW_BLOCK))
        self.data = self.data[used:]
        return used

    def _astray(self, size: int) -> int:
        """The same where quotes stand astray, or a record is long: the csv module says where it ends."""
        while self.data:
            self.fill(size)
            final = self.ended and len(self.data) <= size
            text = self._text(self.data[:size], whole=final)
            end = max((r.end for r in one_by_one(text, self.dialect, final=final)), default=0)
            if final:
                return len(self.data)
            if end:
                return self._length(text, end)
            if size > LONGEST_RECORD:
                raise FeedError(
                    f"a record is longer than {LONGEST_RECORD >> 20} MB; "
                    "check `quote` and `delimiter`"
                )
            size *= 2
        return 0

    def _text(self, data: bytes, *, whole: bool = True) -> bytes:
        if self._one_byte:
            data = data.decode(self.encoding, "replace").encode()
        return data if data.endswith(b"\n") or not whole else data + b"\n"

    def _length(self, text: bytes, end: int) -> int:
        """How many bytes of the file the first `end` bytes of `text` are."""
        used = len(text[:end].decode()) if self._one_byte else end
        return min(used, len(self.data))  # the last line end may be ours


class _Range:
    """The bytes of a file from `start` to `end`, as a stream."""

    def __init__(self, file: Path, start: int, end: int) -> None:
        self.stream = file.open("rb")
        self.stream.seek(start)
        self.left = end - start

    @property
    def closed(self) -> bool:
        return self.stream.closed

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes of the range."""
        wanted = self.left if size < 0 else min(size, self.left)
        data = self.stream.read(wanted)
        self.left -= len(data)
        return data

    def close(self) -> None:
        self.stream.close()


def open_split(project: Project, split: Split) -> Feed:
    """The rows of a split, as a feed of their own, numbered from 1.

    Raises:
        FeedError: the file is not there on this worker, or is not the one that was cut.
    """
    file = Path(split.file)
    try:
        size = file.stat().st_size
    except OSError as fault:
        raise FeedError(
            f"{split.file}: {fault.strerror or fault}; every worker must see it there"
        ) from None
    if size != split.size:
        raise FeedError(f"{split.file}: had {split.size} bytes when it was cut and has {size} now")
    name = split.settings
    read = project.feeds[name] if name is not None else {}
    settings = feed_settings(read, f"feeds.{name}" if name else "feeds")
    if split.end is None:
        return open_feed(settings, split.file, project.root)
    pinned = replace(
        settings,
        encoding=split.encoding,
        delimiter=split.delimiter,
        header=split.columns if split.start else settings.header,
    )
    stream = cast("BinaryIO", _Range(file, split.start, split.end))
    source = ByteSource(stream, file.name, split.file)
    return Feed(split.file, pinned, project.root, CsvFeed(source, pinned))
