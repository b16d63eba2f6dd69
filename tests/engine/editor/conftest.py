from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.diagnostics.place import Source
from engine.editor.desk import Desk
from engine.project import load_project

ROOT = Path(__file__).parents[3]
NAME = "rules/offers.rules"
Open = Callable[[str], Desk]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for part in ("rules", "schemas", "samples"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / ".feedwright.yaml", folder)
    return folder


@pytest.fixture(scope="session")
def text(project: Path) -> str:
    return (project / NAME).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def open_desk(project: Path) -> Open:
    def opened(text: str) -> Desk:
        return Desk(load_project(project), Source(NAME, text))

    return opened
