"""The first rows of a feed, with its columns or paths and what was found out about the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import compress, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.drafting.title import refuse_title
from engine.errors import FeedError

if TYPE_CHECKING:
    from engine.feeds.feed import Feed
    from engine.feeds.xml_feed import XmlFeed

ROWS = 1000
_NAMELESS = re.compile(r"column \d+(\.\d+)?")  # as such columns are called, see `unique_names`
_DEEPEST = 3
_HEAD = 1 << 16
_JSON_HEAD = 4 << 20


class Sample(Struct, frozen=True):
    """`numbers` are those of the rows in the feed, `facts` its settings as detected; `notes` say how."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    numbers: tuple[int, ...]
    facts: dict[str, str]
    notes: tuple[str, ...]


def read_sample(path: str) -> Sample:
    """The first rows of the feed at `path`.

    Raises:
        FeedError: it cannot be read, holds no record, or begins with a title instead of its header.
    """
    from engine.feeds.feed import open_feed  # noqa: PLC0415 - Polars is heavy
    from engine.feeds.feed_settings import FeedSettings  # noqa: PLC0415

    settings, base = FeedSettings(), Path()
    feed = open_feed(settings, path, base)
    headers = feed.columns
    refuse_title(feed, path)
    if not headers:
        headers = _paths(feed, path)
        feed.opened.source.close()
        feed = open_feed(settings, path, base)
    if not headers:
        raise FeedError(f"{path}: no record in it to draft from")
    numbered = list(islice(_rows(feed, headers), ROWS))
    rows = [row for _, row in numbered]
    feed.opened.source.close()
    if not rows:
        raise FeedError(f"{path}: no readable record in it to draft from")
    # A line that ends with its delimiter has a last column that is none.
    is_one = [
        not _NAMELESS.fullmatch(header) or any(row[place] for row in rows)
        for place, header in enumerate(headers)
    ]
    return Sample(
        tuple(compress(headers, is_one)),
        tuple(tuple(compress(row, is_one)) for row in rows),
        tuple(number for number, _ in numbered),
        _facts(feed, path),
        tuple(feed.notes),
    )


def _rows(feed: Feed, headers: tuple[str, ...]) -> Iterable[tuple[int, tuple[str | None, ...]]]:
    for batch in feed.batches(headers):
        sound = (
            batch.filter(batch["__problem"].is_null()) if "__problem" in batch.columns else batch
        )
        yield from zip(sound["__row"], sound.select(list(headers)).iter_rows(), strict=True)


def _facts(feed: Feed, path: str) -> dict[str, str]:
    """How a CSV file is written, so that it is not detected again from other rows."""
    from engine.feeds.archive import open_bytes  # noqa: PLC0415
    from engine.feeds.csv_feed import CsvFeed  # noqa: PLC0415
    from engine.feeds.dialect import find_encoding  # noqa: PLC0415

    if not isinstance(feed.opened, CsvFeed):
        return {}
    with open_bytes(path) as source:
        head = source.read(_HEAD)
    encoding = find_encoding(head, None, whole=len(head) < _HEAD)
    delimiter = feed.opened.dialect.delimiter
    shown = {"\t": "tab"}.get(delimiter, delimiter)
    return {"format": "csv", "encoding": encoding.name, "delimiter": shown}


def _paths(feed: Feed, path: str) -> tuple[str, ...]:
    """The paths that the first records of a JSON or XML feed have."""
    from engine.feeds.json_feed import JsonFeed  # noqa: PLC0415
    from engine.feeds.xml_feed import XmlFeed  # noqa: PLC0415

    opened = feed.opened
    if isinstance(opened, JsonFeed):
        return _json_paths(path)
    return _xml_paths(opened) if isinstance(opened, XmlFeed) else ()


def _json_paths(path: str) -> tuple[str, ...]:
    from engine.feeds.archive import open_bytes  # noqa: PLC0415
    from engine.feeds.dialect import find_encoding  # noqa: PLC0415

    with open_bytes(path) as source:
        head = source.read(_JSON_HEAD)
    encoding = find_encoding(head, None, whole=len(head) < _JSON_HEAD)
    found: dict[str, None] = {}
    for record in islice(
        _json_records(head[encoding.bom :].decode(encoding.name, "replace")), ROWS
    ):
        found |= dict.fromkeys(_steps(record, "", 1))
    return tuple(found)


def _json_records(text: str) -> Iterable[dict[str, Any]]:
    """The objects that `text` begins with, a line each or in one array; broken lines are left out."""
    decoder, at = json.JSONDecoder(), 0
    while (at := _after_blanks(text, at)) < len(text):
        try:
            record, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("\n", at) + 1 or len(text)
            continue
        if isinstance(record, dict):
            yield record


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,[]":
        at += 1
    return at


def _steps(record: dict[str, Any], before: str, depth: int) -> Iterable[str]:
    for key, value in record.items():
        if not key or set(".[]") & set(key):
            continue
        path = f"{before}{key}"
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield from _steps(value, f"{path}.", depth + 1)
        elif isinstance(value, list):
            if value and not isinstance(value[0], dict | list):
                yield f"{path}[0]"
        else:
            yield path


def _xml_paths(feed: XmlFeed) -> tuple[str, ...]:
    """The record's children with text; one that is repeated in a record is taken as its first."""
    seen: dict[str, bool] = {}
    for element in islice(feed.elements(), ROWS):
        names = list(_children(element))
        for name in names:
            seen[name] = seen.get(name, False) or names.count(name) > 1
    return tuple(f"{name}[0]" if repeated else name for name, repeated in seen.items())


def _children(element: Any) -> Iterable[str]:
    from engine.feeds.xml_records import shown_name  # noqa: PLC0415

    for child in element:
        if len(child) == 0:
            yield shown_name(child)
