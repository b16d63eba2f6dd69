"""Bytes out of files, archives and pipes; traps are told."""

import gzip
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FeedError
from engine.feeds import archive
from engine.feeds.archive import open_bytes

Read = Callable[..., Any]
CSV = b"sku;prix\nA;1,50\nB;2,00\n"
ROWS = [("A", "1,50"), ("B", "2,00")]


def _zip(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return held.getvalue()


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Makes stdin hold these bytes."""

    def pipe(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))

    return pipe


def test_a_file_and_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(CSV)
    source = open_bytes(str(path))
    assert source.peek(3) == b"sku"
    assert source.read(4) == b"sku;"
    source.drain()
    assert (source.count, source.name) == (len(CSV), "feed.csv")
    assert source.read() == b""


@pytest.mark.parametrize("name", ["nothing.csv", "", "a\x00b"])
def test_a_file_that_there_is_not_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(FeedError):
        open_bytes(str(tmp_path / name))


def test_gzip_by_its_content_whatever_its_name(read: Read) -> None:
    assert read("feed.csv.gz", gzip.compress(CSV)).rows == ROWS
    assert read("feed.csv", gzip.compress(CSV)).rows == ROWS


@pytest.mark.parametrize(
    ("name", "data", "rows"),
    [
        ("feed.jsonl.gz", b'{"sku":"A"}\n{"sku":"B"}\n', [("A",), ("B",)]),
        ("feed.xml.gz", b"<r><item><sku>A</sku></item></r>", [("A",)]),
        ("feed.json.gz", b'[{"sku":"A"}]', [("A",)]),
        ("feed.tsv.gz", b"sku\tx\nA\t1\n", [("A",)]),
    ],
)
def test_gzip_of_each_format(read: Read, name: str, data: bytes, rows: list[Any]) -> None:
    assert read(name, gzip.compress(data), wanted=["sku"]).rows == rows


def test_gzip_that_is_cut_short_is_told(read: Read) -> None:
    with pytest.raises(FeedError, match="cannot be read on"):
        read("feed.csv.gz", gzip.compress(CSV * 500)[:-20])


def test_a_zip_of_one_file(read: Read) -> None:
    packed = _zip({"export/": b"", "export/feed.csv": CSV, "__MACOSX/export/._feed.csv": b"x"})
    assert read("feed.zip", packed).rows == ROWS


def test_a_zip_of_several_files_needs_a_choice(read: Read) -> None:
    packed = _zip({"a.csv": CSV, "b.jsonl": b'{"sku":"C"}\n'})
    with pytest.raises(
        FeedError, match=r"holds 2 files \(a.csv, b.jsonl\); say which with `member`"
    ):
        read("feed.zip", packed)
    assert read("feed.zip", packed, member="a.csv").rows == ROWS
    assert read("feed.zip", packed, member="b.jsonl", wanted=["sku"]).rows == [("C",)]
    with pytest.raises(FeedError, match=r"holds no `c\.csv`; it holds a\.csv, b\.jsonl"):
        read("feed.zip", packed, member="c.csv")


def test_an_empty_zip_is_told(read: Read) -> None:
    with pytest.raises(FeedError):
        read("feed.zip", _zip({}))


@pytest.mark.parametrize("at", [4, 20, 60, 120])
def test_a_damaged_zip_is_told(read: Read, at: int) -> None:
    packed = bytearray(_zip({"feed.csv": CSV * 20}))
    packed[at : at + 8] = b"\xff" * 8
    try:
        found = read("feed.zip", bytes(packed))
    except FeedError:
        return
    assert found.rows[:2] == ROWS  # a byte of the name or the date alone


def test_a_trap_in_gzip_or_zip_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "ALWAYS_UNPACKED", 1 << 20)
    bomb = b"a,b\n" + b"\n" * (4 << 20)
    for name, data in (
        ("feed.csv.gz", gzip.compress(bomb)),
        ("feed.zip", _zip({"feed.csv": bomb})),
    ):
        assert len(data) * archive.MOST_UNPACKED < len(bomb)
        with pytest.raises(FeedError, match="unpacks to more than 400 times its size"):
            read(name, data)


def test_what_packs_well_is_no_trap(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "ALWAYS_UNPACKED", 1 << 10)
    rows = "".join(f"ART-{n},{n % 97},blue\n" for n in range(3000)).encode()
    assert len(read("feed.csv.gz", gzip.compress(b"a,b,c\n" + rows)).rows) == 3000


# --- stdin --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind", "settings"),
    [
        (CSV, "csv", {}),
        (CSV, None, {"format": "csv"}),
        (b"sku\tprix\nA\t1,50\nB\t2,00\n", None, {"format": "tsv"}),
        (b"\xef\xbb\xbf" + CSV, "csv", {}),
        (b'{"sku":"A","prix":"1,50"}\n{"sku":"B","prix":"2,00"}\n', "jsonl", {}),
        (b'\n[{"sku":"A","prix":"1,50"},{"sku":"B","prix":"2,00"}]', "json", {}),
        (
            b"<r><item><sku>A</sku><prix>1,50</prix></item><item><sku>B</sku><prix>2,00</prix></item></r>",
            "xml",
            {},
        ),
        (gzip.compress(CSV, mtime=0), "csv", {}),
    ],
)
def test_each_format_through_a_pipe(
    data: bytes, kind: str | None, settings: dict[str, str], piped: Callable[[bytes], None]
) -> None:
    from engine.feeds.feed import open_feed
    from engine.feeds.feed_settings import feed_settings

    piped(data)
    feed = open_feed(feed_settings(settings, "feeds.test"), "-", Path())
    frames = list(feed.batches(["sku", "prix"]))
    assert [row for f in frames for row in f.select("sku", "prix").rows()] == ROWS
    told = f"stdin read as {kind}, by how it begins; write `format` in the settings to be sure"
    assert (told in feed.notes) is (kind is not None)


def test_a_zip_and_a_workbook_through_a_pipe(
    piped: Callable[[bytes], None], workbook: Callable[..., Path]
) -> None:
    from engine.feeds.feed import open_feed
    from engine.feeds.feed_settings import FeedSettings

    for data in (
        _zip({"feed.csv": CSV}),
        workbook([["sku", "prix"], ["A", "1,50"], ["B", "2,00"]]).read_bytes(),
    ):
        piped(data)
        frames = list(open_feed(FeedSettings(), "-", Path()).batches(["sku", "prix"]))
        assert [row for f in frames for row in f.select("sku", "prix").rows()] == ROWS


def test_a_large_archive_through_a_pipe_is_told(
    piped: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST_PIPED", 100)
    piped(_zip({"feed.csv": bytes(range(256)) * 8}))
    with pytest.raises(FeedError, match="stdin: an archive of more than"):
        open_bytes("-")


def test_no_stdin_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FeedError, match="stdin: there is none"):
        open_bytes("-")
