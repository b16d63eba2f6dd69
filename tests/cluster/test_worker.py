"""What workers do, without Spark around it: the same bytes as `render`, from splits in any order."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from clusters.dirty import project, rows, text

from engine.cluster.job import Job, prepare
from engine.cluster.worker import count_splits, render_splits
from engine.pipeline import render

AT = datetime(2025, 8, 1, 7, tzinfo=UTC)
CHANNEL = "cdiscount_octopia"
TASK = {"split": pa.int64(), "about": pa.string(), "place": pa.int64(), "first": pa.int64()}


def _batches(tasks: list[tuple[object, ...]]) -> Iterator[pa.RecordBatch]:
    columns = [list(c) for c in zip(*tasks, strict=True)]
    arrays = [pa.array(c, t) for c, t in zip(columns, TASK.values(), strict=True)]
    yield pa.RecordBatch.from_arrays(arrays, names=list(TASK))


def _counted(job: Job) -> list[dict[str, object]]:
    tasks = [(s.number, s.as_text(), None, None) for s in job.splits]
    made = count_splits(job.shipped.as_text(), _batches(tasks))
    return [row for batch in made for row in batch.to_pylist()]


def test_counted_and_rendered_splits_are_what_render_writes(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_bytes(text(rows(2)))
    offers, rejections = io.BytesIO(), io.BytesIO()
    accounting = render(project(), str(feed), offers, rejections, at=AT, channel=CHANNEL)
    job = prepare(project(), str(feed), at=AT, channel=CHANNEL, split_bytes=20_000)
    counted = _counted(job)
    totals = {t["split"]: t for t in counted if t["rows"] is not None}
    assert sum(t["rows"] for t in totals.values()) == accounting.read

    starts, row = {}, 0
    for split in job.splits:
        starts[split.number] = row
        row += totals[split.number]["row"]
    seen: dict[object, int] = {}
    later: dict[object, list[tuple[object, ...]]] = {}
    for one in counted:
        if one["rows"] is None:
            at = starts[one["split"]] + one["row"]
            if seen.setdefault(one["sku"], at) != at:
                task = (one["split"], None, one["place"], seen[one["sku"]])
                later.setdefault(one["split"], []).append(task)
    assert len(later) > 1

    made: dict[int, dict[str, list[str]]] = {}
    for split in reversed(job.splits):
        about = replace(split, first_row=starts[split.number] + 1).as_text()
        tasks = [*later.get(split.number, []), (split.number, about, None, None)]
        kinds: dict[str, list[str]] = {}
        for batch in render_splits(job.shipped.as_text(), _batches(tasks)):
            for line in batch.to_pylist():
                kinds.setdefault(line["kind"], []).append(line["line"])
        made[split.number] = kinds
    for kind, whole in (("offers", offers), ("rejections", rejections)):
        lines = [line for s in job.splits for line in made[s.number].get(kind, [])]
        assert "".join(f"{line}\n" for line in lines).encode() == whole.getvalue()
    assert all(len(kinds["accounting"]) == 1 for kinds in made.values())
