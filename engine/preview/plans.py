"""Plans as text for a terminal: what would be sent, what cannot be and why, how long it is good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics.visible import visible
from engine.outbox.limits import ways_on_lines
from engine.outbox.moments import instant_of
from engine.outbox.offers import OfferLine
from engine.outbox.order_plan import PlannedMessage, messages_of
from engine.outbox.plan import Plan
from engine.outbox.plan_moves import PlanMoves, percent
from engine.preview.movements import move_words, signed

GONE = ("withdrawn",)  # not rows of this feed
SHOWN_REASONS = 10
MISFITS = "not sent: it would not fit its schema (a fault of Feedwright; please report it)"


def offer_plan_lines(plan: Plan, moves: PlanMoves, *, listed: bool = True) -> Iterator[str]:
    """The lines about a plan of offers; `moves` took all of them. `listed`: those that it kept, too."""
    yield rows_sentence(plan)
    counts = plan.content["counts"]
    gone = {name: counts[name] for name in GONE if counts.get(name)}
    if gone:
        yield "beside them: " + ", ".join(f"{n} {name}" for name, n in gone.items())
    yield from moves_lines(moves)
    yield from first_lines(plan, moves)
    for change, offers in moves.kept.items() if listed else ():
        yield from (f"  {offer_line(offer)}" for offer in offers)
        if offers and len(offers) < counts.get(change, 0):
            yield f"  {len(offers)} of {counts[change]} {change} are listed (--rows N for more)"
    yield from _reasons(plan)
    yield from _seal(plan)


def rows_sentence(plan: Plan) -> str:
    """The sum of the rows: `320 rows = 25 excluded + 295 new`."""
    counts = plan.content["counts"]
    parts = [f"{number} {name}" for name, number in counts.items() if name not in GONE]
    return f"{plan.content['rows']} rows = {' + '.join(parts) or 'none'}"


def moves_lines(moves: PlanMoves) -> Iterator[str]:
    """How prices and stock move, a line for each."""
    for name, move in (("prices", moves.price), ("stock", moves.stock)):
        if move.rows:
            yield f"{name}: {', '.join(move_words(move))}"
    if moves.emptied:
        yield f"stock falls to 0: {moves.emptied}"
    for offer in moves.farthest[:3]:
        yield f"  furthest: {offer.sku}: {offer.was_price} -> {offer.price} ({signed(percent(offer))} %)"


def first_lines(plan: Plan, moves: PlanMoves) -> Iterator[str]:
    """Of a channel's first plan: the prices that nobody has seen yet, for a person to look at."""
    if plan.serial == 0 and moves.smallest:
        yield from moves.new_prices_lines()
        yield f"nothing was pushed to {plan.channel} before: `feedwright push PLAN --first` once you looked"


def offer_line(offer: OfferLine) -> str:
    """An offer: `changed    LU-1005  price 114.20 -> 120.00  stock 4`."""
    said = [f"{offer.change:<9}", visible(offer.sku)]
    price = step(offer.was_price, offer.price) if offer.price is not None else ""
    said += [f"price {price}"] if price else []
    said += [f"stock {step(offer.was_quantity, offer.quantity)}"]
    return "  ".join(said)


def step(old: object, new: object) -> str:
    """A value, and what it was where it was another."""
    return f"{new}" if old is None or old == new else f"{old} -> {new}"


def order_plan_lines(plan: Plan) -> Iterator[str]:
    """The lines about a plan of orders."""
    for told in plan.content["unread"]:
        yield f"unread      {visible(told)}"
    for denied in plan.content["denied"]:
        yield f"{denied['decision']:<10}  line {denied['line']}: {visible(denied['reason'])}"
    for planned in messages_of(plan):
        yield message_line(planned)
    if not plan.content["messages"]:
        yield "nothing to send"
    yield from _seal(plan)


def message_line(planned: PlannedMessage) -> str:
    """A message: what, of which order, and why it is not sent."""
    message = planned.message
    why = f": {planned.why}" if planned.why else ""
    return f"{planned.planned:<10}  {message.kind} of order {visible(message.subject)}{why}"


def guard_lines(plan: Plan) -> Iterator[str]:
    """What the guard rails say; of what halts, where its limit stands and how it is lifted."""
    for guard in plan.guards:
        yield f"{'HALTS' if guard.halts else 'note'}  {guard.name}: {visible(guard.says)}"
        if guard.halts:
            yield from ways_on_lines(guard.name, stands=False)


def standing_lines(halts: Mapping[str, str]) -> Iterator[str]:
    """The halts that stand in the seller's journal: whatever the plan says, a push is refused."""
    for name, why in sorted(halts.items()):
        yield f"HALTED  {name}: {visible(why)}; nothing is sent until it is lifted"
        yield from ways_on_lines(name, stands=True)


def _reasons(plan: Plan) -> Iterator[str]:
    reasons = plan.content.get("reasons", ())
    for title, severity in (("no offer, because", "error"), ("sent with a warning", "warning")):
        told = [r for r in reasons if r["severity"] == severity]
        if told:
            yield f"{title}:"
        yield from (f"  {reason_line(r)}" for r in told[:SHOWN_REASONS])
        if len(told) > SHOWN_REASONS:
            yield f"  and {len(told) - SHOWN_REASONS} other reasons"
    misfits = plan.content.get("misfits", ())
    if misfits:
        yield f"{MISFITS}:"
    for one in misfits[:SHOWN_REASONS]:
        yield f"  {visible(misfit_words(one))}"
    if len(misfits) > SHOWN_REASONS:
        yield f"  and {plan.content['all_misfits'] - SHOWN_REASONS} others"
    failing = plan.content.get("failing", ())
    if failing:
        yield "refused by the marketplace before, and nothing of it changed:"
    for one in failing[:SHOWN_REASONS]:
        yield f"  row {one['row']} {visible(one['sku'])}: {visible(one['why'])}"
    if len(failing) > SHOWN_REASONS:
        yield f"  and {plan.content['counts']['failing'] - SHOWN_REASONS} others"


def misfit_words(misfit: Mapping[str, Any]) -> str:
    """An offer that breaks its schema: `row 4 LU-1: price.price: -1 is less than ...`."""
    place = "gone from the feed" if misfit["row"] is None else f"row {misfit['row']}"
    return f"{place}  {misfit['sku']}: {misfit['attribute']}: {misfit['why']}"


def reason_line(reason: Mapping[str, Any]) -> str:
    """A reason: how many rows, its code, its rule or column, the first row that has it."""
    rows = "1 row" if reason["rows"] == 1 else f"{reason['rows']} rows"
    place = place_of(reason)
    where = f"  {visible(place)}" if place else ""
    first = f"row {reason['example_row']}: {visible(reason['message'])}"
    return f"{rows}  {reason['code']}{where}  {first}"


def place_of(reason: Mapping[str, Any]) -> str:
    """Where a reason stands: its rule line, else its column."""
    rule = reason.get("rule")
    return f"{rule['file']}:{rule['line']}" if rule else str(reason.get("column") or "")


def _seal(plan: Plan) -> Iterator[str]:
    yield from guard_lines(plan)
    yield f"seller {plan.seller}, {channel_of(plan)}, serial {plan.serial}"
    yield f"made {until(plan.made)}, good until {until(plan.expires)}"


def channel_of(plan: Plan) -> str:
    """The channel of a plan; one about orders of which none is known has none."""
    return plan.channel or "no channel"


def until(wall: int) -> str:
    """An instant of the wall clock, to the second."""
    return f"{instant_of(wall):%Y-%m-%d %H:%M:%S} UTC"
