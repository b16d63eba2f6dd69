"""Plans of offers: each offer new, changed, unchanged or withdrawn; and what halts a plan."""

import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from checking.offer_texts import element, request
from msgspec.structs import replace
from simulator.clock import ManualClock
from simulator.market import SELLER

from engine.errors import HaltedError, ProjectError
from engine.outbox.book import OfferValue, PackageStep
from engine.outbox.events import Event
from engine.outbox.guards import Beside, Rails, rails_of
from engine.outbox.journal import Journal
from engine.outbox.moments import HOUR
from engine.outbox.offer_plan import (
    OfferRow,
    plan_offers,
    read_offer_head,
    read_offer_plan,
    stored_offer_plan,
)
from engine.outbox.offers import OfferLine, parts_of
from engine.outbox.opening import open_journal
from engine.outbox.plan import FEED, Plan
from engine.outbox.plan_moves import PlanMoves
from engine.preview.plan_page import offer_plan_page
from engine.preview.plans import offer_plan_lines

CHANNEL = "cdiscount_octopia"
Feed = dict[str, tuple[Decimal, int, bool]]  # price, quantity, floor


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "j.sqlite", ManualClock(), seller=SELLER) as opened:
        yield opened


def row(number: int, sku: str, price: Decimal, quantity: int, *, floor: bool = False) -> OfferRow:
    xml = element(sku, price, quantity) if floor else None
    return OfferRow(number, sku, request(sku, price, quantity), xml, floor=floor)


def rows(feed: Feed) -> list[OfferRow]:
    return [row(n, s, p, q, floor=f) for n, (s, (p, q, f)) in enumerate(feed.items())]


def plan(journal: Journal, given: list[OfferRow], rails: Rails | None = None) -> tuple[Plan, bytes]:
    file = io.BytesIO()
    made = plan_offers(journal, CHANNEL, given, inputs={}, rails=rails or Rails(), to=file)
    return made, file.getvalue()


def lines(text: bytes, folder: Path) -> list[OfferLine]:
    path = folder / "p.jsonl"
    path.write_bytes(text)
    return read_offer_plan(path)[1]


def confirm(
    journal: Journal, text: bytes, folder: Path, refused: dict[str, str] | None = None
) -> None:
    """What the journal holds after the plan was pushed and its offers were confirmed."""
    for part in parts_of(lines(text, folder)):
        key = f"P{len(journal.book.packages)}"
        begin = {"channel": CHANNEL, "carrier": part.carrier, "type": part.type, "plan": "p"}
        values = [o.value.as_json() for o in part.offers]
        for step, data in (
            (PackageStep.BEGIN, {**begin, "part": part.number}),
            (PackageStep.COMMIT, {"offers": values}),
            (PackageStep.RESULTS, {"refused": refused or {}}),
        ):
            journal.append(Event(step, None, {"package": key, **data}))


def test_what_is_new_changed_unchanged_and_withdrawn(journal: Journal, tmp_path: Path) -> None:
    feed: Feed = {f"S{n}": (Decimal("10.00"), 5, False) for n in range(20)}
    made, text = plan(journal, rows(feed))
    assert made.content["counts"] == {"new": 20}
    confirm(journal, text, tmp_path)
    assert plan(journal, rows(feed))[0].content["counts"] == {"unchanged": 20}
    feed["S1"] = (Decimal("10.50"), 5, False)
    del feed["S2"]
    feed["S20"] = (Decimal("9.00"), 1, False)
    given = [*rows(feed), OfferRow(90, "S3", keeps=True), OfferRow(91, None), OfferRow(92, "X")]
    del given[2]  # S3 is rejected now: what is on sale stays as it is
    made, text = plan(journal, given)
    assert made.content["counts"] == {
        "changed": 1,
        "excluded": 2,
        "new": 1,
        "rejected": 1,
        "unchanged": 17,
        "withdrawn": 1,
    }
    assert made.content["rows"] == 22
    found = {o.sku: o for o in lines(text, tmp_path)}
    assert {s: o.change for s, o in found.items()} == {
        "S1": "changed",
        "S20": "new",
        "S2": "withdrawn",
    }
    assert found["S2"].payload == '{"quantity":0,"sellerExternalReference":"S2"}'
    assert found["S2"].type == "Update"
    assert (found["S1"].was_price, found["S1"].was_quantity) == ("10.00", 5)
    assert (found["S2"].was_price, found["S2"].was_quantity) == ("10.00", 5)
    assert (found["S20"].was_price, found["S20"].was_quantity) == (None, None)
    confirm(journal, text, tmp_path)
    assert journal.book.offers(CHANNEL)["S2"].value.quantity == 0
    assert journal.book.offers(CHANNEL)["S2"].value.price == "10.00"


