"""What is kept from run to run in the person's cache folder: whole or not there, and never needed."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

# Files of a sort that are kept: of projects that come and go, those used last.
MOST_KEPT = 100


def kept(name: str) -> bytes | None:
    """What was kept as `name`, by this person alone; None where there is nothing of the kind."""
    file = _place(name)
    if file is None:
        return None
    try:
        # A pipe in its place is not waited for.
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as opened:
            about = os.fstat(opened.fileno())
            own = not hasattr(os, "getuid") or about.st_uid == os.getuid()
            # Whoever else could write it could have rules read that stand in no file.
            sound = stat.S_ISREG(about.st_mode) and own and not about.st_mode & 0o022
            return opened.read() if sound else None
    except OSError:
        return None


def keep(name: str, data: bytes) -> None:
    """Keep `data` as `name`, such as `tree-12.msgpack`, and of the sort (`tree`) those written last.

    Where that cannot be, it is made again the next time.
    """
    file = _place(name)
    if file is None:
        return
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # for its owner alone
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(data)
            Path(part).replace(file)
        finally:
            Path(part).unlink(missing_ok=True)
        alike = list(file.parent.glob(f"{name.partition('-')[0]}-*"))
        if len(alike) > MOST_KEPT:
            alike.sort(key=lambda one: one.stat().st_mtime_ns)
            for oldest in alike[:-MOST_KEPT]:
                oldest.unlink(missing_ok=True)


def _place(name: str) -> Path | None:
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        # One that is not absolute is to be ignored, says the XDG base directory specification.
        return (base if base.is_absolute() else Path.home() / ".cache") / "feedwright" / name
    except RuntimeError:  # a person without a home, as in some containers
        return None
