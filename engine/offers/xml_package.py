"""Offers as XML packages write them: one `Offer` element a row, by expressions; and the whole file.

The format is the one that the legacy channel took. Attributes stand in the order of the attribute
table, amounts with two decimals, sale dates on the channel's clocks and without offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import polars as pl

from engine.marketplace.channel import SalesChannel
from engine.offers.columns import OfferColumns, WireColumn
from engine.offers.fragments import Fragment, Group, any_present, enclosed, folded, in_a_row
from engine.offers.text_expressions import escaped_for_xml, local_time_text, xml_text
from engine.offers.wire_values import plain_text, words_for
from engine.values.kinds import KindName

NAMESPACE = (
    "clr-namespace:Cdiscount.Service.OfferIntegration.Pivot;"
    "assembly=Cdiscount.Service.OfferIntegration"
)
PACKAGE_TYPES = ("Full", "StockAndPrice")

# element of the wire -> the two elements around it, in the order of the file
_AROUND = {
    "ShippingInformation": ("Offer.ShippingInformationList", "ShippingInformationList"),
    "DiscountComponent": ("Offer.PriceAndDiscountList", "DiscountComponentList"),
}


def offer_xml(columns: OfferColumns, channel: SalesChannel) -> pl.Expr:
    """The `Offer` element of each offer; attributes without an XML name are left out.

    The text is null on rows that lack a single value which the channel requires.
    """
    own = _attributes(_of_element(columns.values.values(), "Offer"), channel)
    lists = [_list(element, columns, channel) for element in _AROUND]
    children = [one for one in lists if one is not None]
    if any(child.always for child in children):
        return in_a_row([Fragment(("<Offer",)), *own, Fragment((">",)), *children, _END]).expr()
    bare = in_a_row([Fragment(("<Offer",)), *own])
    if not children:
        return bare.between("", "/>").expr()
    inside = in_a_row(children).between(">", "</Offer>").where(any_present(children))
    return in_a_row([bare, inside.or_else("/>")]).expr()


_END = Fragment(("</Offer>",))


def _of_element(columns: Iterable[WireColumn], element: str) -> list[WireColumn]:
    found = [c for c in columns if (c.attribute.xml_path or "").startswith(f"{element}@")]
    return sorted(found, key=lambda c: c.attribute.place)


def _attributes(columns: Iterable[WireColumn], channel: SalesChannel) -> list[Fragment]:
    """` Price="19.90"`, ` Stock="3"`; each null where it is omitted."""
    found = (_attribute(column, channel) for column in columns)
    return [one for one in found if one is not None]


def _attribute(column: WireColumn, channel: SalesChannel) -> Fragment | None:
    name = (column.attribute.xml_path or "").partition("@")[2]
    value = folded(_xml_text(column, channel.zone), always=column.never_missing(channel.id))
    return None if value is None else value.between(f' {name}="', '"')


def _xml_text(column: WireColumn, zone: str) -> pl.Expr:
    words = words_for(column.attribute.values, "xml")
    safe = {rule: escaped_for_xml(word) for rule, word in words.items()}
    text = plain_text(column, safe, partial(local_time_text, zone=zone))
    if column.attribute.kind.name is KindName.TEXT:
        text = xml_text(text)
    return column.with_cleared(text, escaped_for_xml)


def _list(element: str, columns: OfferColumns, channel: SalesChannel) -> Fragment | None:
    """The elements called `element` in their list, which tells how many they are."""
    items = list(_items(element, columns, channel))
    if not items:
        return None
    outer, inner = _AROUND[element]
    count = _count(items)
    text = in_a_row([count.between(f'<{outer}><{inner} Capacity="', '">'), *items])
    text = text.between("", f"</{inner}></{outer}>")
    required = any(
        c.never_missing(channel.id)
        for row in columns.collected
        for c in _of_element(row.columns.values(), element)
    )
    return text if required or any(i.always for i in items) else text.where(any_present(items))


def _count(items: Sequence[Fragment | Group]) -> Fragment:
    if all(item.always for item in items):
        return Fragment((str(len(items)),))
    counted = [item.present.cast(pl.Int8) for item in items]
    return Fragment((pl.sum_horizontal(counted).cast(pl.String),))


def _items(
    element: str, columns: OfferColumns, channel: SalesChannel
) -> Iterator[Fragment | Group]:
    """The elements called `element`, each null where it does not stand."""
    single = _of_element(columns.values.values(), element)
    if single:
        constants = channel.discount if element == "DiscountComponent" else ()
        fixed = "".join(f' {c.name}="{escaped_for_xml(c.value)}"' for c in constants)
        yield enclosed(f"<{element}{fixed}", _attributes(single, channel), "", "/>")
    for row in columns.collected:
        inside = _of_element(row.columns.values(), element)
        if inside:
            item = enclosed(f"<{element}", _attributes(inside, channel), "", "/>")
            yield item.where(row.applies)


def write_package(
    name: str,
    offers: Iterable[str],
    count: int,
    *,
    package_type: str = "Full",
    sales_channel_id: str | None = None,
) -> Iterator[bytes]:
    """The offers file of a package, piece by piece: `count` elements as `offer_xml` writes them.

    Args:
        name: a free label, shown in the reports of the marketplace.
        offers: the elements.
        count: how many they are; the file says so before the first.
        package_type: `Full`, or `StockAndPrice` for offers that were sent in full before.
        sales_channel_id: the channel to publish on; without it, Cdiscount.

    Raises:
        ValueError: an unknown package type, or other than `count` offers.
    """
    if package_type not in PACKAGE_TYPES:
        raise ValueError(f"package type {package_type} is none of {', '.join(PACKAGE_TYPES)}")
    yield _head(name, package_type, sales_channel_id, count).encode()
    written = 0
    for offer in offers:
        written += 1
        yield f"      {offer}\n".encode()
    if written != count:
        raise ValueError(f"{written} offers in a package announced with {count}")
    yield b"    </OfferCollection>\n  </OfferPackage.Offers>\n</OfferPackage>\n"


def _head(name: str, package_type: str, sales_channel_id: str | None, count: int) -> str:
    # What is not in the package would be removed from the catalogue by PurgeAndReplace="true".
    named = f'Name="{escaped_for_xml(name)}" PackageType="{package_type}"'
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<OfferPackage {named} PurgeAndReplace="false" xmlns="{NAMESPACE}">',
    ]
    if sales_channel_id:
        lines += [
            "  <OfferPackage.OfferPublicationList>",
            "    <OfferPublicationList>",
            f'      <PublicationPool SalesChannelId="{escaped_for_xml(sales_channel_id)}"/>',
            "    </OfferPublicationList>",
            "  </OfferPackage.OfferPublicationList>",
        ]
    lines += ["  <OfferPackage.Offers>", f'    <OfferCollection Capacity="{count}">']
    return "\n".join(lines) + "\n"
