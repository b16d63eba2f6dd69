"""Lengow over the same transport: its token, its one endpoint for actions, its lists."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine.lengow.client import LengowReads, connect
from engine.transport.connection import Address, Connection
from engine.transport.http import Limits
from engine.transport.outcome import Answer, Call, Lost, NotSent
from engine.transport.secrets import Secret
from engine.transport.tokens import Credentials

ACTION = {
    "account_id": 7,
    "marketplace": "cdiscount_octopia",
    "marketplace_order_id": "A1",
    "action_type": "ship",
    "carrier": "Colissimo",
    "tracking_number": "XY1",
    "shipping_date": "2026-11-25",
}
SHIP = Call("POST", "/v3.0/orders/actions/", (), json.dumps(ACTION).encode())


def answered(data: Any, status: int = 200) -> Callable[[Any], None]:
    body = json.dumps(data).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"

    def behave(peer: Any) -> None:
        peer.read_request()
        peer.write(head.encode() + b"\r\nConnection: close\r\n\r\n" + body)

    return behave


def broken(peer: Any) -> None:
    peer.read_request()
    peer.reset()


TOKEN = answered({"token": "t0ken", "account_id": 7})


@pytest.fixture
def server(serve: Any) -> Any:
    return serve


def connected(port: int, clock: Any) -> Connection:
    base = f"http://127.0.0.1:{port}"
    return connect(
        "7",
        Credentials(Secret("access"), Secret("s3cret")),
        address=Address(base, f"{base}/access/get_token"),
        clock=clock,
        limits=Limits(connect=1000, read=500, whole=2000),
    )


def test_an_action_is_sent_with_the_bare_token(serve: Any, clock: Any) -> None:
    server = serve(TOKEN, answered({"id": 42}, 201))
    outcome = connected(server.port, clock).send(SHIP)
    assert isinstance(outcome, Answer)
    assert outcome.well
    assert outcome.body == {"id": 42}
    asked, sent = (bytes(peer.received) for peer in server.peers)
    assert asked.endswith(b"access_token=access&secret=s3cret")
    assert b"\r\nauthorization: t0ken\r\n" in sent.lower()
    assert sent.endswith(json.dumps(ACTION).encode())


def test_a_lost_action_is_lost_and_not_repeated(serve: Any, clock: Any) -> None:
    server = serve(TOKEN, broken)
    assert isinstance(connected(server.port, clock).send(SHIP), Lost)
    assert len(server.peers) == 2


def test_no_token_no_action(serve: Any, clock: Any) -> None:
    server = serve(answered({"error": {"code": 403}}, 403))
    assert isinstance(connected(server.port, clock).send(SHIP), NotSent)


def test_an_answer_without_an_id_is_not_believed(serve: Any, clock: Any) -> None:
    server = serve(TOKEN, answered({"queued": True}))
    outcome = connected(server.port, clock).send(SHIP)
    assert isinstance(outcome, Answer)
    assert outcome.fault is not None


def page(*ids: int, following: bool = False, count: int | None = None) -> Callable[[Any], None]:
    results = [{"id": n, "marketplace_order_id": "A1"} for n in ids]
    told = {} if count is None else {"count": count}
    return answered(
        {**told, "next": "https://x.test/?page=2" if following else None, "results": results}
    )


def test_actions_are_found_again_by_what_they_asked_for(serve: Any, clock: Any) -> None:
    server = serve(TOKEN, page(1, 2, following=True, count=3), page(3, count=3))
    found = LengowReads(connected(server.port, clock)).actions(ACTION)
    assert found.incomplete is None
    assert [a["id"] for a in found.items] == [1, 2, 3]
    asked = bytes(server.peers[1].received).split(b" ")[1].decode()
    assert "tracking_number=XY1" in asked
    assert "shipping_date" not in asked


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([page(1, count=2)], "2 are said"),
        ([page(1, following=True), page(1)], "served again"),
        ([page(1, following=True), answered({}, 403)], "403"),
        ([page(1, following=True), answered({"items": []})], "does not fit"),
        ([answered({"results": [{"id": 1, "marketplace_order_id": "B2"}]})], "filter"),
    ],
)
def test_lists_that_are_not_whole(serve: Any, clock: Any, pages: list[Any], words: str) -> None:
    server = serve(TOKEN, *pages)
    found = LengowReads(connected(server.port, clock)).actions(ACTION)
    assert words in (found.incomplete or "")
