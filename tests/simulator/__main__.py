"""Any number of lives: `PYTHONPATH=.:tests python -m simulator --seeds 100000`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from multiprocessing import Pool

from simulator.lengow_world import run_lengow_seed
from simulator.life import BrokenError
from simulator.offer_world import run_breaking_seed, run_offer_seed
from simulator.world import run_seed


def life_of(seed: int) -> Callable[[int], object]:
    """Every fifth life is one of offers, every tenth goes through Lengow, the others are Octopia's orders.

    Of those of offers, every fifth is behind a line that breaks.
    """
    if seed % 5 == 0:
        return run_breaking_seed if seed % 25 == 5 else run_offer_seed
    return run_lengow_seed if seed % 10 == 1 else run_seed


def one(seed: int) -> str | None:
    try:
        life_of(seed)(seed)
    except BrokenError as fault:
        return str(fault)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    started = time.monotonic()
    seeds = range(asked.first, asked.first + asked.seeds)
    broken = 0
    with Pool(asked.jobs) as pool:
        for number, fault in enumerate(pool.imap_unordered(one, seeds, chunksize=50), 1):
            if fault:
                broken += 1
                print(fault, file=sys.stderr, flush=True)
            if number % 5_000 == 0:
                said = f"{number} lives so far, {broken} broken"
                print(f"{said}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    print(f"{asked.seeds} lives, {broken} broken, {time.monotonic() - started:.0f} s")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
