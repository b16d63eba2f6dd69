"""The bytes of a feed: a file, stdin, or a member of a .gz or .zip, read as a stream."""

from __future__ import annotations

import gzip
import hashlib
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from engine.errors import FeedError

CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
# What the readers of archives raise where the archive is broken: all mean the same to a person.
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # encrypted, or (NotImplementedError) compressed in an unknown way
    zlib.error,
    struct.error,
    zipfile.BadZipFile,
)


class ByteSource:
    """The bytes of a feed as they are read, with their fingerprint.

    `name` is the file's name without `.gz`, or the member's inside a `.zip`; formats are told by it.
    Use it in a `with`, or read it to its end: both close the file.
    """

    def __init__(self, stream: BinaryIO, name: str, shown: str, *under: BinaryIO) -> None:
        self.stream = stream
        self.name = name
        self.shown = shown
        self.count = 0
        self._under = under
        self._hash = hashlib.sha256()

    def read(self, size: int = CHUNK) -> bytes:
        """`size` bytes, fewer only at the end.

        Raises:
            FeedError: the archive or the file is broken.
        """
        if self.stream.closed:
            return b""
        parts: list[bytes] = []
        try:
            while size > 0 and (part := self.stream.read(size)):
                parts.append(part)
                size -= len(part)
        except _BROKEN as fault:
            self.close()
            raise FeedError(f"{self.shown}: cannot be read on: {_said(fault)}") from None
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        self._hash.update(data)
        self.count += len(data)
        if size > 0:
            self.close()
        return data

    def drain(self) -> None:
        """Read what is left, so that the fingerprint tells the whole of the feed."""
        while self.read():
            pass

    def close(self) -> None:
        """Close the file; reading on gives nothing."""
        for stream in (self.stream, *self._under):
            if stream is not _standard_input():
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what was read so far, out of its archive."""
        return self._hash.hexdigest()


def open_bytes(path: str, member: str | None = None) -> ByteSource:
    """The bytes of `path`, or of stdin for `-`.

    Raises:
        FeedError: there is no such file, or the archive does not hold one feed.
    """
    if path == "-":
        return _stdin()
    file = Path(path)
    try:
        stream: BinaryIO = file.open("rb")
    except (OSError, ValueError) as fault:
        raise FeedError(f"{path}: {_said(fault)}") from None
    try:
        head = stream.read(4)
        stream.seek(0)
        if head.startswith(_GZIP):
            unpacked = cast("BinaryIO", gzip.GzipFile(fileobj=stream))
            return ByteSource(unpacked, file.name.removesuffix(".gz"), path, stream)
        if head == _ZIP:
            return _member(stream, file, member, path)
    except OSError as fault:
        stream.close()
        raise FeedError(f"{path}: {_said(fault)}") from None
    except FeedError:
        stream.close()
        raise
    return ByteSource(stream, file.name, path)


def _stdin() -> ByteSource:
    stream = _standard_input()
    if stream is None:
        raise FeedError("stdin: there is none to read from")
    peek = getattr(stream, "peek", None)
    if peek is not None and peek(2)[:2] == _GZIP:
        return ByteSource(cast("BinaryIO", gzip.GzipFile(fileobj=stream)), "-", "stdin", stream)
    return ByteSource(stream, "-", "stdin")


def _standard_input() -> BinaryIO | None:
    """Stdin as bytes: the one stream that is not ours to close."""
    return getattr(sys.stdin, "buffer", None)


def _member(stream: BinaryIO, file: Path, member: str | None, shown: str) -> ByteSource:
    """A workbook as it is; of another zip its one file, or the one that the settings name."""
    try:
        archive = zipfile.ZipFile(stream)
        listed = archive.namelist()
        if file.suffix.lower() in {".xlsx", ".xlsm"} or "[Content_Types].xml" in listed:
            stream.seek(0)
            return ByteSource(stream, "feed.xlsx", shown)
        names = [n for n in listed if not n.endswith("/") and not n.startswith("__MACOSX")]
        if member is None and len(names) != 1:
            some = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
            raise FeedError(f"{shown}: holds {len(names)} files ({some}); say which with `member`")
        name = names[0] if member is None else member
        opened = archive.open(name)
    except KeyError:
        raise FeedError(f"{shown}: holds no `{member}`; it holds {', '.join(names[:5])}") from None
    except _BROKEN as fault:
        raise FeedError(f"{shown}: not a readable zip: {_said(fault)}") from None
    return ByteSource(cast("BinaryIO", opened), name, f"{shown}:{name}", stream)


def _said(fault: BaseException) -> str:
    """The words of a library's error, on one line."""
    words = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    return " ".join(str(words).split())
