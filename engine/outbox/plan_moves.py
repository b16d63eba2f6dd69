"""What a plan of offers comes to: how prices and stock move, and the offers to look at first."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.visible import visible
from engine.outbox.offers import OfferLine
from engine.values.movement import Movement

MOST_KEPT = 10  # of the prices that are named
TENTH = Decimal("0.1")


class PlanMoves(Struct):
    """Takes the offers of a plan one by one; memory does not grow with them.

    Attributes:
        limit: how many offers of each change are kept to be shown.
        changes: how many offers there are of each change.
        packages: how many offers go by each carrier and type of package.
        price, stock: how far they move, of offers that were confirmed before.
        emptied: offers whose stock falls to 0.
        kept: the first offers of each change.
    """

    limit: int
    changes: Counter[str] = field(default_factory=Counter)
    packages: Counter[str] = field(default_factory=Counter)
    price: Movement = field(default_factory=Movement)
    stock: Movement = field(default_factory=Movement)
    emptied: int = 0
    kept: dict[str, list[OfferLine]] = field(default_factory=dict)
    _farthest: list[tuple[Decimal, int, OfferLine]] = field(default_factory=list)
    # Of prices that nothing was confirmed of: the smallest, and the largest (negative), with their SKU.
    _smallest: list[tuple[Decimal, int, str]] = field(default_factory=list)
    _largest: list[tuple[Decimal, int, str]] = field(default_factory=list)

    def take(self, offer: OfferLine) -> None:
        """An offer of the plan."""
        self.changes[offer.change] += 1
        self.packages[f"{offer.carrier} {offer.type}"] += 1
        kept = self.kept.setdefault(offer.change, [])
        if len(kept) < self.limit:
            kept.append(offer)
        self._price(offer)
        was, now = offer.was_quantity, offer.quantity
        if was is not None and now is not None and was != now:
            self.stock.see(Decimal(was), Decimal(now))
            self.emptied += now == 0

    def _price(self, offer: OfferLine) -> None:
        if offer.price is None:
            return
        number = sum(self.changes.values())
        if offer.was_price is None:
            price = Decimal(offer.price)
            _keep(self._smallest, (price, number, offer.sku))
            _keep(self._largest, (-price, number, offer.sku))
            return
        old, new = Decimal(offer.was_price), Decimal(offer.price)
        if old == new:
            return
        self.price.see(old, new)
        far = percent(offer)
        if far is not None:
            # Of moves as far as each other, the one that comes first stays.
            _keep(self._farthest, (-abs(far), number, offer))

    @property
    def farthest(self) -> list[OfferLine]:
        """The offers whose prices move furthest."""
        return [offer for *_, offer in self._farthest]

    @property
    def smallest(self) -> list[tuple[str, Decimal]]:
        """Of the prices that are new, the ten smallest, each with its SKU."""
        return [(sku, price) for price, _, sku in self._smallest]

    @property
    def largest(self) -> list[tuple[str, Decimal]]:
        """Of the prices that are new, the ten largest, each with its SKU."""
        return [(sku, -price) for price, _, sku in self._largest]

    def new_prices_lines(self) -> list[str]:
        """The prices that are new, as two lines of text: nothing was confirmed that they could move from."""
        both = (("smallest", self.smallest), ("largest", self.largest))
        return [
            f"{name} prices: {', '.join(f'{visible(sku)} {price}' for sku, price in found)}"
            for name, found in both
            if found
        ]

    def as_json(self) -> dict[str, Any]:
        """The moves as JSON data."""
        return {
            "changes": dict(sorted(self.changes.items())),
            "packages": dict(sorted(self.packages.items())),
            "price": movement_json(self.price),
            "stock": movement_json(self.stock),
            "stock_falls_to_zero": self.emptied,
            "new_prices": {
                name: [{"sku": sku, "price": str(price)} for sku, price in found]
                for name, found in (("smallest", self.smallest), ("largest", self.largest))
            },
            "farthest": [
                {"sku": o.sku, "old": o.was_price, "new": o.price, "percent": str(percent(o))}
                for o in self.farthest
            ],
        }


def _keep(kept: list[tuple[Decimal, int, Any]], entry: tuple[Decimal, int, Any]) -> None:
    """Keep the ten first entries, in their order: by what they are measured in, then by their number."""
    if len(kept) < MOST_KEPT or entry[:2] < kept[-1][:2]:
        insort(kept, entry, key=lambda one: one[:2])
        del kept[MOST_KEPT:]


def percent(offer: OfferLine) -> Decimal | None:
    """How far the price of an offer moves, in percent to a tenth; None where it does not."""
    if offer.was_price is None or offer.price is None or offer.was_price == offer.price:
        return None
    old, new = Decimal(offer.was_price), Decimal(offer.price)
    return ((new - old) * 100 / old).quantize(TENTH, ROUND_HALF_UP) if old > 0 else None


def movement_json(move: Movement) -> dict[str, Any]:
    """A movement as JSON data, its numbers as exact texts."""
    if not move.rows:
        return {"up": 0, "down": 0}
    found = {
        "lowest": move.lowest,
        "highest": move.highest,
        "median_percent": move.median,
        "farthest_percent": move.farthest,
    }
    texts = {name: f"{value:f}" for name, value in found.items() if value is not None}
    return {"up": move.up, "down": move.down, **texts}
