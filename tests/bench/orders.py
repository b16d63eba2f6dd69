"""Wanted actions decided: seconds, and memory, for lists of growing length.

    python tests/bench/orders.py 10000 100000

Each list names as many orders as it has rows. Orders are read first (JSON lines of about a kilobyte
each), then the list is decided and written as JSON lines; the two are timed apart, in seconds of one
core. Peak memory is that of a process of its own, and must not grow with the list.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from engine.orders.batch import Batch
from engine.orders.order_index import OrderIndex
from engine.orders.policy import order_policy
from engine.orders.wanted import wanted_json
from engine.pipeline import check
from engine.project import load_project

ROOT = Path(__file__).parents[2]
AT = datetime(2025, 8, 1, 9, tzinfo=UTC)


def order(number: int) -> dict[str, Any]:
    """An Octopia order with one line, as long as real ones are."""
    address = {"firstName": "Ada", "addressLine1": "1 rue de la Paix", "city": "Lyon"}
    return {
        "orderId": f"SC{number:09}",
        "reference": f"25080109{number:09}",
        "status": "InPreparation",
        "salesChannel": {"id": "CDISFR", "name": "Cdiscount"},
        "seller": {"id": 98979},
        "purchasedAt": "2025-08-01T07:00:00Z",
        "updatedAt": "2025-08-01T07:30:00Z",
        "shippedAtMax": "2025-08-04T21:59:59Z",
        "billingAddress": address,
        "totalPrice": {"offerPrice": 24.89, "sellingPrice": 24.89},
        "lines": [
            {
                "orderLineId": str(line),
                "status": "Accepted",
                "quantity": 2,
                "offer": {"sellerProductId": f"SKU-{number}-{line}", "supplyMode": "Seller"},
                "offerPrice": {"unitSalesPrice": 9.95, "shippingCost": 4.99},
                "delivery": {"mode": "TrackedHomeDelivery"},
                "shippingAddress": address,
            }
            for line in (1, 2)
        ],
    }


def write(folder: Path, rows: int) -> tuple[Path, Path]:
    """The files of orders and of wanted actions."""
    orders, wanted = folder / "orders.jsonl", folder / "wanted.jsonl"
    with orders.open("w") as to_orders, wanted.open("w") as to_wanted:
        for number in range(rows):
            made = order(number)
            sheet = {"carrier": "Colissimo", "tracking_number": f"XY{number:09}FR"}
            wish = {"order": made["orderId"], "action": "ship", "parameters": sheet}
            to_orders.write(json.dumps(made) + "\n")
            to_wanted.write(json.dumps(wish) + "\n")
    return orders, wanted


def decide(folder: Path) -> dict[str, Any]:
    """Decide the list in `folder`: seconds of each part, the count, and the peak of memory."""
    ruleset = check(load_project(ROOT)).ruleset
    assert ruleset is not None
    policy = order_policy(load_project(ROOT), ruleset, AT)
    allowed = 0
    with OrderIndex() as index, (folder / "decided.jsonl").open("wb") as out:
        start = time.process_time()
        with (folder / "orders.jsonl").open("rb") as lines:
            assert list(index.fill(lines, "orders.jsonl")) == []
        read = time.process_time()
        with (folder / "wanted.jsonl").open("rb") as lines:
            for one in Batch(policy, index).decide(wanted_json(lines, "wanted.jsonl")):
                allowed += one.decision.ruling == "allowed"
                out.write(msgspec.json.encode(one.as_json()) + b"\n")
        done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "allowed": allowed,
        "reading": round(read - start, 2),
        "deciding": round(done - read, 2),
        "peak_mb": peak,
    }


def measure(rows: int) -> dict[str, Any]:
    """The same in a process of its own, whose peak is its own."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), rows)
        words = [sys.executable, __file__, "--here", folder]
        ran = subprocess.run(words, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def main() -> None:
    """Measure each length asked for, and print a line for each."""
    if sys.argv[1:2] == ["--here"]:
        print(json.dumps(decide(Path(sys.argv[2]))))
        return
    for rows in [int(word) for word in sys.argv[1:]] or [10_000, 100_000]:
        found = measure(rows)
        print(
            f"{rows:>9} wanted actions, {found['allowed']} allowed: decided in "
            f"{found['deciding']} s, orders read in {found['reading']} s, {found['peak_mb']} MB"
        )


if __name__ == "__main__":
    main()
