"""Lengow as a campaign has it: a server on loopback, with a ledger in a file, and answers that get lost."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from serving.lengow_server import serving
from simulator.lengow_market import ACCOUNT, LengowMarket
from simulator.market import DrawnFate, Fate
from simulator.wishes import LENGOW_STATUS

from engine.transport.outcome import Call, Outcome

FAULTS = ("answered", "lost before", "lost after", "late", "500 before", "500 after")


@dataclass(slots=True)
class RealClock:
    """The machine's clock, set ahead; nobody sleeps in it."""

    ahead: int = 0  # milliseconds

    @property
    def true(self) -> int:
        return time.monotonic_ns() // 1_000_000 + self.ahead

    def sleep(self, milliseconds: int) -> None:
        """Answers are lost at once."""


class Faulty(DrawnFate):
    """Writes that go wrong as they can on a network; reads are true."""

    def write(self) -> str:
        return self.random.choice(FAULTS) if self.random.random() < self.trouble else "answered"

    def read(self) -> str:
        return "true"

    def lag(self) -> int:
        return self.random.randrange(100)

    def delay(self) -> int:
        return self.random.randrange(2_000)


@dataclass(slots=True)
class Market(LengowMarket):
    """Serves one request at a time, and writes down what it did."""

    ledger_file: Path = field(default=Path("ledger.jsonl"))
    written: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def send(self, call: Call) -> Outcome:
        with self.turn:
            try:
                return LengowMarket.send(self, call)
            finally:
                self.write_ledger()

    def write_ledger(self) -> None:
        with self.ledger_file.open("a", encoding="utf-8") as file:
            for effect in self.ledger[self.written :]:
                told = {"subject": effect.order, "kind": effect.what.split()[0]}
                file.write(json.dumps(told) + "\n")
        self.written = len(self.ledger)


class LengowPlace:
    """Lengow for one life; what a `SandboxProcess` is for Octopia."""

    seller = ACCOUNT
    settings = "    connector: lengow\n"
    more = "orders: {connector: lengow}\n"

    def __init__(self, folder: Path, seed: int, *, faulty: bool) -> None:
        fate = Faulty(Random(seed), 0.3 if faulty else 0.0)  # noqa: S311 - a game
        self.clock = RealClock()
        self.market = Market(self.clock, fate, diligent=True)  # type: ignore[arg-type]  # a clock, too
        self.market.ledger_file = folder / "ledger.jsonl"
        self._open = ExitStack()
        self.base = self._open.enter_context(serving(self.market))
        self.token_url = f"{self.base}/access/get_token"

    def add(self, order: str, state: str) -> None:
        """Add an order."""
        known = dict(LENGOW_STATUS.values())
        self.market.add(order, state, known[state])

    def advance(self, seconds: int) -> None:
        with self.market.turn:
            self.clock.ahead += seconds * 1000
            self.market.arrive()
            self.market.write_ledger()

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.market.fate = Fate()

    def end(self) -> None:
        """End the server."""
        self._open.close()
