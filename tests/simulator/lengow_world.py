"""A life of messages through Lengow: queued, carried out later, and listed with what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from simulator.lengow_market import ACCOUNT, LIES, LengowMarket
from simulator.life import lived
from simulator.market import DrawnFate
from simulator.wishes import LENGOW_STATUS, lengow_body, lengow_wish
from simulator.world import World

from engine.outbox.lengow_evidence import look_through_lengow
from engine.outbox.message import Kind, Message
from engine.outbox.push import Looks


@dataclass(slots=True)
class LengowWorld(World):
    """One account's messages."""

    seller: ClassVar[str] = ACCOUNT
    kinds: ClassVar[tuple[Kind, ...]] = tuple(LENGOW_STATUS)
    opposite: ClassVar[Mapping[Kind, Kind]] = {
        Kind.ACCEPT: Kind.REFUSE,
        Kind.REFUSE: Kind.ACCEPT,
        Kind.SHIP: Kind.SHIP,
        Kind.REFUND: Kind.REFUND,
    }
    exclusive: ClassVar[Sequence[set[str]]] = ({"accept", "refuse"}, {"refuse", "ship"})
    looks: ClassVar[Looks] = staticmethod(look_through_lengow)

    def open_market(self, fate: DrawnFate) -> Any:
        fate.lies = LIES
        return LengowMarket(self.clock, fate, diligent=True)

    def add_order(self, kind: Kind, name: str) -> None:
        self.market.add(name, *LENGOW_STATUS[kind])
        if self.random.random() < 0.3:
            self.market.failed_before(lengow_body(kind, name))

    def wish(self, kind: Kind, order: str, variant: str) -> Message:
        return lengow_wish(kind, order, variant=variant)

    def turn(self) -> None:
        self.market.errors = self.random.choice(("", "", "", "the marketplace is closed"))
        World.turn(self)

    def settle_down(self) -> None:
        self.market.errors = ""
        World.settle_down(self)

    def effect_of(self, message: Message) -> str:
        key = message.natural_key
        match message.kind:
            case Kind.SHIP:
                return f"ship {key['parcels'][0]}"
            case Kind.REFUND:
                return f"refund {key['reason']}"
            case kind:
                return kind.value


def run_lengow_seed(seed: int) -> LengowWorld:
    """Live one life of messages through Lengow.

    Raises:
        BrokenError: something that must hold does not.
    """
    return lived(LengowWorld, seed)
