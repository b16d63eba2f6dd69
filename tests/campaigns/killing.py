"""Real pushes killed with `kill -9`, against a real sandbox process, until nothing is open.

A life is one seller with orders of every kind of action. A process opens the journal, approves
what is wanted, and pushes; it is killed at a random moment of that, and another takes over, again
and again. Then what the sandbox says took effect is held against what the journal says.

    PYTHONPATH=.:tests python -m campaigns.killing --kills 500
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from campaigns.lives import command, lives
from simulator.wishes import STATUS, approved, order_for, wish

from engine.octopia.client import Account, connect
from engine.outbox.events import Record, State, Step
from engine.outbox.message import Kind, Message
from engine.outbox.moments import HOUR, MINUTE, Moment, SystemClock
from engine.outbox.opening import open_journal, read_journal
from engine.outbox.push import Push
from engine.transport.connection import Address
from engine.transport.http import Limits
from engine.transport.outcome import MessageClass
from engine.transport.secrets import Secret
from engine.transport.tokens import Credentials

SELLER = "10001"
REASONS = {
    Kind.CANCEL: "seller-out-of-stock",
    Kind.REFUND: "buyer-request",
    Kind.GESTURE: "MissingProduct",
}
QUIET, FAULTY = "quiet", "lost-answers"


class BrokenError(AssertionError):
    """What must hold does not."""


@dataclass
class Ahead:
    """The machine's clocks, set ahead: a quarantine need not be waited for."""

    milliseconds: int = 0
    machine: SystemClock = field(default_factory=SystemClock)

    def now(self) -> Moment:
        found = self.machine.now()
        return Moment(found.wall + self.milliseconds, found.steady + self.milliseconds, found.boot)

    def sleep(self, milliseconds: int) -> None:
        self.machine.sleep(min(milliseconds, 5))


