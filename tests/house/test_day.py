"""README's day against the sandbox, as it is typed: what was sent is what took effect."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from house.readme import README, ROOT, blocks

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
_, DAY = README.read_text(encoding="utf-8").split("\n## A whole day against the sandbox\n")
BLOCKS = [b.text for b in blocks(DAY.partition("\n## ")[0]) if b.language == "bash"]
PORT = "8787"


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


def the_day(folder: Path, *, patient: bool) -> subprocess.CompletedProcess[str]:
    """Type the blocks in a shell; without patience, nobody waits a minute for the results."""
    set_up, day = BLOCKS
    port = free_port()
    settings = folder / "samples/sandbox.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(PORT, port), encoding="utf-8")
    day = day.replace("feedwright sandbox", f"feedwright sandbox --ledger var/ledger --port {port}")
    day = day.replace(" &\n", " >/dev/null &\n" + UNTIL_IT_SERVES.format(port=port))
    if not patient:
        day = day.replace("offers.jsonl --first", "offers.jsonl --first --wait 0 || sleep 4") + (
            "feedwright sync offers\n"
        )
    script = f"set -e\nmkdir -p var/published\ntrap 'kill %1' EXIT\n{set_up}{day}"
    script += "feedwright journal verify\nfeedwright journal list\n"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


UNTIL_IT_SERVES = "until (: </dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.1; done\n"


@pytest.mark.parametrize(
    "patient",
    [
        False,
        pytest.param(
            True, marks=pytest.mark.skipif(not IN_CI, reason="waits a minute: CI does it")
        ),
    ],
)
def test_the_day_goes_as_it_is_written(tmp_path: Path, *, patient: bool) -> None:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    day = the_day(tmp_path, patient=patient)
    assert day.returncode == 0, day.stdout + day.stderr
    assert "Traceback" not in day.stderr
    assert day.stdout.count("  confirmed  ") == 4

    effects = [json.loads(line) for line in (tmp_path / "var/ledger").read_text().splitlines()]
    counted = Counter(e["kind"] for e in effects)
    assert counted == {
        "xml-package": 1,
        "offer": 295,
        "accept": 1,
        "ship": 1,
        "refund": 1,
        "refuse": 1,
    }
