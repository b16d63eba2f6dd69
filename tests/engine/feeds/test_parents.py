"""Rows that take over cells from a parent row, and rows that are no products."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any
from weakref import ReferenceType, ref

import polars as pl
import pytest

from engine.errors import FeedError
from engine.feeds import csv_feed
from engine.feeds.feed import Feed, open_feed
from engine.feeds.feed_settings import feed_settings
from engine.feeds.parents import Inheritance

Read = Callable[..., Any]
SHOPIFY = b"""Handle,Title,Option,Price,Image
lamp,Lampe,Red,10,a.jpg
lamp,,Blue,12,
lamp,,,,b.jpg
table,Table,,50,c.jpg
,,,5,
lamp,,Green,11,
"""
GROUP = {"key": "Handle", "columns": ["Title"]}
WOO = b"""ID,SKU,Type,Name,Price,Parent
1,T,variable,T-shirt,,
2,T-S,variation,,20,T
3,T-M,variation,T-shirt M,21,id:1
4,X,simple,Cap,9,
5,Y,variation,,8,nobody
6,,variation,,7, T
"""
REFERENCE = {"key": "Parent", "mode": "reference", "id": ["SKU", "id:ID"], "columns": ["Name"]}


def test_the_first_row_of_a_group_gives_its_cells(read: Read) -> None:
    found = read("feed.csv", SHOPIFY, parent=GROUP)
    assert found["Title"] == ["Lampe", "Lampe", "Lampe", "Table", None, "Lampe"]
    assert found["Option"] == ["Red", "Blue", "", "", "", "Green"]


def test_rows_that_only_add_a_picture_are_left_out(read: Read) -> None:
    skip = [{"because": "only a picture", "empty": ["Price", "Option"]}]
    found = read("feed.csv", SHOPIFY, parent=GROUP, skip=skip)
    assert found["__excluded"] == [None, None, "only a picture", None, None, None]


def test_rows_with_certain_words_are_left_out(read: Read) -> None:
    skip = [{"because": "no article", "column": "Type", "values": ["variable", "grouped"]}]
    found = read("feed.csv", WOO, skip=skip)
    assert found["__excluded"] == ["no article", None, None, None, None, None]


@pytest.mark.parametrize("block", [40, 100, 1 << 20])
def test_what_is_inherited_does_not_hang_on_how_much_is_read_at_once(
    read: Read, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _read_at_once(monkeypatch, block)
    found = read("feed.csv", SHOPIFY, parent=GROUP, delimiter=",")
    assert found["Title"] == ["Lampe", "Lampe", "Lampe", "Table", None, "Lampe"]


def _read_at_once(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    for name in ("BLOCK", "BLOCK_WITHOUT_KERNELS"):
        monkeypatch.setattr(csv_feed, name, block)


def test_a_parent_is_named_by_its_reference_or_its_number(read: Read) -> None:
    found = read("feed.csv", WOO, parent=REFERENCE)
    assert found["Name"] == ["T-shirt", "T-shirt", "T-shirt M", "Cap", None, "T-shirt"]


def test_without_named_columns_all_are_taken_over_but_what_names_a_row(read: Read) -> None:
    data = b"""ID,SKU,Name,Price,Parent
