"""The mapping in jq, over JSON Lines: starts `jq -f mapping.jq` and parts its output in two files.

python jq_mapping.py FEED --format jsonl --offers F --rejections F
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TABLES = HERE.parent / "project" / "tables"
MODES = {"Tracked": "THD", "BigParcelEco": "FDHD"}
OFFER, REJECTION = b'["offer",', b'["rejection",'


def table(name: str) -> list[list[str]]:
    """The rows of a look-up table; keys are compared without case."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [[key.lower(), *cells] for key, *cells in list(csv.reader(file))[1:]]


def tables() -> dict[str, Any]:
    """The tables as whole numbers: margins in 1/10,000 of the cost, factors in 1/1,000."""
    return {
        "margins": {
            key: 10_000 + int(Decimal(text.rstrip("%")) * 100) for key, text in table("margins")
        },
        "units": {
            k: {"packaging": u, "factor": int(Decimal(f) * 1000)} for k, u, f in table("units")
        },
        "modes": {key: MODES[mode] for key, mode in table("delivery_modes")},
    }


def render(feed: Path, offers: Path, rejections: Path) -> int:
    """Write an offer or a rejection for each row; the exit code of jq."""
    program = [
        "jq",
        "-c",
        "-n",
        "-f",
        str(HERE / "mapping.jq"),
        "--argjson",
        "tables",
        json.dumps(tables()),
    ]
    with (
        feed.open("rb") as rows,
        offers.open("wb") as out,
        rejections.open("wb") as refused,
        subprocess.Popen(program, stdin=rows, stdout=subprocess.PIPE) as process,
    ):
        for line in process.stdout or ():
            if line.startswith(OFFER):
                out.write(line[len(OFFER) : -2] + b"\n")
            else:
                refused.write(line[len(REJECTION) : -2] + b"\n")
    return process.returncode


def main() -> int:
    """Render the feed that the command line names."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("feed", type=Path)
    options.add_argument("--format", default="jsonl", choices=("jsonl",))
    options.add_argument("--offers", type=Path, required=True)
    options.add_argument("--rejections", type=Path, required=True)
    chosen = options.parse_args()
    return render(chosen.feed, chosen.offers, chosen.rejections)


if __name__ == "__main__":
    sys.exit(main())
