"""The files of a feed as splits, each the work of one task: pieces of large files, or many small ones.

A file is cut into ranges of bytes where records end (CSV, JSON Lines), or of rows where its row
groups end (Parquet); of other formats it is one piece. Small files are put together, since a task
costs as much as thousands of rows.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import BinaryIO

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from engine.cluster.csv_cuts import Waiting, cuts
from engine.cluster.places import found_files, is_remote, name_of, open_file, size_of
from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.csv_feed import CsvFeed
from engine.feeds.dialect import find_encoding
from engine.feeds.feed import Feed, open_feed
from engine.feeds.feed_settings import FeedSettings, feed_settings
from engine.feeds.json_feed import JsonFeed
from engine.feeds.parquet_feed import ParquetFeed
from engine.project import Project

SPLIT = 64 << 20
MOST_FILES = 500  # in a split: opening a file takes milliseconds
_LEAST_SPLITS = 16  # small files are spread over so many, if they are worth it
_LOOKED_AT = 100  # files that the driver opens to see whether they fit; workers see to the rest
# In these, quotes, delimiters and line ends are the bytes of ASCII and nothing else is.
_PLAIN = ("utf-8", "ascii", "iso8859", "cp125", "latin")
_HEAD = 1 << 20


class Piece(Struct, frozen=True):
    """A file, or a part of it. `end` is None for a whole file.

    `start` and `end` count bytes, and in Parquet rows. `settings` names the entry under `feeds` that
    says how the file is written. `columns`, `delimiter` and `encoding` are what the driver found at the
    file's beginning; `size` is the file's, to see that it is still the same file.
    """

    file: str
    size: int
    settings: str | None = None
    start: int = 0
    end: int | None = None
    columns: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is a file that was not cut."""
        return self.end is None


class Split(Struct, frozen=True):
    """Pieces that one task renders, one after the other, as though they were one file."""

    number: int
    pieces: tuple[Piece, ...]

    def as_text(self) -> str:
        """For the journey to the workers."""
        return json.dumps(msgspec.to_builtins(self), ensure_ascii=False)

    @staticmethod
    def of_text(text: str) -> Split:
        """What `as_text` wrote."""
        read = json.loads(text)
        pieces = [Piece(**{**p, "columns": tuple(p["columns"])}) for p in read["pieces"]]
        return Split(read["number"], tuple(pieces))

    def as_json(self) -> dict[str, object]:
        """Where it stands in the feed, for its account."""
        first, last = self.pieces[0], self.pieces[-1]
        about: dict[str, object] = {"split": self.number, "file": first.file}
        if len(self.pieces) == 1:
            return {**about, "start": first.start, "end": first.size if first.whole else first.end}
        return {**about, "files": len(self.pieces), "last_file": last.file}


def files_of(project: Project, feed: str) -> list[str]:
    """The files that `feed` means, in the order of their names: a file, a pattern, or a folder.

    All three may stand in a bucket: `s3://shop/feeds/*.csv`.

    Raises:
        FeedError: there are none.
    """
    feed = feed.removeprefix("file://")
    if feed in project.feeds or feed == "-":
        name, read = project.feed_settings(feed)
        path = read.get("path")
        if name is None or not isinstance(path, str):
            raise FeedError(f"{feed}: Spark reads files; name one, or a pattern such as 'feed/*'")
        return [str((project.root / path).resolve())]
    files = found_files(feed if is_remote(feed) else project.feed_file(feed))
    if not files:
        raise FeedError(f"{feed}: there is no such file, and no file fits that pattern")
    return files


def settings_of(project: Project, name: str | None) -> FeedSettings:
    """The settings of the feed called `name`, or what counts where none is."""
    return feed_settings(project.feeds[name] if name else {}, f"feeds.{name}" if name else "feeds")


