"""Spark by the command that a person types: a manifest, what is to be sent, a bucket."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clusters.dirty import ROOT, project, rows, text
from clusters.expected import AT, CHANNEL, Expected, gathered
from conftest import Feedwright, Ran

from engine.cluster.output import accounts, gather
from engine.outbox.book import OfferValue, PackageStep
from engine.outbox.events import Event
from engine.outbox.moments import SystemClock
from engine.outbox.offers import FULL, UPSERT, OfferLine, hash_of_offer
from engine.outbox.opening import open_journal
from engine.pipeline import checked_ruleset, open_run, render

pytestmark = [
    pytest.mark.xdist_group("spark"),
    # Sockets and files that PySpark leaves to the garbage collector.
    pytest.mark.filterwarnings(
        "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
    ),
]
HERE = "local[2,4]"


@pytest.fixture
def on_spark(sessions: Any, feedwright: Feedwright) -> Iterator[Feedwright]:
    """The command, which starts a session of its own: in the Java that runs already."""
    sessions.end()

    def run(*words: str) -> Ran:
        given = ("--engine", "spark", "--master", HERE, "--at", AT.isoformat())
        return feedwright("render", *words, *given)

    yield run
    sessions.end()


def test_a_manifest_by_command(on_spark: Feedwright, tmp_path: Path) -> None:
    lines = rows(1)
    (tmp_path / "a.csv").write_bytes(text(lines[:40]))
    (tmp_path / "many").mkdir()
    for n in range(20):
        (tmp_path / "many" / f"{n:02}.csv").write_bytes(text([f"S{n}-{lines[n]}"]))
    manifest = tmp_path / "sellers.csv"
    sellers = [("a", "a.csv"), ("b", "b.csv"), ("many", "many")]
    told = "\n".join(f"{name},{ROOT},{feed},{CHANNEL}" for name, feed in sellers)
    manifest.write_text(f"seller,project,feed,channel\n{told}\n", encoding="utf-8")
    out, summary = tmp_path / "out", tmp_path / "summary.json"
    done = on_spark(str(manifest), "--manifest", "--out", str(out), "--summary", str(summary))
    assert done.code == 1, done.err
    assert "b: not rendered: " in done.err
    assert "many: 20 rows read = " in done.err
    read = json.loads(summary.read_text("utf-8"))
    assert read["b"].keys() == {"failure"}
    alone = render(project(), str(tmp_path / "a.csv"), io.BytesIO(), at=AT, channel=CHANNEL)
    assert [read[name]["read"] for name in ("a", "many")] == [alone.read, 20]
    (account,) = accounts(out / "seller=many")
    assert (account["read"], account["files"]) == (20, 20)
    assert not (out / "seller=b").exists()


def test_what_a_seller_has_to_send_by_command(on_spark: Feedwright, tmp_path: Path) -> None:
    feed, out, changes = tmp_path / "feed.csv", tmp_path / "out", tmp_path / "changes"
    lines = rows(1)
    feed.write_bytes(text(lines))
    journal = _journal_of(feed, tmp_path / "shop.sqlite")
    cells = lines[0].split(";")
    cells[5] = "91,10"
    feed.write_bytes(text([f"NEW-1;{lines[1].partition(';')[2]}", ";".join(cells), *lines[1:]]))
    words = (str(feed), "--project", str(ROOT), "--channel", CHANNEL, "--out", str(out))
    files = [tmp_path / name for name in ("offers.jsonl", "rejections.jsonl")]
    gathered = ("--offers", str(files[0]), "--rejections", str(files[1]))
    done = on_spark(*words, "--since", str(journal), "--changes", str(changes), *gathered)
    assert done.code == 0, done.err
    assert "2 offers are new or changed" in done.err
    told = io.BytesIO()
    gather(changes, "offers", told)
    found = [json.loads(line) for line in told.getvalue().splitlines()]
    assert [(t["row"], t["sku"]) for t in found] == [(1, "NEW-1"), (2, cells[0])]
    alone = io.BytesIO(), io.BytesIO()
    render(project(), str(feed), *alone, at=AT, channel=CHANNEL)
    assert [f.read_bytes() for f in files] == [a.getvalue() for a in alone]


def _journal_of(feed: Path, path: Path) -> Path:
    """A journal in which the marketplace has confirmed every offer of `feed`, hashed as plans do it."""
    run = open_run(project(), checked_ruleset(project()), str(feed), channel=CHANNEL, at=AT)
    values = []
    for _, mapped in run.batches():
        for sku, payload, xml in mapped.offers.select("sku", "payload", "xml").iter_rows():
            kind, type_ = ("json", UPSERT) if xml is None else ("xml", FULL)
            offer = OfferLine(sku, "", kind, type_, payload or "", None, None, floor=False, xml=xml)
            values.append(OfferValue(sku, hash_of_offer(offer), "1.00", 1).as_json())
    assert len({v[1] for v in values}) == len(values) > 100
    begin = {"channel": CHANNEL, "carrier": "xml", "type": FULL, "plan": "p", "part": 1}
    with open_journal(path, SystemClock(), seller="S") as journal:
        for step, data in (
            (PackageStep.BEGIN, begin),
            (PackageStep.COMMIT, {"offers": values}),
            (PackageStep.RESULTS, {"refused": {}}),
        ):
            journal.append(Event(step, None, {"package": "P0", **data}))
    return path


def test_a_bucket_by_command(on_spark: Feedwright, tmp_path: Path) -> None:
    import s3fs
    from moto.server import ThreadedMotoServer

    expected = Expected(tmp_path)
    port = int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    try:
        bucket = s3fs.S3FileSystem(skip_instance_cache=True)
        bucket.mkdir("shop")
        for file in sorted(expected.folder.iterdir()):
            bucket.put(str(file), f"shop/feeds/{file.name}")
        out = tmp_path / "out"
        words = ("s3://shop/feeds/*.csv", "--project", str(ROOT), "--channel", CHANNEL)
        done = on_spark(*words, "--out", str(out), "--split-bytes", "60000")
        assert done.code == 0, done.err
        assert gathered(out) == (expected.offers, expected.rejections)
        found = accounts(out)
        assert [a["file"] for a in found] == sorted(a["file"] for a in found)
        assert {a["file"] for a in found} == {f"s3://shop/feeds/{n}.csv" for n in "ab"}
        assert len(found) > 2
    finally:
        server.stop()
