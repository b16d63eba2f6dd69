"""`feedwright diff` of two plans, as a person or a program gets it; and its limits."""

from pathlib import Path

import pytest
from checking.plans import offer, write_offers, write_orders
from conftest import Feedwright, Ran
from pytest_snapshot.plugin import Snapshot

from engine.outbox.message import Kind
from engine.outbox.order_plan import Planned, Wanted

STYLES = ["text", "json", "markdown"]


def ship(order: str, carrier: str) -> Wanted:
    body = [{"parcelNumber": f"P-{order}", "carrierName": carrier}]
    return Wanted(Kind.SHIP, order, (), "POST", f"/orders/{order}/shipments", (), body)


@pytest.fixture
def offers(tmp_path: Path) -> Path:
    """Two plans of offers: `old` and `new`."""
    write_offers(
        tmp_path / "old",
        [
            offer("CH-1", "new", price="10.00"),
            offer("CH-2", price="20.00", quantity=5, note="a|b"),
            offer("CH-3", price="30.00"),
            offer("CH-4", price="40.00", preparationTime=2),
            offer("GONE", "withdrawn", price=None, quantity=0),
        ],
        counts={"unchanged": 10, "rejected": 1},
    )
    write_offers(
        tmp_path / "new",
        [
            offer("CH-1", price="12.00"),
            offer("CH-2", price="200.00", quantity=0, note="<b>"),
            offer("CH-3", price="30.00"),
            offer("CH-4", "withdrawn", price=None, quantity=0),
            offer("CH-5", "new"),
        ],
        counts={"unchanged": 7, "rejected": 4},
    )
    return tmp_path


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Two plans of orders."""
    old = [(Planned.NEW, "", ship("A", "GLS")), (Planned.NEW, "", ship("B", "GLS"))]
    new = [
        (Planned.KNOWN, "it is confirmed", ship("A", "Colissimo")),
        (Planned.NEW, "", ship("C", "GLS")),
    ]
    write_orders(tmp_path / "old", old)
    denied = {"line": 1, "order": "B", "action": "ship", "decision": "denied", "reason": "No"}
    write_orders(tmp_path / "new", new, denied=[denied])
    return tmp_path


def diff(feedwright: Feedwright, folder: Path, *words: str) -> Ran:
    return feedwright("diff", "old", "new", *words, cwd=folder)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", ["offers", "orders"])
def test_two_plans(
    kind: str,
    style: str,
    request: pytest.FixtureRequest,
    feedwright: Feedwright,
    golden: Snapshot,
) -> None:
    ran = diff(feedwright, request.getfixturevalue(kind), "--format", style)
    assert (ran.code, ran.err) == (1, "")
    golden.assert_match(ran.out, f"diff_plans_{kind}.{style}.txt")


def test_a_plan_beside_itself(offers: Path, feedwright: Feedwright) -> None:
    ran = feedwright("diff", "old", "old", cwd=offers)
    assert (ran.code, ran.out) == (0, "Both plans send the same.\n")


def test_limits_decide_the_exit_code(offers: Path, feedwright: Feedwright) -> None:
    # 3 of 15 rows more are rejected; a price is ten times what it was.
    assert diff(feedwright, offers, "--max-rejected", "+20%").code == 0
    beyond = diff(feedwright, offers, "--max-rejected", "+19%")
    assert (beyond.code, beyond.err) == (
        1,
        "feedwright: beyond the limit: 3 of 15 rows more are rejected\n",
    )
    assert diff(feedwright, offers, "--max-price-move", "900%").code == 0
    assert diff(feedwright, offers, "--max-price-move", "899%").code == 1


def test_plans_about_different_things(offers: Path, tmp_path: Path, feedwright: Feedwright) -> None:
    write_orders(tmp_path / "new", [(Planned.NEW, "", ship("A", "GLS"))])
    ran = diff(feedwright, offers)
    assert (ran.code, ran.out) == (2, "")
    assert "there is nothing to compare" in ran.err


def test_an_altered_plan_is_not_compared(offers: Path, feedwright: Feedwright) -> None:
    path = offers / "new"
    path.write_bytes(path.read_bytes().replace(b'"200.00"', b'"201.00"'))
    assert diff(feedwright, offers).code == 3


def test_xml_is_compared_by_its_attributes(tmp_path: Path, feedwright: Feedwright) -> None:
    import msgspec

    for name, price, mode in (("old", "1.00", "Tracked"), ("new", "1.10", "Normal")):
        xml = f'<Offer SellerProductId="A" Price="{price}"><Mode Code="{mode}"/></Offer>'
        line = msgspec.structs.replace(offer("A", price=price), carrier="xml", type="Full", xml=xml)
        write_offers(tmp_path / name, [line])
    ran = diff(feedwright, tmp_path)
    assert "Price: 1 offer\n  1 up, by +0.10 to +0.10\n" in ran.out
    assert "Mode.0.Code: 1 offer\n  A: Tracked -> Normal\n" in ran.out


def test_rules_still_need_a_feed(feedwright: Feedwright, tmp_path: Path) -> None:
    ran = feedwright("diff", "a.rules", "b.rules", cwd=tmp_path)
    assert ran.code == 2
    assert "Missing option '--feed'" in ran.err
