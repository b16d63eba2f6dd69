"""Blocks of XML read at once: the same as the parser says of one record after the other."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.errors import FeedError
from engine.feeds import xml_feed
from engine.feeds.archive import open_bytes
from engine.feeds.feed_settings import feed_settings
from engine.feeds.xml_feed import XmlFeed
from engine.feeds.xml_signs import Place, Tags

PLACE = Place(b"<s xmlns:g='u'>", ("s",), frozenset({"g"}), "item", "item")
PATHS = ("a", "a[]", "a[0]", "g:a", "b/a", "b/a[]", "b", "@k", "b/@k", "a/@k", "z[]", "b/b/a", "b[a=x]/a[]",
         "a[@k=1][]", "b[@k=4]/b[a=x]/@k", "b[g:a=y]", "@k/a", "@k[a=x]", "b[b=x][]")  # fmt: skip

# What texts are made of, and what breaks them.
TEXTS = st.sampled_from(
    ["x", "y", " ", "\n", "\t", "é", "😀", "&amp;", "&lt;b&gt;", "&#233;", "&#x41;", "&#13;", "&#38;amp;", '"', "'", ";",
     "<![CDATA[ <b>&amp;]] ]]>", "<![CDATA[]]>", "<!-- c -->", "<!---->", ">", "] ", "\r\n"]
)  # fmt: skip
HOSTILE = st.sampled_from(
    ["&", "&am", "amp;", "&nbsp;", "&#0;", "&#xFFFE;", "&#x110000;", "&#xD800;", "<", "<!", "<![CDATA[", "]]>", "<!--",
     "-->", "--", "<!-- a -- b -->", "<?p i?>", "<?", "<?xml version='1.0'?>", "\r", "\x00", "\x0b", "\ufffe", "\ufffd",
     "\ufeff", "\x7f", "\x85", "<a>", "</a>", "<b>", "</b>", "</item>", "<item>", "<item/>", "</s>", "<s>", "<c/>",
     "<c>", "</c>", "<h:a>1</h:a>", "<a k='1' k='2'/>", "<a k=1/>", "<a k='<'/>", "<a k='>'/>", "<a xmlns:h='v'/>",
     "<a xml:lang='fr'>1</a>", "<a <!---->>1</a>", "<a <![CDATA[k='1']]>>1</a>", "<a k='&'/>", "</ a>", "< a>",
     "<é>1</é>", "<1>", "<a:b:c/>", "<a\n>1</a\n>", "<!DOCTYPE s>", "<g:item><a>1</a></g:item>", "</item >", "<h:a xmlns:h='urn:v'>1</h:a>", "<b xmlns:h='urn:v'><h:a>1</h:a></b>", "<a xmlns:h=''/>", "<a xmlns:h='a b'/>",
     "<a xmlns:xml='urn:v'/>", "<a xmlns:h='http://www.w3.org/2000/xmlns/'/>", "<xml:a/>", "<a xmlns:h='urn:v' xmlns:h='urn:v'/>",
     "<a xmlns:h='urn:v' h:k='1' k='2'/>", "<xmlns:a/>", "<a xmlns:xmlns='urn:v'/>", "<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "\udcff", "\udcc3"]
)  # fmt: skip
ATTRIBUTES = st.sampled_from(
    [
        "",
        "",
        "",
        "",
        ' xmlns:g="http://x.example/ns"',
        ' xmlns=""',
        " xml:lang='fr-FR'",
        ' k="1"',
        " k='&lt;2'",
        " k='a\nb'",
        ' g:k="3"',
        ' j="" k="4"',
    ]
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    """Mostly as it should be."""
    name = draw(st.sampled_from(["a", "a", "g:a", "b", "b"]))
    start = f"<{name}{draw(ATTRIBUTES)}"
    if draw(st.integers(0, 9)) == 0:
        return f"{start}/>"
    inner = st.lists(TEXTS, max_size=3)
    if name == "b" and depth < 3:
        inner = st.lists(st.one_of(TEXTS, elements(depth + 1)), max_size=3)
    return f"{start}>{''.join(draw(inner))}</{name}>"


PARTS = st.one_of(elements(), elements(), elements(), TEXTS)
SOUND = st.builds(
    lambda k, parts, between: f"<item{k}>{''.join(parts)}</item>{between}",
    ATTRIBUTES,
    st.lists(PARTS, max_size=4),
    st.sampled_from(["", "\n", "\n  ", "text &amp; more"]),
)
RECORDS = st.lists(SOUND, max_size=6)
ASTRAY = st.lists(st.one_of(SOUND, SOUND, SOUND, HOSTILE, PARTS), max_size=8)
ENCODINGS = st.sampled_from(
    ["utf-8", "UTF-8", "iso-8859-1", "ISO-8859-15", "windows-1252", "us-ascii", "utf-16"]
)
STARTS = st.sampled_from(
    ["", "", "<?xml version='1.0'?>\n", "<?xml version='1.0' encoding='UTF-8'?>", "\ufeff", "<!-- <item> -->", "\n"]
)  # fmt: skip
AROUND = st.sampled_from(
    [("<s xmlns:g='u'>", "</s>"), ("<s><c xmlns:g='u'>\n<t>&lt;</t>", "</c></s>\n"), ("<s xmlns:g='u'>", ""),
     ("<s xmlns:g='u'>", "</s><s/>"), ("<s xmlns:g='u'>", "</s>\n<!-- -->text"), ("<s>", "</s>"), ("", ""),
     ("<s xmlns:g='u'><c>", "</c><c><item><a>last</a></item></c></s>"), ("<item xmlns:g='u'>", "</item>")]
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn, records: Any = ASTRAY) -> bytes:
    """XML, or nearly."""
    opened, closed = draw(AROUND)
    start, encoding = draw(STARTS), "utf-8"
    if not start:
        encoding = draw(ENCODINGS)
        start = f"<?xml version='1.0' encoding='{encoding}'?>"
    text = f"{start}{opened}{''.join(draw(records))}{closed}"
    written = draw(st.sampled_from([encoding, encoding, "utf-8"]))
    data = text.encode(written, "surrogateescape" if written.lower() == "utf-8" else "replace")
    cut = draw(st.one_of(st.none(), st.none(), st.integers(0, len(data))))
    return data[:cut]


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "feed.xml"


def told(path: Path, block: int, paths: tuple[str, ...], *, slow: bool) -> tuple[Any, ...]:
    """The rows, or what is said instead; and the notes."""
    find = patch.object(xml_feed, "find_place", return_value=None) if slow else nullcontext()
    with open_bytes(str(path)) as source, find:
        try:
            feed = XmlFeed(source, feed_settings({"records": "item"}, "feeds.test"), block=block)
            frames = [f.select("__row", "__problem", *paths) for f in feed.batches(paths)]
        except FeedError as fault:
            # The parser says of bytes that are no signs how far it was when it came to take them.
            said = re.sub("line [0-9]+: Invalid bytes", "Invalid bytes", str(fault))
            return said, source.count
        return pl.concat(frames).rows() if frames else [], feed.notes, source.count


MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BLOCKS = st.sampled_from([1, 40, 90, 200, 1000])
ASKED = st.lists(st.sampled_from(PATHS), min_size=1, max_size=5, unique=True).map(tuple)


@MANY
@given(document=documents(), block=BLOCKS, paths=ASKED)
@example(b"<s><item><a>&am<!---->p;</a></item><item><a>1</a></item></s>", 1000, ("a",))
@example(b"<s><item><a>&am<![CDATA[p;]]></a></item></s>", 1000, ("a",))
@example(b"<s><item><a>]]<![CDATA[>]]></a></item></s>", 1000, ("a",))
@example(b"<s><item><a <![CDATA[k='1']]>>1</a></item></s>", 1000, ("a", "a/@k"))
@example(b"<s><item><a <!-- -->>1</a></item></s>", 1000, ("a",))
@example(b"<s><item><a>1<!-- a -- b --></a></item></s>", 1000, ("a",))
@example(b"<s><item><a>1</a><b>2</b></item><item><a><b>3</a></b></item></s>", 1000, ("a",))
@example(b"<s><item><a>1</a></item><h:item><a>1</a></h:item></s>", 1000, ("a",))
@example(b"<s><item><a>1</a></item><t/><item><a>2</a></item></s>", 1000, ("a",))
@example(b"<s><item><a>1</a></item></t><item><a>2</a></item></s>", 1000, ("a",))
@example(b"<s><c><item><a>1</a></item></c><c><item><a>2</a></item></c></s>", 1000, ("a",))
@example(b"<s><item><a>1</a><c></item></s>", 1000, ("a",))
@example("<s><item><a>\ufffe</a></item></s>".encode(), 1000, ("a",))
@example(b"<s><item><a>\x0b</a></item></s>", 1000, ("a",))
@example(b"<s><item><a>&#11;</a></item></s>", 1000, ("a",))
@example(b"<s><item><a>1>2</a></item></s>", 1000, ("a",))
@example(b"<s><item><a>1\r\n2\r3</a></item></s>", 1000, ("a",))
@example(b"<s><item><a xmlns:h='urn:v' xmlns:h='urn:v'/></item></s>", 1000, ("a",))
@example(b"<s><item><a xmlns:h='http://www.w3.org/2000/xmlns/'/></item></s>", 1000, ("a",))
@example(b"<s><item><a xmlns:xml='urn:v'/></item></s>", 1000, ("a",))
@example(b"<s><item><a xmlns:h=''/></item></s>", 1000, ("a",))
@example(b"<s><item><h:a xmlns:h='urn:v'>1</h:a><h:a>2</h:a></item></s>", 1000, ("h:a",))
@example(
    b"<s><item><a xmlns:h='urn:v' xmlns:i='urn:v' h:k='1' i:k='2'/></item></s>", 1000, ("a/@k",)
)
@example(b"<s><item><xml:a/></item></s>", 1000, ("a",))
@example(b"<s><item/><item/>\n\n<item><a>1</a></item>\n<b></c></s>", 40, ("a",))
@example(b"<s><item><a>1</a></item></s><s><item><a>2</a></item></s>", 40, ("a",))
@example(b"<s><item><![CDATA[</item>]]><a>1</a></item></s>", 25, ("a",))
@example(b"<s>" + b"\n<item><a>1</a>\n</item>" * 9 + b"\n<item><a>\n</b></item></s>", 60, ("a",))
def test_both_ways_say_the_same(
    path: Path, document: bytes, block: int, paths: tuple[str, ...]
) -> None:
    path.write_bytes(document)
    assert told(path, block, paths, slow=False) == told(path, block, paths, slow=True)


@MANY
@given(records=RECORDS, paths=ASKED)
def test_records_that_are_sound_are_read_at_once(
    path: Path, records: list[str], paths: tuple[str, ...]
) -> None:
    block = "".join(records).rstrip().removesuffix("text &amp; more").encode()
    assert not records or Tags.of(block, PLACE) is not None
    path.write_bytes(PLACE.before + block + b"</s>")
    assert told(path, 1 << 20, paths, slow=False) == told(path, 1 << 20, paths, slow=True)
