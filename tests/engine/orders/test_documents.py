import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics.codes import Severity
from engine.orders.documents import OrderRead, read_order, read_order_text, read_orders
from engine.orders.order import ConnectorName, OrderDocument, Shipper
from engine.orders.states import state_table

Json = dict[str, Any]


def order(read: Json, at: datetime | None = None) -> OrderDocument:
    found = one(read, at)
    assert found.document is not None, found.diagnostics
    return found.document


def one(read: Json, at: datetime | None = None) -> OrderRead:
    (found,) = read_order_text(json.dumps(read), at=at)
    return found


def told(found: OrderRead) -> list[str]:
    return [f"{d.code.number}: {d.says}" for d in found.diagnostics]


def test_an_octopia_order(octopia_order: Json) -> None:
    found = order(octopia_order)
    assert found.connector is ConnectorName.OCTOPIA
    assert (found.reference, found.number) == ("SCID000000001", "2507291000ABCDE")
    assert (found.marketplace, found.channel) == ("CDISFR", "cdiscount_octopia")
    assert (found.state, found.account) == ("InPreparation", "98979")
    assert found.placed_at == datetime(2025, 8, 1, 7, 0, tzinfo=UTC)
    assert found.ship_by == datetime(2025, 8, 4, 21, 59, 59, tzinfo=UTC)
    assert (found.shipper, found.may_ship, found.shipping_denied()) == (Shipper.SELLER, True, None)
    (line,) = found.lines
    assert (line.id, line.sku, line.quantity) == ("1", "TSHIRT-NAVY-M", 2)
    assert (line.supply_mode, line.delivery_mode) == ("Seller", "TrackedHomeDelivery")
    assert found.unknown == ()


def test_a_lengow_order(lengow_order: Json) -> None:
    found = order(lengow_order)
    assert found.connector is ConnectorName.LENGOW
    assert (found.reference, found.account) == ("SCID000000001", "1234")
    assert found.channel == "cdiscount_octopia"
    assert (found.state, found.lengow_status) == ("InPreparation", "waiting_shipment")
    assert found.placed_at == datetime(2025, 8, 1, 7, 0, tzinfo=UTC)
    assert (found.shipper, found.may_ship) == (Shipper.SELLER, True)
    assert [(line.id, line.state, line.sku) for line in found.lines] == [
        ("1", "InPreparation", "TSHIRT-NAVY-M")
    ]
    # A tracking without a number is no parcel.
    assert (found.parcels, found.unknown) == ((), ())


def test_parcels_that_were_declared(octopia_order: Json) -> None:
    parcel = {"parcelNumber": "XY1FR", "carrierName": "Colissimo", "trackingUrl": None}
    octopia_order["lines"][0]["parcels"] = [parcel]
    (found,) = order(octopia_order).parcels
    assert (found.number, found.carrier, found.url) == ("XY1FR", "Colissimo", None)


# -- the rename of 3 November 2025 -----------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "state", "faults"),
    [
        (datetime(2025, 11, 2, 12, tzinfo=UTC), "InPreparation", 0),
        # Old lines were rewritten on the 4th: until its end, in Paris, both names occur.
        (datetime(2025, 11, 4, 22, 59, tzinfo=UTC), "InPreparation", 0),
        (datetime(2025, 11, 4, 23, 0, tzinfo=UTC), "Accepted", 1),
    ],
)
def test_a_line_that_waits_for_shipment_was_called_accepted(
    octopia_order: Json, at: datetime, state: str, faults: int
) -> None:
    found = one(octopia_order, at)
    assert found.document is not None
    (line,) = found.document.lines
    assert (line.native, line.state) == ("Accepted", state)
    assert len(found.diagnostics) == faults
    if faults:
        assert told(found) == ["R409: the order is InPreparation, and line lines[0] is Accepted"]


def test_the_documents_own_time_counts_where_no_other_is_given(octopia_order: Json) -> None:
    assert order(octopia_order).lines[0].state == "InPreparation"  # updated in August 2025
    octopia_order["updatedAt"] = "2026-01-05T08:00:00Z"
    assert order(octopia_order).lines[0].state == "Accepted"
    del octopia_order["updatedAt"]
    assert order(octopia_order).lines[0].state == "Accepted"  # nothing is assumed


def test_a_line_accepted_in_an_accepted_order_was_never_renamed(octopia_order: Json) -> None:
    octopia_order["status"] = "Accepted"
    found = one(octopia_order, datetime(2025, 8, 1, tzinfo=UTC))
    assert found.document is not None
    assert (found.document.lines[0].state, found.diagnostics) == ("Accepted", ())


