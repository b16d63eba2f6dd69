"""The bytes of a feed: a file, stdin, or a member of a .gz or .zip, read as a stream."""

from __future__ import annotations

import gzip
import hashlib
import sys
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from engine.errors import FeedError

CHUNK = 1 << 20
_BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)


class ByteSource:
    """The bytes of a feed as they are read, with their fingerprint.

    `name` is the file's name without `.gz`, or the member's inside a `.zip`; formats are told by it.
    """

    def __init__(self, stream: BinaryIO, name: str, shown: str) -> None:
        self.stream = stream
        self.name = name
        self.shown = shown
        self._hash = hashlib.sha256()

    def read(self, size: int = CHUNK) -> bytes:
        """At most `size` bytes; empty at the end.

        Raises:
            FeedError: the archive or the file is broken.
        """
        try:
            data = self.stream.read(size)
        except _BROKEN as fault:
            raise FeedError(f"{self.shown}: cannot be read on: {fault}") from None
        self._hash.update(data)
        return data

    def readable(self) -> bool:
        """For libraries that take a file."""
        return True

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what was read so far."""
        return self._hash.hexdigest()


def open_bytes(path: str, member: str | None = None) -> ByteSource:
    """The bytes of `path`, or of stdin for `-`.

    Raises:
        FeedError: there is no such file, or the archive does not hold one feed.
    """
    if path == "-":
        return ByteSource(sys.stdin.buffer, "-", "stdin")
    file = Path(path)
    try:
        stream: BinaryIO = file.open("rb")
    except OSError as fault:
        raise FeedError(f"{path}: {fault.strerror or fault}") from None
    head = stream.read(4)
    stream.seek(0)
    if head[:2] == b"\x1f\x8b":
        return ByteSource(cast("BinaryIO", gzip.open(stream)), file.name.removesuffix(".gz"), path)
    if head == b"PK\x03\x04" and file.suffix.lower() not in (".xlsx", ".xlsm"):
        return _member(stream, member, path)
    return ByteSource(stream, file.name, path)


def _member(stream: BinaryIO, member: str | None, shown: str) -> ByteSource:
    try:
        archive = zipfile.ZipFile(stream)
        names = [
            n for n in archive.namelist() if not n.endswith("/") and not n.startswith("__MACOSX")
        ]
        if "[Content_Types].xml" in names and any(n.startswith("xl/") for n in names):
            stream.seek(0)
            return ByteSource(stream, "feed.xlsx", shown)
        if member is None and len(names) != 1:
            listed = ", ".join(names[:5])
            raise FeedError(
                f"{shown}: holds {len(names)} files ({listed}); say which with `member`"
            )
        name = member or names[0]
        opened = archive.open(name)
    except KeyError:
        raise FeedError(f"{shown}: holds no `{member}`") from None
    except _BROKEN as fault:
        raise FeedError(f"{shown}: not a readable zip: {fault}") from None
    return ByteSource(cast("BinaryIO", opened), name, f"{shown}:{name}")
