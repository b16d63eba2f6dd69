"""Endpoints as data: what may be called, what repeating a call could do, and what it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from engine.errors import ProjectError
from engine.resources import bundled
from engine.transport.outcome import MessageClass


class Paging(StrEnum):
    """How a list goes on after its first page."""

    NONE = "none"
    INDEX = "index"  # pageIndex from 1, pageSize
    CURSOR = "cursor"  # limit, and a Link header that holds the next cursor
    PAGE = "page"  # page from 1, page_size, and `next` in the body


class Endpoint(Struct, frozen=True):
    """A call that is known: `path` with `{}` for each part that varies.

    `answers` are the statuses that say that it was done, each with the schema file that the body
    must fit, None where no body is asked for.
    """

    name: str
    method: str
    path: str
    message_class: MessageClass
    answers: Mapping[int, str | None]
    paging: Paging = Paging.NONE
    page_size: int = 0
    confidence: str = ""
    source: str = ""

    def fits(self, method: str, path: str) -> bool:
        """Whether a call to `path`, without its query, is one to this endpoint."""
        pattern = re.escape(self.path).replace(r"\{\}", "[^/]+")
        return method == self.method and re.fullmatch(pattern, path) is not None


class TokenFacts(Struct, frozen=True):
    """How a token is asked for, and what the answer holds."""

    url: str
    form: Mapping[str, str]  # `id`, `secret`, or `=` and the value itself
    token_field: str
    seconds_field: str
    default_seconds: int
    scheme: str
    schema: str
    budget_per_hour: int


class Interface(Struct, frozen=True):
    """A marketplace's interface: its base address, its tokens and its endpoints."""

    name: str
    base: str
    token: TokenFacts
    endpoints: tuple[Endpoint, ...]

    def endpoint(self, method: str, path: str) -> Endpoint | None:
        """The endpoint of a call to `path` (below the base), None where none is known.

        The longest fixed path wins: `/orders/count` is no order called count.
        """
        bare = urlsplit(path).path
        found = [e for e in self.endpoints if e.fits(method, bare)]
        return min(found, key=lambda e: e.path.count("{}"), default=None)

    def named(self, name: str) -> Endpoint:
        """The endpoint called `name`."""
        return next(e for e in self.endpoints if e.name == name)


def read_interface(name: str) -> Interface:
    """The interface called `name`, as it ships with Feedwright.

    Raises:
        ProjectError: this installation lacks its file, or the file is broken.

    Source: schemas/octopia/endpoints.json, schemas/lengow/endpoints.json
    """
    file = f"schemas/{name}/endpoints.json"
    try:
        read = json.loads(bundled(file))
        folder = f"schemas/{name}/answers/"
        endpoints = tuple(_endpoint(entry, folder) for entry in read["endpoints"])
        return Interface(name, read["base"]["value"], _token(read["token"]), endpoints)
    except (KeyError, TypeError, ValueError) as fault:
        words = f"{file} is broken ({fault}); install Feedwright again"
        raise ProjectError(words) from None


def _endpoint(entry: Mapping[str, Any], folder: str) -> Endpoint:
    paging = entry.get("paging", {"kind": "none", "size": 0})
    answers = {int(s): n and f"{folder}{n}" for s, n in entry["answers"].items()}
    return Endpoint(
        entry["name"],
        entry["method"],
        entry["path"],
        MessageClass(entry["class"]),
        answers,
        Paging(paging["kind"]),
        paging["size"],
        entry["confidence"],
        entry["source"],
    )


def _token(entry: Mapping[str, Any]) -> TokenFacts:
    return TokenFacts(
        entry["url"],
        entry["form"],
        entry["token_field"],
        entry["seconds_field"],
        entry["default_seconds"],
        entry["scheme"],
        entry["schema"],
        entry["budget_per_hour"],
    )
