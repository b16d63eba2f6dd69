"""Feedwright: a merchant's product feed to marketplace offers, by rules that can be read and tested.

The front door. `load_project` reads a project's settings; `check`, `preview` and `render` are what
can be done with it, and each gives a result that holds all that it found:

    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    import engine

    project = engine.load_project(Path("shop"))
    checked = engine.check(project)
    print(engine.render_report(checked.report))
    shown = engine.preview(
        project,
        "samples/catalogue.csv",
        channel="cdiscount_octopia",
        at=datetime(2025, 8, 1, 9, tzinfo=ZoneInfo("Europe/Paris")),
    )
    print(shown.accounting.sentence())

What stops a run is an `EngineError`; a fault of rules or of a row is data in the result. Importing
`engine` loads nothing else: each name brings its module in when it is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.diagnostics.diagnostic import Diagnostic, Report
    from engine.diagnostics.render import render_report
    from engine.errors import EngineError, FeedError, ProjectError, RulesError
    from engine.offers.accounting import Accounting
    from engine.offers.results import Outcome, Reason, RowResult
    from engine.pipeline import Checked, Preview, check, preview, render
    from engine.project import Project, load_project, sample_project

__all__ = [
    "Accounting",
    "Checked",
    "Diagnostic",
    "EngineError",
    "FeedError",
    "Outcome",
    "Preview",
    "Project",
    "ProjectError",
    "Reason",
    "Report",
    "RowResult",
    "RulesError",
    "check",
    "load_project",
    "preview",
    "render",
    "render_report",
    "sample_project",
]

_HOMES = {
    "engine.diagnostics.diagnostic": ("Diagnostic", "Report"),
    "engine.diagnostics.render": ("render_report",),
    "engine.errors": ("EngineError", "FeedError", "ProjectError", "RulesError"),
    "engine.offers.accounting": ("Accounting",),
    "engine.offers.results": ("Outcome", "Reason", "RowResult"),
    "engine.pipeline": ("Checked", "Preview", "check", "render"),
    "engine.project": ("Project", "load_project", "sample_project"),
}


def __getattr__(name: str) -> Any:
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module `engine` has no attribute `{name}`")
    found = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _FrontDoor(ModuleType):
    """This module, so that `engine.preview` is the verb.

    Importing the folder of that name would put itself in the verb's place, depending on what ran
    before: its modules are imported by their full names, as everywhere here.
    """

    @property
    def preview(self) -> Any:
        """`engine.pipeline.preview`."""
        return import_module("engine.pipeline").preview

    @preview.setter
    def preview(self, folder: ModuleType) -> None:
        """What the import of the folder asks for; see the class."""


sys.modules[__name__].__class__ = _FrontDoor
