from pathlib import Path

import pytest

from engine.errors import ProjectError
from engine.project import Project
from engine.resources import bundled, bundled_files, bundled_path, is_file

ROOT = Path(__file__).parents[2]
SCHEMAS = sorted(
    p.relative_to(ROOT).as_posix() for p in (ROOT / "schemas").rglob("*") if p.is_file()
)


def test_a_name_that_no_file_can_have_is_no_file(tmp_path: Path) -> None:
    assert not is_file(tmp_path / ("A" * 5_000))
    assert Project(tmp_path).find("tables/" + "A" * 5_000 + ".csv") is None


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_file_is_found(name: str) -> None:
    path = bundled_path(name)
    assert path is not None
    assert bundled(name) == (ROOT / name).read_text(encoding="utf-8")
    assert name in bundled_files("schemas")


def test_the_wheel_takes_the_folders_that_are_bundled() -> None:
    wheel = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for folder in ("schemas", "rules", "samples"):
        assert f'"{folder}" = "engine/bundled/{folder}"' in wheel


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "schemas/../pyproject.toml", "/etc/passwd", "", "schemas", "schemas/none"],
)
def test_nothing_else_is_handed_out(name: str) -> None:
    assert bundled_path(name) is None


def test_a_missing_file_says_what_to_do() -> None:
    with pytest.raises(ProjectError, match="install Feedwright again"):
        bundled("schemas/none.json")


def test_no_files_outside_the_bundled_folders() -> None:
    assert bundled_files("engine") == ()
    assert bundled_files("") == ()
