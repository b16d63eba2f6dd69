"""Offers as the marketplace holds them, and what it says of each request to change one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeGuard

from msgspec import Struct

from engine.sandbox.clock import written
from engine.sandbox.versions import Versioned

Json = Mapping[str, Any]
Key = tuple[str, str, str]  # seller, channel, reference

CREATED, UPDATED = "8000", "9000"
# JSON's words; those that XML alone has come as `xml:3`, and count as well.
CONDITIONS = frozenset(
    {
        *("New", "UsedLikeNew", "UsedVeryGoodState", "UsedGoodState", "UsedAverageState"),
        *("RefurbishedLikeNew", "RefurbishedVeryGoodState", "RefurbishedCorrectState"),
        *("xml:3", "xml:5"),
    }
)
HOME = frozenset({"THD", "FDHD", "SRHD", "WSHD"})  # tracked, or at home what is too big for that
MOST_STOCK = 10**10
CEILING = Decimal(30)
LOWEST_REFERENCE = Decimal("0.10")


class Verdict(Struct, frozen=True):
    """What becomes of one request: its codes, and whether it is taken."""

    codes: tuple[tuple[str, str], ...]  # code, message

    @property
    def taken(self) -> bool:
        """Whether the offer is changed."""
        return all(code[:2] in {"80", "90"} for code, _ in self.codes)


class Offer(Struct, frozen=True):
    """An offer on a channel; `removed` ones are not shown."""

    body: Json
    created: datetime
    updated: datetime
    removed: bool = False


class Offers:
    """All offers, by seller, channel and the seller's reference."""

    def __init__(self) -> None:
        self._offers: dict[Key, Versioned[Offer]] = {}

    def get(self, key: Key) -> Offer | None:
        """The offer, None where there is none (any more)."""
        found = self._offers.get(key)
        return found.value if found and not found.value.removed else None

    def judge(self, key: Key, kind: str, body: Any) -> Verdict:
        """What becomes of a request of a package of `kind`."""
        if not isinstance(body, dict):
            return _refused(("1128", "The offer is not an object."))
        found = self.get(key)
        if kind == "Delete":
            return _refused(("3628", "The offer does not exist.")) if not found else _good(UPDATED)
        if kind == "Update" and found is None:
            return _refused(("3628", "The offer does not exist."))
        faults = [*_required(body, kind), *_values(body)]
        return _refused(*faults) if faults else _good(UPDATED if found else CREATED)

    def apply(self, key: Key, kind: str, body: Json, now: datetime) -> Offer:
        """Change the offer as a request that was taken asks for."""
        found = self.get(key)
        changed = dict(body)
        if found is not None and kind in {"Update", "Delete"}:
            prices = {**found.body.get("price", {}), **body.get("price", {})}
            changed = {**found.body, **body, "price": prices}
        offer = Offer(changed, found.created if found else now, now, kind == "Delete")
        if key in self._offers:
            self._offers[key].put(now, offer)
        else:
            self._offers[key] = Versioned(now, offer)
        return offer

    def at(self, seller: str, channel: str, moment: datetime) -> list[tuple[Key, Offer]]:
        """A seller's offers on a channel as they were at `moment`."""
        return [
            (key, offer)
            for key, versions in self._offers.items()
            if key[:2] == (seller, channel)
            and (offer := versions.at(moment)) is not None
            and not offer.removed
        ]


def _good(code: str) -> Verdict:
    return Verdict(((code, "Offer created." if code == CREATED else "Offer updated."),))


def _refused(*codes: tuple[str, str]) -> Verdict:
    return Verdict(codes)


