"""Where a feed's files stand: on a disk that every worker sees, or in a bucket that `fsspec` knows.

A bucket is named by its URL (`s3://shop/feeds/*.csv`); what opens it (`s3fs` for S3) must be
installed on every worker, and finds its credentials as it always does, in the environment.
"""

from __future__ import annotations

import glob
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from engine.errors import FeedError

_BLOCK = 4 << 20  # how much of a file in a bucket is asked for at a time


def is_remote(file: str) -> bool:
    """Whether `file` is a URL, and not a path on this machine."""
    return "://" in file or "::" in file


def name_of(file: str) -> str:
    """The last part of a file's name, which tells its format."""
    return file.partition("::")[0].rpartition("/")[2] if is_remote(file) else Path(file).name


def size_of(file: str) -> int:
    """How many bytes a file has.

    Raises:
        FeedError: it is not there.
    """
    with _telling(file):
        if not is_remote(file):
            return Path(file).stat().st_size
        system, path = _system(file)
        return int(system.info(path)["size"])


def open_file(file: str) -> BinaryIO:
    """A file for reading, at any place in it.

    Raises:
        FeedError: it is not there.
    """
    with _telling(file):
        if not is_remote(file):
            return Path(file).open("rb")
        system, path = _system(file)
        return cast("BinaryIO", system.open(path, "rb", block_size=_BLOCK))


@contextmanager
def _telling(file: str) -> Iterator[None]:
    """What goes wrong with a file, as what stops a run.

    Raises:
        FeedError: it is not there, or may not be read.
    """
    try:
        yield
    except FeedError:
        raise
    except OSError as fault:
        said = fault.strerror or str(fault)
        raise FeedError(f"{file}: {said}; every worker must see it there") from None
    except Exception as fault:
        if not is_remote(file):
            raise
        # Each library of buckets has errors of its own: no credentials, no such host.
        raise FeedError(f"{file}: {' '.join(str(fault).split())}") from None


def fetch(file: str, to: str) -> None:
    """Bring a file from a bucket to a path on this machine."""
    with open_file(file) as source, Path(to).open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def found_files(feed: str) -> list[str]:
    """The files that a path, a pattern or a folder means, in the order of their names.

    Raises:
        FeedError: the folder is an output that is not whole, or nothing can open the bucket.
    """
    if is_remote(feed):
        return _in_bucket(feed)
    path = Path(feed)
    if path.is_dir() and (path / "_temporary").exists():
        raise FeedError(f"{feed}: the run that writes here has not ended well: no _SUCCESS")
    if path.is_dir():
        found = [p for p in path.iterdir() if _counts(p.name)]
    elif path.is_file():
        found = [path]
    else:
        found = [Path(p) for p in glob.glob(feed, recursive=True)]  # noqa: PTH207 - absolute too
    return sorted(str(p.resolve()) for p in found if p.is_file())


def _in_bucket(feed: str) -> list[str]:
    system, path = _system(feed)
    with _telling(feed):
        inside = system.isdir(path)
        found = system.ls(path, detail=False) if inside else system.glob(path)
        named = [p for p in found if _counts(p.rpartition("/")[2])]
        files = sorted(p for p in named if system.isfile(p))
    # Where one file system stands within another, the outer ones stay named behind `::`.
    head, chain, rest = feed.partition("::")
    protocol = head.partition("://")[0]
    return [f"{protocol}://{p.lstrip('/')}{chain}{rest}" for p in files]


def _counts(name: str) -> bool:
    """Files that begin so are no part of a feed: `_SUCCESS`, `.crc`."""
    return bool(name) and not name.startswith(("_", "."))


def _system(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs  # noqa: PLC0415 - for buckets only

    try:
        system, path = url_to_fs(url)
    except ImportError as fault:
        raise FeedError(f"{url}: cannot be opened here: {fault}") from None
    except ValueError as fault:
        raise FeedError(f"{url}: no such kind of place: {fault}") from None
    return system, str(path)


def as_range(file: str, start: int, end: int) -> BinaryIO:
    """The bytes of a file from `start` to `end`, as a stream."""
    return cast("BinaryIO", _Range(open_file(file), start, end))


class _Range:
    """Reads so far and no further."""

    def __init__(self, stream: BinaryIO, start: int, end: int) -> None:
        self.stream = stream
        self.stream.seek(start, io.SEEK_SET)
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
