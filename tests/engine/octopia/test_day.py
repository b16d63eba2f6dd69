"""A day of a seller through client and sandbox: an order's whole life, a package of offers."""

import json
from collections.abc import Callable

from engine.octopia.reads import OctopiaReads
from engine.sandbox.server import Sandbox
from engine.sandbox.settings import Settings
from engine.transport.connection import Connection
from engine.transport.outcome import Answer, Call

ORDER, OTHER = "SB10001-000001", "SB10001-000004"
JSON = (("Content-Type", "application/json"),)


class Day:
    """A connection, and calls that must go well."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.reads = OctopiaReads(connection)

    def well(self, method: str, path: str, body: object) -> Answer:
        outcome = self.connection.send(Call(method, path, JSON, json.dumps(body).encode()))
        assert isinstance(outcome, Answer), outcome
        assert outcome.well, outcome
        return outcome

    def state(self, order: str) -> str:
        found = self.reads.order(order)
        assert found.incomplete is None
        return str(found.items[0]["status"])


def test_an_order_from_acceptance_to_refund(
    start_sandbox: Callable[..., Sandbox], connect_to: Callable[..., Connection]
) -> None:
    sandbox = start_sandbox(settings=Settings(token_seconds=10_000_000))
    day = Day(connect_to(sandbox))
    waiting = day.reads.orders({"status": "WaitingAcceptance"})
    assert ORDER in {o["orderId"] for o in waiting.items}

    day.well("POST", f"/orders/{ORDER}/approval-status", {"approval_status": "Accepted"})
    day.well("POST", f"/orders/{OTHER}/approval-status", {"approval_status": "Refused"})
    assert (day.state(ORDER), day.state(OTHER)) == ("Accepted", "Refused")
    sandbox.clock.advance(5)
    assert day.state(ORDER) == "InPreparation"

    parcel = {"parcelNumber": "XY123456789FR", "carrierName": "Colissimo"}
    day.well("POST", f"/orders/{ORDER}/shipments", [parcel])
    (order,) = day.reads.order(ORDER).items
    assert order["lines"][0]["parcels"][0]["parcelNumber"] == "XY123456789FR"
    sandbox.clock.advance(86_400)
    assert day.state(ORDER) == "Delivered"

    (amounts,) = day.reads.gesture_amounts(ORDER).items
    assert amounts["allowableAmount"] > 1
    gesture = {"orderId": ORDER, "reason": "MissingProduct", "amount": 1}
    day.well("POST", "/order-commercial-gesture-requests", gesture)
    assert [g["amount"] for g in day.reads.gestures(ORDER).items] == [1]
    (left,) = day.reads.gesture_amounts(ORDER).items
    assert left["allowableAmount"] == amounts["allowableAmount"] - 1

    reasons = day.reads.cancellation_reasons("CDISFR", "Delivered")
    refund = {"orderSellerId": ORDER, "reason": reasons.items[0]["code"]}
    day.well("POST", "/order-cancellation-requests", refund)
    assert len(day.reads.cancellation_requests(ORDER).items) == 1
    sandbox.clock.advance(5)
    assert day.state(ORDER) == "Cancelled"

    told = [(e.kind, e.subject) for e in sandbox.ledger.effects]
    assert told == [
        ("accept", ORDER),
        ("refuse", OTHER),
        ("ship", ORDER),
        ("gesture", ORDER),
        ("refund", ORDER),
    ]


def offer(number: int, price: int = 20) -> dict[str, object]:
    taxes = [{"code": code, "value": 0} for code in ("VAT", "Ecotax", "Deatax")]
    return {
        "sellerExternalReference": f"S-{number:05d}",
        "product": {"gtin": "3760000000017"},
        "condition": "New",
        "price": {"price": price, "taxes": taxes},
        "quantity": number,
        "preparationTime": 1,
        "deliveryModes": [{"code": "THD", "cost": 5}],
    }


def test_a_package_of_offers(sandbox: Sandbox, connection: Connection) -> None:
    day = Day(connection)
    made = day.well("POST", "/offer-packages", {"packageType": "Upsert"})
    package = made.headers["content-location"].rpartition("/")[2]
    offers = [offer(n, price=0 if n == 7 else 20) for n in range(1, 1201)]
    for start in range(0, len(offers), 100):
        day.well("POST", f"/offer-packages/{package}/offer-requests", offers[start : start + 100])
    assert day.reads.package(package).items[0]["state"] == "WaitingForCompletion"
    assert day.reads.package_results(package).incomplete is not None  # asked too early
    assert day.reads.offers("CDISFR").items == ()

    day.well("PATCH", f"/offer-packages/{package}", {"state": "Ready"})
    sandbox.clock.advance(3)
    assert day.reads.package(package).items[0]["state"] == "Integrated"
    results = day.reads.package_results(package)
    assert results.incomplete is None
    rejected = [r for r in results.items if r["integrationStatus"] != "Integrated"]
    assert [r["sellerExternalReference"] for r in rejected] == ["S-00007"]
    assert rejected[0]["results"][0]["resultCode"] == "1906"
    assert len(results.items) == 1200

    shown = day.reads.offers("CDISFR")
    assert shown.incomplete is None
    assert len(shown.items) == 1199
    few = day.reads.offers("CDISFR", ["S-00007", "S-00008"])
    assert (few.incomplete, [o["quantity"] for o in few.items]) == (None, [8])
    assert len(sandbox.ledger.of("offer")) == 1199
