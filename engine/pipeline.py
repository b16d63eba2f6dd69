"""The journey on one page: one short function a verb."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.diagnostics.diagnostic import Report
from engine.errors import ProjectError
from engine.language.checker import check_rules
from engine.language.ruleset import Ruleset
from engine.project import Project
from engine.workspace import Workspace, read_source


@dataclass(frozen=True, slots=True)
class Checked:
    """Checked rules: the ruleset, or None where the report has errors."""

    ruleset: Ruleset | None
    report: Report


def check(project: Project, rules: Path | None = None) -> Checked:
    """Check the rules of `project` (or the file `rules`), with all that they name.

    Raises:
        ProjectError: there is no such file.
    """
    path = rules or project.find(project.rules)
    if path is None or not path.is_file():
        raise ProjectError(
            f"{rules or project.rules}: no such rule file; name it, or set `rules` in feedwright.yaml"
        )
    entry = read_source(path, project.shown(path))
    return Checked(*check_rules(entry, Workspace(project)))
