"""JSON Lines by a kernel: what it takes is read as it is record by record, and it takes what is alike."""

import json
import re

import polars as pl
from checking.kernels import needs_kernels, python_alone
from hypothesis import given
from hypothesis import strategies as st

from engine.feeds.json_feed import _record
from engine.feeds.json_rows import alike
from engine.native import json_kernels

pytestmark = needs_kernels

NAMES = st.sampled_from(["a", "b", "c", "é", "long name of a column", "", "x/y"])
ESCAPES = ['\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u001F", "\\u00e9"]
WIDE = ["\\u20AC", "\\u07ff", "\\u0800", "\\uffff", "\\uFFFE", "é", "€", "𝄞", "\x7f"]
PIECES = st.sampled_from([*ESCAPES, *WIDE, "a", " ", "{", "}", ",", ":", "x" * 12, "y" * 13])
TEXTS = st.lists(PIECES, max_size=5).map("".join)
# What is no text of JSON, or no text for all readers, or another value; or no object at all.
ODD = ["\\x", "\\u12", "\\ud834\\udd1e", "\\ud834", "\\ufffd", "\ufffd", '"', "\\", "\t", "\x00"]
ASTRAY = st.sampled_from([*ODD, "{", "}", "[", "null", "1.50", "\n", ", ", '":"', "\\u00g0"])


@st.composite
def blocks(draw: st.DrawFn) -> tuple[bytes, list[str]]:
    """Records alike, their texts as they are written, and their keys."""
    keys = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    comma, colon = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    records = draw(
        st.lists(st.lists(TEXTS, min_size=len(keys), max_size=len(keys)), min_size=1, max_size=5)
    )
    lines = [
        comma.join(f'"{key}"{colon}"{text}"' for key, text in zip(keys, texts, strict=True))
        for texts in records
    ]
    return "".join(f"{{{line}}}\n" for line in lines).encode(), keys


def _taken(block: bytes, keys: list[str], wanted: list[str]) -> pl.DataFrame | None:
    return json_kernels.records(block, keys, ["__problem", *wanted])


def _one_by_one(block: bytes, wanted: list[str]) -> list[tuple[str | None, ...]]:
    lines = [line for line in block.decode().split("\n") if line.strip()]
    found = []
    for line in lines:
        record = _record(line, tuple(wanted))
        found.append((record.problem, *(record.cells.get(name) for name in wanted)))
    return found  # type: ignore[return-value] - flat paths give no lists


@given(blocks(), st.data())
def test_what_is_alike_is_taken(made: tuple[bytes, list[str]], data: st.DataObject) -> None:
    block, keys = made
    plain = [key for key in keys if re.fullmatch(r"\w+", key, re.ASCII)]
    wanted = data.draw(st.permutations([*plain, "none"])) if plain else []
    frame = _taken(block, keys, wanted)
    assert frame is not None
    assert frame.columns == ["__problem", *wanted]
    assert frame.rows() == _one_by_one(block, wanted)


@given(blocks(), st.data())
def test_what_is_taken_is_read_as_it_is_one_by_one(
    made: tuple[bytes, list[str]], data: st.DataObject
) -> None:
    block, keys = made
    plain = [key for key in keys if re.fullmatch(r"\w+", key, re.ASCII)]
    text = block.decode()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        less = data.draw(st.integers(0, 2))
        text = text[:at] + data.draw(ASTRAY | st.just("")) + text[at + less :]
    hurt = text.encode()
    frame = _taken(hurt, keys, plain)
    if frame is not None:
        assert frame.rows() == _one_by_one(hurt, plain)
        assert frame["__problem"].null_count() == frame.height


def test_both_take_the_same() -> None:
    block = b'{"a":"1","b":"\\u20ac \\"x\\""}\n{"a":"","b":"' + b"z" * 40 + b'"}\n'
    taken = alike(block, ["b", "none", "a"])
    assert taken is not None
    with python_alone():
        found = alike(block, ["b", "none", "a"])
    assert found is not None
    assert found.equals(taken)


def test_what_is_cut_short_is_left() -> None:
    block = json.dumps({"a": "1", "b": "\u20ac\\"}, ensure_ascii=True).encode() + b"\n"
    assert _taken(block, ["a", "b"], ["a"]) is not None
    assert [end for end in range(len(block)) if _taken(block[:end], ["a", "b"], ["a"])] == []
    assert _taken(block, ["b", "a"], ["a"]) is None
    assert _taken(block, ["a"], ["a"]) is None
    assert _taken(block * 2 + b"\n", ["a", "b"], ["a"]) is None
