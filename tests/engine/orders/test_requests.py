import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ProjectError
from engine.orders.bodies import body_faults
from engine.orders.connectors import Need, connector
from engine.orders.requests import Prepared, Request, requests_for

OCTOPIA, LENGOW = connector("octopia"), connector("lengow")
PARCEL = {"carrier": "Colissimo", "tracking_number": "XY123456789FR"}
URL = "https://track.example.org/XY123456789FR"


def prepare(
    connector_name: str = "octopia",
    action: str = "ship",
    parameters: dict[str, Any] | None = None,
    **changes: Any,
) -> Prepared:
    where: dict[str, Any] = {
        "order_reference": "SCID000000001",
        "account": "1234",
        "marketplace": "cdiscount_octopia",
    }
    return requests_for(connector(connector_name), action, parameters or {}, **{**where, **changes})


def request(*args: Any, **changes: Any) -> Request:
    prepared = prepare(*args, **changes)
    assert prepared.faults == ()
    (found,) = prepared.requests
    return found


def faults(*args: Any, **changes: Any) -> list[str]:
    prepared = prepare(*args, **changes)
    assert prepared.requests == ()
    return [f"{d.code.number}: {d.says}" for d in prepared.faults]


# -- what is sent ----------------------------------------------------------------------------


def test_shipping_at_octopia() -> None:
    parameters = {**PARCEL, "carrier": " colissimo ", "tracking_url": URL}
    assert request("octopia", "ship", parameters).as_json() == {
        "method": "POST",
        "path": "/orders/SCID000000001/shipments",
        "headers": {
            "SellerId": "1234",
            "SalesChannelId": "CDISFR",
            "Accept-Language": "fr-FR",
            "Accept": "application/json",
            "Content-Type": "application/json",
        },
        "body": [{"parcelNumber": "XY123456789FR", "carrierName": "Colissimo", "trackingUrl": URL}],
    }


def test_shipping_through_lengow() -> None:
    found = request("lengow", "ship", PARCEL)
    assert (found.method, found.path) == ("POST", "/v3.0/orders/actions/")
    assert json.dumps(found.body) == (
        '{"account_id": 1234, "marketplace": "cdiscount_octopia",'
        ' "marketplace_order_id": "SCID000000001", "action_type": "ship",'
        ' "carrier": "Colissimo", "tracking_number": "XY123456789FR"}'
    )


@pytest.mark.parametrize(("action", "status"), [("accept", "Accepted"), ("refuse", "Refused")])
def test_answering_an_order(action: str, status: str) -> None:
    found = request("octopia", action)
    assert found.path == "/orders/SCID000000001/approval-status"
    assert found.body == {"approval_status": status}


def test_refunding_at_octopia() -> None:
    parameters = {"refund_reason": "seller-out-of-stock", "refund_shipping_fees": "yes"}
    found = request("octopia", "refund", parameters)
    assert found.path == "/order-cancellation-requests"
    assert found.body == {
        "orderSellerId": "SCID000000001",
        "reason": "seller-out-of-stock",
        "shippingCostRefund": True,
    }


def test_refunding_through_lengow_on_both_channels() -> None:
    parameters = {"refund_reason": "R", "refund_shipping_fees": False}
    legacy = request(
        "lengow", "refund", {**parameters, "refund_mode": "Claim"}, marketplace="cdiscount"
    )
    assert legacy.body["refund_mode"] == "Claim"
    assert legacy.body["refund_shipping_fees"] is False
    assert "refund_mode" not in request("lengow", "refund", parameters).body


def test_the_marketplace_goes_by_either_name() -> None:
    by_channel = request("octopia", "ship", PARCEL)
    assert request("octopia", "ship", PARCEL, marketplace="CDISFR") == by_channel


def test_an_order_id_cannot_leave_its_place_in_the_path() -> None:
    found = request("octopia", "accept", order_reference="../offers?x=1#é")
    assert found.path == "/orders/..%2Foffers%3Fx%3D1%23%C3%A9/approval-status"
    for reference in ("..", ".", "", " A", "A\r\nB", "x" * 101):
        assert faults("octopia", "accept", order_reference=reference)[0].startswith("R455")


