"""Files that nobody else may read or name, and whether their folder is local: network disks lie about locks."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from engine.errors import JournalError

# Those that keep their word about flock and fsync; what is not known is refused.
LOCAL = frozenset(
    [
        "apfs",
        "bcachefs",
        "btrfs",
        "ext2",
        "ext3",
        "ext4",
        "f2fs",
        "jfs",
        "overlay",
        "ramfs",
        "reiserfs",
        "tmpfs",
        "ufs",
        "xfs",
        "zfs",
    ]
)
MOUNTS = Path("/proc/self/mountinfo")


def file_system_of(folder: Path, mounts: str) -> str | None:
    """The kind of file system that `folder` stands on, by the text of `mountinfo`."""
    best: tuple[int, str] | None = None
    whole = str(folder)
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split()
        if not dash or len(fields) < 5 or not after.split():
            continue
        point = fields[4].encode("ascii", "replace").decode("unicode_escape")
        inside = whole == point or whole.startswith(point.rstrip("/") + "/")
        if inside and (best is None or len(point) >= best[0]):
            best = (len(point), after.split()[0])
    return best[1] if best else None


def refuse_network_disk(folder: Path) -> None:
    """Let only a local disk hold a journal.

    Raises:
        JournalError: the folder is on another, or nobody can tell.
    """
    try:
        kind = file_system_of(folder.resolve(), MOUNTS.read_text(encoding="utf-8"))
    except OSError:
        kind = None
    if kind not in LOCAL:
        told = f"a file system of kind {kind}" if kind else "a file system of unknown kind"
        raise JournalError(
            f"{folder}: {told}; locks and syncs are only certain on a local disk. "
            "Set `journal` in feedwright.yaml to a folder on one"
        )


def lock(path: Path) -> int:
    """Hold the kernel's lock on the file `path` until the returned descriptor is closed.

    The kernel lets go of it when the process dies, and not before: a lock with an expiry would
    let a process that was asleep wake up and send.

    Raises:
        JournalError: another process holds it, or the file was put away meanwhile.
    """
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        same = os.path.samestat(os.fstat(held), path.stat())
    except BlockingIOError:
        os.close(held)
        raise JournalError(
            f"{path}: another process sends for this seller; wait until it is done"
        ) from None
    except OSError as fault:
        os.close(held)
        raise JournalError(f"{path}: cannot be locked: {fault.strerror}") from None
    if not same:
        os.close(held)
        raise JournalError(f"{path}: was put away while it was opened; try again")
    return held


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that only this user can read, under its name once it is whole and on the disk.

    Payloads are nobody else's business. Until it is whole it has a name that no other process is given: of two
    that write to `path`, each writes all of its own.
    """
    number, half = tempfile.mkstemp(".part", f"{path.name}.", path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(half).replace(path)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise


@contextmanager
def own_name(folder: Path, name: str, ending: str) -> Iterator[Path]:
    """A path in `folder` that no other process is given, numbered where `name` is taken.

    It stands empty from then on; if what is done with it fails, it goes again.
    """
    for number in count(1):
        path = folder / f"{name}{f'-{number}' if number > 1 else ''}{ending}"
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        break
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise
