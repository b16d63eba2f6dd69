"""Whether a folder stands on a local disk: locks and syncs of network file systems lie."""

from __future__ import annotations

import fcntl
import os
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


def private_file(path: Path) -> IO[bytes]:
    """A file to be written anew that only this user can read: payloads are nobody else's business."""
    path.unlink(missing_ok=True)  # one that others may read would stay as it is
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