def test_stock_0_is_said_again_after_a_day(journal: Journal, tmp_path: Path) -> None:
    feed: Feed = {"A": (Decimal(10), 0, False), "B": (Decimal(10), 2, False)}
    _, text = plan(journal, rows(feed))
    confirm(journal, text, tmp_path)
    journal.clock.sleep(23 * HOUR)
    assert plan(journal, rows(feed))[0].content["counts"] == {"unchanged": 2}
    journal.clock.sleep(2 * HOUR)
    assert plan(journal, rows(feed))[0].content["counts"] == {"asserted": 1, "unchanged": 1}


def test_what_was_refused_is_not_sent_again_unchanged(journal: Journal, tmp_path: Path) -> None:
    feed: Feed = {"A": (Decimal(10), 1, False), "B": (Decimal(10), 2, False)}
    _, text = plan(journal, rows(feed))
    confirm(journal, text, tmp_path, refused={"A": "Rejected: 1008"})
    again = plan(journal, rows(feed))[0].content
    assert again["counts"] == {"failing": 1, "unchanged": 1}
    assert again["failing"] == [{"row": 0, "sku": "A", "why": "Rejected: 1008"}]
    feed["A"] = (Decimal(11), 1, False)
    assert plan(journal, rows(feed))[0].content["counts"] == {"new": 1, "unchanged": 1}


def test_an_altered_line_is_refused(journal: Journal, tmp_path: Path) -> None:
    _, text = plan(journal, rows({"A": (Decimal("10.00"), 1, False)}))
    with pytest.raises(HaltedError, match="altered"):
        lines(text.replace(b"10.00,", b"1.00,").replace(b"10.00}", b"1.00}"), tmp_path)
    with pytest.raises(HaltedError, match="altered"):
        lines(text + text.splitlines()[-1] + b"\n", tmp_path)
    with pytest.raises(HaltedError, match="altered"):
        lines(text[: text.index(b"\n") + 1], tmp_path)
    with pytest.raises(HaltedError, match=":2: altered"):
        lines(text[:-20], tmp_path)


def test_the_same_rows_are_the_same_bytes(journal: Journal) -> None:
    feed: Feed = {f"S{n}": (Decimal(n + 1), n, n % 2 == 0) for n in range(9)}
    assert plan(journal, rows(feed)) == plan(journal, rows(feed))


def on_sale() -> Feed:
    return {f"S{n}": (Decimal(1990 + n) / 100, 5, n % 2 == 0) for n in range(1000)}


def times(factor: str, every: int) -> Callable[[Feed], Feed]:
    def change(feed: Feed) -> Feed:
        return {
            s: (round(p * Decimal(factor), 2) if n % every == 0 else p, q, f)
            for n, (s, (p, q, f)) in enumerate(feed.items())
        }

    return change


def shifted(feed: Feed) -> Feed:
    """The stock stands in the column of the price."""
    return {s: (Decimal(q), int(p), f) for s, (p, q, f) in feed.items()}


def floorless(feed: Feed) -> Feed:
    return {s: (p, q, False) for s, (p, q, _) in feed.items()}


def soldout(feed: Feed) -> Feed:
    return {s: (p, 0, f) for s, (p, _, f) in feed.items()}


