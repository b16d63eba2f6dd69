"""A part holds no more rows than may be, however short they are: memory goes by rows, not by bytes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.feeds.feed import open_feed
from engine.feeds.feed_settings import feed_settings
from engine.feeds.part import MOST_ROWS

pytestmark = pytest.mark.usefixtures("both_ways")

ROWS = 2 * MOST_ROWS + 500
NUMBERS = [str(n) for n in range(ROWS)]


def csv(row: Callable[[str], str]) -> str:
    return "n,x\n" + "".join(map(row, NUMBERS))


FEEDS = {
    "plain.csv": csv(lambda n: f"{n},\n"),
    "quoted.csv": csv(lambda n: f'"{n}",""\n'),
    "with line ends.csv": csv(lambda n: f'{n},"\n\n"\n'),
    "quotes astray.csv": csv(lambda n: f'{n},5"\n'),
    "texts.jsonl": "".join(f'{{"n":"{n}"}}\n' for n in NUMBERS),
    "numbers.jsonl": "".join(f'{{"n":{n}}}\n' for n in NUMBERS),
    "elements.xml": "<r>" + "".join(f"<row><n>{n}</n></row>" for n in NUMBERS) + "</r>",
    "attributes.xml": "<r>" + "".join(f'<row n="{n}"/>' for n in NUMBERS) + "</r>",
}


@pytest.mark.parametrize("name", FEEDS)
def test_short_rows_make_several_parts(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(FEEDS[name])
    wanted = "@n" if name == "attributes.xml" else "n"
    settings: dict[str, Any] = {"records": "r/row"} if name.endswith(".xml") else {}
    feed = open_feed(feed_settings(settings, "feeds.test"), str(path), tmp_path)
    frames = [unread().frame for unread in feed.parts([wanted])]
    assert max(frame.height for frame in frames) <= MOST_ROWS
    assert len(frames) <= 6
    assert pl.concat(frames)[wanted].to_list() == NUMBERS


@pytest.mark.parametrize("name", [*FEEDS, "rows.parquet"])
@pytest.mark.parametrize("wanted", [[], ["no such"]])
def test_rows_are_there_whatever_is_read_of_them(
    name: str, wanted: list[str], tmp_path: Path
) -> None:
    """Also where the rules read nothing of the feed, or nothing that it has: each row has its fate."""
    path = tmp_path / name
    if name == "rows.parquet":
        pl.DataFrame({"n": NUMBERS}).write_parquet(path)
    else:
        path.write_text(FEEDS[name])
    settings: dict[str, Any] = {"records": "r/row"} if name.endswith(".xml") else {}
    for asked in ("parts", "batches"):
        feed = open_feed(feed_settings(settings, "feeds.test"), str(path), tmp_path)
        read = (
            feed.batches(wanted) if asked == "batches" else (u().frame for u in feed.parts(wanted))
        )
        assert sum(frame.height for frame in read) == ROWS


def test_blank_lines_count_as_rows_do_where_blocks_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("n,x\n" + "\n" * (3 << 20) + "1,2\n")
    feed = open_feed(feed_settings({}, "feeds.test"), str(path), tmp_path)
    read = [unread().frame for unread in feed.parts(["n"])]
    assert [n for frame in read for n in frame["n"]] == ["1"]


def test_long_rows_after_short_ones_are_read_in_large_blocks_again(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("n,x\n" + "1,\n" * (1 << 20) + f"2,{'x' * 500}\n" * 30_000)
    feed = open_feed(feed_settings({}, "feeds.test"), str(path), tmp_path)
    heights = [
        frame.height for unread in feed.parts(["n"]) if (frame := unread().frame)["n"][0] == "2"
    ]
    assert sum(heights) >= 30_000 - MOST_ROWS
    assert max(heights) > 5_000


def test_parts_go_through_the_rules_in_twos_and_those_of_parquet_alone(tmp_path: Path) -> None:
    rows = pl.DataFrame({"n": [str(n) for n in range(30_000)], "other": ""})
    rows.write_csv(tmp_path / "feed.csv")
    rows.write_parquet(tmp_path / "feed.parquet")
    for name, counts in (("feed.csv", [2, 1]), ("feed.parquet", [1, 1])):
        feed = open_feed(feed_settings({}, "feeds"), str(tmp_path / name), tmp_path)
        pieces = [[unread() for unread in piece] for piece in feed.pieces(["n"])]
        assert [len(piece) for piece in pieces] == counts, name
        assert sum(part.frame.height for piece in pieces for part in piece) == 30_000
