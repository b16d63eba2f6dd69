"""Offer packages at the sandbox: nothing shows before Ready, each offer has its result."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.sandbox.server import Sandbox
from engine.sandbox.settings import Settings
from engine.sandbox.xml_packages import json_words

OFFER: dict[str, Any] = {
    "sellerExternalReference": "OIL-5L",
    "product": {"gtin": "3760000000017"},
    "condition": "New",
    "price": {
        "price": 19.90,
        "originPrice": 24.90,
        "taxes": [
            {"code": "VAT", "value": 20},
            {"code": "Ecotax", "value": 0},
            {"code": "Deatax", "value": 0},
        ],
    },
    "quantity": 42,
    "preparationTime": 1,
    "deliveryModes": [{"code": "THD", "cost": 4.99, "additionalCost": 0.50}],
}


class Caller:
    """A client that checks nothing."""

    def __init__(self, sandbox: Sandbox) -> None:
        form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        token = requests.post(sandbox.token_url, data=form, timeout=5).json()["access_token"]
        self.base = sandbox.base
        self._headers = {
            "Authorization": f"Bearer {token}",
            "SellerId": "10001",
            "SalesChannelId": "CDISFR",
        }

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        found = {**self._headers, **headers}
        return requests.request(method, self.base + path, json=body, headers=found, timeout=5)

    def create(self, kind: str = "Upsert") -> str:
        answer = self("POST", "/offer-packages", {"packageType": kind})
        assert (answer.status_code, answer.content) == (201, b"")
        return answer.headers["Content-Location"].rpartition("/")[2]

    def upload(self, package: str, *offers: Any) -> int:
        return self("POST", f"/offer-packages/{package}/offer-requests", list(offers)).status_code

    def ready(self, package: str) -> int:
        return self("PATCH", f"/offer-packages/{package}", {"state": "Ready"}).status_code

    def state(self, package: str) -> str:
        return self("GET", f"/offer-packages/{package}").json()["state"]

    def results(self, package: str) -> Any:
        return self("GET", f"/offer-packages/{package}/offer-requests-results?limit=1000")

    def shown(self) -> list[Any]:
        return self("GET", "/offers?salesChannelId=CDISFR&limit=1000").json()["items"]


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox(settings=Settings(token_seconds=10_000_000))


@pytest.fixture
def call(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


def push(sandbox: Sandbox, call: Caller, *offers: Any, kind: str = "Upsert") -> dict[str, Any]:
    """Results by reference: status and codes."""
    package = call.create(kind)
    assert call.upload(package, *offers) in {200, 201}
    assert call.ready(package) == 204
    sandbox.clock.advance(3)
    return {
        r["sellerExternalReference"]: (
            r["integrationStatus"],
            [c["resultCode"] for c in r["results"]],
        )
        for r in call.results(package).json()["items"]
    }


def test_a_package_goes_its_way(sandbox: Sandbox, call: Caller) -> None:
    package = call.create()
    assert call.state(package) == "WaitingForCompletion"
    call.upload(package, OFFER)
    assert call.results(package).status_code == 400
    assert call.shown() == []
    assert call.ready(package) == 204
    assert call.state(package) == "Ready"
    sandbox.clock.advance(1)
    assert call.state(package) == "IntegrationPending"
    assert call.shown() == []
    sandbox.clock.advance(2)
    assert call.state(package) == "Integrated"
    assert [o["offerState"] for o in call.shown()] == ["Active"]
    assert [e.kind for e in sandbox.ledger.effects] == [
        "package-created",
        "offers-uploaded",
        "package-ready",
        "offer",
        "package-integrated",
    ]


def test_a_package_that_is_ready_takes_nothing_more(call: Caller) -> None:
    package = call.create()
    call.upload(package, OFFER)
    call.ready(package)
    assert call.upload(package, OFFER) == 409
    assert call.ready(package) == 409


def test_bounds_of_uploads(call: Caller) -> None:
    package = call.create()
    many = [{**OFFER, "sellerExternalReference": f"S{n}"} for n in range(101)]
    assert call.upload(package, *many) == 400
    assert call.upload(package) == 400
    assert call.upload(package, *many[:100]) == 201
    assert call.ready(call.create()) == 422  # nothing in it


@pytest.mark.parametrize("kind", ["upsert", "Replace", None])
def test_kinds_of_packages_are_written_exactly(call: Caller, kind: str | None) -> None:
    assert call("POST", "/offer-packages", {"packageType": kind}).status_code == 400


def test_a_package_needs_its_channel(call: Caller) -> None:
    answer = call("POST", "/offer-packages", {"packageType": "Upsert"}, SalesChannelId="")
    assert answer.status_code == 400
    assert "SalesChannelId" in answer.json()["errors"]


def test_the_same_offer_twice_is_no_offer(sandbox: Sandbox, call: Caller) -> None:
    results = push(sandbox, call, OFFER, {**OFFER, "quantity": 1})
    assert results == {"OIL-5L": ("Duplicated", ["2503"])}
    assert call.shown() == []


WRONG = {
    "no price": ({"price": {"taxes": OFFER["price"]["taxes"]}}, "1006"),
    "price 0": ({"price": {**OFFER["price"], "price": 0}}, "1906"),
    "struck price below": ({"price": {**OFFER["price"], "originPrice": 19.9}}, "2318"),
    "no eco tax": ({"price": {**OFFER["price"], "taxes": [{"code": "VAT", "value": 20}]}}, "1008"),
    "check digit": ({"product": {"gtin": "3760000000018"}}, "1601"),
    "too short": ({"product": {"gtin": "37600000"}}, "1601"),
    "condition": ({"condition": "Good"}, "1302"),
    "negative stock": ({"quantity": -1}, "1705"),
    "half a piece": ({"quantity": 1.5}, "1105"),
    "not tracked": ({"deliveryModes": [{"code": "SHD", "cost": 1}]}, "1045"),
    "dear shipping": ({"deliveryModes": [{"code": "THD", "cost": 30.01}]}, "3512"),
    "reference": ({"sellerExternalReference": "a|b"}, "1103"),
    "long reference": ({"sellerExternalReference": "a" * 51}, "1203"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_offers_are_rejected_with_their_code(
    sandbox: Sandbox, call: Caller, name: str
) -> None:
    change, code = WRONG[name]
    ((status, codes),) = push(sandbox, call, {**OFFER, **change}).values()
    assert status == "Rejected"
    assert code in codes
    assert call.shown() == []


def test_an_update_changes_what_it_names(sandbox: Sandbox, call: Caller) -> None:
    light = {"sellerExternalReference": "OIL-5L", "price": {"price": 18.9}, "quantity": 7}
    assert push(sandbox, call, light, kind="Update") == {"OIL-5L": ("Rejected", ["3628"])}
    assert push(sandbox, call, OFFER) == {"OIL-5L": ("Integrated", ["8000"])}
    assert push(sandbox, call, light, kind="Update") == {"OIL-5L": ("Integrated", ["9000"])}
    (shown,) = call.shown()
    assert (shown["integrationPrice"]["price"], shown["quantity"]) == (18.9, 7)
    assert shown["condition"] == "New"


def test_a_stock_of_0_takes_an_offer_off_sale(sandbox: Sandbox, call: Caller) -> None:
    push(sandbox, call, {**OFFER, "quantity": 0})
    assert [o["offerState"] for o in call.shown()] == ["Inactive"]


def test_what_is_too_big_for_tracked_delivery_goes_another_way(
    sandbox: Sandbox, call: Caller
) -> None:
    big = {**OFFER, "deliveryModes": [{"code": "FDHD", "cost": 39}]}
    assert push(sandbox, call, big) == {"OIL-5L": ("Integrated", ["8000"])}


def test_a_deleted_offer_is_gone(sandbox: Sandbox, call: Caller) -> None:
    push(sandbox, call, OFFER)
    push(sandbox, call, {"sellerExternalReference": "OIL-5L"}, kind="Delete")
    assert call.shown() == []


def test_a_package_expires_unless_it_is_made_ready(sandbox: Sandbox, call: Caller) -> None:
    package = call.create()
    call.upload(package, OFFER)
    sandbox.clock.advance(6 * 3600 + 1)
    assert call.state(package) == "Rejected"
    assert call.ready(package) == 409


def test_results_are_kept_three_days(sandbox: Sandbox, call: Caller) -> None:
    package = call.create()
    call.upload(package, OFFER)
    call.ready(package)
    sandbox.clock.advance(3)
    assert call.results(package).status_code == 200
    sandbox.clock.advance(3 * 86_400 + 1)
    assert call.results(package).status_code == 404


def test_results_come_in_pages(sandbox: Sandbox, call: Caller) -> None:
    package = call.create()
    for start in range(0, 250, 100):
        part = range(start, min(start + 100, 250))
        call.upload(package, *({**OFFER, "sellerExternalReference": f"S{n}"} for n in part))
    call.ready(package)
    sandbox.clock.advance(3)
    path, found = f"/offer-packages/{package}/offer-requests-results?limit=100", []
    while path:
        answer = call("GET", path)
        found += answer.json()["items"]
        assert len(found) <= 250
        link = answer.links.get("next")
        path = link["url"].removeprefix("/seller/v2") if link else ""
    assert len({r["sellerExternalReference"] for r in found}) == len(found) == 250


XML = """<OfferPackage Name="a" PackageType="{kind}" PurgeAndReplace="false"
 xmlns="clr-namespace:Cdiscount.Service.OfferIntegration.Pivot;assembly=Cdiscount.Service.OfferIntegration">
