"""The life of an order at the sandbox: what is taken, what is refused, what takes effect."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from engine.sandbox.server import Sandbox
from engine.sandbox.settings import Settings

WAITING, READY, SHIPPED = "SB10001-000001", "SB10001-000002", "SB10001-000003"
PARCEL = [{"parcelNumber": "XY1", "carrierName": "Colissimo"}]


class Caller:
    """A client that checks nothing."""

    def __init__(self, sandbox: Sandbox) -> None:
        form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        token = requests.post(sandbox.token_url, data=form, timeout=5).json()["access_token"]
        self._base = sandbox.base
        self._headers = {"Authorization": f"Bearer {token}", "SellerId": "10001"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return requests.request(
            method,
            self._base + path,
            json=body,
            headers={**self._headers, **headers},
            timeout=5,
            allow_redirects=False,
        )


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox(settings=Settings(token_seconds=10_000_000))


@pytest.fixture
def call(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


def kinds(sandbox: Sandbox) -> list[str]:
    return [effect.kind for effect in sandbox.ledger.effects]


def test_an_order_lives(sandbox: Sandbox, call: Caller) -> None:
    def state() -> str:
        return call("GET", f"/orders/{WAITING}").json()["status"]

    assert state() == "WaitingAcceptance"
    accept = {"approval_status": "Accepted"}
    answer = call("POST", f"/orders/{WAITING}/approval-status", accept)
    assert (answer.status_code, answer.content, state()) == (201, b"", "Accepted")
    assert call("POST", f"/orders/{WAITING}/shipments", PARCEL).status_code == 422
    sandbox.clock.advance(5)
    assert state() == "InPreparation"
    assert call("GET", f"/orders/{WAITING}").json()["lines"][0]["shippingAddress"]["city"]
    assert call("POST", f"/orders/{WAITING}/shipments", PARCEL).status_code == 201
    order = call("GET", f"/orders/{WAITING}").json()
    assert order["status"] == "Shipped"
    assert order["lines"][0]["parcels"][0]["parcelNumber"] == "XY1"
    sandbox.clock.advance(86_400)
    assert state() == "Delivered"
    assert kinds(sandbox) == ["accept", "ship"]


@pytest.mark.parametrize("again", ["Accepted", "Refused"])
def test_an_order_is_approved_once(sandbox: Sandbox, call: Caller, again: str) -> None:
    call("POST", f"/orders/{WAITING}/approval-status", {"approval_status": "Refused"})
    answer = call("POST", f"/orders/{WAITING}/approval-status", {"approval_status": again})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert kinds(sandbox) == ["refuse"]


@pytest.mark.parametrize(
    "body", [{"approvalStatus": "Accepted"}, {"approval_status": "accepted"}, [], "Accepted", None]
)
def test_the_body_must_be_right(sandbox: Sandbox, call: Caller, body: Any) -> None:
    answer = call("POST", f"/orders/{WAITING}/approval-status", body)
    assert answer.status_code in {400, 415}
    assert kinds(sandbox) == []


def test_an_order_is_shipped_once(sandbox: Sandbox, call: Caller) -> None:
    assert call("POST", f"/orders/{READY}/shipments", PARCEL).status_code == 201
    assert call("POST", f"/orders/{READY}/shipments", PARCEL).status_code == 422
    assert kinds(sandbox) == ["ship"]


def test_one_parcel_for_the_whole_order(sandbox: Sandbox, call: Caller) -> None:
    assert call("POST", f"/orders/{READY}/shipments", [*PARCEL, *PARCEL]).status_code == 422
    assert call("POST", f"/orders/{READY}/shipments", PARCEL[0]).status_code == 400
    assert kinds(sandbox) == []


def cancel(order: str, reason: str = "seller-out-of-stock") -> dict[str, Any]:
    return {"orderSellerId": order, "reason": reason, "shippingCostRefund": True}


def test_nothing_guards_a_refund(sandbox: Sandbox, call: Caller) -> None:
    for _ in range(2):
        answer = call("POST", "/order-cancellation-requests", cancel(SHIPPED))
        assert answer.status_code == 201
    assert kinds(sandbox) == ["refund", "refund"]
    asked = call("GET", f"/order-cancellation-requests?orderSellerId={SHIPPED}").json()
    assert [r["cancellationRequestId"] for r in asked["items"]] == ["CR000001", "CR000002"]


def test_a_cancelled_order_ends(sandbox: Sandbox, call: Caller) -> None:
    call("POST", "/order-cancellation-requests", cancel(READY))
    lines = call("GET", f"/orders/{READY}").json()["lines"]
    assert {line["status"] for line in lines} == {"CancelRequest"}
    sandbox.clock.advance(5)
    order = call("GET", f"/orders/{READY}").json()
    assert order["status"] == "Cancelled"
    assert kinds(sandbox) == ["cancel"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (cancel("nothing"), 404),
        (cancel(READY, "because"), 400),
        (cancel(WAITING), 422),
        ({"orderId": READY, "reason": "other"}, 400),
    ],
)
def test_cancellations_that_are_refused(
    sandbox: Sandbox, call: Caller, body: Any, status: int
) -> None:
    assert call("POST", "/order-cancellation-requests", body).status_code == status
    assert kinds(sandbox) == []


def test_a_line_is_cancelled(sandbox: Sandbox, call: Caller) -> None:
    line = {"lineId": f"{READY}-1", "offerId": "x", "reason": "other"}
    body = {"orderSellerId": READY, "lines": [line]}
    assert call("POST", "/order-partial-cancellation-requests", body).status_code == 201
    body["lines"] = [{**line, "lineId": "another"}]
    assert call("POST", "/order-partial-cancellation-requests", body).status_code == 400
    assert kinds(sandbox) == ["cancel"]


def test_gestures_stay_below_what_is_allowed(sandbox: Sandbox, call: Caller) -> None:
    amounts = f"/orders/{SHIPPED}/commercial-gestures-available-amounts"
    allowed = json.loads(call("GET", amounts).text, parse_float=str)["allowableAmount"]
    assert float(allowed) > 4.5
    gesture = {"orderId": SHIPPED, "reason": "MissingProduct", "amount": 4.5}
    assert call("POST", "/order-commercial-gesture-requests", gesture).status_code == 201
    left = call("GET", amounts).json()["allowableAmount"]
    assert round(float(allowed) - left, 2) == 4.5
    gesture["amount"] = 99_999
    assert call("POST", "/order-commercial-gesture-requests", gesture).status_code == 422
    assert kinds(sandbox) == ["gesture"]
    assert len(call("GET", "/order-commercial-gesture-requests").json()["items"]) == 1


# Who may come in


def test_without_a_token_nothing_is_shown(sandbox: Sandbox, call: Caller) -> None:
    assert call("GET", "/orders", Authorization="Bearer forged").status_code == 401
    sandbox.clock.advance(10_000_000)
    assert call("GET", "/orders").status_code == 401


def test_other_sellers_are_not_shown(call: Caller) -> None:
    assert call("GET", "/orders", SellerId="10002").status_code == 403
    assert call("GET", "/orders", SellerId="").status_code == 400


def test_the_token_endpoint_has_its_quota(sandbox: Sandbox) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    with requests.Session() as session:
        answers = [session.post(sandbox.token_url, data=form, timeout=5) for _ in range(501)]
        assert [a.status_code for a in answers] == [200] * 500 + [429]
        sandbox.clock.advance(3601)
        assert session.post(sandbox.token_url, data=form, timeout=5).status_code == 200


def test_paging_has_its_quirks(call: Caller) -> None:
    page = call("GET", "/orders?limit=3").json()
    assert (page["itemsPerPage"], len(page["items"])) == (20, 12)  # `limit` is ignored
    assert len(call("GET", "/orders?pageIndex=2&pageSize=5").json()["items"]) == 5
    assert call("GET", "/orders?pageIndex=4&pageSize=5").json()["items"] == []
    for wrong in ("pageSize=101", "pageSize=0", "pageIndex=0", "pageIndex=x"):
        assert call("GET", f"/orders?{wrong}").status_code == 400
    assert call("GET", "/orders/count?status=Shipped").json() == 2


def test_filters_by_time(sandbox: Sandbox, call: Caller) -> None:
    sandbox.clock.advance(3600)
    call("POST", f"/orders/{READY}/shipments", PARCEL)
    changed = call("GET", "/orders?updatedAtMin=2026-11-25T13:00:00Z").json()["items"]
    assert [o["orderId"] for o in changed] == [READY]
    assert call("GET", "/orders?updatedAtMin=yesterday").status_code == 400
