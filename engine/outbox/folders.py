"""Where sending keeps what it must know, by the settings: asked for by commands that send nothing, too."""

from __future__ import annotations

from pathlib import Path

from engine.project import Project


def journal_folder(project: Project) -> Path:
    """Where the journals stand, also by settings that are wrong elsewhere."""
    return project.root / _folder(project, "journal", "var/journal")


def plan_folder(project: Project) -> Path:
    """Where plans are put if no other place is named, likewise."""
    return project.root / _folder(project, "plans", "var/plans")


def _folder(project: Project, name: str, usual: str) -> str:
    read = project.sending.get(name)
    return read if isinstance(read, str) and read else usual
