"""`feedwright orders push` killed with `kill -9`, against a real sandbox process, or behind Lengow.

A life is a merchant's project with the sample's rules and orders of every action that they allow.
The actions are planned, the push is killed while it sends, and started again, until its kills are
used up; then it is left in peace, `sync orders` goes on after the quarantine, and what the sandbox
says took effect is held against what the journal says.

    PYTHONPATH=.:tests python -m campaigns.killing_orders --kills 250

Every other life is one of a seller behind Lengow, which carries out later what it was asked for.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.killing import FAULTY, QUIET, SELLER, BrokenError, SandboxProcess
from campaigns.lengow_place import LengowPlace
from campaigns.lives import command, lives

from engine.outbox.events import State
from engine.outbox.moments import SystemClock
from engine.outbox.opening import read_journal
from engine.transport.outcome import MessageClass

ROOT = Path(__file__).parents[2]
CHANNEL = "cdiscount_octopia"
WAITING = {
    "accept": "WaitingAcceptance",
    "refuse": "WaitingAcceptance",
    "ship": "InPreparation",
    "refund": "Shipped",
}
MORE = {"ship": "Colissimo,6A{number:011d},", "refund": ",,out_of_stock"}
MOST_SENDS = {MessageClass.STATE: 2, MessageClass.MONEY: 1}
HALTED = 3


@dataclass
class Life:
    """A merchant's project, the sandbox that it sends to, and what was done to its pushes."""

    folder: Path
    seed: int
    faults: str = QUIET
    lengow: bool = False
    each: int = 12  # orders of every action
    kills: int = 0
    ended: int = 0
    ahead: int = 0  # minutes that the commands' clocks are set ahead
    wanted: dict[str, str] = field(default_factory=dict)  # by order: the action

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - the same for the same seed
        self.sandbox = self._place()
        for part in ("rules", "schemas", "samples"):
            shutil.copytree(ROOT / part, self.folder / part)
        settings = (ROOT / ".feedwright.yaml").read_text(encoding="utf-8")
        settings += (
            f"{LengowPlace.more if self.lengow else ''}"
            f"sellers:\n  '{self.seller}':\n    client_id: env:CAMPAIGN\n"
            f"    client_secret: env:CAMPAIGN\n{LengowPlace.settings if self.lengow else ''}"
            f"    channels: [{CHANNEL}]\n    api: {self.sandbox.base}\n"
            f"    token_url: {self.sandbox.token_url}\n"
        )
        (self.folder / ".feedwright.yaml").write_text(settings, encoding="utf-8")
        rows = []
        for action, state in WAITING.items():
            for number in range(self.each):
                order = f"{action.upper()}-{number}"
                self.sandbox.add(order, state)
                self.wanted[order] = action
                rows.append(f"{order},{action},{MORE.get(action, ',,').format(number=number)}")
        self.random.shuffle(rows)
        head = "order,action,carrier,tracking_number,refund_reason"
        (self.folder / "wanted.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")

    @property
    def seller(self) -> str:
        return LengowPlace.seller if self.lengow else SELLER

    def _place(self) -> SandboxProcess | LengowPlace:
        if self.lengow:
            return LengowPlace(self.folder, self.seed, faulty=self.faults != QUIET)
        return SandboxProcess(self.folder, self.seed, self.faults)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command of its own process; its clock is as far ahead as the life is."""
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        return subprocess.Popen(
            [sys.executable, "-m", "campaigns.ahead", *words],
            cwd=self.folder,
            env={
                **os.environ,
                "CAMPAIGN": "of-kills",
                "AHEAD_MINUTES": str(self.ahead),
                "PYTHONPATH": paths,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        """A command to its end: its exit code, and what it said."""
        process = self.start(*words)
        said, faults = process.communicate(timeout=600)
        if "Traceback" in faults or "internal error" in faults:
            raise BrokenError(f"seed {self.seed}: {words}: {faults}")
        return process.returncode, said + faults

    def _count(self) -> int:
        ledger = self.folder / "ledger.jsonl"
        return ledger.read_bytes().count(b"\n") if ledger.exists() else 0

    def push_and_kill(self) -> bool:
        """Start a push and kill it while it sends; whether it came to its end before that."""
        target = self._count() + self.random.randrange(4)
        pause = self.random.uniform(0, 0.05)
        process = self.start("orders", "push", "plan.json", "--by", "Ada", "--first")
        while process.poll() is None and self._count() < target:
            time.sleep(0.002)
        time.sleep(pause)
        if self.random.random() < 0.2:  # at any time: before it opened the journal, too
            time.sleep(self.random.uniform(0, 0.5))
        process.kill()
        said, faults = process.communicate()
        if process.returncode < 0:
            self.kills += 1
            return False
        self.ended += 1
        if process.returncode not in {0, 1, HALTED} or "Traceback" in faults:
            raise BrokenError(f"seed {self.seed}: a push ended: {said}{faults}")
        return True

    def end(self) -> None:
        """End what serves it."""
        self.sandbox.end()

    def live(self, kills: int) -> None:
        """Be killed so often, then go on in peace, and hold what must hold."""
        self._plan()
        started = time.monotonic()
        while self.kills < kills:
            if self.push_and_kill():
                break  # all is sent: another life has more
            if time.monotonic() - started > 400:
                break  # the plan is good for ten minutes
        self.sandbox.calm()
        self._lift()
        self.run("orders", "push", "plan.json", "--by", "Ada", "--first")
        for _ in range(6):
            self.ahead += 16
            self.sandbox.advance(16 * 60)
            self._lift()
            code, _ = self.run("sync", "orders")
            if code == 0:
                break
        self.check()

    def _plan(self) -> None:
        words = ("orders", "plan", "wanted.csv", "--at", "2025-09-01T09:00+02:00")
        for _ in range(20):  # a read may fail, where answers are lost
            code, said = self.run(*words, "--out", "plan.json")
            if code == 0:
                return
        raise BrokenError(f"seed {self.seed}: no plan: {said}")

    def _lift(self) -> None:
        with read_journal(self._journal, SystemClock()) as journal:
            journal.load()
            halts = list(journal.halts)
        for name in halts:
            self.run("journal", "lift", name, "--by", "Ada", "--why", "the campaign looks later")

    @property
    def _journal(self) -> Path:
        return self.folder / f"var/journal/{self.seller}.sqlite"

    def check(self) -> None:
        """No action took effect twice, none is lost, the journal is whole and says what is true."""
        lines = (self.folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        effects = Counter((e["subject"], e["kind"]) for e in map(json.loads, lines))
        twice = {what: n for what, n in effects.items() if n > 1}
        if twice:
            raise BrokenError(f"seed {self.seed}: took effect more than once: {twice}")
        with read_journal(self._journal, SystemClock()) as journal:
            journal.load()
            records = {r.subject: r for r in journal.records()}
        for order, action in self.wanted.items():
            record, done = records.get(order), effects[order, action]
            what = f"seed {self.seed}: {action} of {order} is {record}, took effect {done} times"
            if record is None:
                raise BrokenError(what)
            held = record.state is State.HELD and record.sends == MOST_SENDS[record.message_class]
            if not (record.state is State.CONFIRMED and done) and not (held and not done):
                raise BrokenError(what)
        if {subject for subject, _ in effects} - set(self.wanted):
            raise BrokenError(f"seed {self.seed}: nobody wanted {effects}")
        code, said = self.run("journal", "verify")
        if code != 0:
            raise BrokenError(f"seed {self.seed}: {said}")


def campaign(
    kills: int,
    first: int,
    faults: tuple[str, ...] = (QUIET,),
    *,
    lengow: tuple[bool, ...] = (False,),
    per_life: int = 12,
    each: int = 12,
) -> Counter[str]:
    """So many kills, over as many lives as it takes; what was counted."""
    counted: Counter[str] = Counter()
    for life in lives(
        lambda folder, seed: Life(
            folder,
            seed,
            faults[seed // len(lengow) % len(faults)],
            lengow=lengow[seed % len(lengow)],
            each=each,
        ),
        kills,
        first,
        per_life,
    ):
        counted["kills"] += life.kills
        counted["pushes that ended"] += life.ended
        counted["actions"] += len(life.wanted)
        counted["lives"] += 1
    return counted


if __name__ == "__main__":
    command(
        "killing_orders",
        __doc__,
        250,
        lambda kills, first: campaign(kills, first, (QUIET, FAULTY), lengow=(False, True)),
        "none twice, none lost",
    )
