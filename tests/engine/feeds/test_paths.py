"""Paths into records."""

from typing import Any

import pytest

from engine.feeds.paths import is_list_path, steps_of, values_at

RECORD: dict[str, Any] = {
    "a": {"b": [{"c": 1}, {"c": 2, "d": [3, 4]}]},
    "list": ["x", "y"],
    "pairs": [{"key": "k", "value": "v"}, {"key": 5, "value": "w"}],
    "odd name": "o",
    "dotted.name": "n",
    "empty": [],
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("odd name", ["o"]),
        ("a.b[0].c", [1]),
        ("a.b[].c", [1, 2]),
        ("a.b[].d[]", [3, 4]),
        ("list[]", ["x", "y"]),
        ("list[1]", ["y"]),
        ("list[9]", []),
        ("list", [["x", "y"]]),
        ("pairs[key=k].value", ["v"]),
        ("pairs[key=5].value", ["w"]),
        ("pairs[key=z].value", []),
        ("empty[]", []),
        ("a.z", []),
        ("odd name.x", []),
        ("a.b.c", []),
        ("odd name[]", ["o"]),
    ],
)
def test_values(path: str, values: list[Any]) -> None:
    assert values_at(RECORD, path) == values


@pytest.mark.parametrize("path", [".", "a..b", "[", "a[", "]", "a[]]", "a.b[x", "[]"])
def test_odd_paths_find_nothing_and_fail_nowhere(path: str) -> None:
    assert values_at(RECORD, path) == []
    assert isinstance(steps_of(path), tuple)


def test_a_list_is_asked_for_by_empty_brackets() -> None:
    assert is_list_path("a[].b")
    assert not is_list_path("a[0].b")
