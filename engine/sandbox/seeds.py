"""Orders to begin with: made up, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.sandbox.clock import written
from engine.sandbox.settings import Settings

STATES = ("WaitingAcceptance", "InPreparation", "Shipped", "WaitingAcceptance", "Accepted")
STREETS = ("rue des Essais", "avenue du Modèle", "place de la Maquette")
CITIES = (("33000", "Bordeaux"), ("59000", "Lille"), ("69003", "Lyon"))


def seeded_orders(settings: Settings, now: datetime) -> Iterator[dict[str, Any]]:
    """The orders of every seller; states go round, so that each is there from five orders on."""
    chance = random.Random(settings.seed)  # noqa: S311 - the same orders for the same seed
    for seller in settings.sellers:
        for number in range(1, settings.orders + 1):
            order = f"SB{seller}-{number:06d}"
            state = STATES[(number - 1) % len(STATES)]
            yield made_up_order(seller, settings.channels[0], order, state, now=now, chance=chance)


def made_up_order(
    seller: str, channel: str, order: str, state: str, *, now: datetime, chance: random.Random
) -> dict[str, Any]:
    """An order as `GET /orders` shows it, of a customer who does not exist."""
    placed = now - timedelta(minutes=chance.randrange(10, 600))
    lines = [_line(order, number, state, chance) for number in range(1, chance.randrange(1, 3) + 1)]
    total = sum((line["totalPrice"]["sellingPrice"] for line in lines), Decimal(0))
    address = _address(chance)
    if state in {"InPreparation", "Shipped", "Delivered"}:
        for line in lines:
            line["shippingAddress"] = address
    if state in {"Shipped", "Delivered"}:
        parcel = {"parcelNumber": f"PC{order}", "carrierName": "Colissimo", "trackingUrl": None}
        for line in lines:
            line["parcels"] = [parcel]
    return {
        "orderId": order,
        "reference": f"REF-{order}",
        "businessOrder": False,
        "status": state,
        "currencyCode": "EUR",
        "salesChannel": {"id": channel, "name": "Cdiscount"},
        "seller": {"id": seller},
        "customer": {"reference": f"C{chance.randrange(10**8):08d}"},
        "purchasedAt": written(placed),
        "createdAt": written(placed),
        "updatedAt": written(placed),
        "shippedAtMax": written(now + timedelta(days=2)),
        "payment": {"method": "CreditCard"},
        "serviceFees": [],
        "statusEvents": [{"status": state, "createdAt": written(placed)}],
        "totalPrice": {"offerPrice": total, "sellingPrice": total},
        "billingAddress": address,
        "lines": lines,
    }


def _line(order: str, number: int, state: str, chance: random.Random) -> dict[str, Any]:
    price = Decimal(chance.randrange(500, 20_000)) / 100
    amounts = {"offerPrice": price, "sellingPrice": price}
    sale = {"unitSalesPrice": price, "shippingCost": Decimal("4.99"), "taxes": []}
    sku = f"SKU-{chance.randrange(1, 50):03d}"
    return {
        "orderLineId": f"{order}-{number}",
        "status": state,
        "quantity": 1,
        "totalPrice": amounts,
        "offer": {
            "id": f"OF-{sku}",
            "sellerProductId": sku,
            "supplyMode": "Seller",
            "productId": f"AUC{sku}",
            "productTitle": f"Product {sku}",
            "productGtin": "3760000000017",
            "condition": "New",
        },
        "offerPrice": sale,
        "sellingPrice": sale,
        "delivery": {"mode": "TrackedHomeDelivery"},
        "shippingAddress": None,
        "parcels": [],
    }


def _address(chance: random.Random) -> dict[str, Any]:
    postal, city = chance.choice(CITIES)
    return {
        "civility": "MRS",
        "firstName": "Camille",
        "lastName": "Exemple",
        "addressLine1": f"{chance.randrange(1, 99)} {chance.choice(STREETS)}",
        "postalCode": postal,
        "city": city,
        "countryCode": "FR",
    }
