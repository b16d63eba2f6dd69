"""A push of 50,000 offers to a real sandbox process: how much processor and memory it takes.

It must be bounded by the marketplace's answers, which come one at a time: less than 20 % of the
time on the processor, less than 200 MB.

    PYTHONPATH=.:tests python -m campaigns.large_push --offers 50000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from campaigns.killing_packages import COMMAND, Shop

MOST_MEMORY, MOST_PERCENT = 200, 20  # MB; of the time from start to end


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    code: int
    seconds: float
    processor: float
    megabytes: int

    @property
    def percent(self) -> float:
        return 100 * self.processor / self.seconds


def measured(folder: Path, *words: str) -> Cost:
    """Run a command; what it took."""
    started = time.monotonic()
    process = subprocess.Popen(
        [COMMAND, *words],
        cwd=folder,
        env={**os.environ, "CAMPAIGN_ID": "any", "CAMPAIGN_SECRET": "any"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if said:
        print(said, file=sys.stderr)
    return Cost(
        process.returncode,
        time.monotonic() - started,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss // 1024,
    )


def push(offers: int, folder: Path) -> Cost:
    """Plan a feed of so many offers, and push it to its end."""
    shop = Shop(folder, 1, offers, 1)
    try:
        plan = shop.plan(0)
        return measured(folder, "push", plan, "--first", "--by", "Ada", "--wait", "10")
    finally:
        shop.sandbox.end()


def main() -> None:
    parser = argparse.ArgumentParser(prog="campaigns.large_push", description=__doc__)
    parser.add_argument("--offers", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cost = push(asked.offers, Path(folder))
    print(
        f"{asked.offers} offers: exit code {cost.code}, {cost.seconds:.0f} s, of them "
        f"{cost.processor:.1f} s on the processor ({cost.percent:.1f} %), {cost.megabytes} MB"
    )
    well = cost.code == 0 and cost.megabytes < MOST_MEMORY and cost.percent < MOST_PERCENT
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