<OfferPackage.Offers><OfferCollection Capacity="1"><Offer ProductEan="3760000000017"
 SellerProductId="OIL-5L" ProductCondition="6" Stock="40" Price="{price}" Vat="20" EcoPart="0"
 DeaTax="0" PreparationTime="1"><Offer.ShippingInformationList><ShippingInformationList Capacity="1">
<ShippingInformation DeliveryMode="Tracked" ShippingCharges="4.99"/></ShippingInformationList>
</Offer.ShippingInformationList></Offer></OfferCollection></OfferPackage.Offers></OfferPackage>"""


def write_zip(path: Path, price: str, *, parts: bool = True, kind: str = "Full") -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Content/offers.xml", XML.format(price=price, kind=kind))
        if parts:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("_rels/.rels", "<Relationships/>")


@pytest.mark.parametrize(
    ("price", "parts", "state"),
    [("29.90", True, "Integrated"), ("0", True, "Integrated"), ("29.90", False, "Rejected")],
)
def test_an_xml_package(
    start_sandbox: Callable[..., Sandbox], tmp_path: Path, price: str, state: str, *, parts: bool
) -> None:
    sandbox = start_sandbox(files=tmp_path)
    call = Caller(sandbox)
    write_zip(tmp_path / "offers-1.zip", price, parts=parts)
    answer = call("POST", "/offer-integration-packages", "https://feeds.example.test/offers-1.zip")
    number = answer.json()["packageId"]
    sandbox.clock.advance(3)
    package = call("GET", f"/offer-integration-packages/{number}").json()
    assert package["state"] == state
    shown = {o["sellerExternalReference"]: o["quantity"] for o in call.shown()}
    assert shown == ({"OIL-5L": 40} if price != "0" and parts else {})


def test_every_condition_that_is_known_is_taken(sandbox: Sandbox, call: Caller) -> None:
    words = json_words("ProductCondition")
    assert set(words) == set("123456789")
    offers = [
        {**OFFER, "sellerExternalReference": f"C{n}", "condition": word}
        for n, word in enumerate(words.values())
    ]
    assert {status for status, _ in push(sandbox, call, *offers).values()} == {"Integrated"}


@pytest.mark.parametrize("body", ["file:///etc/passwd", {"url": "https://x.test"}, 7])
def test_only_addresses_are_taken(call: Caller, body: Any) -> None:
    assert call("POST", "/offer-integration-packages", body).status_code == 400
