"""Lists read to their end, and lies found out."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine.octopia.paging import next_cursor
from engine.octopia.reads import OctopiaReads
from engine.sandbox.faults import Rule
from engine.sandbox.server import Sandbox
from engine.sandbox.settings import Settings
from engine.transport.connection import Connection
from engine.transport.outcome import Answer, Call, Reading


@pytest.fixture
def reads(connection: Connection) -> OctopiaReads:
    return OctopiaReads(connection)


def many(start_sandbox: Callable[..., Sandbox], orders: int) -> Sandbox:
    return start_sandbox(settings=Settings(orders=orders))


def test_an_order_is_read_exactly(reads: OctopiaReads) -> None:
    found = reads.order("SB10001-000003")
    assert found.incomplete is None
    assert found.items[0]["orderId"] == "SB10001-000003"
    price = found.items[0]["totalPrice"]["sellingPrice"]
    assert isinstance(price, Decimal | int)
    assert not isinstance(price, float)


def test_an_order_that_is_not_there(reads: OctopiaReads) -> None:
    assert reads.order("SB10001-999999") == Reading((), None, None)


def test_a_gateways_404_proves_nothing() -> None:
    class Gateway:
        seller = "10001"

        def send(self, _: Call) -> Answer:
            return Answer(404, {}, None, fault="its content type is `text/html`, not JSON")

    assert OctopiaReads(Gateway()).order("1").incomplete is not None  # type: ignore[arg-type]


def test_ids_are_quoted(reads: OctopiaReads) -> None:
    assert reads.order("a/b?c#d%").incomplete is None


@pytest.mark.parametrize("orders", [0, 1, 99, 100, 101, 250, 300])
def test_every_page_of_the_orders_is_read(
    start_sandbox: Callable[..., Sandbox], connect_to: Callable[..., Connection], orders: int
) -> None:
    found = OctopiaReads(connect_to(many(start_sandbox, orders))).orders({})
    assert found.incomplete is None
    assert len({o["orderId"] for o in found.items}) == orders


def test_orders_of_a_state(reads: OctopiaReads) -> None:
    found = reads.orders({"status": "WaitingAcceptance,Shipped", "salesChannelId": "CDISFR"})
    assert found.incomplete is None
    assert {o["status"] for o in found.items} == {"WaitingAcceptance", "Shipped"}


def test_an_unknown_state_is_refused(reads: OctopiaReads) -> None:
    found = reads.orders({"status": "Lost"})
    assert found.incomplete is not None
    assert "400" in found.incomplete


@pytest.mark.parametrize("page", [0, 1, 2])
@pytest.mark.parametrize("lie", ["missing-page", "repeated-page"])
def test_a_lost_or_repeated_page_is_found_out(
    start_sandbox: Callable[..., Sandbox],
    connect_to: Callable[..., Connection],
    lie: str,
    page: int,
) -> None:
    sandbox = many(start_sandbox, 250)
    sandbox.script.rules = [Rule(lie, on="GET /orders", skip=page)]
    found = OctopiaReads(connect_to(sandbox)).orders({})
    if (lie, page) == ("repeated-page", 0):
        assert found.incomplete is None  # the first page, when it was asked for
    else:
        assert found.incomplete is not None


def test_an_ignored_filter_is_found_out(sandbox: Sandbox, reads: OctopiaReads) -> None:
    sandbox.script.rules = [Rule("ignored-filter", times=None)]
    found = reads.orders({"status": "Shipped"})
    assert found.incomplete is not None
    assert "filter" in found.incomplete


def cancel(order: str) -> Call:
    body = f'{{"orderSellerId":"{order}","reason":"seller-out-of-stock"}}'.encode()
    return Call("POST", "/order-cancellation-requests", (), body)


def test_requests_of_another_order_prove_nothing(
    sandbox: Sandbox, connection: Connection, reads: OctopiaReads
) -> None:
    connection.send(cancel("SB10001-000002"))
    sandbox.script.rules = [Rule("ignored-filter", times=None)]
    assert reads.cancellation_requests("SB10001-000003").incomplete is not None
    sandbox.script.rules = []
    assert reads.cancellation_requests("SB10001-000003") == Reading((), None, None)
    own = reads.cancellation_requests("SB10001-000002")
    assert [r["reason"] for r in own.items] == ["seller-out-of-stock"]


def test_a_read_may_lag(sandbox: Sandbox, connection: Connection, reads: OctopiaReads) -> None:
    sandbox.clock.advance(600)
    connection.send(cancel("SB10001-000002"))
    sandbox.script.rules = [Rule("lag", on="GET *", seconds=60, times=None)]
    assert reads.cancellation_requests("SB10001-000002").items == ()
    assert {line["status"] for line in reads.order("SB10001-000002").items[0]["lines"]} == {
        "InPreparation"
    }
    sandbox.clock.advance(61)
    assert len(reads.cancellation_requests("SB10001-000002").items) == 1


@pytest.mark.parametrize(
    "fault", ["500-before", "html", "wrong-schema", "truncated", "huge", "redirect", "403"]
)
def test_what_cannot_be_believed_is_incomplete(
    sandbox: Sandbox, reads: OctopiaReads, fault: str
) -> None:
    sandbox.script.rules = [Rule(fault, on="GET *", times=None)]
    for found in (reads.orders({}), reads.order("SB10001-000001"), reads.carriers()):
        assert found.incomplete is not None
        assert found.items == ()


def test_carriers_and_reasons(reads: OctopiaReads) -> None:
    carriers = reads.carriers()
    assert {"Colissimo", "autre"} <= {c["label"].strip() for c in carriers.items}
    reasons = reads.cancellation_reasons("CDISFR", "InPreparation")
    assert "seller-out-of-stock" in {r["code"] for r in reasons.items}
    assert reads.cancellation_reasons("CDISFR", "Refused").items == ()


# Cursors, where the sandbox does not say everything that a server might


class Pages:
    """Answers one after the other."""

    seller = "10001"

    def __init__(self, *pages: Answer) -> None:
        self.pages, self.calls = list(pages), []

    def send(self, call: Call) -> Any:
        self.calls.append(call.path)
        return self.pages.pop(0)


def offer_page(*references: str, link: str = "") -> Answer:
    items = [{"sellerExternalReference": r, "offerState": "Active"} for r in references]
    return Answer(200, {"link": link} if link else {}, {"items": items})


NEXT = '<https://api.example.test/offers?limit=5&CURSOR=b%2Bc>; rel="next"'


def test_the_cursor_is_taken_and_the_address_is_not() -> None:
    pages = Pages(offer_page("a", link=NEXT), offer_page("b"))
    found = OctopiaReads(pages).offers("CDISFR")  # type: ignore[arg-type]
    assert [o["sellerExternalReference"] for o in found.items] == ["a", "b"]
    assert found.incomplete is None
    assert pages.calls[1] == "/offers?salesChannelId=CDISFR&limit=1000&cursor=b%2Bc"


@pytest.mark.parametrize(
    "pages",
    [
        [offer_page("a", link=NEXT), offer_page("b", link=NEXT)],
        [offer_page("a", link='<https://x.test/offers?page=2>; rel="next"')],
        [offer_page("a", link=NEXT), offer_page("a")],
        [offer_page(link=NEXT), offer_page("a")],
        [offer_page("a", link=NEXT), Answer(500)],
    ],
    ids=["leads back", "leads nowhere", "comes twice", "empty in the middle", "fails"],
)
def test_lists_that_are_not_whole(pages: list[Answer]) -> None:
    found = OctopiaReads(Pages(*pages)).offers("CDISFR")  # type: ignore[arg-type]
    assert found.incomplete is not None


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        ("", None),
        ('</offers?cursor=x>; rel="prev"', None),
        ('</offers?Cursor=x>; rel="prev", </offers?Cursor=y>; rel="next"', "y"),
        ('</offers?cursor=x>; rel="last next"', "x"),
        ("</offers?cursor=x>; rel=next", "x"),
        ('</offers?page=2>; rel="next"', ""),
    ],
)
def test_links(link: str, cursor: str | None) -> None:
    assert next_cursor(Answer(200, {"link": link}, {})) == cursor


def test_references_that_could_be_misread_are_picked_out_of_all() -> None:
    pages = Pages(offer_page("a,b", "c"))
    found = OctopiaReads(pages).offers("CDISFR", ["a,b"])  # type: ignore[arg-type]
    assert [o["sellerExternalReference"] for o in found.items] == ["a,b"]
    assert "sellerExternalReferences" not in pages.calls[0]
