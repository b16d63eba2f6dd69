"""Settings of a feed: what is unknown or out of place is told with its name."""

from typing import Any

import pytest

from engine.errors import ProjectError
from engine.feeds.feed_settings import FeedSettings, JoinSettings, feed_settings


def read(**settings: Any) -> FeedSettings:
    return feed_settings(settings, "feeds.main")


def test_what_is_not_said_is_left_to_be_found() -> None:
    assert read() == FeedSettings()


def test_all_that_may_be_said() -> None:
    made = read(
        path="a.csv", format="csv", encoding="cp1252", delimiter="tab", quote="'", header=["a", "b"],
        records="r/i", sheet="S", member="m", join=[{"path": "s.csv", "key": "a", "columns": "q"}],
        parent={"key": "p", "mode": "reference", "id": "SKU", "columns": ["a"], "skip_parents": "x"},
        skip=[{"because": "x", "empty": ["a"]}],
    )  # fmt: skip
    assert (made.delimiter, made.quote, made.header) == ("\t", "'", ("a", "b"))
    assert made.join == (JoinSettings("s.csv", "a", "a", ("q",), settings=FeedSettings()),)
    assert made.parent is not None
    assert made.parent.id == ("SKU",)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"delimitter": ";"}, "there is no setting `feeds.main.delimitter`; did you mean `delimiter`?"),
        ({"colour": "red"}, "there is no setting `feeds.main.colour`; known: path, format"),
        ({"format": "xls"}, "feeds.main.format is `xls`; write one of csv, tsv"),
        ({"encoding": "utf-9"}, "feeds.main.encoding: there is no encoding `utf-9`"),
        ({"delimiter": ";;"}, "feeds.main.delimiter must be one character, or `tab`"),
        ({"delimiter": "é"}, "feeds.main.delimiter must be one character"),
        ({"delimiter": "\n"}, "feeds.main.delimiter must be one character"),
        ({"quote": "ab"}, "feeds.main.quote must be one character, or `none`"),
        ({"quote": ";", "delimiter": ";"}, "feeds.main: `quote` and `delimiter` are the same character"),
        ({"header": ["a", "a"]}, "feeds.main.header names `a` twice"),
        ({"header": "a"}, None),
        ({"header": {"a": "b"}}, "feeds.main.header must be a list of names"),
        ({"path": ["a"]}, "feeds.main.path must be a text"),
        ({"join": {"path": "s"}}, "feeds.main.join must be a list, each entry behind `- `"),
        ({"join": ["s.csv"]}, "feeds.main.join must hold entries such as `- path: stock.csv`"),
        ({"join": [{"path": "s.csv"}]}, "feeds.main.join needs `key`"),
        ({"join": [{"key": "a"}]}, "feeds.main.join needs `path`"),
        ({"join": [{"path": "s", "key": "a", "many": "all"}]}, "feeds.main.join.many is `all`"),
        ({"join": [{"path": "s", "key": "a", "kolumns": "x"}]}, "there is no setting `feeds.main.join.kolumns`"),
        ({"parent": "Handle"}, "feeds.main.parent must hold `key: ...`"),
        ({"parent": {"key": "p", "mode": "reference"}}, "feeds.main.parent.id must name the column"),
        ({"parent": {"mode": "group"}}, "feeds.main.parent needs `key`"),
        ({"skip": [{"because": "x"}]}, "feeds.main.skip needs `empty: "),
        ({"skip": [{"empty": ["a"]}]}, "feeds.main.skip needs `because`"),
        ({"skip": ["x"]}, "feeds.main.skip must hold entries"),
    ],
)  # fmt: skip
def test_what_is_out_of_place_is_told(settings: dict[str, Any], says: str | None) -> None:
    if says is None:
        read(**settings)
        return
    with pytest.raises(ProjectError) as told:
        read(**settings)
    assert says in str(told.value)