def test_an_account_cannot_leave_its_header() -> None:
    for account in ("1\r\nX: y", "", None, "é"):
        (fault,) = faults("octopia", "accept", account=account)
        assert fault.startswith("R455: `account` holds")


def test_a_spelling_in_doubt_can_be_exchanged() -> None:
    chosen = connector("octopia", frozenset({"orderId"}))
    prepared = requests_for(
        chosen,
        "refund",
        {"refund_reason": "R"},
        order_reference="SCID1",
        account="1",
        marketplace="CDISFR",
    )
    assert prepared.requests[0].body == {"orderId": "SCID1", "reason": "R"}
    with pytest.raises(ProjectError, match="octopia has no spelling `orderNumber`; it has orderId"):
        connector("octopia", frozenset({"orderNumber"}))
    with pytest.raises(ProjectError, match="no connector is called `soap`"):
        connector("soap")


def test_no_token_stands_in_a_request() -> None:
    for name in ("octopia", "lengow"):
        headers = request(name, "accept").as_json()["headers"]
        assert "Authorization" not in headers


# -- what is not sent ------------------------------------------------------------------------


def test_octopia_needs_the_carrier_and_the_number() -> None:
    expected = [
        "R454: a request to ship on cdiscount_octopia needs `carrier`",
        "R454: a request to ship on cdiscount_octopia needs `tracking_number`",
    ]
    assert faults("octopia", "ship") == expected
    assert faults("lengow", "ship", {"carrier": "", "tracking_number": None}) == expected


def test_the_legacy_channel_needs_neither() -> None:
    body = request("lengow", "ship", marketplace="cdiscount").body
    assert body["action_type"] == "ship"
    assert "carrier" not in body


@pytest.mark.parametrize("name", ["octopia", "lengow"])
def test_the_refund_mode_must_be_absent_on_octopia(name: str) -> None:
    (fault,) = faults(name, "refund", {"refund_reason": "R", "refund_mode": "Claim"})
    assert fault == (
        "R453: a request to refund on cdiscount_octopia cannot carry `refund_mode`: Octopia"
        " removed the refund mode"
    )


def test_a_parameter_that_no_request_carries() -> None:
    prepared = prepare("octopia", "ship", {**PARCEL, "tracking_numbr": "X"})
    (fault,) = prepared.faults
    assert fault.says == (
        "a request to ship on cdiscount_octopia cannot carry `tracking_numbr`: it carries"
        " carrier, tracking_number, tracking_url"
    )
    assert [h.says for h in fault.helps] == ["did you mean `tracking_number`?"]
    assert faults("octopia", "refund", {"refund_reason": "R", "amount": "4.50"})[0].startswith(
        "R453"
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"carrier": "carrier not available"}, "R452: `carrier` holds “carrier not available”"),
        ({"tracking_number": "N/A"}, "R452: `tracking_number` holds “N/A”"),
        (
            {"tracking_url": "tracking_url not available"},
            "R452: `tracking_url` holds “tracking_url not available”",
        ),
        ({"carrier": "DHL Express"}, "R451: “DHL Express” is no carrier that cdiscount_octopia"),
        ({"tracking_url": "track.example.org/1"}, "R455: `tracking_url` holds “track.example.org"),
        ({"tracking_number": "X" * 101}, "R455: `tracking_number` holds"),
        ({"tracking_number": ["X"]}, "R455: `tracking_number` holds a list"),
        ({"tracking_number": "A\x1bB"}, "R455: `tracking_number` holds “A␛B”"),
    ],
)
def test_what_a_parcel_cannot_carry(change: dict[str, Any], says: str) -> None:
    (fault,) = faults("octopia", "ship", {**PARCEL, **change})
    assert fault.startswith(says)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://track.example.org/1",
        "javascript:alert(1)",
        "https://",
        "https://user:secret@track.example.org/",
        "https://track.example.org/a b",
        "https://[track",
        "https://track.example.org:99999/",
        "https://track",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    (fault,) = faults("octopia", "ship", {**PARCEL, "tracking_url": url})
    assert fault.startswith("R455: `tracking_url`")


def test_free_carriers_are_the_merchants_choice() -> None:
    parcel = {**PARCEL, "carrier": " DHL Express "}
    (body,) = request("octopia", "ship", parcel, free_carrier=True).body
    assert body["carrierName"] == "DHL Express"


