"""The last entry of a journal, noted beside it: an older copy that was put back shows by it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from engine.errors import JournalError


def head_path(journal: Path) -> Path:
    """Where the note of a journal stands."""
    return journal.with_name(journal.name + ".head")


def write_head(journal: Path, seq: int, checksum: str) -> None:
    """Note the last entry, after it is on the disk; the note may lag behind, never run ahead.

    Raises:
        JournalError: it cannot be written.
    """
    content = json.dumps({"seq": f"{seq:020}", "checksum": checksum}).encode() + b"\n"
    try:
        file = os.open(head_path(journal), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(file, content, 0)  # always as long: one write replaces it whole
        finally:
            os.close(file)
    except OSError as fault:
        raise JournalError(f"{head_path(journal)}: cannot be written: {fault.strerror}") from None


def read_head(journal: Path) -> tuple[int, str] | None:
    """The noted entry, None where there is no readable note."""
    try:
        read = json.loads(head_path(journal).read_bytes())
        return int(read["seq"]), str(read["checksum"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
