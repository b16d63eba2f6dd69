"""Where `render` writes: files appear when they are complete, devices and pipes stay what they are."""

import os
import stat
import threading
from pathlib import Path
from typing import IO

import pytest

from engine.cli.render import Output
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


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="cannot be written"), Output(tmp_path):
        pass
