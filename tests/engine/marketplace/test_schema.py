import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics.place import Source
from engine.marketplace.attributes import OfferSchema
from engine.marketplace.schema import load_offer_schema, read_offer_schema
from engine.marketplace.vocabulary import channels_beside
from engine.values.kinds import KindName

PATH = Path(__file__).parents[3] / "schemas/offer.schema.json"
SHOWN = "schemas/offer.schema.json"
CHANNELS = channels_beside(PATH)


def shipped() -> OfferSchema:
    schema, faults = load_offer_schema(PATH, SHOWN, CHANNELS)
    assert faults == []
    assert schema is not None
    return schema


def test_the_twelve_attributes_of_the_notice_keep_their_names() -> None:
    twelve = {a.name for a in shipped().attributes.values() if a.one_of_twelve}
    assert twelve == {
        "Price",
        "Stock",
        "PriceMustBeAligned",
        "MinimumPriceForPriceAlignment",
        "ProductPackagingUnit",
        "ProductPackagingValue",
        "StrikedPrice",
        "DiscountComponentStartDate",
        "DiscountComponentEndDate",
        "DiscountComponentSalesReferencePrice",
        "DiscountComponentDiscountValue",
        "ShippingInformationDeliveryMode",
    }


def test_eight_of_the_twelve_have_no_json_name_and_all_an_xml_one() -> None:
    twelve = [a for a in shipped().attributes.values() if a.one_of_twelve]
    assert [a.name for a in twelve if a.json is None] == [
        "PriceMustBeAligned",
        "MinimumPriceForPriceAlignment",
        "ProductPackagingUnit",
        "ProductPackagingValue",
        "DiscountComponentStartDate",
        "DiscountComponentEndDate",
        "DiscountComponentSalesReferencePrice",
        "DiscountComponentDiscountValue",
    ]
    assert all(a.xml for a in twelve)
    assert all(a.json_note for a in twelve if a.json is None)


def test_price_as_rules_and_packages_see_it() -> None:
    price = shipped().attributes["Price"]
    assert str(price.kind) == "an amount in EUR"
    assert (price.scale, price.minimum, price.exclusive_minimum) == (2, Decimal(0), True)
    assert (price.json_path, price.xml_path) == ("price.price", "Offer@Price")
    assert price.required_on == {"cdiscount", "cdiscount_octopia"}
    assert price.place.line == 1 + PATH.read_text().splitlines().index('    "Price": {')


def test_listed_attributes_take_the_kind_of_their_items() -> None:
    schema = shipped()
    assert [a.name for a in schema.listed] == [
        "ShippingInformationDeliveryMode",
        "ShippingCharges",
        "AdditionalShippingCharges",
    ]
    mode = schema.attributes["ShippingInformationDeliveryMode"]
    assert mode.kind.name is KindName.CHOICE
    assert mode.group == "delivery"
    assert mode.canonical("TRK") == mode.canonical("THD") == mode.canonical("Tracked") == "Tracked"
    assert mode.canonical("tracked") is None


def test_yes_and_no_of_the_alignment() -> None:
    values = shipped().attributes["PriceMustBeAligned"].values
    assert {v.rule: v.xml for v in values} == {"yes": "Align", "no": "DontAlign"}


def test_only_the_packaging_unit_can_be_cleared() -> None:
    cleared = {a.name: a.clear for a in shipped().attributes.values() if a.clear is not None}
    assert cleared == {"ProductPackagingUnit": "None"}


def edited(**changes: Any) -> str:
    price = json.loads(PATH.read_text())["properties"]["Price"] | changes
    kept = {key: value for key, value in price.items() if value is not ...}
    return json.dumps({"properties": {"Price": kept}})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON at line 1, column 2"),
        ("[]", "expected an object"),
        ("{}", "`properties` holds no attribute"),
        ('{"properties": {"Price": 3}}', "`Price` must be an object"),
        ('{"properties": {"Price": {"maximum": NaN}}}', "NaN is no number"),
        ("[" * 100_000, "nested or numbered too far"),
        (edited(multipleOf=0.05), "`multipleOf` must be 1, 0.1, 0.01"),
        (edited(multipleOf=...), "a number needs `multipleOf`"),
        (edited(minimum="0"), "`minimum` must be a number"),
        (edited(**{"x-kind": "price"}), "`x-kind` is `price`"),
        (edited(**{"x-kind": "choice"}), "a choice needs `enum`"),
        (edited(**{"x-json": {"path": "price[", "shape": "number"}}), "`x-json` needs a `path`"),
        (edited(**{"x-xml": {"path": "Price"}}), "`x-xml` needs a `path`"),
        (edited(**{"x-kind": "yes/no"}), "`x-values` must give no, yes"),
    ],
)
def test_a_broken_schema_is_a_diagnostic(text: str, says: str) -> None:
    schema, faults = read_offer_schema(Source(SHOWN, text), {})
    if says.startswith("`x-") or "multipleOf" in says or "minimum" in says or "enum" in says:
        schema, faults = read_offer_schema(Source(SHOWN, text), CHANNELS)
    assert schema is None
    assert {f.code.number for f in faults} == {"S971"}
    assert any(says in f.says for f in faults), [f.says for f in faults]


def test_what_a_channel_requires_must_be_there() -> None:
    schema, faults = read_offer_schema(Source(SHOWN, edited()), CHANNELS)
    assert schema is None
    assert "cdiscount requires `SellerProductId`" in faults[0].says


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "offer.schema.json"
    path.write_bytes(b"{\xff}")
    schema, faults = load_offer_schema(path, SHOWN, CHANNELS)
    assert schema is None
    assert "not UTF-8 at byte 1" in faults[0].says
    _, faults = load_offer_schema(tmp_path / "none.json", SHOWN, CHANNELS)
    assert [f.code.number for f in faults] == ["S971"]
