"""A second file brought to the rows of a feed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FeedError

Read = Callable[..., Any]
FEED = b"sku,nom\nA,Lampe\nB,Table\nC,Chaise\n"


def _join(tmp_path: Path, stock: str, **more: Any) -> list[dict[str, Any]]:
    (tmp_path / "stock.csv").write_text(stock)
    return [{"path": "stock.csv", "key": "sku", "columns": ["quantity"], **more}]


def test_columns_come_by_the_key_and_order_stays(read: Read, tmp_path: Path) -> None:
    found = read("feed.csv", FEED, join=_join(tmp_path, "sku,quantity\nC,3\nA, 1 \n"))
    assert found.rows == [("A", "Lampe", " 1 "), ("B", "Table", None), ("C", "Chaise", "3")]
    assert found.columns == ("sku", "nom", "quantity")


def test_blanks_around_a_key_are_none(read: Read, tmp_path: Path) -> None:
    feed = "sku,nom\n A ,Lampe\n\u00a0B,Table\n".encode()
    found = read("feed.csv", feed, join=_join(tmp_path, "sku,quantity\nA,1\n B ,2\n"))
    assert found["quantity"] == ["1", "2"]


def test_a_missing_key_matches_nothing(read: Read, tmp_path: Path) -> None:
    found = read(
        "feed.csv", b"sku,nom\n,Lampe\n  ,Table\n", join=_join(tmp_path, "sku,quantity\n,1\n ,2\n")
    )
    assert found["quantity"] == [None, None]
    assert found.problems == [None, None]


def test_a_key_that_stands_twice_there_refuses_the_row(read: Read, tmp_path: Path) -> None:
    found = read("feed.csv", FEED, join=_join(tmp_path, "sku,quantity\nA,1\nB,2\nB,3\n"))
    assert found.problems == [None, "2 rows of stock.csv have the sku of this row", None]


def test_or_the_first_counts(read: Read, tmp_path: Path) -> None:
    found = read(
        "feed.csv", FEED, join=_join(tmp_path, "sku,quantity\nA,1\nB,2\nB,3\n", many="first")
    )
    assert (found["quantity"], found.problems) == (["1", "2", None], [None, None, None])


def test_or_each_makes_a_row(read: Read, tmp_path: Path) -> None:
    found = read(
        "feed.csv", FEED, join=_join(tmp_path, "sku,quantity\nB,2\nA,1\nB,3\n", many="each")
    )
    assert [
        (r, s, q) for r, s, q in zip(found["__row"], found["sku"], found["quantity"], strict=True)
    ] == [
        (1, "A", "1"),
        (2, "B", "2"),
        (2, "B", "3"),
        (3, "C", None),
    ]


def test_a_key_that_stands_twice_here_gets_the_same(read: Read, tmp_path: Path) -> None:
    found = read("feed.csv", b"sku,nom\nA,x\nA,y\n", join=_join(tmp_path, "sku,quantity\nA,1\n"))
    assert found["quantity"] == ["1", "1"]


def test_another_name_of_the_key_and_a_prefix(read: Read, tmp_path: Path) -> None:
    join = _join(
        tmp_path,
        "ref;nom;quantity\nA;x;1\n",
        other_key="ref",
        prefix="stock.",
        columns=["nom", "quantity"],
        delimiter=";",
    )
    found = read("feed.csv", FEED, join=join)
    assert found.columns == ("sku", "nom", "stock.nom", "stock.quantity")
    assert found.rows[0] == ("A", "Lampe", "x", "1")


def test_a_name_that_there_is_already_needs_a_prefix(read: Read, tmp_path: Path) -> None:
    with pytest.raises(
        FeedError, match="brings a column `nom`, and there is one already; give the join a `prefix`"
    ):
        read("feed.csv", FEED, join=_join(tmp_path, "sku,nom\nA,x\n", columns=["nom"]))


def test_columns_that_there_are_not_are_told_on_either_side(read: Read, tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"stock\.csv: has no column `quantity`; it has sku, qty"):
        read("feed.csv", FEED, join=_join(tmp_path, "sku,qty\nA,1\n"))
    with pytest.raises(
        FeedError, match="the feed's settings name the column `ref`, which it lacks"
    ):
        read("feed.csv", FEED, join=_join(tmp_path, "ref,quantity\nA,1\n", key="ref"))


def test_a_file_that_there_is_not_is_told(read: Read) -> None:
    with pytest.raises(FeedError, match="No such file"):
        read(
            "feed.csv", FEED, join=[{"path": "nothing.csv", "key": "sku", "columns": ["quantity"]}]
        )


def test_rows_there_that_cannot_be_read_are_told(read: Read, tmp_path: Path) -> None:
    found = read("feed.csv", FEED, join=_join(tmp_path, "sku,quantity\nA,1\nB,2,3\n"))
    assert found["quantity"] == ["1", None, None]
    assert (
        "stock.csv: 1 rows cannot be read and are joined to none; row 2: the header has 2 columns, this row has 3 cells"
        in found.notes
    )


def test_an_empty_second_file_matches_nothing(read: Read, tmp_path: Path) -> None:
    for many in ("reject", "first", "each"):
        found = read("feed.csv", FEED, join=_join(tmp_path, "sku,quantity\n", many=many))
        assert found["quantity"] == [None, None, None]


def test_two_joins_and_other_formats(read: Read, tmp_path: Path) -> None:
    (tmp_path / "prices.jsonl").write_text('{"ref":"A","price":{"eur":9.90}}\n')
    join = [
        *_join(tmp_path, "sku,quantity\nA,1\n"),
        {"path": "prices.jsonl", "key": "sku", "other_key": "ref", "columns": ["price.eur"]},
    ]
    assert read("feed.csv", FEED, join=join).rows[0] == ("A", "Lampe", "1", "9.90")
    xml = b"<s><item><sku>A</sku></item><item><sku>B</sku></item></s>"
    found = read("feed.xml", xml, wanted=["sku", "quantity"], join=join)
    assert found["quantity"] == ["1", None]
