"""What a plan is made from: every file that was asked for, by its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from importlib.metadata import version
from pathlib import Path

from engine.errors import ProjectError
from engine.outbox.plan import FEED
from engine.project import SETTINGS_NAMES, Project


@dataclass(frozen=True, slots=True)
class Recorded(Project):
    """A project that notes which of its files were asked for: what a plan was made from."""

    found: set[Path] = field(default_factory=set, compare=False)

    def find(self, path: str, beside: str = "") -> Path | None:
        """As the project finds it."""
        place = Project.find(self, path, beside)
        if place is not None:
            self.found.add(place)
        return place


def recorded(project: Project) -> Recorded:
    """`project`, noting what is asked for."""
    return Recorded(**{f.name: getattr(project, f.name) for f in fields(Project)})


def hash_of_file(path: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        ProjectError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise ProjectError(f"{path}: {fault.strerror or fault}") from None


def inputs_of(project: Recorded, feed: str | None) -> dict[str, str]:
    """The hash of every file that was asked for, of the settings, the feed and the program."""
    found = {project.shown(path): hash_of_file(path) for path in sorted(project.found)}
    for name in SETTINGS_NAMES:
        if (project.root / name).is_file():
            found[name] = hash_of_file(project.root / name)
    if feed is not None:
        found[FEED] = hash_of_file(Path(feed))
    return {**found, "the program": f"feedwright {version('feedwright')}"}
