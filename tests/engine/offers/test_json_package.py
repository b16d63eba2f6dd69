import dataclasses
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.marketplace.attributes import WireName, WireValue
from engine.marketplace.facts import NOT_KNOWN
from engine.offers.columns import CollectedRow, OfferColumns, WireColumn
from engine.offers.json_package import offer_json
from engine.offers.validation import check_payload, parse_payload

pytestmark = pytest.mark.usefixtures("both_ways")

LAMP_TEXT = (
    '{"sellerExternalReference":"LAMP-1","product":{"gtin":"3760000000017"},"condition":"New",'
    '"price":{"price":19.90,"taxes":[{"code":"VAT","value":20},{"code":"Ecotax","value":0.50},'
    '{"code":"Deatax","value":0.00}]},"quantity":42,"preparationTime":2,"deliveryModes":['
    '{"code":"THD","cost":4.99,"additionalCost":0.50},'
    '{"code":"SHD","cost":6.99,"additionalCost":1.00}]}'
)


def written(desk: Any, *rows: Any) -> list[str]:
    offers = desk.lay(*rows)
    texts: list[str] = offers.of(offer_json(offers.columns, desk.octopia))
    return texts


def test_an_offer_by_hand(desk: Any, lamp: Any) -> None:
    assert written(desk, lamp) == [LAMP_TEXT]
    assert check_payload(parse_payload(LAMP_TEXT)) == []


def test_what_is_omitted_leaves_no_trace(desk: Any, lamp: Any) -> None:
    struck, plain = written(desk, lamp | {"StrikedPrice": "24.9"}, lamp)
    assert '"price":{"price":19.90,"originPrice":24.90,"taxes"' in struck
    assert plain == LAMP_TEXT


def test_only_what_has_a_json_name_is_written(desk: Any, lamp: Any, sale: Any) -> None:
    more = sale | {"PriceMustBeAligned": True, "ProductPackagingUnit": "Liter", "Comment": "Hi"}
    assert written(desk, lamp | more) == [LAMP_TEXT]


def test_each_row_has_its_own_delivery_modes(desk: Any, lamp: Any) -> None:
    big = {"ShippingInformationDeliveryMode": "BigParcelEco", "ShippingCharges": "39"}
    first, second, third = (
        parse_payload(text)["deliveryModes"]
        for text in written(
            desk, lamp, lamp | {"delivery": (big,)}, lamp | {"delivery": (None, big)}
        )
    )
    assert [m["code"] for m in first] == ["THD", "SHD"]
    assert second == third == [{"code": "FDHD", "cost": Decimal("39.00")}]


def test_entries_that_never_change_are_the_same_text(desk: Any, lamp: Any) -> None:
    offers = desk.lay(lamp)
    rows = []
    for entry in lamp["delivery"]:
        columns = {
            "ShippingInformationDeliveryMode": pl.lit(entry["ShippingInformationDeliveryMode"]),
            "ShippingCharges": pl.lit(int(Decimal(entry["ShippingCharges"]) * 100)),
            "AdditionalShippingCharges": pl.lit(
                int(Decimal(entry["AdditionalShippingCharges"]) * 100)
            ),
        }
        wired = {
            n: WireColumn(desk.attributes[n], e, desk.attributes[n].scale)
            for n, e in columns.items()
        }
        rows.append(CollectedRow(pl.lit(value=True), wired))
    columns = OfferColumns(offers.columns.values, tuple(rows))
    assert offers.of(offer_json(columns, desk.octopia)) == [LAMP_TEXT]


def test_the_order_of_the_rules_does_not_matter(desk: Any, lamp: Any) -> None:
    turned = dict(reversed(lamp.items()))
    assert written(desk, turned) == [LAMP_TEXT]


def test_a_partial_offer_has_only_its_changes(desk: Any) -> None:
    assert written(desk, {"SellerProductId": "A", "Stock": 3}) == [
        '{"sellerExternalReference":"A","quantity":3}'
    ]


def test_taxes_are_always_written_together(desk: Any, lamp: Any) -> None:
    less = {k: v for k, v in lamp.items() if k not in ("EcoPart", "DeaTax")}
    assert (
        '"taxes":[{"code":"VAT","value":20},{"code":"Ecotax","value":0},' in written(desk, less)[0]
    )
    none = {k: v for k, v in less.items() if k != "Vat"}
    assert '"price":{"price":19.90},' in written(desk, none)[0]


def test_the_other_spelling_of_taxes(desk: Any, lamp: Any) -> None:
    channel = replace(desk.octopia, spelling="live-client")
    offers = desk.lay(lamp | {"Vat": "5.5"})
    assert (
        '"taxes":[{"code":"vat","type":"Rate","value":0.055},'
        '{"code":"ecoTax","type":"Amount","value":0.50},'
        '{"code":"deaTax","type":"Amount","value":0.00}]'
    ) in offers.of(offer_json(offers.columns, channel))[0]


def test_a_row_that_lacks_what_is_required_has_no_text(desk: Any, lamp: Any) -> None:
    assert written(desk, lamp | {"Price": None}, lamp) == [None, LAMP_TEXT]


def test_a_value_without_a_known_name_is_left_out(desk: Any, lamp: Any) -> None:
    assert written(desk, lamp | {"ProductCondition": "Refurbished"}) == [None]


