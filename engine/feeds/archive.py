"""The bytes of a feed: a file, stdin, or a member of a .gz or .zip, read as a stream."""

from __future__ import annotations

import gzip
import io
import os
import struct
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from engine.errors import FeedError

CHUNK = 1 << 20
# A spreadsheet's zeros pack well; what unpacks to more than so many times its size is a trap.
MOST_UNPACKED = 400
ALWAYS_UNPACKED = 64 << 20  # so much is read in any case
LARGEST_WORKBOOK = 1 << 30
LARGEST_PIPED = 256 << 20  # of a zip or workbook on stdin, which must be held to be read
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second is an empty one
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
    """The bytes of a feed as they are read.

    `name` is the file's name without `.gz`, or the member's inside a `.zip`; formats are told by it.
    Use it in a `with`, or read it to its end: both close the file.
    """

    def __init__(
        self,
        stream: BinaryIO,
        name: str,
        shown: str,
        *under: BinaryIO,
        packed: int | None = None,
    ) -> None:
        self.stream = stream
        self.packed = packed  # bytes in the archive, where it is one
        self.name = name
        self.shown = shown
        self.count = 0
        self._under = under
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The first `size` bytes (fewer at the end), which will be read again; before any `read`."""
        if len(self._ahead) < size and not self.stream.closed:
            self._ahead += self._from_stream(size - len(self._ahead))
        return self._ahead[:size]

    def read(self, size: int = CHUNK) -> bytes:
        """`size` bytes, fewer only at the end.

        Raises:
            FeedError: the archive or the file is broken.
        """
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        if len(data) < size and not self.stream.closed:
            data += self._from_stream(size - len(data))
        self.count += len(data)
        if self.packed is not None and self.count > ALWAYS_UNPACKED:
            self._refuse_a_trap(self.packed)
        if len(data) < size:
            self.close()
        return data

    def _from_stream(self, size: int) -> bytes:
        parts: list[bytes] = []
        try:
            while size > 0 and (part := self.stream.read(size)):
                parts.append(part)
                size -= len(part)
        except _BROKEN as fault:
            self.close()
            raise FeedError(f"{self.shown}: cannot be read on: {_said(fault)}") from None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _refuse_a_trap(self, packed: int) -> None:
        if self.count > MOST_UNPACKED * max(packed, 1):
            self.close()
            raise FeedError(
                f"{self.shown}: unpacks to more than {MOST_UNPACKED} times its size; if it is no "
                "trap, unpack it yourself"
            )

    def drain(self) -> None:
        """Read what is left: a broken archive shows at its end."""
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


def open_bytes(path: str, member: str | None = None) -> ByteSource:
    """The bytes of `path`, or of stdin for `-`.

    Raises:
        FeedError: there is no such file, or the archive does not hold one feed.
    """
    if path == "-":
        return _stdin(member)
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
            size = os.fstat(stream.fileno()).st_size
            return ByteSource(unpacked, file.name.removesuffix(".gz"), path, stream, packed=size)
        if head in _ZIP:
            return _member(stream, file, member, path)
    except OSError as fault:
        stream.close()
        raise FeedError(f"{path}: {_said(fault)}") from None
    except FeedError:
        stream.close()
        raise
    return ByteSource(stream, file.name, path)


def _stdin(member: str | None) -> ByteSource:
    stream = _standard_input()
    if stream is None:
        raise FeedError("stdin: there is none to read from")
    piped = ByteSource(stream, "-", "stdin")
    head = piped.peek(4)
    if head in _ZIP:
        held = _held(piped)
        try:
            return _member(held, Path("-"), member, "stdin")
        except FeedError:
            held.close()
            raise
    if head.startswith(_GZIP):
        unpacked = cast("BinaryIO", gzip.GzipFile(fileobj=_Readable(piped)))
        return ByteSource(unpacked, "-", "stdin", stream)
    return piped


class _Readable(io.RawIOBase):
    """A source as a file, for those who read files."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source

    def read(self, size: int = -1) -> bytes:
        return self._source.read(size if size >= 0 else CHUNK)


def _held(piped: ByteSource) -> BinaryIO:
    """What comes through a pipe as a file that can be read at any place, as archives need it."""
    held = tempfile.TemporaryFile()  # noqa: SIM115 - the source that reads it closes it
    while data := piped.read():
        held.write(data)
        if piped.count > LARGEST_PIPED:
            held.close()
            raise FeedError(
                f"stdin: an archive of more than {LARGEST_PIPED >> 20} MB; name its file instead"
            )
    held.seek(0)
    return cast("BinaryIO", held)


def _standard_input() -> BinaryIO | None:
    """Stdin as bytes: the one stream that is not ours to close."""
    return getattr(sys.stdin, "buffer", None)


def _member(stream: BinaryIO, file: Path, member: str | None, shown: str) -> ByteSource:
    """A workbook as it is; of another zip its one file, or the one that the settings name."""
    try:
        archive = zipfile.ZipFile(stream)
        listed = archive.namelist()
        if file.suffix.lower() in {".xlsx", ".xlsm"} or "[Content_Types].xml" in listed:
            _refuse_a_large_workbook(archive, shown)
            stream.seek(0)
            return ByteSource(stream, "feed.xlsx", shown)
        names = [n for n in listed if not n.endswith("/") and not n.startswith("__MACOSX")]
        if member is None and len(names) != 1:
            some = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
            raise FeedError(f"{shown}: holds {len(names)} files ({some}); say which with `member`")
        name = names[0] if member is None else member
        opened = archive.open(name)
        packed = archive.getinfo(name).compress_size
    except KeyError:
        raise FeedError(f"{shown}: holds no `{member}`; it holds {', '.join(names[:5])}") from None
    except _BROKEN as fault:
        raise FeedError(f"{shown}: not a readable zip: {_said(fault)}") from None
    return ByteSource(cast("BinaryIO", opened), name, f"{shown}:{name}", stream, packed=packed)


def _refuse_a_large_workbook(archive: zipfile.ZipFile, shown: str) -> None:
    """A workbook is unpacked by the library that reads it, all at once."""
    unpacked = sum(i.file_size for i in archive.infolist())
    if unpacked > LARGEST_WORKBOOK:
        raise FeedError(
            f"{shown}: a workbook of {unpacked >> 20} MB once unpacked, and "
            f"{LARGEST_WORKBOOK >> 20} MB is the most; export it as CSV"
        )


def _said(fault: BaseException) -> str:
    """The words of a library's error, on one line."""
    words = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    return " ".join(str(words).split())
