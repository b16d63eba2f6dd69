"""Real Spark on this machine: the same bytes as `render`, whatever is killed on the way."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clusters import deadly
from clusters.dirty import ROOT, project, rows, text
from clusters.expected import AT, CHANNEL, Expected, gathered
from msgspec.structs import replace

from engine.cluster import job as module
from engine.cluster.changes import changed_offers
from engine.cluster.job import Job, prepare, render_on_spark
from engine.cluster.output import accounts, gather
from engine.cluster.sellers import read_manifest, render_sellers
from engine.errors import EngineError, FeedError
from engine.pipeline import render

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.xdist_group("spark"),
    # Sockets and files that PySpark leaves to the garbage collector.
    pytest.mark.filterwarnings(
        "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
    ),
]
HERE = "local[2,4]"
CLUSTER = "local-cluster[2,1,512]"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    return Expected(tmp_path_factory.mktemp("expected"))


def _same(spark: "SparkSession", expected: Expected, folder: Path, job: Job) -> None:
    accounting = render_on_spark(spark, job, folder)
    assert gathered(folder) == (expected.offers, expected.rejections)
    assert accounting.as_json() == expected.accounting.as_json()


def test_the_feed_holds_what_makes_splits_hard(expected: Expected) -> None:
    assert expected.rejections.count(b" already") > 5  # references that stand twice
    assert expected.rejections.count(b"the header has") > 3
    assert b"not closed" in expected.rejections or b'\\"' in expected.offers + expected.rejections
    assert len(expected.job().splits) > 6


# Those on a cluster come first: its driver is larger the more sessions it has seen, and executors stand
# beside it.


def test_an_executor_killed_in_the_middle(
    sessions: Any, expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = tmp_path / "died"
    monkeypatch.setattr(module, "render_splits", partial(deadly.executor_dies, str(died)))
    _same(sessions.on(CLUSTER), expected, tmp_path / "out", expected.job())
    assert died.exists()


def test_a_python_worker_killed_in_the_middle(
    sessions: Any, expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = tmp_path / "died"
    monkeypatch.setattr(module, "render_splits", partial(deadly.worker_dies, str(died)))
    _same(sessions.on(CLUSTER), expected, tmp_path / "out", expected.job())
    assert died.exists()


def test_a_killed_driver_leaves_no_success_and_is_overwritten(
    sessions: Any, expected: Expected, tmp_path: Path
) -> None:
    sessions.end()  # the command brings a Java of its own
    out = tmp_path / "out"
    command = [
        *(sys.executable, "-m", "engine.cli.main", "render", f"{expected.folder}/a.csv"),
        *("--project", str(ROOT), "--channel", CHANNEL, "--at", AT.isoformat()),
        *("--engine", "spark", "--master", HERE, "--out", str(out)),
    ]
    driver = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 400
    # Splits are written when all are rendered: the folder of what is not whole is there then.
    while not (out / "_temporary").exists():
        assert driver.poll() is None, "the job ended before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.005)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    assert not (out / "_SUCCESS").exists()
    with pytest.raises(FeedError, match="no _SUCCESS"):
        gather(out, "offers", io.BytesIO())
    with pytest.raises(FeedError, match="no _SUCCESS"):
        prepare(project(), str(out), at=AT, channel=CHANNEL)
    _same(sessions.on("local[1,4]"), expected, out, expected.job(150_000))
    assert sorted(p.name for p in out.iterdir() if not p.name.startswith(".")) == [
        "_SUCCESS",
        "kind=accounting",
        "kind=offers",
        "kind=rejections",
    ]
    assert json.loads((next((out / "kind=accounting").glob("part-*"))).read_text("utf-8"))


@pytest.mark.parametrize("workers", [4, 2])  # one stands above; the last as those below have it
def test_the_same_bytes_with_any_number_of_workers(
    sessions: Any, expected: Expected, tmp_path: Path, workers: int
) -> None:
    job = expected.job(150_000 // workers)
    _same(sessions.on(f"local[{workers},4]"), expected, tmp_path / "out", job)
    found = accounts(tmp_path / "out")
    assert len(found) == len(job.splits) >= workers
    assert sum(a["read"] for a in found) == expected.accounting.read


def test_rules_altered_on_the_way_are_refused(
    sessions: Any, expected: Expected, tmp_path: Path
) -> None:
    job = prepare(project(), str(expected.folder / "a.csv"), at=AT, channel=CHANNEL)
    assert len(job.splits) == 1
    altered = replace(job, shipped=replace(job.shipped, channel="cdiscount"))
    with pytest.raises(EngineError, match=r"^Spark: the rules did not arrive as they were sent"):
        render_on_spark(sessions.on(HERE), altered, tmp_path / "out")
    with pytest.raises(FeedError, match="no _SUCCESS"):
        gather(tmp_path / "out", "offers", io.BytesIO())


def test_only_new_and_changed_offers_are_told(sessions: Any, tmp_path: Path) -> None:
    spark, feed = sessions.on(HERE), tmp_path / "feed.csv"
    lines = rows(1)

    def run(name: str, text_lines: list[str]) -> Path:
        feed.write_bytes(text(text_lines))
        job = prepare(project(), str(feed), at=AT, channel=CHANNEL, split_bytes=40_000)
        render_on_spark(spark, job, tmp_path / name)
        return tmp_path / name

    before = run("before", lines)
    cells = lines[0].split(";")
    cells[5] = "91,10"
    dearer = ";".join(cells)
    rest = lines[1].partition(";")[2]
    # All rows move down by one; one offer is new, one has another price, one is gone.
    after = run("after", [f"NEW-1;{rest}", dearer, *lines[1:-1]])
    assert changed_offers(spark, after, before, tmp_path / "changes") == 2
    changes = io.BytesIO()
    gather(tmp_path / "changes", "offers", changes)
    told = [json.loads(line) for line in changes.getvalue().splitlines()]
    assert [(t["row"], t["sku"]) for t in told] == [(1, "NEW-1"), (2, cells[0])]
    assert changed_offers(spark, after, after, tmp_path / "changes") == 0


def test_one_sellers_failure_stops_no_other(sessions: Any, tmp_path: Path) -> None:
    lines = rows(1)
    for name, some in (("a", lines[:40]), ("c", lines[40:90])):
        (tmp_path / f"{name}.csv").write_bytes(text(some))
    manifest = tmp_path / "sellers.csv"
    sellers = ["seller,project,feed,channel"]
    sellers += [f"{n},{ROOT},{n}.csv,{CHANNEL}" for n in ("a", "b", "c")]
    sellers += [f"d,nowhere,a.csv,{CHANNEL}"]
    manifest.write_text("\n".join(sellers), encoding="utf-8")
    ended = list(
        render_sellers(sessions.on(HERE), read_manifest(manifest), tmp_path / "out", at=AT)
    )
    assert [e.seller.name for e in ended] == ["a", "b", "c", "d"]
    assert [e.accounting is None for e in ended] == [False, True, False, True]
    assert "b.csv" in ended[1].failure
    assert "nowhere" in ended[3].failure
    for one in (ended[0], ended[2]):
        offers, feed = io.BytesIO(), str(tmp_path / f"{one.seller.name}.csv")
        alone = render(project(), feed, offers, at=AT, channel=CHANNEL)
        assert one.accounting is not None
        assert one.accounting.as_json() == alone.as_json()
        assert gathered(tmp_path / "out" / f"seller={one.seller.name}")[0] == offers.getvalue()


def test_many_repeats_are_joined_by_sorting(
    sessions: Any, expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEW", 0)
    _same(sessions.on(HERE), expected, tmp_path / "out", expected.job(60_000))


def test_workers_killed_while_they_render_and_while_they_reject_repeats(
    sessions: Any, expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    died, rejecting = tmp_path / "died", tmp_path / "died rejecting"
    monkeypatch.setattr(module, "render_splits", partial(deadly.worker_dies, str(died)))
    monkeypatch.setattr(module, "reject_repeats", partial(deadly.repeats_die, str(rejecting)))
    _same(sessions.on(HERE), expected, tmp_path / "out", expected.job(60_000))
    assert died.exists()
    assert rejecting.exists()
