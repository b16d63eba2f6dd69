"""Damaged feeds, rules, schemas, tables and settings: nothing may crash, and every row must count.

    .venv/bin/python tests/campaigns/mutate.py --cases 100000 --seed 1

A case is its seed and number: `--seed 1 --only 4711` runs one again and shows where it fails.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> int:
    """Run a campaign; exit code 1 where it finds a hole."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--cases", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", type=int, help="run this case alone, and show where it fails")
    asked = options.parse_args()
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        if asked.only is not None:
            return run_one(asked.seed, asked.only, Path(folder))
        return run_many(asked.seed, asked.cases, Path(folder))


def run_one(seed: int, number: int, folder: Path) -> int:
    """Run one case, its failure shown whole."""
    from campaigns.cases import Campaign

    running = Campaign(folder)
    print("exit code", running.run(seed, number))
    running.flush()
    return 0


def run_many(seed: int, cases: int, folder: Path) -> int:
    """Run `cases` cases, telling how far it is."""
    from campaigns.cases import campaign

    started = time.monotonic()
    total, found = 0, 0
    counts: Counter[str] = Counter()
    while total < cases:
        numbers = range(total, min(total + 2_000, cases))
        some, holes = campaign(seed, numbers, folder)
        counts += some
        total, found = numbers.stop, found + len(holes)
        for hole in holes:
            print(hole)
        print(f"{total} cases, {found} holes, {time.monotonic() - started:.0f} s", flush=True)
    print(dict(sorted(counts.items())))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
