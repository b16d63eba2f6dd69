"""Where the records of a document begin, told for sure or not at all."""

import time
from typing import Any

import pytest
from lxml import etree

from engine.feeds.xml_place import find_place
from engine.feeds.xml_signs import Place

RSS = b'<rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>A &lt; B</title>\n<item>'


def found(head: bytes, *path: str, encoding: str | None = None) -> Place | None:
    def parser() -> Any:
        return etree.XMLPullParser(("start",), encoding=encoding)

    return find_place(head, path or ("item",), parser)


def test_what_is_open_and_declared_where_the_first_record_starts() -> None:
    place = found(b"<?xml version='1.0'?>\n<!-- <item> -->" + RSS + b"<g:id>A</g:id>")
    assert place is not None
    assert place.before.endswith(b"</title>\n")
    assert (place.around, place.record) == (("rss", "channel"), "item")
    assert place.prefixes == {"g"}


def test_the_path_tells_which_element_is_meant() -> None:
    head = b"<s><item><id>1</id></item><products><item><id>2</id></item>"
    place = found(head, "products", "item")
    assert place is not None
    assert place.around == ("s", "products")
    assert found(head, "s", "item").before == b"<s>"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<item>",  # the root: what follows it is no record
        b"<s>",
        b"<s><a></b><item>",
        b"</s><item>",
        b"<s a='1><item>",
        b"<s><!-- <item>",
        b"<s><h:a/><item>",
        b"<!DOCTYPE s><s><item>",
        b"<s><a t='1>2'/><item>",  # well-formed, but not looked into
        b"<s><a>&nbsp;</a><item>",
        b"<s>\xff<item>",
        b"\xff\xfe" + "<s><item>".encode("utf-16-le"),
        b"<?xml version='1.0' encoding='koi8-r'?><s><item>",
    ],
)
def test_what_is_not_sure_is_no_place(head: bytes) -> None:
    assert found(head) is None


def test_the_encoding_is_what_the_parser_found() -> None:
    declared = b"<?xml version='1.0' encoding='ISO-8859-1'?><s><item>"
    assert found(declared).encoding == "latin-1"  # type: ignore[union-attr]
    assert found(b"\xef\xbb\xbf" + declared).encoding == "utf-8"  # type: ignore[union-attr]
    assert found(declared, encoding="utf-8").encoding == "utf-8"  # type: ignore[union-attr]
    misleading = b"<?xml-stylesheet encoding='iso-8859-1'?><s><item>"
    assert found(misleading).encoding == "utf-8"  # type: ignore[union-attr]


@pytest.mark.parametrize("piece", [b'<""', b"<!--", b"<a ", b"<![CDATA[", b"<a '>", b"&", b"<?"])
def test_a_head_full_of_signs_takes_no_time(piece: bytes) -> None:
    before = time.process_time()
    assert found(b"<s>" + piece * (500_000 // len(piece))) is None
    assert time.process_time() - before < 5
