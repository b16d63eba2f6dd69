"""Records that are alike are read at once, and whatever is odd as it is read one by one."""

import json

import pytest
from checking.kernels import python_alone

from engine.feeds.json_rows import alike

pytestmark = pytest.mark.usefixtures("both_ways")

PLAIN = '{"a":"1","b":"2"}\n'
ODD = (
    '{"a":"3","a":"4"}',  # twice, and one lacks
    '{"a":"3","b":"4","a":5}',
    '{"a":"3","b":"4","a" :5}',
    '{"a":"3","b":12.50}',  # a number keeps its digits
    '{"a":"3","b":null}',
    '{"a":"3"}',
    '{"a":"3","b":["4"]}',
    '{"a":"3","b":"4"} x',
    '{"a":"3","b":"4"} {"a":"3","b":"4"}',
    '[{"a":"3","b":"4"}]',
    '{"a":"3","b":"4",}',
    '{"a":"3","b":"\\ud800"}',
    '{"a":"3","b":"\ufffd"}',
    '{"a":"3","b":"\\uFFFD"}',
    '{"a":"3","b":"x\ty"}',
    "",
)


@pytest.mark.parametrize("line", ODD)
def test_what_is_odd_is_left_to_the_slow_reader(line: str) -> None:
    assert alike(PLAIN.encode(), ["a", "b"]) is not None
    assert alike(f"{PLAIN}{line}\n".encode(), ["a", "b"]) is None


def test_without_kernels_what_looks_like_a_key_within_a_text_is_left_too() -> None:
    block = PLAIN.encode() + b'{"a":"3","b":"\\":"}\n'
    with python_alone():
        assert alike(block, ["a", "b"]) is None


@pytest.mark.parametrize("colon", [":", ": "])
def test_texts_are_what_json_says_they_are(colon: str) -> None:
    texts = ["", ' "q" ', "é\n\t\\", ":", "a:b", "12,50", "\u2028", "{}"]
    lines = [
        f'{{"a"{colon}{json.dumps(t)},"b"{colon}{json.dumps(t, ensure_ascii=False)}}}\n'
        for t in texts
    ]
    kept = [(t, line) for t, line in zip(texts, lines, strict=True) if t != ":"]
    frame = alike("".join(line for _, line in kept).encode(), ["b", "a", "none"])
    assert frame is not None
    assert frame.columns == ["__problem", "b", "a", "none"]
    assert frame.rows() == [(None, t, t, None) for t, _ in kept]


def test_a_key_with_the_name_of_a_column_of_ours_is_left_to_the_slow_reader() -> None:
    assert alike(b'{"a":"1","__problem":"none"}\n', ["a"]) is None
    frame = alike(b'{"a":"1","other":"none"}\n', ["a"])
    assert frame is not None
    assert frame.rows() == [(None, "1")]


def test_bytes_that_are_no_text_are_left_to_the_slow_reader() -> None:
    assert alike(PLAIN.encode() + b'{"a":"3","b":"\xff"}\n', ["a"]) is None
    assert alike(PLAIN.encode() + b'{"a":"3","b":"\xc3"}\n', ["a"]) is None


def test_paths_into_objects_are_left_to_the_slow_reader() -> None:
    assert alike(PLAIN.encode(), ["a.b"]) is None
