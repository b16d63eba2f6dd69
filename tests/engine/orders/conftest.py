"""Order documents built from what is known of them."""

import copy
from typing import Any

import pytest

OCTOPIA_ORDER: dict[str, Any] = {
    "orderId": "SCID000000001",
    "reference": "2507291000ABCDE",
    "businessOrder": False,
    "status": "InPreparation",
    "currencyCode": "EUR",
    "salesChannel": {"id": "CDISFR", "name": "Cdiscount"},
    "seller": {"id": 98979},
    "customer": {"reference": "C-77"},
    "purchasedAt": "2025-08-01T07:00:00Z",
    "createdAt": "2025-08-01T07:01:00Z",
    "updatedAt": "2025-08-01T09:30:00Z",
    "shippedAtMax": "2025-08-04T21:59:59Z",
    "payment": {"method": "Card"},
    "totalPrice": {"offerPrice": 24.89, "sellingPrice": 24.89},
    "lines": [
        {
            "orderLineId": "1",
            "status": "Accepted",
            "quantity": 2,
            "offer": {
                "id": "OFFER-REF",
                "sellerProductId": "TSHIRT-NAVY-M",
                "supplyMode": "Seller",
                "productGtin": "3760000000017",
                "condition": "New",
            },
            "offerPrice": {
                "unitSalesPrice": 9.95,
                "shippingCost": 4.99,
                "commission": {"amountWithVat": 3.00, "amountWithoutVat": 2.50, "rate": 15.0},
                "taxes": [{"code": "VAT", "target": "Product", "amount": 3.32, "rate": 20}],
            },
            "delivery": {
                "mode": "TrackedHomeDelivery",
                "promisedAtMin": "2025-08-05T00:00:00Z",
                "promisedAtMax": "2025-08-07T00:00:00Z",
                "shippedAtMax": "2025-08-04T21:59:59Z",
            },
            "shippingAddress": {"firstName": "Ada", "city": "Lyon", "countryCode": "FR"},
            "parcels": [],
        }
    ],
}

LENGOW_ORDER: dict[str, Any] = {
    "marketplace": "cdiscount_octopia",
    "marketplace_order_id": "SCID000000001",
    "marketplace_status": "InPreparation",
    "lengow_status": "waiting_shipment",
    "account_id": 1234,
    "anonymized": False,
    "merchant_order_id": ["1001"],
    "marketplace_order_date": "2025-08-01T09:00:00+02:00",
    "updated_at": "2025-08-01T09:30:00Z",
    "order_types": [{"type": "is_express", "label": "Express"}],
    "total_order": 24.89,
    "packages": [
        {
            "id": 1,
            "delivery": {
                "full_name": "Ada L.",
                "city": "Lyon",
                "trackings": [
                    {
                        "carrier": "Colissimo",
                        "method": "TRK",
                        "number": None,
                        "url": None,
                        "is_delivered_by_marketplace": False,
                    }
                ],
            },
            "cart": [
                {
                    "marketplace_order_line_id": "1",
                    "marketplace_status": "InPreparation",
                    "quantity": 2,
                    "amount": 19.90,
                    "merchant_product_id": {"id": "TSHIRT-NAVY-M", "field": "sku"},
                    "marketplace_product_id": "3760000000017",
                }
            ],
        }
    ],
}


@pytest.fixture
def octopia_order() -> dict[str, Any]:
    return copy.deepcopy(OCTOPIA_ORDER)


@pytest.fixture
def lengow_order() -> dict[str, Any]:
    return copy.deepcopy(LENGOW_ORDER)