1,T,T-shirt,9,
2,T-S,,,T
3,,Own,,id:1
"""
    reference = {key: value for key, value in REFERENCE.items() if key != "columns"}
    found = read("feed.csv", data, parent=reference)
    assert found["Name"] == ["T-shirt", "T-shirt", "Own"]
    assert found["Price"] == ["9", "9", "9"]
    assert found["SKU"] == ["T", "T-S", ""]
    grouped = read("feed.csv", SHOPIFY, parent={"key": "Handle"})
    assert grouped["Title"] == ["Lampe", "Lampe", "Lampe", "Table", None, "Lampe"]
    assert grouped["Option"] == ["Red", "Blue", "Red", None, None, "Green"]
    assert grouped["Handle"] == ["lamp", "lamp", "lamp", "table", "", "lamp"]


def test_parents_may_be_left_out(read: Read) -> None:
    found = read("feed.csv", WOO, parent={**REFERENCE, "skip_parents": "sold by its variations"})
    assert found["__excluded"] == ["sold by its variations", None, None, None, None, None]


def test_a_parent_below_its_children_is_found(read: Read) -> None:
    data = b"ID,SKU,Name,Parent\n2,T-S,,T\n1,T,T-shirt,\n"
    assert read("feed.csv", data, parent=REFERENCE)["Name"] == ["T-shirt", "T-shirt"]


def test_two_parents_of_one_name_the_first_counts(read: Read) -> None:
    data = b"ID,SKU,Name,Parent\n1,T,first,\n2,T,second,\n3,C,,T\n"
    assert read("feed.csv", data, parent=REFERENCE)["Name"] == ["first", "second", "first"]


def test_rows_that_cannot_be_read_inherit_nothing(read: Read) -> None:
    data = WOO + b"7,Z,variation,,1,T,stray\n"
    found = read(
        "feed.csv",
        data,
        parent={**REFERENCE, "skip_parents": "x"},
        skip=[{"because": "y", "empty": ["Name"]}],
    )
    assert found["Name"][-1] is None
    assert found["__excluded"][-1] is None
    assert found.problems[-1] is not None


def test_names_that_there_are_not_are_told(read: Read) -> None:
    for parent in ({**GROUP, "key": "Hndle"}, {**GROUP, "columns": ["Titel"]}):
        with pytest.raises(
            FeedError, match=r"the feed's settings name the column `(Hndle|Titel)`, which it lacks"
        ):
            read("feed.csv", SHOPIFY, parent=parent)
    with pytest.raises(FeedError, match="name the column `Kind`"):
        read("feed.csv", SHOPIFY, skip=[{"because": "x", "column": "Kind", "values": ["y"]}])


def test_references_need_a_file_to_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(WOO))))
    feed = open_feed(feed_settings({"parent": REFERENCE, "format": "csv"}, "feeds.x"), "-", Path())
    with pytest.raises(FeedError, match="stdin: rows refer to a parent row"):
        list(feed.batches(["Name"]))


def test_parents_of_other_formats(read: Read) -> None:
    data = b'{"h":"a","t":"Lampe"}\n{"h":"a"}\n{"h":"b"}\n'
    found = read("feed.jsonl", data, wanted=["h", "t"], parent={"key": "h", "columns": ["t"]})
    assert found["t"] == ["Lampe", "Lampe", None]


@pytest.mark.parametrize("block", [30, 1 << 20])
def test_the_first_identifier_counts_before_another_wherever_the_rows_stand(
    read: Read, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _read_at_once(monkeypatch, block)
    data = b"ID,SKU,Name,Parent\n7,T,by number,\n1,T-S,,7\n2,7,by reference,\n3,T-M,,id:7\n"
    found = read("feed.csv", data, parent=REFERENCE, delimiter=",")
    assert found["Name"] == ["by number", "by reference", "by reference", "by reference"]


class Watched:
    """A feed that sees how many of its batches somebody still holds."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.most = 0

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        given: list[ReferenceType[pl.DataFrame]] = []
        for batch in self.feed.opened.batches(wanted):
            given.append(ref(batch))
            yield batch
            del batch
            self.most = max(self.most, sum(one() is not None for one in given))


def test_of_the_rows_before_only_parents_are_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _read_at_once(monkeypatch, 500)
    rows = [f"h{n},P{n},,Title {n}\nh{n},C{n},P{n},\nh{n},D{n},P{n},\n" for n in range(100)]
    (tmp_path / "feed.csv").write_text("Handle,SKU,Parent,Title\n" + "".join(rows))
    for settings in (GROUP, {**REFERENCE, "id": ["SKU"], "columns": ["Title"]}):
        read = feed_settings({"parent": settings, "delimiter": ","}, "feeds.x")
        watched = [Watched(open_feed(read, str(tmp_path / "feed.csv"), tmp_path)) for _ in range(3)]
        again = iter(watched[1:])
        inheritance = Inheritance(read, lambda again=again: next(again))
        made = [
            inheritance.apply(batch).select("Title")
            for batch in watched[0].batches(watched[0].feed.columns)
        ]
        assert len(made) > 5
        assert pl.concat(made)["Title"].to_list() == [f"Title {n // 3}" for n in range(300)]
        kept = inheritance.parents if settings["key"] == "Parent" else inheritance.carried
        assert kept is not None
        assert kept.height == 100
        assert all(one.most <= 2 for one in watched)
        for one in watched:
            one.feed.opened.source.close()