@pytest.mark.parametrize("spelling", ["CancelRequest", "CancelRequested", "cancelrequest"])
def test_a_line_may_wait_for_an_answer_to_a_cancellation(
    octopia_order: Json, spelling: str
) -> None:
    octopia_order["lines"][0]["status"] = spelling
    found = one(octopia_order)
    assert found.document is not None
    assert (found.document.lines[0].state, found.diagnostics) == ("CancelRequest", ())


# -- what the seller does not ship -----------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "shipper", "says"),
    [
        ("Fulfillment", Shipper.OTHER, "`lines[0].offer.supplyMode` holds “Fulfillment”"),
        ("Xdock", Shipper.OTHER, "`lines[0].offer.supplyMode` holds “Xdock”"),
        ("SellerPlus", Shipper.OTHER, "`lines[0].offer.supplyMode` holds “SellerPlus”"),
        (None, Shipper.UNSAID, "`lines[0].offer.supplyMode` holds nothing"),
    ],
)
def test_an_order_that_the_seller_does_not_ship(
    octopia_order: Json, mode: str | None, shipper: Shipper, says: str
) -> None:
    octopia_order["lines"][0]["offer"]["supplyMode"] = mode
    found = order(octopia_order)
    assert (found.shipper, found.may_ship) == (shipper, False)
    denied = found.shipping_denied()
    assert denied is not None
    assert denied.says == f"the seller ships nothing of this order: {says}"


def test_one_line_of_another_mode_is_enough(octopia_order: Json) -> None:
    line = json.loads(json.dumps(octopia_order["lines"][0]))
    line["offer"]["supplyMode"] = "Fulfillment"
    octopia_order["lines"].append(line)
    assert not order(octopia_order).may_ship


def test_an_order_without_lines_is_not_shipped(octopia_order: Json) -> None:
    octopia_order["lines"] = []
    assert order(octopia_order).shipper is Shipper.UNSAID
    assert not order(octopia_order).may_ship


@pytest.mark.parametrize(("flag", "may"), [(True, False), (False, True), ("maybe", False)])
def test_lengow_says_what_the_marketplace_ships(
    lengow_order: Json,
    flag: object,
    may: bool,  # noqa: FBT001 - a table of cases
) -> None:
    tracking = lengow_order["packages"][0]["delivery"]["trackings"][0]
    tracking["is_delivered_by_marketplace"] = flag
    assert order(lengow_order).may_ship is may


def test_lengow_may_say_it_as_the_type_of_the_order(lengow_order: Json) -> None:
    lengow_order["order_types"] = [{"type": "is_delivered_by_marketplace", "label": "FBC"}]
    assert not order(lengow_order).may_ship


def test_lengow_may_not_say_it_at_all(lengow_order: Json) -> None:
    lengow_order["packages"][0]["delivery"]["trackings"] = []
    assert (order(lengow_order).shipper, order(lengow_order).may_ship) == (Shipper.UNSAID, True)


# -- what is not known is kept ---------------------------------------------------------------


def test_unknown_fields_are_kept_with_their_path(octopia_order: Json) -> None:
    octopia_order["loyalty"] = {"points": 1.10}
    octopia_order["lines"][0]["offer"]["giftWrap"] = True
    kept = {u.path: u.value for u in order(octopia_order).unknown}
    assert kept == {"loyalty": {"points": Decimal("1.10")}, "lines[0].offer.giftWrap": True}


def test_unknown_values_are_kept_and_told(octopia_order: Json) -> None:
    octopia_order["lines"][0]["status"] = "OnTheMoon"
    found = one(octopia_order)
    assert found.document is not None
    assert (found.document.lines[0].native, found.document.lines[0].state) == ("OnTheMoon", None)
    assert told(found) == [
        "R405: `lines[0].status` holds “OnTheMoon”, which is not known here and is kept as it stands"
    ]


def test_an_unknown_channel_is_told_and_not_guessed(octopia_order: Json) -> None:
    octopia_order["salesChannel"] = {"id": "ELCOES"}
    found = one(octopia_order)
    assert found.document is not None
    assert (found.document.channel, found.document.marketplace) == (None, "ELCOES")
    assert [d.code.number for d in found.diagnostics] == ["R407"]


def test_an_unknown_state_is_kept_until_someone_asks(octopia_order: Json) -> None:
    octopia_order["status"] = "InPreperation"
    found = order(octopia_order)
    assert found.state == "InPreperation"
    asked = found.find_state(state_table())
    assert (asked.only, asked.closest) == (None, ("InPreparation",))


