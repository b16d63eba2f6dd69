"""`feedwright serve` as a command: what it prints, what it refuses, what others do not import."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from serving.bench import copy_of_sample

FEEDWRIGHT = [sys.executable, "-m", "engine.cli.main"]


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FEEDWRIGHT, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=60,  # what should have been refused would serve for ever
    )


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONUNBUFFERED": "1"}


def test_it_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    root = copy_of_sample(tmp_path)
    words = [*FEEDWRIGHT, "serve", str(root), "--port", "0", "--no-browser"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as served:
        assert served.stdout is not None
        line = served.stdout.readline()
        found = re.fullmatch(r"workbench  (http://127\.0\.0\.1:\d+)/#token=([\w-]{40,})\n", line)
        assert found, line
        base, token = found.groups()
        html = requests.get(f"{base}/", timeout=30)
        assert token not in html.text
        project = requests.get(
            f"{base}/api/project", headers={"X-Feedwright-Token": token}, timeout=30
        )
        assert project.json()["feeds"] == ["catalogue"]
        served.send_signal(signal.SIGINT)
        out, err = served.communicate(timeout=30)
    assert served.returncode == 0
    assert err == ""
    assert token not in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--feed", "-"], "name a file"),
        (["--feed", "nowhere.csv"], "nowhere.csv"),
        (["--port", "70000"], "70000"),
        (["--channel", "cdiscont"], "they know cdiscount, cdiscount_octopia"),
        (["nowhere"], "nowhere"),
        (["samples"], "`feedwright init` makes one"),
    ],
)
def test_what_cannot_be_served_is_told(tmp_path: Path, words: list[str], says: str) -> None:
    ran = run("serve", "--no-browser", *words, folder=copy_of_sample(tmp_path))
    assert ran.returncode == 2
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = run("serve", "--no-browser", "--port", port, folder=copy_of_sample(tmp_path))
    assert ran.returncode == 2
    assert f"port {port} cannot be used" in ran.stderr
    assert "--port" in ran.stderr


@pytest.mark.parametrize("words", [["--help"], ["check"], ["serve", "--help"]])
def test_nothing_else_loads_the_server(tmp_path: Path, words: list[str]) -> None:
    code = (
        "import sys\nfrom engine.cli.main import feedwright\n"
        f"try:\n    feedwright({words!r}, standalone_mode=False)\nexcept SystemExit:\n    pass\n"
        "print(sorted({'starlette', 'uvicorn', 'polars'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=copy_of_sample(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert ran.stdout.splitlines()[-1] == "[]", ran.stdout + ran.stderr