class Cutter(Struct):
    """Cuts the files of a feed, and opens as many of them as that takes."""

    project: Project
    size: int = SPLIT
    feed_name: str | None = None
    opened: list[Feed] = field(default_factory=list)  # closed again: for their columns and notes

    def splits(self, files: list[str]) -> Iterator[Split]:
        """The splits of all `files`, numbered, each of about `size` bytes.

        Raises:
            FeedError: a file is not there, or is not what its settings say.
        """
        sizes = [size_of(file) for file in files]
        enough = min(self.size, max(sum(sizes) // _LEAST_SPLITS, self.size // 8))
        held: list[Piece] = []
        number = bytes_held = 0
        for place, (file, size) in enumerate(zip(files, sizes, strict=True)):
            for piece in self._pieces(file, size, look=place < _LOOKED_AT):
                alone = not piece.whole or piece.size >= enough
                if held and (alone or bytes_held >= enough or len(held) >= MOST_FILES):
                    yield Split(number, tuple(held))
                    number, held, bytes_held = number + 1, [], 0
                held.append(piece)
                bytes_held += self.size if alone else piece.size
        if held:
            yield Split(number, tuple(held))

    def _pieces(self, file: str, size: int, *, look: bool) -> Iterator[Piece]:
        name = self.project.feed_settings(self.feed_name or file)[0]
        settings = settings_of(self.project, name)
        whole = Piece(file, size, name)
        large = size > self.size and settings.parent is None and not _is_packed(file)
        if large and is_remote(file) and _kind(file, settings) == "parquet":
            yield from _row_groups(whole, self.size)
            return
        feed = self._opened(file, settings) if large or look else None
        if feed is None or not large:
            yield whole
        elif isinstance(feed.opened, ParquetFeed):
            yield from _row_groups(whole, self.size)
        elif isinstance(feed.opened, CsvFeed | JsonFeed):
            with open_file(file) as stream:
                yield from _ranges(whole, feed, stream, self.size)
        else:
            yield whole

    def _opened(self, file: str, settings: FeedSettings) -> Feed | None:
        """The feed of a file, closed again; None for one in a bucket that would have to be fetched."""
        if not is_remote(file):
            feed = open_feed(settings, file, self.project.root)
        elif (kind := _kind(file, settings)) in {"csv", "tsv", "jsonl"} and not _is_packed(file):
            source = ByteSource(open_file(file), name_of(file), file)
            told = replace(settings, format=kind)
            opened = JsonFeed(source, told) if kind == "jsonl" else CsvFeed(source, told)
            feed = Feed(file, settings, self.project.root, opened)
        else:
            return None
        feed.opened.source.close()
        self.opened.append(feed)
        return feed


def _kind(file: str, settings: FeedSettings) -> str:
    """What a file in a bucket is by its settings, else by its name."""
    ending = name_of(file).rpartition(".")[2].lower()
    return settings.format or {"ndjson": "jsonl", "txt": "csv", "tab": "tsv"}.get(ending, ending)


def _is_packed(file: str) -> bool:
    with open_file(file) as stream:
        return stream.read(4).startswith((b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"))


def _row_groups(whole: Piece, size: int) -> Iterator[Piece]:
    """Pieces of whole row groups, so that none is unpacked twice."""
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - comes with Spark

    with open_file(whole.file) as stream:
        about = ParquetFile(stream).metadata
    rows = [about.row_group(n).num_rows for n in range(about.num_row_groups)]
    most = max(1, about.num_rows * size // max(whole.size, 1))
    start = end = 0
    for count in rows:
        if end > start and end + count - start > most:
            yield replace(whole, start=start, end=end)
            start = end
        end += count
    yield replace(whole, start=start, end=end) if start else whole


def _ranges(whole: Piece, feed: Feed, stream: BinaryIO, size: int) -> Iterator[Piece]:
    """Pieces that end between records; the whole file where that cannot be told."""
    head = stream.read(_HEAD)
    encoding = find_encoding(head, feed.settings.encoding, whole=len(head) < _HEAD).name
    stream.seek(0)
    opened = feed.opened
    pinned = replace(whole, encoding=encoding)
    ends: Iterator[int] = iter((whole.size,))
    if b"\n" not in head or not codecs.lookup(encoding).name.startswith(_PLAIN):
        yield whole
        return
    if isinstance(opened, CsvFeed):
        pinned = replace(pinned, columns=opened.columns, delimiter=opened.dialect.delimiter)
        waiting = Waiting(stream, opened.dialect, encoding)
        ends = cuts(waiting, size, header=not feed.settings.header)
    elif isinstance(opened, JsonFeed) and not opened.is_array:
        ends = _line_ends(stream, whole.size, size)
    start = 0
    for end in ends:
        yield whole if (start, end) == (0, whole.size) else replace(pinned, start=start, end=end)
        start = end


def _line_ends(stream: BinaryIO, total: int, size: int) -> Iterator[int]:
    """Where pieces of JSON Lines end: before a line that is a whole record, so that none looks odd."""
    at = 0
    while at + size < total:
        stream.seek(at + size)
        stream.readline()
        end = stream.tell()
        while (line := stream.readline()) and not _is_record(line):
            end += len(line)
        if not line:
            break
        yield end
        at = end
    yield total


def _is_record(line: bytes) -> bool:
    return line.startswith(b'{"') and line.rstrip().endswith(b"}")