def test_the_state_of_a_lengow_order_may_be_lengows_alone(lengow_order: Json) -> None:
    del lengow_order["marketplace_status"]
    found = order({**lengow_order, "lengow_status": "shipped"})
    assert (found.state, found.lengow_only) == ("shipped", True)
    names = [n.name for n in found.find_state(state_table()).names]
    assert names == ["Shipped", "Delivered"]


# -- what cannot be read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"orderId": None}, "R403: the order has no `orderId`, and nothing can be done without it"),
        ({"orderId": "  "}, "R403: the order has no `orderId`, and nothing can be done without it"),
        ({"orderId": ["A"]}, "R404: `orderId` holds a list, which is not a text"),
        ({"orderId": "a\nb"}, "R404: `orderId` holds “a␊b”, which is not a text"),
        ({"status": True}, "R404: `status` holds true, which is not a text"),
        (
            {"salesChannel": {}},
            "R403: the order has no `salesChannel.id`, and nothing can be done without it",
        ),
    ],
)
def test_an_order_without_what_every_action_needs(
    octopia_order: Json, change: Json, says: str
) -> None:
    found = one({**octopia_order, **change})
    assert found.document is None
    assert told(found) == [says]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"updatedAt": "yesterday"}, "`updatedAt` holds “yesterday”, which is not a date and time"),
        ({"purchasedAt": "2025-08-01T09:00:00"}, "`purchasedAt` holds “2025-08-01T09:00:00”"),
        ({"lines": "none"}, "`lines` holds “none”, which is not a list"),
        ({"lines": [7]}, "`lines[0]` holds 7, which is not an object"),
        ({"seller": 98979}, "`seller` holds 98979, which is not an object"),
    ],
)
def test_what_cannot_be_read_is_set_aside(octopia_order: Json, change: Json, says: str) -> None:
    octopia_order["lines"][0]["status"] = "InPreparation"  # no rename is at stake
    found = one({**octopia_order, **change})
    assert found.document is not None
    (fault,) = found.diagnostics
    assert (fault.code.number, fault.severity) == ("R410", Severity.WARNING)
    assert fault.says.startswith(says)
    assert found.document.unknown != ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("{", "R401"),
        ("[" * 100_000, "R401"),
        (b'{"orderId":"\xff"}', "R401"),
        ('{"orderId":NaN}', "R401"),
        ('"\ud800"', "R401"),
        ("7", "R401"),
        ("{}", "R402"),
        ('{"orderId":"1","marketplace_order_id":"1"}', "R402"),
    ],
)
def test_a_text_that_is_no_order(text: str | bytes, number: str) -> None:
    (found,) = read_order_text(text)
    assert found.document is None
    assert [d.code.number for d in found.diagnostics] == [number]


def test_orders_come_line_by_line_and_in_pages(octopia_order: Json, lengow_order: Json) -> None:
    second = {**octopia_order, "orderId": "SCID000000002"}
    lines = [
        json.dumps(octopia_order),
        "",
        json.dumps({"itemsPerPage": 2, "items": [second, {"orderId": None}]}),
        json.dumps({"count": 1, "results": [lengow_order]}).encode(),
        "not an order",
    ]
    found = list(read_orders(lines, "orders.jsonl"))
    assert [f.document.reference if f.document else None for f in found] == [
        "SCID000000001",
        "SCID000000002",
        None,
        "SCID000000001",
        None,
    ]
    assert [str(f.place) for f in found] == [f"orders.jsonl:{n}:1" for n in (1, 3, 3, 4, 5)]


def test_orders_are_read_as_they_come(octopia_order: Json) -> None:
    asked = []

    def lines() -> Any:
        for number in range(3):
            asked.append(number)
            yield json.dumps(octopia_order)

    next(read_orders(lines(), "orders.jsonl"))
    assert asked == [0]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["orderId", "status", "salesChannel", "lines", "seller", "updatedAt"])
LENGOW_KEYS = st.sampled_from(["marketplace_order_id", "marketplace", "packages", "order_types"])


@given(ANYTHING, st.dictionaries(KEYS | LENGOW_KEYS, ANYTHING))
def test_no_document_makes_the_reader_fail(read: Any, fields: Json) -> None:
    for document in (read, fields, {"orderId": "1", **fields}):
        found = read_order(document)
        assert found.document is not None or found.diagnostics != ()
