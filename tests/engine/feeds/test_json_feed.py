"""JSON Lines and arrays: nested paths, exact numbers, one broken record harming no other."""

import codecs
import json
from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import FeedError
from engine.feeds import json_feed

pytestmark = pytest.mark.usefixtures("both_ways")

Read = Callable[..., Any]


def lines(*records: Any) -> bytes:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()


def test_a_record_a_line(read: Read) -> None:
    found = read("feed.jsonl", lines({"sku": "A"}, {"sku": "Été"}), wanted=["sku"])
    assert found.rows == [("A",), ("Été",)]
    assert found.notes == ["encoding utf-8, detected", "JSON Lines, a record a line"]


def test_numbers_keep_the_text_they_are_written_in(read: Read) -> None:
    data = b'{"a":12.50,"b":1e400,"c":123456789012345678901234567890,"d":-0.0,"e":007}\n'
    found = read("feed.jsonl", data, wanted=["a", "b"])
    assert found.problems[0] is not None  # 007 is no JSON number
    data = data.replace(b"007", b"7")
    found = read("feed.jsonl", data, wanted=["a", "b", "c", "d", "e"])
    assert found.rows == [("12.50", "1e400", "123456789012345678901234567890", "-0.0", "7")]


def test_yes_no_and_nothing(read: Read) -> None:
    found = read(
        "feed.jsonl", lines({"a": True, "b": False, "c": None}), wanted=["a", "b", "c", "d"]
    )
    assert found.rows == [("true", "false", None, None)]


def test_nested_paths(read: Read) -> None:
    record = {
        "price": {"amount": "9.90"},
        "images": [{"uri": "a.jpg"}, {"uri": "b.jpg"}],
        "sizes": ["S", "M"],
        "attributes": [{"key": "material", "value": {"text": ["wool", "silk"]}}, {"key": "x"}],
        "flat.name": "odd",
    }
    paths = [
        "price.amount",
        "images[1].uri",
        "sizes[]",
        "images[].uri",
        "attributes[key=material].value.text[]",
    ]
    found = read("feed.jsonl", lines(record), wanted=paths)
    assert found.rows == [("9.90", "b.jpg", ["S", "M"], ["a.jpg", "b.jpg"], ["wool", "silk"])]


def test_a_path_that_leads_nowhere_is_missing(read: Read) -> None:
    found = read("feed.jsonl", lines({"a": "text"}, {"a": [1]}), wanted=["a.b", "a[3]", "z[]"])
    assert found.rows == [(None, None, None), (None, None, None)]


def test_a_value_that_is_no_text_is_shown_as_json(read: Read) -> None:
    assert read("feed.jsonl", lines({"a": {"b": [1, "é"]}}), wanted=["a"]).rows == [
        ('{"b": ["1", "é"]}',)
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"sku":"B"', "this record is not JSON"),
        (b"B;1", "this record is not JSON"),
        (b'["B"]', "this record is no JSON object"),
        (b"null", "this record is no JSON object"),
        (b'{"sku":"B","sku":"C"}', "the key `sku` stands twice in this record"),
        (b"[" * 100_000, "this record is nested too deep"),
        (b'{"sku":"\xff"}', "this record has bytes that are no text in the feed's encoding"),
    ],
)
def test_a_broken_line_is_one_refusal(read: Read, line: bytes, says: str) -> None:
    data = b'{"sku":"A"}\n' + line + b'\n{"sku":"C"}\n'
    found = read("feed.jsonl", data, wanted=["sku"], encoding="utf-8")
    assert found["sku"] == ["A", None, "C"]
    assert (found.problems[0], found.problems[2]) == (None, None)
    assert found.problems[1].startswith(says)


def test_half_of_a_character_is_no_text_and_changes_no_reference(read: Read) -> None:
    data = rb"""{"a":"x\ud800y"}
{"a":"\ud83d\ude00"}
{"a":"\u0000"}
"""
    found = read("feed.jsonl", data, wanted=["a"])
    assert found["a"] == [None, "\U0001f600", "\x00"]
    assert found.problems[0].endswith("no text in the feed's encoding, or half of a character")
    assert found.problems[1:] == [None, None]


