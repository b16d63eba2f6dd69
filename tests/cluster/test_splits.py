import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from clusters.dirty import project, rows, text
from hypothesis import example, given
from hypothesis import strategies as st

from engine.cluster.pieces import open_piece
from engine.cluster.splits import Cutter, Piece, Split, files_of
from engine.errors import FeedError
from engine.pipeline import feed_of
from engine.project import Project

WANTED = ("a", "b", "c")
PIECES = st.lists(
    st.sampled_from(
        [
            "x",
            "é",
            '"',
            '""',
            ",",
            "\n",
            "\r\n",
            "\r",
            ";",
            "\ufeff",
            "word",
            '4,"5,6,7\n',
            '8,9",x,y\n',
        ]
    ),
    max_size=60,
)


def _frame(batches: Sequence[pl.DataFrame]) -> list[tuple[object, ...]]:
    return [row for b in batches for row in b.drop("__row").iter_rows()]


def _cut(shop: Project, file: Path, size: int) -> list[Piece]:
    splits = list(Cutter(shop, size).splits(files_of(shop, str(file))))
    assert [s.number for s in splits] == list(range(len(splits)))
    return [piece for s in splits for piece in s.pieces]


def _read(shop: Project, piece: Piece, wanted: tuple[str, ...] = WANTED) -> list[pl.DataFrame]:
    with open_piece(shop, piece) as feed:
        return list(feed.batches(wanted))


@given(PIECES, st.integers(1, 40), st.sampled_from(["utf-8", "cp1252"]))
@example(['"', "\n", '"', "\n", '8,9",x,y\n'], 1, "utf-8")
def test_splits_read_alone_give_the_rows_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], size: int, encoding: str
) -> None:
    file = tmp_path_factory.mktemp("feed") / "feed.csv"
    _same_rows(file, "".join(pieces).encode(encoding, "replace"), size, encoding)


@pytest.mark.parametrize("size", range(1, 45))
def test_no_cut_falls_within_quotes_though_a_quote_stands_astray(tmp_path: Path, size: int) -> None:
    lines = b'5" pipe,x,y,z\n"one\ntwo",c,d,e\n1,2,"three\r\n\nfour",5\n"open,1,2,3\n7,8,9,10\n'
    _same_rows(tmp_path / "feed.csv", lines, size, "utf-8")


def _same_rows(file: Path, content: bytes, size: int, encoding: str) -> None:
    file.write_bytes(b"a,b,c,d\n1,2,3,4\n" + content)
    shop = replace(project(), feeds={"one": {"delimiter": ",", "encoding": encoding}})
    whole = _frame(list(feed_of(shop, str(file)).batches(WANTED)))
    splits = _cut(shop, file, size)
    read = [row for s in splits for row in _frame(_read(shop, s))]
    assert read == whole
    ends = [s.size if s.end is None else s.end for s in splits]
    assert [s.start for s in splits] == [0, *ends[:-1]]
    assert ends[-1] == file.stat().st_size


def test_a_feed_is_cut_into_pieces_of_about_that_size(tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_bytes(text(rows(2)))
    splits = _cut(project(), file, 10_000)
    assert len(splits) >= file.stat().st_size // 10_000
    assert max((s.end or 0) - s.start for s in splits) <= 15_000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("utf16.csv", "a;b\n1;2\n3;4\n".encode("utf-16")),
        ("returns.csv", b"a;b\r1;2\r3;4\r"),
        ("array.json", b'[{"a": 1},\n{"a": 2}]\n'),
    ],
)
def test_what_cannot_be_cut_is_one_split(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    shop = replace(project(), feeds={})
    (split,) = _cut(shop, tmp_path / name, 4)
    assert split.end is None
    assert sum(b.height for b in _read(shop, split, ("a",))) == 2


def test_a_file_that_changed_since_it_was_cut_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_bytes(text(rows(1)))
    split = _cut(project(), file, 10_000)[1]
    file.write_bytes(text(rows(1)[:-1]))
    with pytest.raises(FeedError, match=r"had \d+ bytes when it was cut and has \d+ now"):
        _read(project(), split)
    file.unlink()
    with pytest.raises(FeedError, match="every worker must see it there"):
        _read(project(), split)


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "_hidden.csv", "c.txt"):
        (tmp_path / name).write_bytes(b"a\n1\n")
    shop = project()
    assert [Path(f).name for f in files_of(shop, str(tmp_path))] == ["a.csv", "b.csv", "c.txt"]
    assert [Path(f).name for f in files_of(shop, f"{tmp_path}/[ab].csv")] == ["a.csv", "b.csv"]
    with pytest.raises(FeedError, match="no file fits that pattern"):
        files_of(shop, f"{tmp_path}/*.xml")


def test_a_split_survives_the_journey() -> None:
    pieces = (Piece("/é.csv", 9, "one", 2, 5, ("a", "b"), ";", "utf-8"), Piece("/b.csv", 7))
    split = Split(3, pieces)
    assert Split.of_text(split.as_text()) == split
    assert json.loads(split.as_text())["number"] == 3
