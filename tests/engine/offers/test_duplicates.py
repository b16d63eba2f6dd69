"""References that stand twice, in one batch and across many, in memory and in files."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import polars as pl
import pytest
from bench import staging, workload
from bench.implementations import AT, CHANNEL
from conftest import Feedwright, Ran
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.offers import duplicates, stored_references
from engine.offers.duplicates import SeenReferences
from engine.offers.stored_references import StoredRun

pytestmark = pytest.mark.usefixtures("both_ways")

Skus = list[str | None]


def batch(
    skus: Skus,
    rows: list[int],
    excluded: list[bool] | None = None,
    stopped: list[bool] | None = None,
) -> pl.DataFrame:
    no = [False] * len(skus)
    return pl.DataFrame(
        {
            "sku": pl.Series(skus, dtype=pl.String),
            "__row": pl.Series(rows, dtype=pl.Int64),
            "__excludes": pl.Series(excluded or no, dtype=pl.Boolean),
            "__stops": pl.Series(stopped or no, dtype=pl.Boolean),
        }
    )


def numbered(first: int, count: int) -> pl.DataFrame:
    """A batch of `count` references that stand nowhere else."""
    rows = list(range(first, first + count))
    return batch([f"REF-{row}" for row in rows], rows)


def keep_few(patch: pytest.MonkeyPatch) -> None:
    """Let a few thousand references go through all that ten million go through."""
    patch.setattr(duplicates, "LONGEST_RUN", 1 << 7)
    patch.setattr(duplicates, "MOST_IN_MEMORY", 1 << 9)
    patch.setattr(duplicates, "LEAST_WORDS", 1 << 4)
    patch.setattr(duplicates, "MOST_WORDS", 1 << 8)  # so few that many look-ups are for nothing
    patch.setattr(stored_references, "PAGE", 8)
    patch.setattr(stored_references, "PIECE", 100)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_few(monkeypatch)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kept", ["in memory", "in files"])
def test_batches_find_what_a_dictionary_finds(
    seed: int, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "LONGEST_RUN", 1 << 10)  # several runs that merge no more
    if kept == "in files":
        keep_few(monkeypatch)
    chance = random.Random(seed)  # noqa: S311 - data of a test
    seen, row = SeenReferences(), 0
    known: dict[str | None, int] = {}
    for _ in range(40):
        skus = [chance.choice([None, *[f"s{chance.randint(0, 4000)}"] * 20]) for _ in range(200)]
        excluded = [chance.random() < 0.05 for _ in skus]
        stopped = [chance.random() < 0.05 for _ in skus]
        rows = list(range(row + 1, row + 201))
        row += 200
        wanted: list[int | None] = []
        for sku, left, bad, number in zip(skus, excluded, stopped, rows, strict=True):
            counts = sku is not None and not left and not bad
            wanted.append(known.get(sku) if counts else None)
            if counts:
                known.setdefault(sku, number)
        assert seen.mark(batch(skus, rows, excluded, stopped))["__first"].to_list() == wanted
    assert len(seen.runs) > 1 or kept == "in files"
    assert any(run.level for run in seen.stored) == (kept == "in files")


def test_one_row_of_a_feed_may_make_two_of_the_same_reference() -> None:
    marked = SeenReferences().mark(batch(["a", "a", "b"], [3, 3, 3]))
    assert marked["__first"].to_list() == [None, 3, None]


def firsts(batches: list[Skus]) -> Iterator[list[int | None]]:
    seen, row = SeenReferences(), 1
    for skus in batches:
        yield seen.mark(batch(skus, list(range(row, row + len(skus)))))["__first"].to_list()
        row += len(skus)


SKUS = st.one_of(st.none(), st.integers(0, 60).map("{:04}".format), st.text(max_size=3))


@given(st.lists(st.lists(SKUS, max_size=12), max_size=12))
def test_what_is_in_files_is_found_as_what_is_in_memory(batches: list[Skus]) -> None:
    wanted = list(firsts(batches))
    with pytest.MonkeyPatch.context() as patch:
        keep_few(patch)
        patch.setattr(duplicates, "MOST_IN_MEMORY", 5)
        patch.setattr(duplicates, "LEAST_WORDS", 2)
        patch.setattr(duplicates, "MOST_WORDS", 4)
        patch.setattr(stored_references, "PAGE", 2)
        patch.setattr(stored_references, "PIECE", 3)
        assert list(firsts(batches)) == wanted


def bytes_held(seen: SeenReferences) -> int:
    """What `seen` keeps in memory, but for what every one of them has."""
    runs = sum(run.estimated_size() for run in [*seen.runs, *seen.latest])
    pages = sum(len(run.firsts) + stored_references.PAGE for run in seen.stored)
    return int(runs) + 8 * pages


@pytest.mark.usefixtures("few")
def test_memory_does_not_grow_with_the_references() -> None:
    seen, most = SeenReferences(), [0, 0]
    for number in range(120):
        seen.mark(numbered(250 * number, 250))
        late = int(number >= 60)
        most[late] = max(most[late], bytes_held(seen))
    # Sixteen bytes each in memory: the 512 that stay there, or a batch more. Of those in files each
    # eighth hash (here; each 512th else), and a page of each file.
    assert most[0] < 16 * (512 + 250) + 15_000 + 1000
    assert most[1] < 16 * (512 + 250) + 30_000 + 1000
    assert sum(run.count for run in seen.stored) > 29_000
    assert len(seen.stored) <= 3 * 4
    assert seen.mark(numbered(100, 3))["__first"].to_list() == [100, 101, 102]


def test_only_those_with_marks_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "LEAST_WORDS", 1 << 17)
    monkeypatch.setattr(duplicates, "MOST_IN_MEMORY", 1 << 14)
    sought: list[int] = []
    found = StoredRun.found

    def counted(run: StoredRun, hashes: pl.Series) -> pl.DataFrame:
        sought.append(len(hashes))
        return found(run, hashes)

    monkeypatch.setattr(StoredRun, "found", counted)
    seen = SeenReferences()
    for number in range(20):
        seen.mark(numbered(5000 * number, 5000))
    assert len(seen.stored) > 1
    assert sum(sought) < 10
    seen.mark(numbered(7, 5))
    assert sum(sought) >= 5


@pytest.mark.usefixtures("few")
def test_different_references_with_the_same_hash_are_not_taken_for_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = duplicates._keys
    alike = pl.col("hash") % 50 * (1 << 58)  # fifty hashes for all
    monkeypatch.setattr(
        duplicates,
        "_keys",
        lambda frame: keys(frame).with_columns(alike),
    )
    hashes = duplicates._keys(numbered(0, 100))["hash"].n_unique()
    assert 20 < hashes <= 50
    seen = SeenReferences()
    for number in range(10):
        assert seen.mark(numbered(100 * number, 100))["__first"].null_count() == 100
    again = seen.mark(numbered(0, 100))["__first"].to_list()
    assert all(first in {None, row} for row, first in enumerate(again))
    assert sum(first is not None for first in again) == hashes  # the first with each


# --- files --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few")
def test_files_have_no_name_and_are_closed_with_what_they_are_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made, make = [], tempfile.TemporaryFile

    def kept() -> IO[bytes]:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", kept)
    seen = SeenReferences()
    for number in range(20):
        seen.mark(numbered(250 * number, 250))
    assert [file.closed for file in made].count(False) == len(seen.stored) > 0
    assert not list(tmp_path.iterdir())
    del seen
    assert all(file.closed for file in made)


@pytest.mark.usefixtures("few")
def test_a_full_disk_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("w+b", buffering=0)  # noqa: SIM115 - closed by what takes it
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: full)
    seen = SeenReferences()
    with pytest.raises(EngineError, match=r"No space left on device\. .*TMPDIR"):
        seen.mark(numbered(0, 1000))


def rendered(feedwright: Feedwright, folder: Path) -> tuple[Ran, list[bytes]]:
    """`render` of a feed whose rows all stand twice, and the lines it wrote."""
    project = staging.stage_project(folder / "project", "csv")
    feed = folder / "feed.csv"
    if not feed.exists():
        workload.write_csv(feed, 1500)
        once = feed.read_bytes()
        feed.write_bytes(once + once.partition(b"\n")[2])
    wrote = [folder / "offers.jsonl", folder / "rejections.jsonl"]
    said = (
        "--channel",
        CHANNEL,
        "--at",
        AT,
        "--offers",
        str(wrote[0]),
        "--rejections",
        str(wrote[1]),
    )
    ran = feedwright("render", str(feed), *said, cwd=project)
    return ran, [path.read_bytes() for path in wrote if path.exists()]


def test_render_writes_the_same_lines_with_references_in_files(
    feedwright: Feedwright, tmp_path: Path
) -> None:
    ran, wanted = rendered(feedwright, tmp_path)
    assert ran.code == 0
    with pytest.MonkeyPatch.context() as patch:
        keep_few(patch)
        assert rendered(feedwright, tmp_path) == (ran, wanted)
    offers, rejections = (lines.count(b"\n") for lines in wanted)
    assert offers + rejections == 3000
    assert wanted[1].count(b" already") == offers


@pytest.mark.usefixtures("few")
def test_render_says_where_it_could_not_keep_references(
    feedwright: Feedwright, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:  # for the command alone, not for what ends the test
        patch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        ran, wrote = rendered(feedwright, tmp_path)
    assert (ran.code, wrote) == (2, [])
    assert f"feedwright: {tmp_path}/gone: No such file or directory. The references" in ran.err
    assert "TMPDIR" in ran.err
    assert "Traceback" not in ran.err
