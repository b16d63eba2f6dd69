"""The job without Spark: what workers make of splits, put together as the job puts it together."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from engine.cluster.job import Job
from engine.cluster.output import changed, summed
from engine.cluster.worker import reject_repeats, render_splits
from engine.offers.accounting import Accounting

TASK = {"split": pa.int64(), "about": pa.string(), "place": pa.int64(), "first": pa.int64()}


@dataclass
class ByHand:
    """What a job would write."""

    offers: bytes
    rejections: bytes
    accounting: Accounting
    repeats: int


def _batches(tasks: list[tuple[object, ...]]) -> Iterator[pa.RecordBatch]:
    columns = [list(c) for c in zip(*tasks, strict=True)]
    arrays = [pa.array(c, t) for c, t in zip(columns, TASK.values(), strict=True)]
    yield pa.RecordBatch.from_arrays(arrays, names=list(TASK))


def _listed(made: Iterator[pa.RecordBatch]) -> list[dict[str, Any]]:
    return [row for batch in made for row in batch.to_pylist()]


def by_hand(job: Job) -> ByHand:
    """Render all splits, the last first: they know nothing of each other."""
    shipped = job.shipped.as_text()
    made = {
        s.number: _listed(render_splits(shipped, _batches([(s.number, s.as_text(), None, None)])))
        for s in reversed(job.splits)
    }
    starts, rows = {}, 0
    for split in job.splits:
        starts[split.number] = rows
        rows += made[split.number][-1]["row"]
    accounts = {number: json.loads(lines[-1]["account"]) for number, lines in made.items()}
    seen: dict[str, int] = {}
    repeats: dict[int, list[tuple[object, ...]]] = {}
    for split in job.splits:
        for line in made[split.number]:
            at = (split.number, line["place"])
            if line["kind"] == "offers" and seen.setdefault(line["sku"], at) != at:
                number, place = seen[line["sku"]]
                first = starts[number] + made[number][place]["row"]
                assert made[number][place]["place"] == place
                repeats.setdefault(split.number, []).append((split.number, None, at[1], first))
    patches: dict[tuple[int, int], str] = {}
    for split in job.splits:
        if split.number in repeats:
            tasks = [*repeats[split.number], (split.number, split.as_text(), None, None)]
            for row in _listed(reject_repeats(shipped, _batches(tasks))):
                if row["moved"] is None:
                    patches[row["split"], row["place"]] = row["patch"]
                else:
                    moved = json.loads(row["moved"])
                    accounts[split.number] = changed(
                        accounts[split.number], moved["before"], moved["after"]
                    )
    written: dict[str, list[str]] = {"offers": [], "rejections": []}
    for split in job.splits:
        for line in made[split.number][:-1]:
            patch = patches.get((split.number, line["place"]))
            kind = line["kind"] if patch is None else "rejections"
            row = starts[split.number] + line["row"]
            written[kind].append(f'{{"row":{row}{patch or line["line"]}\n')
    for number, account in accounts.items():
        for reason in account["reasons"]:
            reason["example_row"] += starts[number]
    total = summed(accounts[s.number] for s in job.splits)
    offers, rejections = ("".join(written[k]).encode() for k in ("offers", "rejections"))
    return ByHand(offers, rejections, total, len(patches))
