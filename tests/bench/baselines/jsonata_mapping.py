"""The mapping in JSONata, over JSON Lines: starts node with `mapping.jsonata` and the tables.

python jsonata_mapping.py FEED --format jsonl --offers F --rejections F
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which

try:
    from bench.baselines.jq_mapping import tables
except ImportError:  # started by its path
    from jq_mapping import tables  # type: ignore[import-not-found,no-redef]

HERE = Path(__file__).parent
# `npm install --prefix tests/bench jsonata@2` puts it here; NODE_PATH may name another place.
MODULES = HERE.parent / "node_modules"


def environment() -> dict[str, str]:
    """The environment in which node finds the package."""
    known = os.environ.get("NODE_PATH")
    return os.environ | {"NODE_PATH": os.pathsep.join([*([known] if known else []), str(MODULES)])}


def lacking() -> str | None:
    """What is missing to run this, or None."""
    if not which("node"):
        return "the program node is not installed"
    asked = ["node", "-e", "require('jsonata')"]
    found = subprocess.run(asked, capture_output=True, check=False, env=environment())
    where = "npm install --prefix tests/bench jsonata@2"
    return f"node has no package jsonata: {where}" if found.returncode else None


def render(feed: Path, offers: Path, rejections: Path) -> int:
    """Write an offer or a rejection for each row; the exit code of node."""
    script = ["node", str(HERE / "jsonata_mapping.cjs")]
    files = [str(feed), str(offers), str(rejections)]
    done = subprocess.run([*script, *files, json.dumps(tables())], check=False, env=environment())
    return done.returncode


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
