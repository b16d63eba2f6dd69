"""The project with texts as they are typed: rules and tables that are not saved yet."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.editor.desk import Desk, Overlay
from engine.feeds.csv_table import CsvTable, csv_table
from engine.project import Project
from engine.resources import bundled_name
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Enclosed(Project):
    """A project whose rules name no file outside of it: what a page sends reads nothing else.

    Rule files that the settings name may stand anywhere, and so may what ships with Feedwright.
    """

    def find(self, path: str, beside: str = "") -> Path | None:
        """Where `path` stands, None outside of the project."""
        found = Project.find(self, path, beside)
        if found is None or path in self.rules or bundled_name(found) is not None:
            return found
        inside = found.resolve().is_relative_to(self.root.resolve())
        return found if inside else None


def enclosed(project: Project) -> Enclosed:
    """`project`, its files alone."""
    return Enclosed(**{one.name: getattr(project, one.name) for one in fields(project)})


@dataclass(frozen=True)
class Typed(Overlay):
    """The files of a project, rules and tables as they are typed where they are open."""

    def text_table(self, path: str, beside: str) -> tuple[CsvTable | None, list[Diagnostic]] | None:
        """The look-up table `path`, as it is typed where it is open."""
        found = self.project.find(path, beside)
        name = self.project.shown(found) if found else path
        if name in self.open_texts:
            return csv_table(self.open_texts[name], name)
        return Workspace.text_table(self, path, beside)

    def shown_text(self, name: str) -> Source | None:
        """The text of the file that messages call `name`, as it is typed where it is open."""
        if name in self.open_texts:
            return Source(name, self.open_texts[name])
        return Workspace.shown_text(self, name)


class TypedDesk(Desk):
    """A desk that knows tables as they are typed, too."""

    @property
    def files(self) -> Typed:
        """The project's files, open documents as they are typed."""
        return Typed(self.project, {**self.open_texts, self.source.name: self.source.text})


def units_of(text: str, offset: int) -> int:
    """A place in `text` as a browser counts: letters beyond U+FFFF are two."""
    if max(text, default="") <= "\uffff":
        return offset
    return offset + sum(letter > "\uffff" for letter in text[:offset])


def place_of(text: str, units: int) -> int:
    """The place in `text` that a browser counts as `units`."""
    if max(text, default="") <= "\uffff":
        return min(max(units, 0), len(text))
    counted = 0
    for place, letter in enumerate(text):
        if counted >= units:
            return place
        counted += 2 if letter > "\uffff" else 1
    return len(text)
