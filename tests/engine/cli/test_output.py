"""Where `render` writes: files appear when they are complete, devices and pipes stay what they are."""

import os
import resource
import signal
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest
from conftest import Feedwright

from engine.cli.options import plan_file
from engine.cli.outputs import Output
from engine.errors import ProjectError


def _fail(file: IO[bytes]) -> None:
    file.write(b"other\n")
    raise KeyError


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "offers.jsonl"
    with Output(path) as file:
        file.write(b"line\n")
        assert not path.exists()
    assert path.read_bytes() == b"line\n"
    with pytest.raises(KeyError), Output(path) as file:
        _fail(file)
    assert path.read_bytes() == b"line\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_and_stays_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(path.read_bytes()))
    reader.start()
    with Output(path) as file:
        file.write(b"line\n")
    reader.join(timeout=20)
    assert found == [b"line\n"]
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_of_an_open_file_is_not_replaced(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log, Output(Path(f"/dev/fd/{log.fileno()}")) as file:
        file.write(b"line\n")
    assert (tmp_path / "log").read_bytes() == b"line\n"
    assert all(Output(Path(f"/dev/{name}")).as_it_is for name in ("stdout", "../dev/stderr"))
    assert not Output(tmp_path / "stdout").as_it_is


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="cannot be written"), Output(tmp_path):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full device is Linux's")
@pytest.mark.parametrize(
    "words",
    [
        ("render", "chairs", "--offers", "/dev/full"),
        ("render", "chairs", "--offers", "/dev/null", "--rejections", "/dev/full"),
        ("render", "chairs", "--offers", "/dev/null", "--summary", "/dev/full"),
        ("preview", "chairs", "--html", "/dev/full"),
        ("docs", "--out", "/dev/full"),
    ],
)
def test_a_full_disk_is_told_with_the_file_and_what_to_do(
    words: tuple[str, ...], shop: Path, feedwright: Feedwright
) -> None:
    at = () if words[0] == "docs" else ("--at", "2025-08-01T09:00+02:00")
    ran = feedwright(*words, *at, cwd=shop)
    assert ran.code == 2
    last = ran.err.splitlines()[-1]
    assert last.startswith("feedwright: /dev/full: No space left on device: a file could not be")
    assert "make room" in last


def test_what_cannot_be_written_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "offers.jsonl"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match="File too large") as told, Output(path) as file:
            file.write(b"x" * 1000)  # held back until the file is closed
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, kept)
    assert told.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []


def test_plans_of_one_second_are_files_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "engine.cli.options.now_utc", lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    )
    folder = tmp_path / "plans"
    with (
        plan_file(None, folder, "orders", ".json") as (first, one),
        plan_file(None, folder, "orders", ".json") as (second, other),
    ):
        one.write(b"one")
        other.write(b"other")
    assert (first.name, first.read_bytes()) == ("orders-20260102-030405.json", b"one")
    assert (second.name, second.read_bytes()) == ("orders-20260102-030405-2.json", b"other")
    with plan_file(tmp_path / "new/mine.json", folder, "orders", ".json") as (named, file):
        file.write(b"mine")
    assert (named, named.read_bytes()) == (tmp_path / "new/mine.json", b"mine")
    assert len([*folder.iterdir()]) == 2