@pytest.mark.parametrize(
    ("name", "action", "marketplace"),
    [
        ("octopia", "ship", "cdiscount"),
        ("octopia", "ship", "amazon_fr"),
        ("octopia", "teleport", "CDISFR"),
        ("lengow", "cancel", "cdiscount_octopia"),
    ],
)
def test_what_no_connector_can_ask(name: str, action: str, marketplace: str) -> None:
    (fault,) = faults(name, action, PARCEL, marketplace=marketplace)
    assert fault == f"R457: {name} on {marketplace} has no request to {action}"


def test_lengow_accounts_are_numbers() -> None:
    assert faults("lengow", "accept", account="A1") == [
        "R455: `account` holds “A1”, which is not an id as the marketplace writes it"
    ]
    assert faults("lengow", "accept", account="0")[0].startswith("R455")


# -- every body fits its schema --------------------------------------------------------------

SOME_TEXT = st.text(max_size=120) | st.sampled_from(["Colissimo", "yes", "no", "GLS", URL])
VALUES = SOME_TEXT | st.booleans() | st.none() | st.integers() | st.just(["x"])
NAMES = st.sampled_from(
    [*PARCEL, "tracking_url", "refund_reason", "refund_mode", "refund_shipping_fees", "lines"]
)


WHERE = st.fixed_dictionaries(
    {
        "order_reference": SOME_TEXT,
        "account": st.sampled_from(["1234", "A1", "007", "", "²"]),
        "marketplace": st.sampled_from(["cdiscount", "cdiscount_octopia", "CDISFR", "ebay"]),
        "free_carrier": st.booleans(),
    }
)
PARAMETERS = (
    st.dictionaries(NAMES, VALUES, max_size=4)
    | st.just({**PARCEL, "tracking_url": URL})
    | st.fixed_dictionaries({"refund_reason": SOME_TEXT}, optional={"refund_mode": SOME_TEXT})
)


@settings(deadline=None)
@given(
    name=st.sampled_from(["octopia", "lengow"]),
    action=st.sampled_from(["accept", "refuse", "ship", "cancel", "refund"]),
    parameters=PARAMETERS,
    where=WHERE,
)
def test_a_request_is_whole_or_is_not_made(
    name: str, action: str, parameters: dict[str, Any], where: dict[str, Any]
) -> None:
    prepared = prepare(name, action, parameters, **where)
    assert bool(prepared.requests) != bool(prepared.faults)
    for made in prepared.requests:
        known = connector(name).actions[action]
        channel = connector(name).channel(where["marketplace"])
        assert channel is not None
        assert body_faults(known.schema, made.body) == ()
        for parameter in known.parameters.values():
            value = parameters.get(parameter.name)
            given_ = value is not None and (not isinstance(value, str) or value.strip() != "")
            assert not (given_ and parameter.need(channel) is Need.FORBIDDEN)
            assert given_ or parameter.need(channel) is not Need.MANDATORY
        assert re.fullmatch(r"[!-~]+", made.path)
        for _, value in made.headers:
            assert re.fullmatch(r"[ -~]+", value)


def test_the_schemas_refuse_what_the_notice_forbids() -> None:
    schema = "schemas/lengow/orders/action.schema.json"
    order = {"account_id": 1, "marketplace": "cdiscount_octopia", "marketplace_order_id": "A"}
    refund = {**order, "action_type": "refund", "refund_reason": "R"}
    assert body_faults(schema, refund) == ()
    assert body_faults(schema, {**refund, "refund_mode": "Claim"}) != ()
    assert body_faults(schema, {**refund, "line": "1"}) != ()
    assert body_faults(schema, {**order, "action_type": "ship", "carrier": "GLS"}) != ()
    assert body_faults(schema, {**order, "action_type": "cancel"}) != ()
    shipments = "schemas/octopia/orders/shipments.schema.json"
    parcel = {"parcelNumber": "X", "carrierName": "GLS"}
    assert body_faults(shipments, [parcel]) == ()
    assert body_faults(shipments, [{**parcel, "carrierCode": "gls"}]) != ()
    assert body_faults(shipments, [{"carrierName": "GLS"}])[0].path == "$[0]"
