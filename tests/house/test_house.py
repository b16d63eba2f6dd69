"""The house rules that a program can check."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "engine").rglob("*.py"))


def test_imports_run_down_the_floors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed")
    run = subprocess.run(  # noqa: PLW1510 - the assertion below shows what it printed
        [linter, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_float_on_the_way(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        name = isinstance(node, ast.Name) and node.id == "float"
        polars = isinstance(node, ast.Attribute) and node.attr in {"Float32", "Float64"}
        found = literal or name or polars
        assert not found, f"{module}:{getattr(node, 'lineno', 0)}: a float"


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_module_is_longer_than_a_reader_likes(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 430


def test_the_root_keeps_its_names() -> None:
    top = {path.name for path in ROOT.iterdir()}
    beside = {"requirements.lock", "CHANGELOG.md", "LICENSE"}
    named = {"pyproject.toml", "engine", "rules", "schemas", "tests", "samples", "README.md"}
    made = {"build", "dist", "var", "feedwright.egg-info"}  # see .gitignore
    assert {n for n in top if not n.startswith(".")} - made <= named | beside