class SandboxProcess:
    """A sandbox of its own process."""

    def __init__(self, folder: Path, seed: int, faults: str) -> None:
        command = str(Path(sys.executable).with_name("feedwright"))
        self._process = subprocess.Popen(
            [
                *(command, "sandbox", "--port", "0", "--orders", "0", "--seed", str(seed)),
                *("--faults", faults, "--ledger", str(folder / "ledger.jsonl")),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        said = [self._process.stdout.readline().split() for _ in range(3)]
        self.base, self.token_url = said[0][1], said[1][1]
        self._own = said[2][1].removesuffix("ledger")
        self._session = requests.Session()
        self._session.trust_env = False

    def add(self, order: str, state: str) -> list[str]:
        """Add an order; the ids of its lines."""
        body = {"orderId": order, "status": state, "seller": SELLER}
        made = self._session.post(f"{self._own}orders", json=body, timeout=10).json()
        return [line["orderLineId"] for line in made["lines"]]

    def advance(self, seconds: int) -> None:
        self._session.post(f"{self._own}clock", json={"advance": seconds}, timeout=10)

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self._session.put(f"{self._own}faults", json={"faults": []}, timeout=10)

    def effects(self) -> list[dict[str, Any]]:
        found = self._session.get(f"{self._own}ledger", timeout=10).json()["effects"]
        return list(found)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@dataclass
class Life:
    """A seller, what is wanted of the orders, and how often a push of it was killed."""

    folder: Path
    seed: int
    faults: str = QUIET
    each: int = 15  # orders of every kind: there must be enough to send when a kill comes
    kills: int = 0
    ended: int = 0
    orphans: int = 0  # messages found claimed, their sender killed
    sent_by_killed: int = 0  # of those, what had taken effect

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - the same for the same seed
        self.clock = Ahead()
        self.sandbox = SandboxProcess(self.folder, self.seed, self.faults)
        self.messages = {m.id: m for m in self._wishes()}
        self.path = self.folder / "journal.sqlite"

    def _wishes(self) -> list[Message]:
        found = []
        for kind in Kind:
            for number in range(self.each):
                order = order_for(kind, f"{kind.value.upper()}-{number}")
                order.lines = tuple(self.sandbox.add(order.id, STATUS[kind]))
                found.append(_with_reason(wish(kind, order, seller=SELLER)))
        self.random.shuffle(found)
        return found

    def push(self) -> None:
        """What the process does that is killed: approve what is wanted, push, end."""
        credentials = Credentials(Secret("campaign"), Secret("of-kills"))
        sender = connect(
            Account(SELLER, credentials),
            "CDISFR",
            address=Address(self.sandbox.base, self.sandbox.token_url),
            limits=Limits(connect=1000, read=150, whole=1000),
        )
        with open_journal(self.path, self.clock, seller=SELLER) as journal:
            now = self.clock.now().wall
            for message in self.messages.values():
                if journal.record(message.id) is None:
                    journal.approve(approved(message, now, expires=now + 6 * HOUR))
            for halt in list(journal.halts):
                journal.lift(halt, "Ada", "a campaign looks at everything afterwards")
            Push(journal, sender, self.messages).run()

    def run_and_kill(self, after: float | None) -> float:
        """Push in a process of its own, killed `after` so many seconds; how long it lived."""
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                self.push()
                code = 0
            except BaseException as fault:  # noqa: BLE001 - it must not go on as the parent
                print(f"push of seed {self.seed}: {fault!r}", file=sys.stderr)
            os._exit(code)
        if after is not None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            self.kills += 1
        elif os.WEXITSTATUS(status) != 0:
            raise BrokenError(f"seed {self.seed}: a push ended with {os.WEXITSTATUS(status)}")
        else:
            self.ended += 1
        return time.monotonic() - started

    def later(self, minutes: int) -> None:
        self.clock.milliseconds += minutes * MINUTE
        self.sandbox.advance(minutes * 60)

    def end(self) -> None:
        """End what serves it."""
        self.sandbox.end()

    def live(self, kills: int) -> None:
        """Be killed so often, then push in peace until nothing moves, and hold what must hold."""
        longest = 0.3
        while self.kills < kills:
            before = self.kills
            lived = self.run_and_kill(self.random.uniform(0, longest))
            if self.kills == before:
                longest = lived * 0.9  # it was done before it was killed: strike earlier
                self.later(4)
            elif self.random.random() < 0.05:
                self.later(self.random.randrange(1, 20))
        self.sandbox.calm()
        for _ in range(6):
            self.run_and_kill(None)
            self.later(16)
        self.check()

    def check(self) -> None:
        """No action took effect twice, none is lost, the journal is whole and says what is true."""
        effects = Counter((e["kind"], e["subject"]) for e in self.sandbox.effects())
        twice = {what: n for what, n in effects.items() if n > 1}
        if twice:
            raise BrokenError(f"seed {self.seed}: took effect more than once: {twice}")
        with read_journal(self.path, self.clock) as journal:
            journal.load()
            for message in self.messages.values():
                record = journal.record(message.id)
                effect = effects[message.kind.value, message.subject]
                self._hold(message, record, effect)
                claimed = [
                    entry
                    for entry in journal.entries(message.id)
                    if entry.event.step == Step.DOUBT
                    and entry.event.data["why"].startswith("found claimed")
                ]
                self.orphans += len(claimed)
                self.sent_by_killed += (
                    bool(claimed) and effect > 0 and record is not None and record.sends == 1
                )
        known = {(m.kind.value, m.subject) for m in self.messages.values()}
        if set(effects) - known:
            raise BrokenError(f"seed {self.seed}: nobody wanted {set(effects) - known}")

    def _hold(self, message: Message, record: Record | None, effect: int) -> None:
        state = None if record is None else record.state
        what = f"seed {self.seed}: {message.kind} of {message.subject} is {state}"
        if state is State.CONFIRMED and not effect:
            raise BrokenError(f"{what}, and never took effect")
        if state is not State.CONFIRMED and effect:
            raise BrokenError(f"{what}, but took effect")
        if state is not State.CONFIRMED and not (record and self._may_be_held(record)):
            raise BrokenError(f"{what} at the end")

    def _may_be_held(self, record: Record) -> bool:
        """Whether all that may be done by itself was done: then a person decides, as promised."""
        most = 1 if record.message_class is MessageClass.MONEY else 2
        return record.state is State.HELD and record.sends == most


def _with_reason(message: Message) -> Message:
    """The same wish with a reason that the sandbox knows."""
    from msgspec.structs import replace

    reason = REASONS.get(message.kind)
    if reason is None or message.call.body is None:
        return message
    old = str(message.natural_key["reason"])
    body = message.call.body.replace(f'"{old}"'.encode(), f'"{reason}"'.encode())
    call = replace(message.call, body=body)
    return replace(message, call=call, natural_key={**message.natural_key, "reason": reason})


def campaign(kills: int, first: int, faults: tuple[str, ...], per_life: int = 25) -> Counter[str]:
    """So many kills, over as many lives as it takes; what was counted."""
    counted: Counter[str] = Counter()
    for life in lives(
        lambda folder, seed: Life(folder, seed, faults[seed % len(faults)]), kills, first, per_life
    ):
        counted["kills"] += life.kills
        counted["pushes that ended"] += life.ended
        counted["claimed when killed"] += life.orphans
        counted["of those, found to have arrived"] += life.sent_by_killed
        counted["lives"] += 1
    return counted


if __name__ == "__main__":
    command(
        "killing",
        __doc__,
        500,
        lambda kills, first: campaign(kills, first, (QUIET, FAULTY)),
        "nothing twice, nothing lost",
    )
