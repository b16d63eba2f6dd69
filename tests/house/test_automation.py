"""What other repositories run of Feedwright: the hooks and the action name commands that there are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (["init", "-q"], ["add", "."], [*names, "commit", "-qm", "first"]):
        subprocess.run(["git", "-C", tmp_path, *words], check=True)
    rules = tmp_path / "rules/offers.rules"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("StrikedPrice > Price ", "StrikedPrice > Price * 119% "), "utf-8")
    return tmp_path


def run(command: str, project: Path, **values: str) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=project,
        env={**os.environ, "PATH": path, **values},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("hook", read(".pre-commit-hooks.yaml"), ids=lambda h: h["id"])
def test_hooks_pass_on_the_sample(hook: dict[str, Any], project: Path) -> None:
    files = [] if hook.get("pass_filenames") is False else ["rules/offers.rules"]
    assert all(re.search(hook["files"], name) for name in files)
    # The sample has two channels; a hook's own arguments say which, as its comment tells.
    own = ["--channel", "cdiscount_octopia"] if hook["id"] == "feedwright-diff" else []
    ran = run(" ".join([hook["entry"], *hook.get("args", ()), *own, *files]), project)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_hook_that_compares_stops_what_is_beyond_its_limits(project: Path) -> None:
    (hook,) = [h for h in read(".pre-commit-hooks.yaml") if h["id"] == "feedwright-diff"]
    rules = project / "rules/offers.rules"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(
        text.replace("otherwise    full_price", "otherwise    full_price * 2"), "utf-8"
    )
    ran = run(" ".join([hook["entry"], *hook["args"], "--channel cdiscount_octopia"]), project)
    assert ran.returncode == 1
    assert "beyond the limit: a Price moves by" in ran.stderr


def test_the_action_checks_tests_and_tells_what_changes(project: Path) -> None:
    steps = {s["name"]: s for s in read(".github/actions/feedwright/action.yml")["runs"]["steps"]}
    summary = project / "summary.md"
    values = {
        "PROJECT": str(project),
        "FEED": "catalogue",
        "CHANNEL": "cdiscount_octopia",
        "BASE": "HEAD",
        "LIMITS": "--max-rejected +1% --max-price-move 20%",
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    for name in ("Check", "Test", "What the change changes"):
        assert set(steps[name]["env"]) <= set(values)
        ran = run(steps[name]["run"], project, **values)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "| StrikedPrice |" in summary.read_text(encoding="utf-8")
