import copy
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from checking.offer_texts import element
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.offers.validation import (
    check_payload,
    element_fault,
    parse_payload,
    request_fault,
    request_validator,
)

GOOD: dict[str, Any] = {
    "sellerExternalReference": "LAMP-1",
    "product": {"gtin": "3760000000017"},
    "condition": "New",
    "price": {
        "price": Decimal("19.90"),
        "taxes": [
            {"code": "VAT", "value": 20},
            {"code": "Ecotax", "value": Decimal("0.50")},
            {"code": "Deatax", "value": 0},
        ],
    },
    "quantity": 42,
    "preparationTime": 2,
    "deliveryModes": [{"code": "THD", "cost": Decimal("4.99")}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    payload = copy.deepcopy(GOOD)
    *way, last = path.split(".")
    place: Any = payload
    for step in way:
        place = place[int(step) if step.isdecimal() else step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return payload


def test_the_schema_is_one_and_the_good_payload_fits() -> None:
    Draft202012Validator.check_schema(request_validator().schema)
    assert check_payload(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("sellerExternalReference", "A|B", "$.sellerExternalReference"),
        ("sellerExternalReference", "x" * 51, "$.sellerExternalReference"),
        ("product.gtin", "12345", "$.product.gtin"),
        ("condition", "Used", "$.condition"),
        ("price.price", Decimal("19.905"), "$.price.price"),
        ("price.price", Decimal(0), "$.price.price"),
        ("price.price", "19.90", "$.price.price"),
        ("price.originPrice", Decimal("0.09"), "$.price.originPrice"),
        ("price.extra", 1, "$.price"),
        ("price.taxes", ..., "$.price"),
        ("price.taxes.1.code", "VAT", "$.price.taxes"),
        ("quantity", -1, "$.quantity"),
        ("quantity", 10**10 + 1, "$.quantity"),
        ("quantity", Decimal("1.5"), "$.quantity"),
        ("deliveryModes", [], "$.deliveryModes"),
        ("deliveryModes.0.code", "TRK", "$.deliveryModes[0].code"),
        ("deliveryModes.0.cost", ..., "$.deliveryModes[0]"),
        ("preparationTime", ..., "$"),
        ("comment", "NF", "$"),
    ],
)
def test_what_does_not_fit_is_shown_where_it_stands(path: str, value: Any, where: str) -> None:
    faults = check_payload(changed(path, value))
    assert where in {fault.path for fault in faults}
    assert all(fault.message for fault in faults)


@given(st.integers(1, 10**40))
def test_every_amount_of_cents_fits_however_long(cents: int) -> None:
    assert check_payload(changed("price.price", Decimal(f"{cents // 100}.{cents % 100:02}"))) == []


def test_payloads_are_read_exactly() -> None:
    assert parse_payload('{"a": 0.1}') == {"a": Decimal("0.1")}
    with pytest.raises(ValueError, match="an object"):
        parse_payload("[]")


def test_only_what_fits_is_quickly_said_to_fit() -> None:
    assert request_fault(written(GOOD), "Upsert") is None
    assert request_fault('{"quantity":0,"sellerExternalReference":"A"}', "Update") is None
    for text in ("[]", "{", '{"a":' * 100_000, "", "19"):
        fault = request_fault(text, "Upsert")
        assert fault is not None
        assert "no JSON object" in fault.message
    fault = request_fault('{"quantity":0,"sellerExternalReference":"A","product":{}}', "Update")
    assert fault is not None  # the product cannot change
    assert request_fault('{"quantity":0,"sellerExternalReference":"A"}', "Upsert") is not None


AMOUNTS = st.one_of(
    st.decimals(-10, 10**12, places=2),
    st.decimals(-10, 10**12, places=3),
    st.integers(-5, 10**30),
    st.text(max_size=3),
    st.none(),
)


@given(
    st.sampled_from(["price.price", "price.originPrice", "quantity", "deliveryModes.0.cost"]),
    AMOUNTS,
)
def test_the_quick_answer_is_the_one_of_the_reference(path: str, value: Any) -> None:
    # The standard calls 4.00 an integer, the reference does not where it is a Decimal.
    assume(path != "quantity" or not isinstance(value, Decimal) or value % 1)
    payload = changed(path, value)
    quick = request_fault(written(payload), "Upsert")
    assert (quick is None) == (check_payload(payload) == [])


def written(payload: dict[str, Any]) -> str:
    return msgspec.json.Encoder(decimal_format="number").encode(payload).decode()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('Stock="4"', 'Stock="x"', "attribute 'Stock': 'x' is not a valid value"),
        ('SellerProductId="A-1" ', "", "attribute 'SellerProductId' is required"),
        (' Vat="20"', ' Vat="20" Colour="red"', "attribute 'Colour'"),
        ("/>", "><Parcel/></Offer>", "Element 'Parcel'"),
        ("/>", ">", "no XML"),
        ("<Offer", "<Offers", "no `Offer` element"),
        ("/>", ">&xxe;</Offer>", "no XML"),
    ],
)
def test_an_element_that_does_not_fit(old: str, new: str, told: str) -> None:
    good = element("A-1", "9.90")
    assert element_fault(good) is None
    fault = element_fault(good.replace(old, new))
    assert fault is not None
    assert told in fault.message
