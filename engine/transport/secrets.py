"""Secrets: where they come from, and how they are kept out of everything that is written."""

from __future__ import annotations

import hmac
import json
import logging
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, quote_plus

from engine.errors import ProjectError

HIDDEN = "***"
LARGEST_FILE = 65_536  # bytes
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Secret:
    """A text that shows as `***` wherever it is written; `reveal` is the one way to it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for the header or form field that carries it, and nothing else."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, _: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(Secret)  # one bucket: a hash of the text would tell something about it

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never written out")


def secret_from_environment(name: str, environment: Mapping[str, str]) -> Secret:
    """The secret in the variable `name`.

    Raises:
        ProjectError: it is not set, empty, or no text.
    """
    text = environment.get(name, "").strip()
    if not text:
        raise ProjectError(f"the environment variable {name} is not set; it must hold the secret")
    if not text.isprintable():  # as bytes that are no UTF-8 are read: no request can carry them
        raise ProjectError(
            f"the environment variable {name} must hold the secret as one line of UTF-8 text"
        )
    return Secret(text)


def secret_from_file(path: Path) -> Secret:
    """The secret in a file that only its owner, who must be this user, can read.

    Raises:
        ProjectError: it cannot be read, belongs to somebody else, or others may read it.
    """
    try:
        # The file that is checked must be the file that is read: one descriptor, no symbolic link.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        raise ProjectError(f"{path}: the secret cannot be read: {fault.strerror}") from None
    try:
        _refuse_shared(path, os.fstat(handle))
        content = os.read(handle, LARGEST_FILE + 1)
    finally:
        os.close(handle)
    return Secret(_one_line(path, content))


def _refuse_shared(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ProjectError(f"{path}: a secret must stand in a regular file")
    if found.st_uid != os.geteuid():
        raise ProjectError(f"{path}: this file belongs to another user; a secret must be your own")
    if found.st_mode & OTHERS:
        mode = f"{stat.S_IMODE(found.st_mode):o}"
        raise ProjectError(f"{path}: others may read it (mode {mode}); run `chmod 600 {path}`")


def _one_line(path: Path, content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise ProjectError(f"{path}: too large for a secret")
    try:
        text = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ProjectError(f"{path}: a secret must be UTF-8 text") from None
    if not text or not text.isprintable():
        raise ProjectError(f"{path}: a secret must be one line of text")
    return text


class Mask:
    """Hides secrets by their value, whoever wrote them and however they are escaped."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._spellings: tuple[str, ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret) -> None:
        """Hide `secret` from now on."""
        text = secret.reveal()
        if not text:
            return
        found = {text, quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1]}
        # The longest first: one secret may begin with another.
        self._spellings = tuple(sorted({*self._spellings, *found}, key=lambda s: (-len(s), s)))

    def __call__(self, text: str) -> str:
        """`text` without any secret."""
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text


class MaskingFilter(logging.Filter):
    """Hides secrets in what is logged, in its arguments and tracebacks too."""

    def __init__(self, mask: Mask) -> None:
        super().__init__()
        self._mask = mask

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; every record passes."""
        record.msg = self._mask(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self._mask(record.exc_text)
        return True


def hide_in_logs(mask: Mask) -> None:
    """Hide what `mask` knows, and will learn, in what libraries log: it ends on stderr, set up or not."""
    for handler in (logging.lastResort, *logging.getLogger().handlers):
        if handler is not None:
            handler.addFilter(MaskingFilter(mask))