def test_empty_lines_are_no_records(read: Read) -> None:
    found = read("feed.jsonl", b'\n{"a":"1"}\r\n\r\n{"a":"2"}', wanted=["a"])
    assert (found.rows, found["__row"]) == ([("1",), ("2",)], [1, 2])


@pytest.mark.parametrize("data", [b"", b"\n\n", codecs.BOM_UTF8])
def test_nothing_gives_no_rows(read: Read, data: bytes) -> None:
    assert read("feed.jsonl", data, wanted=["a"]).rows == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_encodings_by_their_mark(read: Read, encoding: str) -> None:
    data = lines({"a": "Été"}).decode().encode(encoding)
    assert read("feed.jsonl", data, wanted=["a"]).rows == [("Été",)]


def test_a_declared_encoding(read: Read) -> None:
    data = lines({"a": "Été"}).decode().encode("latin-1")
    assert read("feed.jsonl", data, wanted=["a"], encoding="latin-1").rows == [("Été",)]


# --- arrays -------------------------------------------------------------------------------------


def test_an_array_of_records(read: Read) -> None:
    found = read("feed.json", b' [ {"a":"1"} ,\n{"a":"2"}]\n', wanted=["a"])
    assert found.rows == [("1",), ("2",)]
    assert "JSON array of records" in found.notes


def test_brackets_and_quotes_in_texts_end_nothing(read: Read) -> None:
    odd = '] } , " \\ { ['
    data = json.dumps([{"a": odd}, {"a": "2"}]).encode()
    assert read("feed.json", data, wanted=["a"]).rows == [(odd,), ("2",)]


def test_records_across_the_pieces_that_are_read(read: Read) -> None:
    records = [{"a": f'{n} é \\ "{"x" * (n % 300)}', "b": {"c": [n]}} for n in range(12_000)]
    data = json.dumps(records, ensure_ascii=False).encode()
    assert len(data) > 2 << 20
    found = read("feed.json", data, wanted=["a", "b.c[]"])
    assert found.rows == [(r["a"], [str(n)]) for n, r in enumerate(records)]


def test_an_array_within_by_its_path(read: Read) -> None:
    data = b'{"filter":{"items":["x"]},"data":{"items":[{"a":"1"},{"a":"2"}],"n":[3]}}'
    assert read("feed.json", data, wanted=["a"], records="data.items").rows == [("1",), ("2",)]
    with pytest.raises(FeedError, match=r"no array `data\.products` of records in it"):
        read("feed.json", data, wanted=["a"], records="data.products")


def test_one_object_over_lines_needs_its_array(read: Read) -> None:
    with pytest.raises(
        FeedError, match="say which of its arrays holds the products with `records`"
    ):
        read("feed.json", b'{\n "products": [\n  {"a": "1"}\n ]\n}\n', wanted=["a"])


@pytest.mark.parametrize("data", [b'[{"a":"1"},{"a":"2"}', b"[", b'[{"a":"1"},'])
def test_an_array_that_is_cut_short_is_told(read: Read, data: bytes) -> None:
    with pytest.raises(FeedError, match="the array ends without `]`; the file is cut short"):
        read("feed.json", data, wanted=["a"])


def test_a_broken_element_is_one_refusal(read: Read) -> None:
    found = read("feed.json", b'[{"a":"1"},{"a":},7,{"a":"4"}]', wanted=["a"])
    assert found["a"] == ["1", None, None, "4"]
    assert found.problems[1].startswith("this record is not JSON")
    assert found.problems[2] == "this record is no JSON object"


@pytest.mark.parametrize("settings", [{}, {"format": "json"}])
def test_an_empty_array_gives_no_rows(read: Read, settings: dict[str, str]) -> None:
    assert read("feed.json", b"[]", wanted=["a"], **settings).rows == []


def test_no_array_is_told(read: Read) -> None:
    with pytest.raises(FeedError, match="no array of records in it; set `records`"):
        read("feed.json", b'"text"', wanted=["a"], format="json")


