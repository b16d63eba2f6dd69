"""Two plans side by side: what the later one would send differently, value by value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec import Struct, field

from engine.outbox.offer_plan import read_offer_plan, walk_offer_plan
from engine.outbox.offers import OfferLine
from engine.outbox.order_plan import PlannedMessage, messages_of
from engine.outbox.plan import Plan
from engine.values.movement import Movement

EXAMPLES = 3
PRICE, STOCK, PACKAGE = "price", "stock", "package"
SLIPS = (10, 100, 1_000)

Leaves = dict[str, str]


class ValueChange(Struct):
    """How one value of the offers changes: by its place in what is sent, its name in short.

    `examples` are a SKU, what is sent of it by the older plan, and by the newer one.
    """

    name: str
    offers: int = 0
    added: int = 0
    removed: int = 0
    movement: Movement = field(default_factory=Movement)
    examples: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    def see(self, sku: str, old: str | None, new: str | None) -> None:
        """One offer whose value differs."""
        self.offers += 1
        self.added += old is None
        self.removed += new is None
        if len(self.examples) < EXAMPLES:
            self.examples.append((sku, old, new))
        numbers = _number(old), _number(new)
        if numbers[0] is not None and numbers[1] is not None:
            self.movement.see(numbers[0], numbers[1])


class Group(Struct):
    """Offers or messages that only one of the plans sends: how many of each sort, and the first."""

    sorts: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def see(self, sort: str, name: str) -> None:
        """One more."""
        self.sorts[sort] += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(name)

    @property
    def number(self) -> int:
        """How many there are."""
        return self.sorts.total()


class PlanDiff(Struct):
    """What differs between two plans of a kind.

    Attributes:
        old, new: the plans.
        dropped: what only the older plan sends, by its change or its kind.
        added: what only the newer one sends.
        resorted: what both know and plan otherwise: `new -> changed`.
        touched: how many of both are sent with other values.
        changes: those values, by their names.
        price: how prices move.
        slips: prices off by exactly 10, 100 or 1,000.
        emptied: offers whose stock is 0 in the newer plan alone.
    """

    old: Plan
    new: Plan
    dropped: Group = field(default_factory=Group)
    added: Group = field(default_factory=Group)
    resorted: Counter[str] = field(default_factory=Counter)
    touched: int = 0
    changes: dict[str, ValueChange] = field(default_factory=dict)
    price: Movement = field(default_factory=Movement)
    slips: int = 0
    emptied: int = 0

    @property
    def any(self) -> bool:
        """Whether anything would be sent differently."""
        return bool(self.touched or self.dropped.number or self.added.number or self.resorted)

    @property
    def newly_rejected(self) -> int:
        """How many rows more are rejected, or actions denied."""
        return max(_rejected(self.new) - _rejected(self.old), 0)

    def ranked(self) -> list[ValueChange]:
        """The changes, those of most offers first."""
        return sorted(self.changes.values(), key=lambda c: (-c.offers, c.name))

    def compare(self, name: str, old: Leaves, new: Leaves) -> None:
        """The values of one offer or message in both plans."""
        different = [n for n in dict.fromkeys([*old, *new]) if old.get(n) != new.get(n)]
        self.touched += bool(different)
        for one in different:
            change = self.changes.setdefault(one, ValueChange(one))
            change.see(name, old.get(one), new.get(one))


def diff_offers(old_path: Path, new_path: Path) -> PlanDiff:
    """Compare two plans of offers.

    Raises:
        ProjectError, HaltedError: see `walk_offer_plan`.
    """
    old, offers = read_offer_plan(old_path)
    before = {offer.sku: offer for offer in offers}
    later: list[tuple[OfferLine | None, OfferLine]] = []

    def take(offer: OfferLine) -> None:
        later.append((before.pop(offer.sku, None), offer))

    made = PlanDiff(old, walk_offer_plan(new_path, take))
    for known, offer in later:
        if known is None:
            made.added.see(offer.change, offer.sku)
            continue
        if known.change != offer.change:
            made.resorted[f"{known.change} -> {offer.change}"] += 1
        _prices(made, known, offer)
        made.compare(offer.sku, *_both(known, offer))
    for offer in before.values():
        made.dropped.see(offer.change, offer.sku)
    return made


def _prices(made: PlanDiff, old: OfferLine, new: OfferLine) -> None:
    made.emptied += new.quantity == 0 and bool(old.quantity)
    was, becomes = _number(old.price), _number(new.price)
    if was is None or becomes is None or was == becomes:
        return
    made.price.see(was, becomes)
    made.slips += any(becomes == was * t or was == becomes * t for t in SLIPS)


def _both(old: OfferLine, new: OfferLine) -> tuple[Leaves, Leaves]:
    """What is sent of an offer by both plans, as values by their names.

    In packages of different kinds values have different names; what both say of it is compared.
    """
    if _package(old) != _package(new):
        return _short(old), _short(new)
    if old.payload == new.payload and old.xml == new.xml:
        return {}, {}
    return _sent(old), _sent(new)


def _short(offer: OfferLine) -> Leaves:
    found = {PACKAGE: _package(offer), PRICE: offer.price, STOCK: offer.quantity}
    return {name: str(value) for name, value in found.items() if value is not None}


def _sent(offer: OfferLine) -> Leaves:
    if offer.carrier == "xml" and offer.xml is not None:
        return dict(_xml_leaves(offer.xml))
    return dict(_leaves(json.loads(offer.payload, parse_float=Decimal), ""))


def _package(offer: OfferLine) -> str:
    return f"{offer.carrier} {offer.type}"


def _leaves(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Each value of JSON data by its place: `price.price`, `discounts.0.value`."""
    if isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _leaves(inside, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _leaves(inside, f"{name}.{number}" if name else f"{number}")
    elif isinstance(value, str):
        yield name, value
    elif isinstance(value, Decimal):
        yield name, str(value)
    else:
        yield name, json.dumps(value)


def _xml_leaves(text: str) -> Iterator[tuple[str, str]]:
    """Each attribute of an offer's XML by its name; inside of a list by its place as well."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(text.encode(), parser)
    seen: Counter[str] = Counter()
    for element in root.iter(etree.Element):
        tag = etree.QName(element).localname
        prefix = "" if element is root else f"{tag}.{seen[tag]}."
        seen[tag] += 1
        for key, value in element.attrib.items():
            yield f"{prefix}{key!s}", str(value)
        if element.text and element.text.strip():
            yield f"{prefix}text", str(element.text).strip()


def diff_orders(old: Plan, new: Plan) -> PlanDiff:
    """Compare two plans of orders: the messages by their ids, with what is planned of each."""
    made = PlanDiff(old, new)
    before = {m.message.id: m for m in messages_of(old)}
    for one in messages_of(new):
        known = before.pop(one.message.id, None)
        if known is None:
            made.added.see(one.message.kind, _name(one))
            continue
        if known.planned is not one.planned:
            made.resorted[f"{known.planned} -> {one.planned}"] += 1
        made.compare(_name(one), _call(known), _call(one))
    for one in before.values():
        made.dropped.see(one.message.kind, _name(one))
    return made


def _name(planned: PlannedMessage) -> str:
    return f"{planned.message.kind} of order {planned.message.subject}"


def _call(planned: PlannedMessage) -> Leaves:
    call = planned.message.call
    body = (
        {} if call.body is None else dict(_leaves(json.loads(call.body, parse_float=Decimal), ""))
    )
    return {"request": f"{call.method} {call.path}", **body}


def _number(text: str | None) -> Decimal | None:
    if text is None or not text.replace(".", "", 1).removeprefix("-").isdecimal():
        return None
    return Decimal(text) if text.isascii() else None


def _rejected(plan: Plan) -> int:
    content = plan.content
    counts: Mapping[str, int] = content.get("counts", {})
    return counts.get("rejected", 0) + len(content.get("denied", ()))
