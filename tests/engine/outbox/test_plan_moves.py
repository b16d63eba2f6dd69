"""What a plan of offers comes to: how far prices and stock move, and what is looked at first."""

from decimal import Decimal

from checking.plans import offer

from engine.outbox.plan_moves import MOST_KEPT, PlanMoves, percent


def moves_of(*offers: object, limit: int = 10) -> PlanMoves:
    moves = PlanMoves(limit)
    for one in offers:
        moves.take(one)  # type: ignore[arg-type]  # made by `offer`
    return moves


def test_only_what_was_confirmed_before_moves() -> None:
    moves = moves_of(offer("A", "new"), offer("B", was=("10.00", 3)))
    assert (moves.price.rows, moves.stock.rows, moves.farthest) == (0, 0, [])
    assert moves.as_json()["price"] == {"up": 0, "down": 0}


def test_prices_and_stock_move_from_what_was_confirmed() -> None:
    moves = moves_of(
        offer("A", price="12.00", was=("10.00", 3)),
        offer("B", price="9.50", quantity=0, was=("10.00", 2)),
        offer("C", "withdrawn", price=None, quantity=0, was=("10.00", 4)),
        offer("D", quantity=5, was=("10.00", 0)),
    )
    told = moves.as_json()
    assert told["price"] == {
        "up": 1,
        "down": 1,
        "lowest": "-0.50",
        "highest": "2.00",
        "median_percent": "-5.0",
        "farthest_percent": "20.0",
    }
    assert (told["stock"]["up"], told["stock"]["down"]) == (1, 2)
    assert told["stock_falls_to_zero"] == 2
    assert [o.sku for o in moves.farthest] == ["A", "B"]


def test_the_furthest_are_told_exactly_however_far() -> None:
    slip = offer("SLIP", price="1000.00", was=("10.00", 3))
    assert percent(slip) == Decimal("9900.0")
    others = [offer(f"S{n}", price=f"{10 + n}.00", was=("10.00", 3)) for n in range(1, 30)]
    found = moves_of(*others[:15], slip, *others[15:]).farthest
    assert [o.sku for o in found] == ["SLIP", *(f"S{n}" for n in range(29, 20, -1))]
    assert len(found) == MOST_KEPT


def test_of_moves_as_far_as_each_other_the_first_ones_are_kept() -> None:
    alike = [offer(f"S{n:02}", price="20.00", was=("10.00", 3)) for n in range(20)]
    assert [o.sku for o in moves_of(*alike).farthest] == [f"S{n:02}" for n in range(10)]


def test_a_price_that_was_0_moves_by_no_share() -> None:
    free = offer("A", was=("0.00", 3))
    assert percent(free) is None
    assert (moves_of(free).price.rows, moves_of(free).price.median) == (1, None)


def test_each_change_keeps_its_first_offers_only() -> None:
    many = [offer(f"N{n}", "new") for n in range(5)] + [offer(f"C{n}") for n in range(5)]
    moves = moves_of(*many, limit=2)
    assert {name: [o.sku for o in kept] for name, kept in moves.kept.items()} == {
        "new": ["N0", "N1"],
        "changed": ["C0", "C1"],
    }
    assert moves.changes == {"new": 5, "changed": 5}


def test_of_prices_that_are_new_the_smallest_and_largest_are_kept() -> None:
    new = [offer(f"N{n:02}", "new", price=f"{(n * 7) % 30 + 1}.00") for n in range(30)]
    moves = moves_of(*new, offer("OLD", price="0.10", was=("0.20", 3)))
    assert [str(price) for _, price in moves.smallest] == [f"{n}.00" for n in range(1, 11)]
    assert [str(price) for _, price in moves.largest] == [f"{n}.00" for n in range(30, 20, -1)]
    assert moves.smallest[0][0] == "N00"
    first, last = moves.new_prices_lines()
    assert first.startswith("smallest prices: N00 1.00, ")
    assert last.startswith("largest prices: N17 30.00, ")
    assert moves_of(offer("A", was=("10.00", 3))).new_prices_lines() == []