def named(desk: Any, name: str, path: str, shape: str, **changes: Any) -> Any:
    known = replace(desk.attributes[name], json=WireName(path, NOT_KNOWN, shape), **changes)
    return dataclasses.replace(desk, attributes={**desk.attributes, name: known})


def test_when_a_json_name_becomes_known_only_the_table_changes(desk: Any, sale: Any) -> None:
    values = (WireValue("yes", "Align", "Align"), WireValue("no", "DontAlign", "DontAlign"))
    desk = named(desk, "PriceMustBeAligned", "competition.mode", "string", values=values)
    desk = named(desk, "MinimumPriceForPriceAlignment", "competition.floor", "string")
    desk = named(desk, "DiscountComponentStartDate", "sales[].start", "string")
    desk = named(desk, "DiscountComponentDiscountValue", "sales[].value", "number")
    desk = named(desk, "ProductPackagingUnit", "unit", "string")
    sku = {"SellerProductId": "A"}
    rows = [
        sku | {"PriceMustBeAligned": True, "MinimumPriceForPriceAlignment": "9"},
        sku | {"PriceMustBeAligned": False} | sale,
        sku | {"cleared": ("ProductPackagingUnit",)},
    ]
    aligned, on_sale, cleared = written(desk, *rows)
    assert (
        aligned == '{"sellerExternalReference":"A","competition":{"mode":"Align","floor":"9.00"}}'
    )
    assert on_sale == (
        '{"sellerExternalReference":"A","competition":{"mode":"DontAlign"},'
        '"sales":[{"start":"2025-06-25T06:00:00Z","value":20}]}'
    )
    assert cleared == '{"sellerExternalReference":"A","unit":"None"}'


MONEY = st.integers(1, 10**12).map(lambda n: Decimal(n).scaleb(-2))
CHARGE = st.integers(0, 10**6).map(lambda n: Decimal(n).scaleb(-2))
CONDITIONS = {"New": "New", "LikeNew": "UsedLikeNew", "AverageState": "UsedAverageState"}
MODES = {"Standard": "NTHD", "Tracked": "THD", "BigParcelComfort": "WSHD", "MondialRelay": "PPMR"}
ENTRY = st.fixed_dictionaries(
    {"ShippingInformationDeliveryMode": st.sampled_from(sorted(MODES)), "ShippingCharges": CHARGE},
    optional={"AdditionalShippingCharges": CHARGE},
)
ROW = st.fixed_dictionaries(
    {
        "SellerProductId": st.text(
            st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="|"),
            min_size=1,
            max_size=50,
        ),
        "ProductEan": st.text("0123456789", min_size=13, max_size=13),
        "ProductCondition": st.sampled_from(sorted(CONDITIONS)),
        "Price": MONEY,
        "Vat": st.integers(0, 10_000).map(lambda n: Decimal(n).scaleb(-2)),
        "EcoPart": CHARGE,
        "DeaTax": CHARGE,
        "Stock": st.integers(0, 10**10),
        "PreparationTime": st.integers(1, 10),
        "delivery": st.lists(ENTRY, min_size=1, max_size=3),
    },
    optional={"StrikedPrice": MONEY.filter(lambda p: p >= Decimal("0.10"))},
)


def expected(row: dict[str, Any]) -> dict[str, Any]:
    """The request as Python would build it, one row at a time."""
    price: dict[str, Any] = {"price": row["Price"]}
    if "StrikedPrice" in row:
        price["originPrice"] = row["StrikedPrice"]
    words = (("VAT", "Vat"), ("Ecotax", "EcoPart"), ("Deatax", "DeaTax"))
    price["taxes"] = [{"code": code, "value": row[name]} for code, name in words]
    modes = []
    for entry in row["delivery"]:
        mode = {"code": MODES[entry["ShippingInformationDeliveryMode"]]}
        mode["cost"] = entry["ShippingCharges"]
        if "AdditionalShippingCharges" in entry:
            mode["additionalCost"] = entry["AdditionalShippingCharges"]
        modes.append(mode)
    return {
        "sellerExternalReference": row["SellerProductId"],
        "product": {"gtin": row["ProductEan"]},
        "condition": CONDITIONS[row["ProductCondition"]],
        "price": price,
        "quantity": row["Stock"],
        "preparationTime": row["PreparationTime"],
        "deliveryModes": modes,
    }


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(ROW, min_size=1, max_size=6))
@pytest.mark.parametrize("wide", [False, True])
def test_every_payload_is_what_python_would_build_and_fits_the_schema(
    desk: Any, rows: list[dict[str, Any]], *, wide: bool
) -> None:
    for row, text in zip(rows, written(dataclasses.replace(desk, wide=wide), *rows), strict=True):
        payload = parse_payload(text)
        assert payload == expected(row)
        assert list(payload) == list(expected(row))
        assert check_payload(payload) == []


@given(reference=st.text(st.characters(exclude_categories=["Cs"])))
@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_comes_through(desk: Any, lamp: Any, reference: str) -> None:
    text = written(desk, lamp | {"SellerProductId": reference})[0]
    assert parse_payload(text)["sellerExternalReference"] == reference
