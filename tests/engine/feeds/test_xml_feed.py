"""XML feeds: formats that everybody writes, paths, namespaces; entities refused, nothing fetched."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import FeedError
from engine.feeds import xml_feed

Read = Callable[..., Any]
GOOGLE = 'xmlns:g="http://base.google.com/ns/1.0"'


def test_google_shopping_as_rss(read: Read) -> None:
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
    <rss version="2.0" {GOOGLE}><channel><title>The shop</title><link>https://shop.example</link>
    <item><g:id>A</g:id><title>Lampe &amp; abat-jour</title><g:price>12.50 EUR</g:price></item>
    <item><g:id>B</g:id><title><![CDATA[Table <basse>]]></title><g:price/></item>
    </channel></rss>"""
    found = read("feed.xml", data.encode(), wanted=["g:id", "title", "g:price"])
    assert found.rows == [("A", "Lampe & abat-jour", "12.50 EUR"), ("B", "Table <basse>", "")]
    assert found.notes == ["encoding utf-8, as the document says", "XML, a record each <item>"]


def test_google_shopping_as_atom(read: Read) -> None:
    data = f"""<feed xmlns="http://www.w3.org/2005/Atom" {GOOGLE}><title>The shop</title>
    <entry><g:id>A</g:id><title>Lampe</title></entry></feed>"""
    assert read("feed.xml", data.encode(), wanted=["g:id", "title"]).rows == [("A", "Lampe")]


def test_heureka(read: Read) -> None:
    data = """<SHOP xmlns="urn:heureka"><SHOPITEM><EAN>A</EAN>
    <PARAM><PARAM_NAME>Barva</PARAM_NAME><VAL>modrá</VAL></PARAM>
    <PARAM><PARAM_NAME>Velikost</PARAM_NAME><VAL>S</VAL><VAL>M</VAL></PARAM></SHOPITEM></SHOP>"""
    paths = [
        "EAN",
        "PARAM/PARAM_NAME[]",
        "PARAM[PARAM_NAME=Barva]/VAL",
        "PARAM[PARAM_NAME=Velikost]/VAL[]",
    ]
    found = read("feed.xml", data.encode(), wanted=paths)
    assert found.rows == [("A", ["Barva", "Velikost"], "modrá", ["S", "M"])]


def test_any_repeated_element_with_attributes(read: Read) -> None:
    data = b"""<shop><articles>
    <article id="A" lang="fr"><prix devise="EUR">12,50</prix><stock quantite="3"/></article>
    <article id="B"><prix>9</prix></article></articles></shop>"""
    found = read("feed.xml", data, wanted=["@id", "prix", "prix/@devise", "stock/@quantite"])
    assert found.rows == [("A", "12,50", "EUR", "3"), ("B", "9", None, None)]
    assert "XML, a record each <article>" in found.notes


def test_a_step_may_ask_for_an_attribute(read: Read) -> None:
    data = b'<s><item><name lang="fr">Lampe</name><name lang="en">Lamp</name></item></s>'
    assert read("feed.xml", data, wanted=["name[@lang=en]"]).rows == [("Lamp",)]


def test_the_records_are_where_the_settings_say(read: Read) -> None:
    data = b"""<shop><product><sku>parent</sku><variants>
    <product><sku>A</sku></product><product><sku>B</sku></product></variants></product></shop>"""
    assert read("feed.xml", data, wanted=["sku"], records="variants/product").rows == [
        ("A",),
        ("B",),
    ]
    outer = read("feed.xml", data, wanted=["sku"], records="shop/product")
    assert outer.rows == [("parent",)]


def test_a_known_element_counts_at_its_outermost_place(read: Read) -> None:
    data = b"<shop><item><sku>A</sku><parts><item><sku>part</sku></item></parts></item></shop>"
    assert read("feed.xml", data, wanted=["sku"]).rows == [("A",)]


def test_prefixes_tell_elements_of_one_name_apart(read: Read) -> None:
    data = (
        f"<rss {GOOGLE}><item><title>plain</title><g:title>google</g:title></item></rss>".encode()
    )
    assert read("feed.xml", data, wanted=["g:title"]).rows == [("google",)]


def test_an_element_that_stands_twice_is_a_list_the_first_or_a_problem(read: Read) -> None:
    data = b"<s><item><img>a</img><img>b</img></item><item><img>a</img><img>a</img></item></s>"
    assert read("feed.xml", data, wanted=["img[]"]).rows == [(["a", "b"],), (["a", "a"],)]
    assert read("feed.xml", data, wanted=["img[0]"]).rows == [("a",), ("a",)]
    found = read("feed.xml", data, wanted=["img"])
    assert found.problems == ["<img> stands 2 times with different values in this record", None]


