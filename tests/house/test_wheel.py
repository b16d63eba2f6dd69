"""The wheel holds all that Feedwright needs: schemas, the sample project, pages, grammar."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
AT = ("--channel", "cdiscount_octopia", "--at", "2025-08-01T09:00+02:00")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder, ROOT], check=True, capture_output=True)
    (built,) = folder.glob("feedwright-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def _feedwright(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed package, not this tree, run in `folder`."""
    program = "import engine; print(engine.__file__); from engine.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_bundled_file_is_in_it(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        names = set(packed.namelist())
    shipped = [
        path.relative_to(ROOT).as_posix()
        for folder in ("schemas", "rules", "samples")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    ]
    assert len(shipped) > 20
    lacking = [n for n in (*shipped, ".feedwright.yaml") if f"engine/bundled/{n}" not in names]
    assert lacking == []
    assert {"engine/language/grammar.lark", "engine/language/grammar.tables.json"} <= names


def test_the_sample_is_previewed_from_any_folder(installed: Path, tmp_path: Path) -> None:
    ran = _feedwright(installed, tmp_path, "preview", "samples/catalogue.csv", *AT)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(str(installed))
    here = subprocess.run(
        [sys.executable, "-m", "engine.cli.main", "preview", "samples/catalogue.csv", *AT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.partition("\n")[2] == here.stdout
    assert "there is no project here; this is the sample" in ran.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check",), "feedwright explain"),
        (("test",), " passed, 0 failed"),
        (("schema",), "schemas/product.schema.json"),
        (("explain", "E814"), "# E814"),
    ],
)
def test_commands_work_from_any_folder(
    words: tuple[str, ...], told: str, installed: Path, tmp_path: Path
) -> None:
    ran = _feedwright(installed, tmp_path, *words)
    assert ran.returncode == 0, ran.stderr
    assert told in ran.stdout


def test_rules_of_ones_own_find_the_bundled_schemas(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules/fixtures", tmp_path / "fixtures")
    (tmp_path / "own.rules").write_text((ROOT / "rules/offers.rules").read_text(encoding="utf-8"))
    (tmp_path / "tables").symlink_to(ROOT / "rules/tables")
    ran = _feedwright(installed, tmp_path, "check", "own.rules")
    assert ran.returncode == 0, ran.stdout
    assert "own.rules:" in ran.stdout


def test_nothing_is_written_where_there_is_no_project(installed: Path, tmp_path: Path) -> None:
    for words in (("fmt",), ("test", "--update")):
        ran = _feedwright(installed, tmp_path, *words)
        assert (words, ran.returncode) == (words, 2)
        assert ran.stderr.count("\n") == 1
