"""Lines written block by block on threads are those that offers mapped one by one would have."""

import io
import os
import re
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from bench import staging, workload
from bench.implementations import AT, CHANNEL
from checking.lines import offer_lines, rejection_lines

from engine.feeds.csv_feed import CsvFeed
from engine.feeds.part import Part
from engine.offers.accounting import Accounting
from engine.offers.rendering import Renderer
from engine.pipeline import Run, checked_ruleset, open_run
from engine.project import load_project, sample_project

pytestmark = pytest.mark.usefixtures("both_ways")

ROWS = 3000


def opened(folder: Path, kind: str, package: str = "auto") -> Run:
    project_folder = staging.stage_project(folder / f"project-{kind}", kind)
    settings = project_folder / "feedwright.yaml"
    written, chosen = re.subn(r"package: \w+", f"package: {package}", settings.read_text())
    assert chosen == 1
    settings.write_text(written)
    feed = folder / f"feed.{kind}"
    if not feed.exists():
        workload.WRITERS[kind](feed, ROWS)
    project = load_project(project_folder)
    at = datetime.fromisoformat(AT)
    return open_run(project, checked_ruleset(project), str(feed), channel=CHANNEL, at=at)


def one_by_one(run: Run) -> tuple[bytes, bytes, str]:
    """The offers, rejections and account of `run`, mapped with every reason from the start."""
    offers, rejections, accounting = b"", b"", Accounting()
    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        offers += offer_lines(mapped.offers)
        rejections += rejection_lines(mapped.others)
    return offers, rejections, accounting.sentence()


def in_blocks(run: Run, block: int) -> tuple[bytes, bytes, str]:
    if isinstance(run.feed.opened, CsvFeed):
        run.feed.opened.block = block
    offers, rejections = io.BytesIO(), io.BytesIO()
    renderer = Renderer(run.mapper, offers, rejections)
    renderer.run(run.feed.pieces(run.program.source_columns), run.feed.heard, lambda _: None)
    return offers.getvalue(), rejections.getvalue(), renderer.accounting.sentence()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_blocks_give_the_lines_of_offers_mapped_one_by_one(kind: str, tmp_path: Path) -> None:
    wanted = one_by_one(opened(tmp_path, kind))
    assert wanted[0].count(b"\n") > ROWS * 0.9
    assert wanted[1].count(b"\n") > ROWS * 0.03
    assert in_blocks(opened(tmp_path, kind), 100_000) == wanted


def test_blocks_of_blank_lines_hold_no_rows(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    workload.WRITERS["csv"](feed, 1)
    header, row = feed.read_bytes().splitlines(keepends=True)
    feed.write_bytes(header + b"\n" * (2 << 20) + row)
    offers, rejections, account = in_blocks(opened(tmp_path, "csv"), 10_000)
    assert (offers + rejections).count(b"\n") == 1
    assert account.startswith("1 rows read")


@pytest.mark.parametrize("package", ["xml", "json"])
def test_packages_that_the_settings_ask_for_are_written_alike(package: str, tmp_path: Path) -> None:
    wanted = one_by_one(opened(tmp_path, "csv", package))
    assert (b'"xml":' in wanted[0]) is (package == "xml")
    assert in_blocks(opened(tmp_path, "csv", package), 300_000) == wanted


def test_the_sample_is_written_alike() -> None:
    project = sample_project()
    ruleset = checked_ruleset(project)
    feed = str(Path(project.root) / "samples" / "catalogue.csv")
    at = datetime.fromisoformat("2025-07-02T09:00+02:00")
    runs = [open_run(project, ruleset, feed, channel=CHANNEL, at=at) for _ in range(2)]
    wanted = one_by_one(runs[0])
    assert wanted[0]
    assert in_blocks(runs[1], 1000) == wanted


def test_parts_that_know_their_rows_keep_their_numbers(tmp_path: Path) -> None:
    run = opened(tmp_path, "csv")
    wanted = one_by_one(run)

    again = opened(tmp_path, "csv")
    pieces = ([partial(Part, batch)] for batch in again.feed.batches(run.program.source_columns))
    offers, rejections = io.BytesIO(), io.BytesIO()
    Renderer(again.mapper, offers, rejections).run(pieces, again.feed.heard, lambda _: None)
    assert (offers.getvalue(), rejections.getvalue()) == wanted[:2]


def test_a_reader_that_went_away_is_told_as_such(tmp_path: Path) -> None:
    run = opened(tmp_path, "csv")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as offers, pytest.raises(BrokenPipeError):
        Renderer(run.mapper, offers, None).run(
            run.feed.pieces(run.program.source_columns), run.feed.heard, lambda _: None
        )
    run.feed.opened.source.close()