def test_an_element_without_end_is_told(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_feed, "LONGEST_RECORD", 4096)
    with pytest.raises(FeedError, match=r"a record is longer than"):
        read("feed.json", b'[{"a":"' + b"x" * 9000, wanted=["a"])


def test_a_line_without_end_is_told(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_feed, "LONGEST_RECORD", 1 << 20)
    with pytest.raises(FeedError, match=r"a line is longer than"):
        read("feed.jsonl", b'{"a":"' + b"x" * (3 << 20), wanted=["a"])


@pytest.mark.parametrize("behind", [b'\n[{"a":"2"}]', b'{"a":"2"}', b" " * (3 << 20) + b"x"])
def test_what_stands_behind_the_array_is_told(read: Read, behind: bytes) -> None:
    with pytest.raises(FeedError, match="stands behind it: what is there would not be read"):
        read("feed.json", b'[{"a":"1"}]' + behind, wanted=["a"])


def test_blanks_behind_the_array_are_nothing(read: Read) -> None:
    blanks = b" \n" * (2 << 20)
    assert read("feed.json", b'[{"a":"1"}]' + blanks, wanted=["a"]).rows == [("1",)]


def test_the_rest_of_an_object_may_stand_behind_its_array(read: Read) -> None:
    data = b'{"products": [{"a":"1"}], "total": 1}'
    assert read("feed.json", data, wanted=["a"], records="products").rows == [("1",)]


def test_one_object_with_a_list_of_objects_is_asked_about(read: Read) -> None:
    data = b'{"total": 2, "products": [{"a":"1"}, {"a":"2"}]}\n'
    with pytest.raises(FeedError, match="write `records: products`"):
        read("feed.json", data, wanted=["a"])
    assert read("feed.json", data, wanted=["a"], records="products").rows == [("1",), ("2",)]
    assert read("feed.json", data, wanted=["total"], format="jsonl").rows == [("2",)]
    assert read("feed.json", data + data, wanted=["total"]).rows == [("2",), ("2",)]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (
            '{"categories": [{"products": ["x"]}], "products": [{"a": "1"}, {"a": "2"}], "n": {}}',
            "products",
        ),
        (
            '{"best": {"products": [{"a": "old"}]}, "products": [{"a": "1"}, {"a": "2"}]}',
            "products",
        ),
        ('{"meta": {"products": []}, "n": 1, "products": [{"a": "1"}, {"a": "2"}]}', "products"),
        ('{"t": "\\"}],", "data": {"n": [[{}]], "items": [{"a": "1"}, {"a": "2"}]}}', "data.items"),
    ],
)
def test_records_are_found_by_their_path_from_the_root(
    read: Read, document: str, place: str
) -> None:
    assert read("feed.json", document.encode(), wanted=["a"], records=place).rows == [
        ("1",),
        ("2",),
    ]


def test_a_path_that_is_not_there_is_no_other(read: Read) -> None:
    document = b'{"data": {"n": 1}, "related": {"items": [{"a": "old"}]}}'
    with pytest.raises(FeedError, match=r"no array `data\.items` of records in it"):
        read("feed.json", document, wanted=["a"], records="data.items")


@pytest.mark.parametrize(
    ("behind", "says"),
    [
        (
            b'}\n{"products": [{"a": "2"}]}',
            'the document ends, and `{"products": \\[{"a": ` stands behind it',
        ),
        (b', "n": {"m": [1]}', "the document ends before its last `}`; the file is cut short"),
        (b', "n": "open', "the document ends before its last `}`; the file is cut short"),
    ],
)
def test_what_stands_behind_a_document_is_not_lost(read: Read, behind: bytes, says: str) -> None:
    with pytest.raises(FeedError, match=says):
        read("feed.json", b'{"products": [{"a": "1"}]' + behind, wanted=["a"], records="products")


def test_an_empty_array_or_object_is_no_text(read: Read) -> None:
    found = read(
        "feed.json", b'[{"a": [], "l": []}, {"a": {}, "l": ["x", []]}]', wanted=["a", "l[]"]
    )
    assert found.rows == [(None, None), (None, ["x"])]
