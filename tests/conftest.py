"""What all tests share: in CI a test that skips has failed; how a test runs a command."""

import io
import os
import shutil
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from checking.kernels import python_alone
from hypothesis import settings

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return _nothing_skips(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _nothing_skips(report)


def _nothing_skips(report: Report) -> Report:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """What tests keep from run to run does not come among what the person keeps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module", params=["as built", "without kernels"])
def both_ways(request: pytest.FixtureRequest) -> Generator[None]:
    """Runs the tests of a module twice: with the kernels, where there are any, and without."""
    if request.param == "as built":
        yield
        return
    with python_alone():
        yield


@dataclass(frozen=True)
class Ran:
    """What a command gave: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


Feedwright = Callable[..., Ran]


@pytest.fixture
def feedwright(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Feedwright:
    """Runs the command line in this process: `feedwright("check", cwd=folder, stdin="...")`."""

    def run(*words: str, cwd: Path | None = None, stdin: str | bytes = "") -> Ran:
        typed = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["feedwright", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8"))
        monkeypatch.setenv("COLUMNS", "100")
        if cwd is not None:
            monkeypatch.chdir(cwd)
        from engine.cli.main import main

        capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the small shop of tests/golden, to run commands in and to change."""
    folder = tmp_path / "shop"
    shutil.copytree(Path(__file__).parent / "golden/project", folder)
    return folder