def halved(feed: Feed) -> Feed:
    return dict(list(feed.items())[:500])


INCIDENTS: dict[str, tuple[Callable[[Feed], Feed], set[str]]] = {
    "decimal slip, 1 in 100": (times("10", 100), {"slips"}),
    "decimal slip, 1 in 10": (times("0.1", 10), {"slips", "price-changes"}),
    "decimal slip, all": (times("10", 1), {"slips", "price-changes", "batch-move"}),
    "one slip": (times("100", 1000), {"slips"}),
    "empty feed": (lambda _: {}, {"shrunken", "withdrawn"}),
    "half a feed": (halved, {"shrunken", "withdrawn"}),
    "columns shifted": (shifted, {"price-changes", "batch-move"}),
    "floors gone": (floorless, {"floors-lost"}),
    "cents for euros": (times("100", 1), {"slips", "price-changes", "batch-move"}),
    "euros for cents": (times("0.01", 1), {"slips", "price-changes", "batch-move", "cheap"}),
    "VAT twice": (times("1.2", 1), {"batch-move"}),
    "VAT twice, at 5.5 %": (times("1.055", 1), {"batch-move"}),
    "one slip, repriced": (times("8.5", 1000), {"slips"}),
    "VAT taken off": (times("0.8333", 1), {"batch-move"}),
    "everything sold out": (soldout, {"to-zero"}),
}


@pytest.mark.parametrize("incident", INCIDENTS)
def test_an_incident_halts(journal: Journal, tmp_path: Path, incident: str) -> None:
    feed = on_sale()
    _, text = plan(journal, rows(feed))
    confirm(journal, text, tmp_path)
    change, expected = INCIDENTS[incident]
    made, _ = plan(journal, rows(change(feed)))
    halting = {g.name for g in made.guards if g.halts}
    assert expected <= halting, made.guards


def test_rows_that_are_rejected_halt(journal: Journal) -> None:
    given = [
        *rows({"A": (Decimal(10), 1, False)}),
        *(OfferRow(n, f"R{n}", keeps=True) for n in range(20)),
    ]
    assert [g.name for g in plan(journal, given)[0].guards if g.halts] == ["rejected"]


def test_an_ordinary_day_halts_nothing(journal: Journal, tmp_path: Path) -> None:
    feed = on_sale()
    made, text = plan(journal, rows(feed))
    assert made.guards == ()
    confirm(journal, text, tmp_path)
    for number, sku in enumerate(list(feed)):
        price, quantity, floor = feed[sku]
        if number % 5 == 0:
            feed[sku] = (price * Decimal("0.9"), quantity, floor)  # a sale on a fifth
        if number % 50 == 1:
            feed[sku] = (price, 0, floor)
        if number % 50 == 2:
            del feed[sku]
    made, _ = plan(journal, rows(feed))
    assert [g for g in made.guards if g.halts] == []
    assert made.content["counts"]["withdrawn"] == 20


def test_a_stale_feed_halts(journal: Journal) -> None:
    def guards(age: int) -> list[str]:
        given = rows({"A": (Decimal(10), 1, False)})
        made = plan_offers(
            journal, CHANNEL, given, inputs={}, rails=Rails(), to=io.BytesIO(), age=age
        )
        return [g.name for g in made.guards if g.halts]

    assert guards(47 * HOUR) == []
    assert guards(49 * HOUR) == ["stale-feed"]


def test_a_feed_that_comes_again_for_days_halts_what_changes(journal: Journal) -> None:
    def planned(feed: str, price: str) -> Plan:
        given = rows({"A": (Decimal(price), 1, False)})
        return plan_offers(
            journal, CHANNEL, given, inputs={FEED: feed}, rails=Rails(), to=io.BytesIO()
        )

    assert isinstance(journal.clock, ManualClock)
    journal.append(journal.pushed(planned("one", "10"), "Ada"))
    journal.clock.sleep(71 * HOUR)
    journal.append(journal.pushed(planned("one", "10"), "Ada"))  # it counts from the first time
    assert planned("one", "10").guards == ()
    journal.clock.sleep(HOUR)
    halting = [g.name for g in planned("one", "10").guards if g.halts]
    assert halting == ["repeated-feed"]
    assert planned("two", "10").guards == ()
    journal.append(journal.pushed(planned("two", "10"), "Ada"))
    assert planned("one", "10").guards == ()


