"""`feedwright push` of offers killed with `kill -9`, against a real sandbox process.

A round is a feed with new prices and its plan. The command is started, killed while it sends
(when the sandbox has seen a random number of its requests take effect, or after a random time),
and started again, until it comes to its end. Then each offer must have changed exactly once, to
the price of the plan, and the journal must be whole.

    PYTHONPATH=.:tests python -m campaigns.killing_packages --kills 100
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
from decimal import Decimal
from pathlib import Path
from typing import Any

from campaigns.killing import SELLER, BrokenError, SandboxProcess
from campaigns.lives import command, lives

SHOP = Path(__file__).with_name("shop")
COMMAND = str(Path(sys.executable).with_name("feedwright"))
CHANNEL = "cdiscount_octopia"
SETTINGS = """\
rules: [rules/offers.rules]
feeds:
  shop:
    path: shop.csv
    format: csv
    delimiter: ","
    encoding: utf-8
offers:
  package: json
sellers:
  "{seller}":
    client_id: env:CAMPAIGN_ID
    client_secret: env:CAMPAIGN_SECRET
    channels: [{channel}]
    api: {base}
    token_url: {token_url}
"""
PATIENCE = 300  # seconds: a commit that did not arrive is repeated after two minutes
ROUNDS = 5  # of a life
UNDER_WAY = 1  # the exit code of a push that is not at its end


@dataclass
class Shop:
    """A merchant's project, the sandbox that it sends to, and what was done to its pushes."""

    folder: Path
    seed: int
    offers: int
    latest: int  # so many of its requests may have taken effect when a push is killed
    per_round: int = 10
    rounds: int = 0
    kills: int = 0
    ended: int = 0
    begun: int = 0  # packages, most of them abandoned
    prices: dict[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - the same for the same seed
        self.sandbox = SandboxProcess(self.folder, self.seed, "quiet")
        shutil.copytree(SHOP, self.folder, dirs_exist_ok=True)
        settings = SETTINGS.format(
            seller=SELLER,
            channel=CHANNEL,
            base=self.sandbox.base,
            token_url=self.sandbox.token_url,
        )
        (self.folder / "feedwright.yaml").write_text(settings, encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "CAMPAIGN_ID": "campaign", "CAMPAIGN_SECRET": "of-kills"}

    def plan(self, number: int) -> str:
        """Write a feed with a price of this round for every offer, and plan it."""
        lines = ["sku,ean,price,stock"]
        for offer in range(self.offers):
            price = Decimal(2000 + offer % 100 + number) / 100
            self.prices[f"S-{offer:05d}"] = price
            lines.append(f"S-{offer:05d},{ean(offer)},{price:.2f},{offer % 50 + 1}")
        (self.folder / "shop.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        file = f"plan-{number}.jsonl"
        made = self.run("plan", "shop.csv", "--channel", CHANNEL, "--out", file)
        if made.returncode != 0:
            raise BrokenError(f"seed {self.seed}: no plan: {made.stdout}{made.stderr}")
        return file

    def effects(self, since: int = 0) -> list[dict[str, Any]]:
        """What took effect, from the ledger's file: asking the sandbox would keep it busy."""
        lines = (self.folder / "ledger.jsonl").read_bytes().splitlines()
        return [json.loads(line, parse_float=Decimal) for line in lines[since:]]

    def _count(self) -> int:
        return (self.folder / "ledger.jsonl").read_bytes().count(b"\n")

    def push_and_kill(self, plan: str) -> bool:
        """Start a push and kill it; whether it came to its end before that."""
        before = self._count()
        target = self.random.randrange(self.latest)
        pause = self.random.uniform(0, 0.02)
        process = subprocess.Popen(
            [COMMAND, "push", plan, "--first", "--by", "Ada", "--wait", "0"],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while process.poll() is None and self._count() < before + target:
            time.sleep(0.002)
        time.sleep(pause)
        process.kill()
        said, faults = process.communicate()
        if process.returncode < 0:
            self.kills += 1
            return False
        return self._ended(process.returncode, said + faults)

    def _ended(self, code: int, said: str) -> bool:
        self.ended += 1
        if code not in {0, UNDER_WAY} or "Traceback" in said:
            raise BrokenError(f"seed {self.seed}: a push ended with {code}: {said}")
        return code == 0

    def live(self, kills: int) -> None:
        """Plan and push, be killed so often in all, and hold what must hold."""
        for number in range(ROUNDS):
            if self.kills < kills:
                self.round(number, min(self.per_round, kills - self.kills))
                self.rounds += 1

    def end(self) -> None:
        """End what serves it."""
        self.sandbox.end()

    def round(self, number: int, kills: int) -> None:
        """One plan, killed at most so often, and then to its end."""
        since = self._count()
        plan, most = self.plan(number), self.kills + kills
        done = False
        while self.kills < most and not done and not self._committed(since):
            done = self.push_and_kill(plan)
        deadline = time.monotonic() + PATIENCE
        while not done and time.monotonic() < deadline:
            self.sandbox.advance(10)
            pushed = self.run("push", plan, "--first", "--by", "Ada", "--wait", "0")
            done = self._ended(pushed.returncode, pushed.stdout + pushed.stderr)
        if not done:
            raise BrokenError(f"seed {self.seed}: round {number} never came to its end")
        self._check(number, self.effects(since))

    def _committed(self, since: int) -> bool:
        return any(e["kind"] == "package-ready" for e in self.effects(since))

    def _check(self, number: int, effects: list[dict[str, Any]]) -> None:
        what = f"seed {self.seed}, round {number}"
        commits = [e for e in effects if e["kind"] == "package-ready"]
        if len(commits) != 1:
            raise BrokenError(f"{what}: {len(commits)} packages were made ready")
        self.begun += sum(e["kind"] == "package-created" for e in effects)
        changed = Counter(e["subject"] for e in effects if e["kind"] == "offer")
        if set(changed) != set(self.prices) or set(changed.values()) != {1}:
            raise BrokenError(f"{what}: not every offer changed exactly once")
        for effect in effects:
            if effect["kind"] == "offer":
                price = Decimal(effect["detail"]["price"])
                if price != self.prices[effect["subject"]]:
                    raise BrokenError(f"{what}: {effect['subject']} costs {price}")
        verified = self.run("journal", "verify")
        if verified.returncode != 0:
            raise BrokenError(f"{what}: {verified.stdout}{verified.stderr}")


def ean(number: int) -> str:
    """A number with a right check digit."""
    digits = f"376{number:09d}"
    total = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(digits))
    return f"{digits}{(10 - total % 10) % 10}"


def campaign(
    kills: int, first: int, *, per_round: int = 10, offers: int = 1_500, latest: int | None = None
) -> Counter[str]:
    """So many kills, over as many rounds of as many shops as it takes; what was counted.

    A push is killed when at most `latest` of its requests took effect; any time if not given.
    """
    most = offers // 100 + 3 if latest is None else latest
    counted: Counter[str] = Counter()
    for life in lives(
        lambda folder, seed: Shop(folder, seed, offers, most, per_round),
        kills,
        first,
        ROUNDS * per_round,
    ):
        counted["kills"] += life.kills
        counted["rounds"] += life.rounds
        counted["pushes that ended"] += life.ended
        counted["packages begun"] += life.begun
    return counted


if __name__ == "__main__":
    command("killing_packages", __doc__, 100, campaign, "each offer changed once")