def _required(body: Json, kind: str) -> list[tuple[str, str]]:
    if kind == "Update":
        return []
    price = body.get("price")
    price = price if isinstance(price, dict) else {}
    product = body.get("product")
    product = product if isinstance(product, dict) else {}
    taxes = price.get("taxes")
    found = (
        {t.get("code") for t in taxes if isinstance(t, dict)} if isinstance(taxes, list) else set()
    )
    modes = body.get("deliveryModes")
    codes = (
        {m.get("code") for m in modes if isinstance(m, dict)} if isinstance(modes, list) else set()
    )
    wanted = [
        (product.get("gtin") or product.get("reference"), "1001", "The EAN is mandatory."),
        (body.get("condition"), "1002", "The condition is mandatory."),
        (body.get("quantity") is not None, "1005", "The stock is mandatory."),
        (price.get("price") is not None, "1006", "The price is mandatory."),
        (found & {"VAT", "vat"}, "1007", "The VAT is mandatory."),
        (found & {"Ecotax", "ecoTax"}, "1008", "The eco-participation is mandatory."),
        (found & {"Deatax", "deaTax"}, "1031", "The DEA is mandatory."),
        (body.get("preparationTime") is not None, "1010", "The preparation time is mandatory."),
        (HOME & codes, "1045", "Tracked home delivery is mandatory."),
    ]
    return [(code, words) for there, code, words in wanted if not there]


def _values(body: Json) -> list[tuple[str, str]]:
    """What is wrong with the values that are there."""
    faults = list(_price_faults(body.get("price")))
    product = body.get("product", {})
    gtin = product.get("gtin") if isinstance(product, dict) else None
    if gtin is not None and not _is_ean(gtin):
        faults.append(("1601", "The EAN is not valid."))
    if "condition" in body and body["condition"] not in CONDITIONS:
        faults.append(("1302", "The condition does not exist."))
    quantity = body.get("quantity", 0)
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        faults.append(("1105", "The stock has a wrong format."))
    elif not 0 <= quantity <= MOST_STOCK:
        faults.append(("1705", "The stock is out of bounds."))
    if not isinstance(body.get("preparationTime", 0), int):
        faults.append(("1110", "The preparation time has a wrong format."))
    for mode in body.get("deliveryModes") or ():
        cost = mode.get("cost") if isinstance(mode, dict) else None
        if not _is_amount(cost):
            faults.append(("1112", "Shipping fees have a wrong format."))
        elif mode.get("code") in {"NTHD", "THD", "SHD"} and cost > CEILING:
            faults.append(("3512", "Shipping fees are above the ceiling."))
    return faults


def _price_faults(price: Any) -> list[tuple[str, str]]:
    if price is None:
        return []
    if not isinstance(price, dict):
        return [("1106", "The price has a wrong format.")]
    amount, origin = price.get("price"), price.get("originPrice")
    if amount is not None and not _is_amount(amount):
        return [("1106", "The price has a wrong format.")]
    faults = []
    if amount is not None and amount <= 0:
        faults.append(("1906", "The price must be above 0."))
    if origin is not None and (not _is_amount(origin) or origin < LOWEST_REFERENCE):
        faults.append(("2018", "The reference price is too low."))
    elif origin is not None and amount is not None and origin <= amount:
        faults.append(("2318", "The reference price must be above the price."))
    eco = sum((t["value"] for t in price.get("taxes") or () if _is_eco(t)), Decimal(0))
    if _is_amount(amount) and amount < eco:
        faults.append(("2906", "The price is below the eco taxes."))
    return faults


def _is_eco(tax: Any) -> bool:
    if not isinstance(tax, dict) or not _is_amount(tax.get("value")):
        return False
    return str(tax.get("code")).lower() in {"ecotax", "deatax"}


def _is_amount(value: Any) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_ean(gtin: Any) -> bool:
    if not isinstance(gtin, str) or len(gtin) != 13 or not (gtin.isascii() and gtin.isdigit()):
        return False
    total = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(gtin[:12]))
    return (10 - total % 10) % 10 == int(gtin[12])


def shown(found: tuple[Key, Offer]) -> Json:
    """An offer as `GET /offers` shows it."""
    key, offer = found
    body, price = offer.body, offer.body.get("price", {})
    _, channel, reference = key
    return {
        "offerId": f"{key[0]}-{channel}-{reference}",
        "sellerExternalReference": reference,
        "offerState": "Active" if body.get("quantity") and price.get("price") else "Inactive",
        "createdAt": written(offer.created),
        "updatedAt": written(offer.updated),
        "product": body.get("product", {}),
        "condition": body.get("condition"),
        "quantity": body.get("quantity", 0),
        "preparationTime": body.get("preparationTime"),
        "integrationPrice": {k: v for k, v in price.items() if k != "taxes"},
        "facialPrice": {"price": price.get("price")},
        "deliveryModes": body.get("deliveryModes", []),
    }
