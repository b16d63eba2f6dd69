"""XML packages: a ZIP at an address that the marketplace fetches, with one file of offers in it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field

from engine.resources import bundled
from engine.sandbox.clock import SandboxClock
from engine.sandbox.ledger import Ledger
from engine.sandbox.offers import Key, Offers
from engine.sandbox.packages import INTEGRATED, PENDING, REJECTED, reference_fault
from engine.sandbox.problems import RefusedError
from engine.sandbox.settings import CHANNEL, Settings

Json = dict[str, Any]
PARTS = frozenset({"[Content_Types].xml", "_rels/.rels"})
OFFERS = ("Content/offers.xml", "Content/Offers.xml")
MOST_OFFERS = 40_000
LARGEST = 256 * 1024 * 1024
SCHEMA = "schemas/offer.schema.json"
SUBMITTED = "Submitted"
Fetch = Callable[[str], bytes]


class XmlPackage(Struct):
    """A package and where it stands."""

    id: int
    seller: str
    url: str
    since: datetime
    state: str = SUBMITTED
    logs: list[Json] = field(default_factory=list)
    why: str = ""


class XmlPackages:
    """The XML packages of all sellers."""

    def __init__(
        self,
        settings: Settings,
        clock: SandboxClock,
        ledger: Ledger,
        offers: Offers,
        fetch: Fetch,
    ) -> None:
        self._settings, self._clock, self._ledger = settings, clock, ledger
        self._offers, self._fetch = offers, fetch
        self.packages: dict[str, XmlPackage] = {}

    def submit(self, seller: str, body: Any) -> XmlPackage:
        """Take the address of a ZIP; it is fetched and integrated later."""
        if not isinstance(body, str) or urlsplit(body).scheme not in {"http", "https"}:
            raise RefusedError(400, "The address of a package is expected, as a JSON text.")
        number = 9_000_000 + len(self.packages) + 1
        package = XmlPackage(number, seller, body, self._clock.now())
        self.packages[str(number)] = package
        self._ledger.enter(package.since, seller, "xml-package", str(number), {"url": body})
        return package

    def get(self, seller: str, number: str) -> XmlPackage:
        """A seller's package."""
        found = self.packages.get(number)
        if found is None or found.seller != seller:
            raise RefusedError(404, f"No package {number}.")
        return found

    def catch_up(self) -> None:
        """Let packages come as far as they are by now."""
        now = self._clock.now()
        for package in self.packages.values():
            pending = package.since + timedelta(seconds=self._settings.pending_seconds)
            if package.state == SUBMITTED and now >= pending:
                package.state = PENDING
            if package.state == PENDING:
                done = package.since + timedelta(seconds=self._settings.integration_seconds)
                if now >= done:
                    self._integrate(package, done)

    def _integrate(self, package: XmlPackage, at: datetime) -> None:
        try:
            rows = read_package(self._fetch(package.url))
        except (OSError, ValueError) as fault:
            package.state, package.why = REJECTED, str(fault)
            return
        for row in rows:
            package.logs.append(self._integrate_one(package, row, at))
        package.state = INTEGRATED

    def _integrate_one(self, package: XmlPackage, row: Json, at: datetime) -> Json:
        reference = row["sellerExternalReference"]
        key: Key = (package.seller, CHANNEL, reference)
        kind = row.pop("kind")
        verdict = self._offers.judge(key, kind, row)
        fault = reference_fault(reference)
        codes = (fault, *verdict.codes) if fault else verdict.codes
        taken = fault is None and verdict.taken
        if taken:
            offer = self._offers.apply(key, kind, row, at).body
            detail = {"package": str(package.id), "quantity": offer.get("quantity")}
            detail["price"] = offer.get("price", {}).get("price")
            self._ledger.enter(at, package.seller, "offer", reference, detail)
        return {
            "sellerProductId": reference,
            "offerIntegrationStatus": "Integrated" if taken else "Rejected",
            "propertyList": [{"code": code, "message": words} for code, words in codes],
        }


def read_package(content: bytes) -> list[Json]:
    """The offers of a ZIP, as requests of a JSON package would ask for them.

    Raises:
        ValueError: it is no such package.
    """
    from lxml import etree  # noqa: PLC0415 - only XML packages need it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            found = next((name for name in OFFERS if name in names), None)
            if not names >= PARTS or found is None:
                raise ValueError("a part of the package is missing")
            if archive.getinfo(found).file_size > LARGEST:
                raise ValueError("the package is too large")
            text = archive.read(found)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(text, parser)
    except (zipfile.BadZipFile, etree.XMLSyntaxError) as fault:
        raise ValueError(f"the package cannot be read: {type(fault).__name__}") from None
    offers = root.findall(".//{*}Offer")
    if len(offers) > MOST_OFFERS:
        raise ValueError(f"a package holds at most {MOST_OFFERS} offers")
    light = root.get("PackageType") == "StockAndPrice"
    return [_row(offer.attrib, offer, light=light) for offer in offers]


def _row(said: Any, offer: Any, *, light: bool) -> Json:
    row: Json = {"sellerExternalReference": said.get("SellerProductId", "")}
    row["kind"] = "Update" if light else "Upsert"
    price = {"price": _amount(said.get("Price")), "originPrice": _amount(said.get("StrikedPrice"))}
    taxes = {"VAT": "Vat", "Ecotax": "EcoPart", "Deatax": "DeaTax"}
    found = [{"code": c, "value": _amount(said.get(n))} for c, n in taxes.items() if n in said]
    row["price"] = {k: v for k, v in price.items() if v is not None}
    if found:
        row["price"]["taxes"] = found
    for name, attribute in (("quantity", "Stock"), ("preparationTime", "PreparationTime")):
        if attribute in said:
            text = said[attribute]
            row[name] = int(text) if text.isdecimal() else text
    if light:
        return row
    row["product"] = {"gtin": said.get("ProductEan")}
    row["condition"] = json_words("ProductCondition").get(said.get("ProductCondition", ""))
    modes = [m.attrib for m in offer.findall(".//{*}ShippingInformation")]
    codes = json_words("ShippingInformationDeliveryMode")
    row["deliveryModes"] = [
        {
            "code": codes.get(mode.get("DeliveryMode"), mode.get("DeliveryMode")),
            "cost": _amount(mode.get("ShippingCharges")),
        }
        for mode in modes
    ]
    return row


@cache
def json_words(attribute: str) -> dict[str, str]:
    """What a JSON package writes for each word that an XML package writes of `attribute`.

    Source: schemas/offer.schema.json; where JSON has no word of its own, it is `xml:` and XML's.
    """
    values = json.loads(bundled(SCHEMA))["properties"][attribute]["x-values"].values()
    return {value["xml"]: value["json"] or f"xml:{value['xml']}" for value in values}


def _amount(text: str | None) -> Decimal | str | None:
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def shown(package: XmlPackage) -> Json:
    """A package as `GET /offer-integration-packages/{packageId}` shows it."""
    return {
        "packageId": package.id,
        "state": package.state,
        "message": package.why,
        "offerLogs": package.logs,
    }