def test_limits_are_settings() -> None:
    assert rails_of({"batch_move": "30"}).batch_move == 30
    for read, told in (({"batch": "3"}, "no guard rail"), ({"slips": "1.5"}, "whole number")):
        with pytest.raises(ProjectError, match=told):
            rails_of(read)


def test_a_price_that_is_too_cheap_halts_at_first_sight(journal: Journal) -> None:
    made, _ = plan(journal, rows({"A": (Decimal("0.19"), 1, False)}))
    assert [(g.name, g.halts) for g in made.guards] == [("cheap", True)]


def test_a_price_that_is_too_dear_halts_at_first_sight(journal: Journal) -> None:
    feed: Feed = {"A": (Decimal("10000.00"), 3, False)}
    assert plan(journal, rows(feed))[0].guards == ()
    feed["B"] = (Decimal("10000.01"), 3, False)
    (guard,) = plan(journal, rows(feed))[0].guards
    assert (guard.name, guard.halts) == ("dear", True)
    assert guard.says == "1 prices above 10000, 0 may: B: 10000.01"
    assert plan(journal, rows(feed), Rails(dear=20_000))[0].guards == ()


BESIDE = {
    "a tenth of what is struck": ("9.90", Beside(struck=Decimal("99.00")), True),
    "nearly a tenth of it": ("9.91", Beside(struck=Decimal("99.00")), False),
    "ten times the floor": ("150.00", Beside(floor=Decimal("15.00")), True),
    "nearly ten times the floor": ("149.99", Beside(floor=Decimal("15.00")), False),
    "no other price": ("9.90", Beside(), False),
    "a floor of nothing": ("9.90", Beside(floor=Decimal(0)), False),
}


@pytest.mark.parametrize("case", BESIDE)
def test_a_new_price_is_held_against_the_other_prices_of_its_offer(
    journal: Journal, tmp_path: Path, case: str
) -> None:
    price, own, halts = BESIDE[case]
    given = [OfferRow(1, "A", request("A", price), own=own)]
    guards = plan(journal, given)[0].guards
    assert [(g.name, g.halts) for g in guards] == ([("unlikely", True)] if halts else [])
    assert plan(journal, given, Rails(unlikely=1))[0].guards == () or halts
    # Once it was confirmed, what is known of it watches its price.
    confirm(journal, plan(journal, given)[1], tmp_path)
    assert plan(journal, given)[0].guards == ()


def test_offers_that_stay_in_their_file_are_those_that_are_read(
    journal: Journal, tmp_path: Path
) -> None:
    given = [
        *rows({f"S{n}": (Decimal(n + 1), n, n % 3 == 0) for n in range(25)}),
        OfferRow(99, "R", keeps=True),
    ]
    _, text = plan(journal, given)
    path = tmp_path / "p.jsonl"
    path.write_bytes(text)
    made, read = read_offer_plan(path)
    with stored_offer_plan(path) as (plan_of_file, offers):
        assert plan_of_file == made == read_offer_head(path)
        path.write_bytes(b"something else")  # what was found whole is what is sent
        assert list(offers) == read
        assert offers[3:7] == read[3:7]
        parts, expected = parts_of(offers), parts_of(read)
        assert [(p.number, p.carrier, p.type) for p in parts] == [
            (p.number, p.carrier, p.type) for p in expected
        ]
        assert [list(p.offers) for p in parts] == [list(p.offers) for p in expected]
    assert {p.carrier for p in expected} == {"json", "xml"}
    path.write_bytes(text.replace(b'"quantity\\":7', b'"quantity\\":8'))
    with pytest.raises(HaltedError, match="altered"), stored_offer_plan(path):
        pass