def test_comments_and_instructions_are_no_text(read: Read) -> None:
    data = b"<?x y?><s><!-- <item/> --><item><a>1<!-- 2 -->3<?z?></a></item></s>"
    assert read("feed.xml", data, wanted=["a"]).rows == [("13",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_an_encoding_that_the_document_declares(read: Read, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><s><item><a>Été</a></item></s>'
    found = read("feed.xml", text.encode(encoding), wanted=["a"])
    assert found.rows == [("Été",)]
    assert f"encoding {encoding}, as the document says" in found.notes


def test_an_encoding_that_the_settings_declare(read: Read) -> None:
    data = "<s><item><a>Été</a></item></s>".encode("latin-1")
    found = read("feed.xml", data, wanted=["a"], encoding="iso-8859-1")
    assert found.rows == [("Été",)]
    assert "encoding iso-8859-1, as the settings say" in found.notes
    with pytest.raises(FeedError, match="not readable as XML"):
        read("feed.xml", data, wanted=["a"])


# --- traps --------------------------------------------------------------------------------------

_TRAPS = {
    "a bomb": '<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    "a quadratic bomb": f'<!DOCTYPE s [<!ENTITY a "{"a" * 5000}">]>',
    "a circle": '<!DOCTYPE s [<!ENTITY a "&b;"><!ENTITY b "&a;">]>',
    "a file": '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE s [<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]>',
    "a parameter": '<!DOCTYPE s [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
    "a definition elsewhere": '<!DOCTYPE s SYSTEM "file:///etc/passwd">',
    "a public definition": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/x.dtd">',
    "a plain one": "<!DOCTYPE s>",
}


@pytest.mark.parametrize("settings", [{}, {"records": "s/item"}])
@pytest.mark.parametrize("trap", _TRAPS.values(), ids=_TRAPS)
def test_entities_and_definitions_are_refused(
    read: Read, trap: str, settings: dict[str, str]
) -> None:
    data = f'<?xml version="1.0"?>{trap}<s><item><a>1</a></item><item><a>2</a></item></s>'
    with pytest.raises(FeedError, match=r"feed\.xml: has a DOCTYPE; entities are refused"):
        read("feed.xml", data.encode(), wanted=["a"], **settings)


def test_a_definition_behind_much_else_is_refused_too(read: Read) -> None:
    data = (
        b"<!--"
        + b"x" * (3 << 20)
        + b'--><!DOCTYPE s [<!ENTITY a "b">]><s><item><a>&a;</a></item></s>'
    )
    with pytest.raises(FeedError, match=r"DOCTYPE|not readable as XML"):
        read("feed.xml", data, wanted=["a"], records="s/item")


def test_an_unknown_entity_is_told(read: Read) -> None:
    with pytest.raises(FeedError, match="not readable as XML, line 2: Entity 'nbsp' not defined"):
        read("feed.xml", b"<s><item><a>1</a></item>\n<item><a>&nbsp;</a></item></s>", wanted=["a"])


def test_what_is_nested_too_deep_is_told(read: Read) -> None:
    with pytest.raises(FeedError, match="not readable as XML"):
        read(
            "feed.xml", b"<s><item>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</item></s>", wanted=["a"]
        )


def test_a_huge_text_is_told(read: Read) -> None:
    with pytest.raises(FeedError, match="not readable as XML"):
        read("feed.xml", b"<s><item><a>" + b"x" * (11 << 20) + b"</a></item></s>", wanted=["a"])


# --- damage -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 10, 30, 45, 54])
def test_xml_that_is_cut_short_is_told(read: Read, cut: int) -> None:
    data = b"<shop><item><a>1</a></item><item><a>2</a></item></shop>"
    assert read("feed.xml", data, wanted=["a"]).rows == [("1",), ("2",)]
    with pytest.raises(FeedError, match=r"not readable as XML|no repeated element found"):
        read("feed.xml", data[:cut], wanted=["a"])


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"sku;prix\nA;1\n", b"{}", b"\x00" * 40, b"<s/>", b"<s>text</s>"]
)
def test_what_holds_no_records_is_told(read: Read, data: bytes) -> None:
    with pytest.raises(FeedError, match=r"no repeated element found.*set `records`"):
        read("feed.xml", data, wanted=["a"])


def test_records_that_there_are_not_give_none_and_a_note(read: Read) -> None:
    found = read("feed.xml", b"<s><item><a>1</a></item></s>", wanted=["a"], records="s/article")
    assert found.rows == []
    assert "no <s/article> stands in it; check `records`" in found.notes


def test_records_that_never_come_are_told(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_feed, "LONGEST_RECORD", 1 << 20)
    data = b"<s>" + b"<item><a>1</a></item>" * 200_000 + b"</s>"
    with pytest.raises(FeedError, match="no <article> ends within 1 MB; check `records`"):
        read("feed.xml", data, wanted=["a"], records="s/article")


def test_a_path_that_leads_nowhere_is_missing(read: Read) -> None:
    data = b"<s><item><a>1</a></item><item/></s>"
    assert read("feed.xml", data, wanted=["a/b", "@c", "a/@c", "z[]"]).rows == [(None,) * 4] * 2


def test_a_fault_far_into_a_feed_is_told_where_it_stands(read: Read) -> None:
    rows = b"<item>\n<a>1</a></item>\n" * 200_000
    data = b"<shop>\n" + rows + b"<item><a>&nbsp;</a></item>" + rows + b"</shop>"
    with pytest.raises(FeedError, match="line 400002: Entity 'nbsp' not defined"):
        read("feed.xml", data, wanted=["a"])
