"""What workers do, without Spark around it: the same bytes as `render`, from splits in any order."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from clusters.by_hand import by_hand
from clusters.dirty import header, project, rows, text

from engine.cluster import lines, pieces
from engine.cluster.job import prepare
from engine.errors import FeedError
from engine.pipeline import render
from engine.project import Project

AT = datetime(2025, 8, 1, 7, tzinfo=UTC)
CHANNEL = "cdiscount_octopia"


def _same(shop: Project, feed: str, size: int, whole: str | None = None) -> int:
    """See that the splits of a feed give what `render` makes of it; how many splits there were."""
    offers, rejections = io.BytesIO(), io.BytesIO()
    wanted = render(shop, whole or feed, offers, rejections, at=AT, channel=CHANNEL)
    job = prepare(shop, feed, at=AT, channel=CHANNEL, split_bytes=size)
    made = by_hand(job)
    assert made.offers == offers.getvalue()
    assert made.rejections == rejections.getvalue()
    assert made.accounting.as_json() == wanted.as_json()
    assert made.repeats == rejections.getvalue().count(b" already")
    return len(job.splits)


def test_splits_are_what_render_writes(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_bytes(text(rows(2)))
    assert _same(project(), str(feed), 20_000) > 5


def _many_files(folder: Path, lines: list[str], each: int) -> str:
    folder.mkdir()
    held: list[str] = []
    for number, line in enumerate(lines):
        held.append(line)
        # A record of several lines stays whole: what begins with no reference goes on.
        begins = number + 1 == len(lines) or re.match("[A-Z]{2}-[0-9]", lines[number + 1])
        if len(held) >= each and begins:
            (folder / f"{number:06}.csv").write_bytes(text(held))
            held = []
    if held:
        (folder / "999999.csv").write_bytes(text(held))
    return str(folder)


def test_small_files_are_one_split(tmp_path: Path) -> None:
    made = rows(1)
    whole = tmp_path / "whole.csv"
    whole.write_bytes(text(made))
    folder = _many_files(tmp_path / "feed", made, 3)
    assert len(list(Path(folder).iterdir())) > 100
    assert _same(project(), folder, 1 << 30, str(whole)) == 1
    assert 10 < _same(project(), folder, 4_000, str(whole)) < 60


def test_parts_of_a_split_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "IN_ORDER", 90)
    monkeypatch.setattr(pieces, "MOST_ROWS", 25)
    whole = tmp_path / "whole.csv"
    whole.write_bytes(text(rows(1)))
    folder = _many_files(tmp_path / "feed", rows(1), 10)
    assert _same(project(), folder, 1 << 20, str(whole)) == 1


def test_no_split_has_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.cluster.splits.MOST_FILES", 40)
    folder = _many_files(tmp_path / "feed", rows(1)[:300], 3)
    files = sorted(map(str, Path(folder).iterdir()))
    job = prepare(project(), folder, at=AT, channel=CHANNEL, split_bytes=1 << 30)
    assert [len(s.pieces) for s in job.splits] == [40, 40, len(files) - 80]
    wanted = {"split": 1, "file": files[40], "files": 40, "last_file": files[79]}
    assert job.splits[1].as_json() == wanted


def test_a_small_file_without_a_needed_column_is_told_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.cluster.splits._LOOKED_AT", 2)
    folder = Path(_many_files(tmp_path / "feed", rows(1)[:30], 10))
    (folder / "zz.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    job = prepare(project(), str(folder), at=AT, channel=CHANNEL)
    with pytest.raises(FeedError, match=r"zz\.csv: lacks `.*; its columns are `a`, `b`"):
        by_hand(job)
    (first := min(folder.iterdir())).write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(FeedError, match=f"{first.name}: lacks"):
        prepare(project(), str(folder), at=AT, channel=CHANNEL)


def test_lists_where_one_value_is_wanted_are_told(tmp_path: Path) -> None:
    first = {name: [cell] for name, cell in _records()[0].items()}
    feed = tmp_path / "feed.parquet"
    pl.DataFrame({**first, "Référence": [["A", "B"]]}).write_parquet(feed)
    shop = replace(project(), feeds={})
    with pytest.raises(
        FeedError, match="the column `Référence` holds lists, and field `sku` one value"
    ):
        prepare(shop, str(feed), at=AT, channel=CHANNEL)


def _records() -> list[dict[str, str]]:
    names = header().split(";")
    cells = [line.split(";") for line in rows(1)]
    return [dict(zip(names, c, strict=True)) for c in cells if len(c) == len(names)]


def test_json_lines_are_cut(tmp_path: Path) -> None:
    made = [json.dumps(r, ensure_ascii=False) for r in _records()]
    made[100:100] = ["", "{", '{"sku": [', "no json", '{"open": "']
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join(made), encoding="utf-8")
    shop = replace(project(), feeds={})
    for size in (20_000, 6_000):
        assert _same(shop, str(feed), size) > 5


def test_row_groups_of_parquet_are_splits(tmp_path: Path) -> None:
    feed = tmp_path / "feed.parquet"
    pl.DataFrame(_records()).write_parquet(feed, row_group_size=50)
    shop = replace(project(), feeds={})
    job = prepare(shop, str(feed), at=AT, channel=CHANNEL, split_bytes=10_000)
    found = [p for s in job.splits for p in s.pieces]
    assert all(p.start % 50 == 0 for p in found)
    assert _same(shop, str(feed), 10_000) == len(job.splits) > 5
    assert _same(shop, str(feed), 1 << 30) == 1


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "json", "zip"])
def test_a_bucket_gives_the_same(tmp_path: Path, ending: str) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    bucket, shop = MemoryFileSystem(), replace(project(), feeds={})
    local = tmp_path / f"feed.{ending}"
    if ending == "csv":
        local.write_bytes(text(rows(2)))
    elif ending == "zip":
        with zipfile.ZipFile(local, "w") as packed:
            packed.writestr("inside.csv", text(rows(1)))
    elif ending == "jsonl":
        local.write_text("\n".join(map(json.dumps, _records())), encoding="utf-8")
    elif ending == "parquet":
        pl.DataFrame(_records()).write_parquet(local, row_group_size=50)
    else:
        local.write_text(json.dumps(_records()), encoding="utf-8")
    bucket.pipe(f"/shop/feed.{ending}", local.read_bytes())
    bucket.pipe("/shop/_SUCCESS", b"")
    try:
        cut = _same(shop, f"memory://shop/*.{ending}", 10_000, str(local))
        assert (cut > 5) == (ending in {"csv", "jsonl", "parquet"})
        assert _same(shop, "memory://shop", 1 << 30, str(local)) == 1
    finally:
        bucket.rm("/shop", recursive=True)


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        ("memory://nothing/*.csv", "no file fits that pattern"),
        ("nowhere://shop/*.csv", "no such kind of place"),
        ("gs://shop/*.csv", r"cannot be opened here: .*gcsfs"),
    ],
)
def test_a_bucket_that_cannot_be_opened_is_told(feed: str, says: str) -> None:
    with pytest.raises(FeedError, match=says):
        prepare(project(), feed, at=AT, channel=CHANNEL)
