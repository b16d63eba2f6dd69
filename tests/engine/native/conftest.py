"""A copy of the folder of kernels to build in, and a library in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[3] / "engine/native"
Build = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def native(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder without a library."""
    monkeypatch.delenv("FEEDWRIGHT_KERNELS", raising=False)
    folder = tmp_path / "engine/native"
    shutil.copytree(NATIVE, folder, ignore=shutil.ignore_patterns("kernels*.so", "__pycache__"))
    return folder


@pytest.fixture
def build(native: Path) -> Build:
    """Runs the build of that folder, with variables of the environment: `build(CC="clang")`."""
    pytest.importorskip("hatchling")

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name != "CC"}
        return subprocess.run(
            [sys.executable, "-B", native / "build.py"],
            env={**kept, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def built(native: Path, build: Build) -> Path:
    """The library of that folder."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    ran = build()
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    return native / "kernels.so"
