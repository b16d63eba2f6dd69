"""Lives that are killed again and again, as many as a campaign asks for, and its command."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

# What is killed loses nothing that was written: only power does, and lives are full of that.
SHM = Path("/dev/shm")  # noqa: S108 - no sync has to wait for a disk
FAST = SHM if SHM.is_dir() else None


class Mortal(Protocol):
    """A seller whose pushes are killed."""

    kills: int

    def live(self, kills: int) -> None:
        """Be killed so often, then go on in peace, and hold what must hold."""

    def end(self) -> None:
        """End what serves it."""


A_Life = TypeVar("A_Life", bound=Mortal)


def lives(
    begin: Callable[[Path, int], A_Life], kills: int, first: int, per_life: int
) -> Iterator[A_Life]:
    """Lives with one seed after the other until there were so many kills, each when it has ended."""
    done, seed = 0, first
    while done < kills:
        with tempfile.TemporaryDirectory(dir=FAST) as folder:
            life = begin(Path(folder), seed)
            try:
                life.live(min(per_life, kills - done))
            finally:
                life.end()
        done += life.kills
        print(f"seed {seed}: {done} kills so far", file=sys.stderr, flush=True)
        yield life
        seed += 1


def command(
    name: str,
    about: str | None,
    kills: int,
    campaign: Callable[[int, int], Counter[str]],
    held: str,
) -> None:
    """Run a campaign as the command line asks, and print what it counted and what `held`."""
    parser = argparse.ArgumentParser(prog=f"campaigns.{name}", description=about)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    started = time.monotonic()
    counted = campaign(asked.kills, asked.first)
    told = ", ".join(f"{n} {what}" for what, n in counted.items())
    print(f"{told}: {held} ({time.monotonic() - started:.0f} s)")
