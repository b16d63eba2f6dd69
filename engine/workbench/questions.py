"""What the page may ask, as JSON: each a record whose fields are read with care."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from engine.errors import ProjectError
from engine.values.instants import read_instant

MOST_ROWS = 10_000  # rows are held, with all that was made of them; counts need no such bound
Asked = TypeVar("Asked", bound=msgspec.Struct)


class Enter(msgspec.Struct, forbid_unknown_fields=True):
    """Let a page in that was opened with `code`."""

    code: str


class Open(msgspec.Struct, forbid_unknown_fields=True):
    """Show the file `name`."""

    name: str


class Save(msgspec.Struct, forbid_unknown_fields=True):
    """Put `text` in the place of version `version` of the file; null where there is none yet."""

    name: str
    text: str
    version: str | None = None


class Texts(msgspec.Struct, forbid_unknown_fields=True):
    """A question about rules: `texts` are those that are not saved, by file."""

    texts: dict[str, str]


class Place(Texts, forbid_unknown_fields=True):
    """A question about a place in the file `name`, counted as a browser counts."""

    name: str
    offset: int = 0


class Rows(Texts, forbid_unknown_fields=True):
    """A question about rows of a feed. `page` and `number` tell which question is the newest."""

    feed: str
    channel: str | None = None
    at: str | None = None
    rows: int = 1000
    page: str = ""
    number: int = 0
    row: int = 0


def read_question(body: bytes, kind: type[Asked]) -> Asked:
    """The question in `body`.

    Raises:
        ProjectError: it is none, or holds what is no text.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ProjectError(f"the page asked what cannot be read: {fault}") from None


def instant_of(text: str | None) -> datetime:
    """The instant that a person wrote; now where none is written.

    Raises:
        ProjectError: it is none.
    """
    if text is None or not text.strip():
        # A preview of "now" keeps the minute, so that the same question has the same answer.
        return datetime.now(UTC).replace(second=0, microsecond=0)
    try:
        return read_instant(text.strip()[:100])
    except ValueError as fault:
        raise ProjectError(f"`{text.strip()[:100]}`: {fault}") from None
