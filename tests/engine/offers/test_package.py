import dataclasses
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace

from engine.offers.package import choose_package


def chosen(desk: Any, mode: str, *rows: Any, channel: Any = None) -> list[tuple[Any, ...]]:
    offers = desk.lay(*rows)
    choice = choose_package(mode, offers.columns, channel or desk.octopia)
    lost = pl.lit(None) if choice.lost is None else choice.lost
    shown = [offers.of(part) for part in (choice.package, choice.why, lost)]
    assert offers.of(choice.by_xml) == [package == "xml" for package in shown[0]]
    return list(zip(*shown, strict=True))


KNOWN = "every attribute that is set has a known JSON name"
UNKNOWN = "no JSON name is publicly known for "


def test_json_where_every_name_is_known_else_xml(desk: Any, lamp: Any, sale: Any) -> None:
    aligned = {"PriceMustBeAligned": False, "MinimumPriceForPriceAlignment": "9"}
    assert chosen(desk, "auto", lamp, lamp | aligned, lamp | sale) == [
        ("json", KNOWN, None),
        ("xml", UNKNOWN + "PriceMustBeAligned, MinimumPriceForPriceAlignment", None),
        (
            "xml",
            UNKNOWN + "DiscountComponentStartDate, DiscountComponentEndDate, "
            "DiscountComponentSalesReferencePrice, DiscountComponentDiscountValue",
            None,
        ),
    ]


def test_a_value_without_json_name_counts_too(desk: Any, lamp: Any) -> None:
    relay = {"ShippingInformationDeliveryMode": "RelaisColis", "ShippingCharges": "3"}
    rows = [
        lamp | {"ProductCondition": "GoodState"},
        lamp | {"delivery": (*lamp["delivery"], relay, relay)},
        lamp | {"cleared": ("ProductPackagingUnit",)},
    ]
    assert [(package, why) for package, why, _ in chosen(desk, "auto", *rows)] == [
        ("xml", UNKNOWN + "ProductCondition GoodState"),
        ("xml", UNKNOWN + "ShippingInformationDeliveryMode RelaisColis"),
        ("xml", UNKNOWN + "ProductPackagingUnit"),
    ]


def test_json_by_the_settings_names_what_it_loses(desk: Any, lamp: Any) -> None:
    rows = [lamp, lamp | {"Comment": "Hi", "ProductPackagingUnit": "Liter"}]
    assert chosen(desk, "json", *rows) == [
        ("json", "the settings ask for json", None),
        ("json", "the settings ask for json", "ProductPackagingUnit, Comment"),
    ]


def test_xml_carries_everything(desk: Any, lamp: Any, sale: Any) -> None:
    assert chosen(desk, "xml", lamp | sale | {"ProductCondition": "GoodState"}) == [
        ("xml", "the settings ask for xml", None)
    ]


def test_a_channel_that_takes_one_kind_only(desk: Any, lamp: Any) -> None:
    for mode in ("auto", "json", "xml"):
        assert chosen(desk, mode, lamp, channel=desk.legacy) == [
            ("xml", "Cdiscount (legacy) takes no other package", None)
        ]


def test_auto_says_what_neither_package_carries(desk: Any, lamp: Any) -> None:
    attributes = dict(desk.attributes)
    attributes["Comment"] = replace(attributes["Comment"], xml=None)
    desk = dataclasses.replace(desk, attributes=attributes)
    assert chosen(desk, "auto", lamp | {"Comment": "Hi"}, lamp) == [
        ("xml", UNKNOWN + "Comment", "Comment"),
        ("json", KNOWN, None),
    ]


def test_another_mode_is_a_mistake_of_ours(desk: Any, lamp: Any) -> None:
    with pytest.raises(ValueError, match="package mode csv"):
        chosen(desk, "csv", lamp)