BROKEN = {
    "a price of three decimals": ("19.905", 4, "price.price", "not a multiple of"),
    "a negative stock": ("19.90", -1, "quantity", "less than the minimum"),
    "a price that is a word": ('"19.90"', 4, "price.price", "is not of type 'number'"),
    "no JSON": ("19.90}", 4, "the whole offer", "it is no JSON object"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("xml", [False, True])
def test_what_breaks_its_schema_is_told_and_the_others_go_on(
    journal: Journal, tmp_path: Path, case: str, *, xml: bool
) -> None:
    price, quantity, place, why = BROKEN[case]
    bad = OfferRow(7, "BAD", request("BAD", price, quantity))
    if xml:
        bad = replace(bad, xml=element("BAD", "19.90", -1))
        place, why = "Offer", "attribute 'Stock': '-1' is not a valid value"
    made, text = plan(journal, [*rows({f"S{n}": (Decimal(10), 1, False) for n in range(9)}), bad])
    assert made.content["counts"] == {"new": 9, "rejected": 1}
    (told,) = made.content["misfits"]
    assert (told["row"], told["sku"], told["attribute"]) == (7, "BAD", place)
    assert why in told["why"]
    assert {o.sku for o in lines(text, tmp_path)} == {f"S{n}" for n in range(9)}
    shown = "\n".join(offer_plan_lines(made, PlanMoves(0)))
    assert f"row 7  BAD: {place}: " in shown


def test_how_many_offers_are_listed_is_told(journal: Journal, tmp_path: Path) -> None:
    made, text = plan(journal, rows({f"S{n}": (Decimal(10), 1, False) for n in range(9)}))
    moves = PlanMoves(3)
    for offer in lines(text, tmp_path):
        moves.take(offer)
    shown = list(offer_plan_lines(made, moves))
    assert "  3 of 9 new are listed (--rows N for more)" in shown
    listed = [line for line in shown if line.startswith("  new")]
    assert len(listed) == 3
    assert not {*listed} & {*offer_plan_lines(made, moves, listed=False)}


def test_of_many_that_break_their_schema_the_first_are_named(journal: Journal) -> None:
    bad = [OfferRow(n, f"B{n}", request(f"B{n}", "1.999")) for n in range(150)]
    made, _ = plan(journal, bad)
    assert made.content["counts"] == {"rejected": 150}
    assert [told["row"] for told in made.content["misfits"]] == list(range(100))
    assert {told["attribute"] for told in made.content["misfits"]} == {"price.price"}
    assert [g.name for g in made.guards if g.halts] == ["rejected"]
    assert "  and 140 others" in list(offer_plan_lines(made, PlanMoves(0)))
    page = offer_plan_page(made, PlanMoves(0))
    assert "row 99  B99: price.price: " in page
    assert "<li>and 50 more</li>" in page


def test_what_vanished_is_held_to_its_schema_too(journal: Journal) -> None:
    feed: Feed = {f"S{n}": (Decimal(10), 1, False) for n in range(9)}
    value = OfferValue("A|B", "h" * 32, "10.00", 3)  # as an older version may have let it pass
    begin = {"channel": CHANNEL, "carrier": "json", "type": "Upsert", "plan": "p", "part": 0}
    for step, data in (
        (PackageStep.BEGIN, begin),
        (PackageStep.COMMIT, {"offers": [value.as_json()]}),
        (PackageStep.RESULTS, {"refused": {}}),
    ):
        journal.append(Event(step, None, {"package": "P-odd", **data}))
    made, _ = plan(journal, rows(feed))
    assert made.content["counts"] == {"new": 9}
    (told,) = made.content["misfits"]
    assert (told["row"], told["sku"], told["attribute"]) == (None, "A|B", "sellerExternalReference")
    assert "gone from the feed  A|B: " in "\n".join(offer_plan_lines(made, PlanMoves(0)))
