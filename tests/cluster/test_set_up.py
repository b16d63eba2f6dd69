"""What is said where Spark cannot be used; none of it needs Java."""

import importlib.util
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from clusters.dirty import ROOT

from engine.cluster.output import may_overwrite
from engine.cluster.sellers import read_manifest
from engine.cluster.session import last_line, start_session
from engine.errors import ProjectError

FEED = ("samples/catalogue.csv", "--project", str(ROOT), "--channel", "cdiscount_octopia")


def _render(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "engine.cli.main", "render", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**{k: v for k, v in os.environ.items() if k != "JAVA_HOME"}, **env},
    )


def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    done = _render(*FEED, "--engine", "spark", "--out", str(tmp_path / "out"), PATH="/nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("feedwright: Spark needs Java 17 or newer and there is none")
    assert not (tmp_path / "out").exists()


def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ProjectError, match=r"pip install 'feedwright\[spark\]'"):
        start_session("local[1,4]")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--engine", "spark"), "name it with --out"),
        (("--out", "x"), "go with --engine spark"),
        ((), "Missing option '--offers'"),
        (("--engine", "spark", "--out", "x", "--since", "y"), "--since and --changes go together"),
        (
            ("--engine", "spark", "--out", "x", "--since", "./x", "--changes", "z"),
            "--since names the folder that --out overwrites",
        ),
    ],
)
def test_options_that_do_not_go_together(words: tuple[str, ...], says: str) -> None:
    done = _render(*FEED, *words)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())


@pytest.mark.skipif(find_spec("grpc") is not None, reason="what Connect needs is installed")
def test_what_connect_needs_is_told(tmp_path: Path) -> None:
    words = ("--engine", "spark", "--master", "sc://127.0.0.1:1", "--out", str(tmp_path / "out"))
    done = _render(*FEED, *words)
    assert done.returncode == 2
    assert "sc://127.0.0.1:1 needs more of PySpark; install it: pip install" in done.stderr
    assert "pyspark[connect]" in done.stderr


def test_an_earlier_run_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    out, changes = str(tmp_path / "out"), str(tmp_path / "changes")
    (tmp_path / "old" / "kind=offers").mkdir(parents=True)
    words = ("--out", out, "--since", str(tmp_path / "old"), "--changes", changes)
    done = _render(*FEED, "--engine", "spark", *words)
    assert done.returncode == 2
    assert "has not ended well: no _SUCCESS" in done.stderr


def test_a_folder_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kind=offers").mkdir()
    (tmp_path / "_temporary").mkdir()
    may_overwrite(tmp_path)
    (tmp_path / "letters").mkdir()
    with pytest.raises(ProjectError, match="`letters`, which is no output of Feedwright"):
        may_overwrite(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="a file stands there"):
        may_overwrite(tmp_path / "file")


def test_rendering_on_one_machine_loads_no_spark() -> None:
    program = (
        "import sys, engine.cli.render, engine.cli.on_spark, engine.cluster.job;"
        "sys.exit(any(m.partition('.')[0] in ('pyspark', 'py4j', 'pandas', 'pyarrow')"
        " for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_of_a_workers_error_the_last_line_is_told() -> None:
    trace = "An exception was thrown\nTraceback:\n  x\nengine.errors.FeedError: /f.csv: gone\n\nJVM stacktrace:\nx"
    assert last_line(RuntimeError(trace)) == "/f.csv: gone"
    assert last_line(RuntimeError("one\ntwo\n")) == "two"
    assert last_line(RuntimeError()) == "RuntimeError"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("seller,project\na,b\n", "the columns are seller, project, feed, channel"),
        ("seller,project,feed\na,b,c\na,b,c\n", ":3: the seller `a` stands twice"),
        ("seller,project,feed\n../a,b,c\n", ":2: `../a` is no seller's name"),
        ("seller,project,feed\n,b,c\n", ":2: `` is no seller's name"),
        ("seller,project,feed\na,b\n", "has 2 cells"),
    ],
)
def test_a_manifest_that_cannot_be_used(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "sellers.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError) as fault:
        read_manifest(file)
    assert says in str(fault.value)
    with pytest.raises(ProjectError, match="no such manifest"):
        read_manifest(tmp_path / "none.csv")
