"""A feed opened by its settings: any format, one shape of batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from engine.errors import FeedError
from engine.feeds.archive import ByteSource, open_bytes
from engine.feeds.feed_settings import FeedSettings, JoinSettings
from engine.feeds.join import joined, load_joined
from engine.feeds.opened import OpenFeed, ReadsInParts
from engine.feeds.parents import Inheritance, id_columns
from engine.feeds.part import MOST_ROWS, PARTS_AT_ONCE, Part, Unread

_BY_ENDING = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json?",
    ".xml": "xml",
    ".rss": "xml",
    ".atom": "xml",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
_ARCHIVES = {".gz": "gzip", ".zip": "zip"}  # told by how a file begins, not by its name


class Feed(Struct):
    """A feed, with what is joined to it and which rows inherit from others.

    `columns` are those of the file, empty where any path may be asked for (JSON, XML). `notes` say
    what was detected and how.
    """

    path: str
    settings: FeedSettings
    base: Path
    opened: OpenFeed

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file and of what is joined to it; empty where paths are free."""
        if not self.opened.columns:
            return ()
        brought = [f"{j.prefix}{c}" for j in self.settings.join for c in j.columns]
        return (*self.opened.columns, *brought)

    @property
    def lists(self) -> frozenset[str]:
        """The columns of the file that hold lists, where it says so."""
        return getattr(self.opened, "lists", frozenset())

    @property
    def notes(self) -> list[str]:
        """What was found out about the file."""
        return self.opened.notes

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches in the order of the file.

        Each has `__row` (records from 1), `__problem` (what is wrong with the record, or null),
        `__excluded` (why the settings leave it out, or null) and the wanted columns that there are.
        """
        own = list(dict.fromkeys([*self._own(wanted), *self._for_settings()]))
        brought = [
            (j, load_joined(j, self._joined_feed(j), self.opened.notes)) for j in self.settings.join
        ]
        inheritance = Inheritance(self._inheriting(own), self._again)
        for batch in self.opened.batches(own):
            made = inheritance.apply(batch)
            for join, table in brought:
                made = joined(made, join, table)
            yield _numbered(made)

    def parts(self, wanted: Collection[str]) -> Iterator[Unread]:
        """The same rows in parts that are still to be read, each by any thread."""
        plain = not (self.settings.join or self.settings.skip or self.settings.parent)
        if plain and isinstance(self.opened, ReadsInParts):
            yield from self.opened.parts(list(dict.fromkeys(wanted)))
            return
        held: list[pl.DataFrame] = []
        for batch in self.batches(wanted):
            held.append(batch)
            if sum(map(len, held)) >= MOST_ROWS:
                yield partial(Part, pl.concat(held, how="diagonal"))
                held.clear()
        if held:
            yield partial(Part, pl.concat(held, how="diagonal"))

    def pieces(self, wanted: Collection[str]) -> Iterator[list[Unread]]:
        """The parts in lists of those that are best worked on together."""
        parts = self.parts(wanted)
        at_once = getattr(self.opened, "parts_at_once", PARTS_AT_ONCE)
        yield from iter(lambda: list(islice(parts, at_once)), [])

    def heard(self, part: Part) -> None:
        """Note what was found out about the file; called for all parts, in the order of the file."""
        if isinstance(self.opened, ReadsInParts):
            self.opened.heard(part)

    def check_settings(self) -> None:
        """A column that the settings misspell would silently inherit, skip or join nothing.

        Raises:
            FeedError: the feed lacks a column that its settings name, or a join brings one twice.
        """
        self._check_joins()
        if not self.opened.columns:
            return
        parent = self.settings.parent
        named = [*self._for_settings(), *(parent.columns if parent else ())]
        for name in dict.fromkeys(named):
            if name not in self.opened.columns:
                listed = ", ".join(f"`{c}`" for c in self.opened.columns[:12])
                raise FeedError(
                    f"{self.path}: the feed's settings name the column `{name}`, which it lacks; "
                    f"its columns are {listed}"
                )

    def _check_joins(self) -> None:
        """A column that came from two files would be either of them."""
        known = set(self.opened.columns)
        for join in self.settings.join:
            for name in (f"{join.prefix}{c}" for c in join.columns):
                if name in known:
                    raise FeedError(
                        f"{self.path}: the join with {join.path} brings a column `{name}`, and there "
                        "is one already; give the join a `prefix`"
                    )
                known.add(name)

    def _again(self) -> OpenFeed:
        if self.path == "-":
            raise FeedError(
                "stdin: rows refer to a parent row, so the feed is read several times; name a file"
            )
        return open_feed(self.settings, self.path, self.base).opened

    def _inheriting(self, read: Collection[str]) -> FeedSettings:
        """The settings; where they name no columns to take over from a parent, all that are read are."""
        parent = self.settings.parent
        if parent is None or parent.columns:
            return self.settings
        names = {parent.key, *id_columns(parent)}
        others = tuple(column for column in read if column not in names)
        return replace(self.settings, parent=replace(parent, columns=others))

    def _own(self, wanted: Collection[str]) -> list[str]:
        brought = {f"{j.prefix}{c}" for j in self.settings.join for c in j.columns}
        return [w for w in wanted if w not in brought]

    def _for_settings(self) -> list[str]:
        """The columns that joins, parents and skipped rows look at."""
        names = [j.key for j in self.settings.join]
        for skip in self.settings.skip:
            names += [*skip.empty, *([skip.column] if skip.column else [])]
        if self.settings.parent is not None:
            names += [self.settings.parent.key, *id_columns(self.settings.parent)]
        return names

    def _joined_feed(self, join: JoinSettings) -> OpenFeed:
        path = self.base / join.path
        return open_feed(join.settings or FeedSettings(), str(path), self.base).opened


def open_feed(settings: FeedSettings, path: str, base: Path) -> Feed:
    """Open the feed at `path` (`-` is stdin).

    Args:
        settings: how it is written; what is not said is detected.
        path: as the person gave it.
        base: the folder that paths in the settings count from.

    Raises:
        FeedError: it cannot be read, or its format cannot be told.
    """
    source = open_bytes(path, settings.member)
    try:
        told, notes = _told(source, settings)
        feed = Feed(path, settings, base, _open(source, told))
        feed.notes[:0] = notes
        feed.check_settings()
    except FeedError:
        source.close()
        raise
    return feed


def _told(source: ByteSource, settings: FeedSettings) -> tuple[FeedSettings, list[str]]:
    """The settings with the format of a feed without a name, by its first sign, and a word on it."""
    head = source.peek(512) if settings.format is None and source.name == "-" else b""
    plain = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not plain:
        return settings, []
    object_kind = "json" if settings.records else "jsonl"
    kind = {b"<": "xml", b"{": object_kind, b"[": "json"}.get(plain[:1], "csv")
    note = f"stdin read as {kind}, by how it begins; write `format` in the settings to be sure"
    return replace(settings, format=kind), [note]


def _open(source: ByteSource, settings: FeedSettings) -> OpenFeed:
    kind = settings.format or _BY_ENDING.get(Path(source.name).suffix.lower())
    if kind is None and source.name == "-":
        raise FeedError(
            "stdin: say how it is written with `format` in a feed of the settings, and name that with --as"
        )
    match kind:
        case "csv" | "tsv":
            from engine.feeds.csv_feed import CsvFeed  # noqa: PLC0415 - one format a run

            return CsvFeed(source, replace(settings, format=kind))
        case "jsonl" | "json" | "json?":
            from engine.feeds.json_feed import JsonFeed  # noqa: PLC0415

            return JsonFeed(source, settings)
        case "xml":
            from engine.feeds.xml_feed import XmlFeed  # noqa: PLC0415

            return XmlFeed(source, settings)
        case "parquet":
            from engine.feeds.parquet_feed import ParquetFeed  # noqa: PLC0415

            return ParquetFeed(source, settings)
        case "xlsx":
            from engine.feeds.xlsx_feed import XlsxFeed  # noqa: PLC0415

            return XlsxFeed(source, settings)
        case _:
            raise FeedError(f"{source.shown}: {_no_format(source)}")


def _no_format(source: ByteSource) -> str:
    """Why the name of a feed does not tell its format, and what to do."""
    kind = _ARCHIVES.get(Path(source.name).suffix.lower())
    if kind is not None and source.packed is None:
        return (
            f"is called {kind} and is not: where it is unpacked already, name it by what it is "
            "(`feed.csv`) or set `format`; otherwise fetch it again"
        )
    known = ", ".join(sorted({e.lstrip(".") for e in _BY_ENDING}))
    return f"its ending tells no format; known: {known}; or set `format`"


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that every batch has, whatever the settings."""
    if "__excluded" in frame.columns:
        return frame
    none = pl.Series("__excluded", dtype=pl.String).extend_constant(None, frame.height)
    return frame.hstack([none])
