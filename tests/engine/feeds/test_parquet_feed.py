"""Parquet feeds: values as the text that stands for them, batch by batch."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from engine.errors import FeedError
from engine.feeds import parquet_feed
from engine.feeds.archive import ByteSource
from engine.feeds.feed import open_feed
from engine.feeds.feed_settings import FeedSettings


def test_values_are_texts_and_rows_keep_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_feed, "ROWS_AT_ONCE", 2)
    file = tmp_path / "feed.parquet"
    pl.DataFrame(
        {
            "sku": ["A", None, "C"],
            "price": pl.Series([Decimal("12.50"), None, Decimal("0.01")], dtype=pl.Decimal(10, 2)),
            "stock": [3, -1, None],
            "new": [True, False, None],
            "day": [date(2025, 8, 1), None, None],
            "images": [["a", "b"], [], None],
        }
    ).write_parquet(file)
    feed = open_feed(FeedSettings(), str(file), tmp_path)
    batches = list(feed.batches(["price", "sku", "stock", "new", "day", "images"]))
    assert [batch.height for batch in batches] == [2, 1]
    read = pl.concat(batches)
    assert read["__row"].to_list() == [1, 2, 3]
    assert read["__problem"].null_count() == 3
    assert read["sku"].to_list() == ["A", None, "C"]
    assert read["price"].to_list() == ["12.50", None, "0.01"]
    assert read["stock"].to_list() == ["3", "-1", None]
    assert read["new"].to_list() == ["true", "false", None]
    assert read["day"].to_list() == ["2025-08-01", None, None]
    assert read["images"].to_list() == [["a", "b"], [], None]


def test_a_file_that_is_no_parquet_is_told(tmp_path: Path) -> None:
    file = tmp_path / "feed.parquet"
    file.write_bytes(b"sku;price\n")
    with pytest.raises(FeedError, match=r"feed\.parquet: no readable Parquet"):
        open_feed(FeedSettings(), str(file), tmp_path)


def test_a_column_of_records_is_told(tmp_path: Path) -> None:
    file = tmp_path / "feed.parquet"
    pl.DataFrame({"sku": [{"a": 1}]}).write_parquet(file)
    with pytest.raises(FeedError, match="the column `sku` holds Struct"):
        list(open_feed(FeedSettings(), str(file), tmp_path).batches(["sku"]))


def test_another_file_is_not_read_for_one_with_brackets_in_its_name(tmp_path: Path) -> None:
    for name, sku in (
        ("feed[1].parquet", "NEW"),
        ("feed1.parquet", "OLD"),
        ("feed*.parquet", "STAR"),
    ):
        pl.DataFrame({"sku": [sku]}).write_parquet(tmp_path / name)
    for name, sku in (("feed[1].parquet", "NEW"), ("feed*.parquet", "STAR")):
        feed = open_feed(FeedSettings(), str(tmp_path / name), tmp_path)
        assert pl.concat(feed.batches(["sku"]))["sku"].to_list() == [sku]


def test_binary_numbers_are_what_they_stand_for(tmp_path: Path) -> None:
    numbers = [5.0, None, 1.1 * 3, 84.62, 3760123450010.0, 0.1 + 0.2, -2.5]
    narrow = pl.Series([1.1, None, 0.3, 84.62, 5.0, 0.1, -2.5], dtype=pl.Float32)
    pl.DataFrame({"wide": numbers, "narrow": narrow}).write_parquet(tmp_path / "f.parquet")
    read = pl.concat(
        open_feed(FeedSettings(), str(tmp_path / "f.parquet"), tmp_path).batches(["wide", "narrow"])
    )
    assert read["wide"].to_list() == ["5", None, "3.3", "84.62", "3760123450010", "0.3", "-2.5"]
    assert read["narrow"].to_list() == ["1.1", None, "0.3", "84.62", "5", "0.1", "-2.5"]


def many(file: Path, price: str) -> None:
    count = parquet_feed.ROWS_AT_ONCE * 2 + 1
    pl.DataFrame({"sku": [f"S{n}" for n in range(count)], "price": [price] * count}).write_parquet(
        file
    )


@pytest.mark.parametrize("change", ["replaced", "cut", "removed"])
def test_a_file_that_changes_while_it_is_read_is_told(change: str, tmp_path: Path) -> None:
    file, other = tmp_path / "feed.parquet", tmp_path / "other.parquet"
    many(file, "10.00")
    many(other, "99.00")
    parts = open_feed(FeedSettings(), str(file), tmp_path).batches(["price"])
    assert set(next(parts)["price"]) == {"10.00"}
    match change:
        case "replaced":
            other.replace(file)
        case "cut":
            file.write_bytes(file.read_bytes()[:5000])
        case _:
            file.unlink()
    with pytest.raises(FeedError, match="replaced or changed while it was read"):
        next(parts)


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    file = tmp_path / "feed.parquet"
    many(file, "10.00")
    whole, told = file.read_bytes(), 0
    for place in range(4, 400, 7):
        file.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
        try:
            list(open_feed(FeedSettings(), str(file), tmp_path).batches(["sku", "price"]))
        except FeedError as fault:
            assert str(fault).startswith(f"{file}: ")  # noqa: PT017 - not every byte is missed
            told += 1
    assert told > 3


def test_what_comes_by_a_pipe_is_not_read_from_a_file_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    many(Path("stdin"), "10.00")
    with Path("stdin").open("rb") as piped:
        source = ByteSource(piped, "-", "stdin")
        with pytest.raises(FeedError, match="read from a file that is not packed"):
            parquet_feed.ParquetFeed(source, FeedSettings())
