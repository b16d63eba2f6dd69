from collections.abc import Callable
from typing import Any

from engine.functions import library

Apply = Callable[..., list[Any]]
LISTS = [["b", "a", "b"], [], None]


def test_items_by_place(apply: Apply) -> None:
    assert apply("first", LISTS) == ["b", None, None]
    assert apply("last", LISTS) == ["b", None, None]
    assert apply("item", LISTS, 2) == ["a", None, None]
    assert apply("item", LISTS, 4) == [None, None, None]
    check = library()["item"].check
    assert check
    assert check(position=0) == "items are counted from 1"
    assert check(position=1) is None


def test_what_a_list_holds(apply: Apply) -> None:
    assert apply("count", LISTS) == [3, 0, None]
    assert apply("unique", LISTS) == [["b", "a"], [], None]
    assert apply("contains_item", LISTS, ["a", "a", "a"]) == [True, False, None]
    assert apply("contains_item", LISTS, ["x", None, None]) == [False, None, None]
    assert apply("join", LISTS, ", ") == ["b, a, b", "", None]
