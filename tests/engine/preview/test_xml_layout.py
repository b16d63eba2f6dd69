"""An XML payload for reading: the same element, over lines that fit."""

import pytest
from lxml import etree

from engine.preview.xml_layout import laid_out

OFFER = (
    '<Offer SellerProductId="A-1" Price="104.70" Comment="5 &lt; 6 &amp; &quot;neuf&quot;">'
    '<Offer.List><List Capacity="1"><Item Code="Tracked" Cost="4.99"/></List></Offer.List></Offer>'
)


def _canonical(xml: str) -> bytes:
    parser = etree.XMLParser(remove_blank_text=True)
    return etree.tostring(etree.fromstring(xml, parser), method="c14n")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_layout_means_the_same(width: int) -> None:
    assert _canonical(laid_out(OFFER, width)) == _canonical(OFFER)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_longer_than_the_terminal(width: int) -> None:
    assert max(map(len, laid_out(OFFER, width).split("\n"))) <= width


def test_a_short_element_stays_on_its_line() -> None:
    assert laid_out('<A b="1"><C d="2"/></A>', 80).split("\n") == [
        '<A b="1">',
        '  <C d="2"/>',
        "</A>",
    ]


def test_attributes_that_do_not_fit_go_below() -> None:
    assert laid_out('<Offer Sku="A-1" Price="104.70" Stock="73"/>', 24).split("\n") == [
        '<Offer Sku="A-1"',
        '    Price="104.70"',
        '    Stock="73"/>',
    ]


def test_a_value_is_never_broken() -> None:
    long = "x" * 300
    assert f'Comment="{long}"' in laid_out(f'<Offer Sku="A" Comment="{long}"/>', 40)


def test_text_stays_beside_its_tags() -> None:
    assert laid_out("<A><B>5 &amp; 6</B></A>", 80) == "<A>\n  <B>5 &amp; 6</B>\n</A>"
