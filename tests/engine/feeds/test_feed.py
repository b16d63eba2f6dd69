"""Feeds of any format have one shape; their format is told by settings, name or first sign."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FeedError

Read = Callable[..., Any]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"sku,x\nA,1\n"),
        ("a.TXT", b"sku;x\nA;1\n"),
        ("a.tsv", b"sku\tx\nA\t1\n"),
        ("a.tab", b"sku\tx\nA\t1\n"),
        ("a.jsonl", b'{"sku":"A"}\n'),
        ("a.ndjson", b'{"sku":"A"}\n'),
        ("a.json", b'{"sku":"A"}\n'),
        ("a.json", b'[{"sku":"A"}]'),
        ("a.xml", b"<r><item><sku>A</sku></item></r>"),
        ("a.rss", b"<r><item><sku>A</sku></item></r>"),
        ("a.atom", b"<r><entry><sku>A</sku></entry></r>"),
    ],
)
def test_a_format_by_the_name(read: Read, name: str, data: bytes) -> None:
    found = read(name, data, wanted=["sku"])
    assert found.rows == [("A",)]
    assert set(found.frame.columns) == {"sku", "__row", "__problem", "__excluded"}


def test_a_format_by_the_settings(read: Read) -> None:
    assert read("export", b'{"sku":"A"}\n', wanted=["sku"], format="jsonl").rows == [("A",)]


def test_a_name_that_tells_nothing(read: Read) -> None:
    with pytest.raises(
        FeedError, match=r"its ending tells no format; known: atom, csv.*or set `format`"
    ):
        read("export.dat", b"sku\nA\n")


@pytest.mark.parametrize(
    ("name", "told"),
    [("feed.csv.gz", "is called gzip and is not"), ("feed.zip", "is called zip and is not")],
)
@pytest.mark.parametrize("data", [b"sku\nA\n", b""])
def test_an_archive_by_name_alone_is_told(read: Read, name: str, told: str, data: bytes) -> None:
    with pytest.raises(FeedError, match=f"{name}: {told}.*unpacked already.*fetch it again"):
        read(name, data)


def test_an_archive_by_name_alone_is_read_where_the_settings_tell(read: Read) -> None:
    assert read("feed.csv.gz", b"sku\nA\n", wanted=["sku"], format="csv").rows == [("A",)]


def test_an_archive_in_an_archive_is_not_said_to_be_none(read: Read) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("feed.csv.gz", gzip.compress(b"sku\nA\n"))
    with pytest.raises(FeedError, match="its ending tells no format"):
        read("feed.zip", packed.getvalue())


@pytest.mark.parametrize("name", ["feed.xml", "feed.xlsx"])
@pytest.mark.parametrize("data", [b"sku,prix\nA,1\n", b'{"sku":"A"}\n'])
def test_a_name_that_lies_is_told(read: Read, name: str, data: bytes) -> None:
    with pytest.raises(FeedError, match=name):
        read(name, data, wanted=["sku"])


def test_a_name_that_lies_of_lines_gives_refusals(read: Read) -> None:
    found = read("feed.jsonl", b"sku,prix\nA,1\n", wanted=["sku"])
    assert all(str(p).startswith("this record is not JSON") for p in found.problems)


def test_a_folder_is_no_feed(tmp_path: Path) -> None:
    from engine.feeds.feed import open_feed
    from engine.feeds.feed_settings import FeedSettings

    with pytest.raises(FeedError, match="Is a directory"):
        open_feed(FeedSettings(format="csv"), str(tmp_path), tmp_path)


def test_a_feed_is_read_to_its_last_byte(tmp_path: Path) -> None:
    from engine.feeds.feed import open_feed
    from engine.feeds.feed_settings import FeedSettings

    for name, data in (
        ("a.csv", b"a,b\n1,2\n"),
        ("a.json", b'[{"a":1}]  \n\n'),
        ("a.xml", b"<r><item><a/></item></r>\n"),
    ):
        (tmp_path / name).write_bytes(data)
        feed = open_feed(FeedSettings(), str(tmp_path / name), tmp_path)
        list(feed.batches(["a"]))
        assert feed.opened.source.count == len(data)
