"""The desks of an editor's open documents: each made once, and again when what it rests on changes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from engine.diagnostics.place import Source
from engine.editor.desk import Desk, State, state_of
from engine.errors import EngineError
from engine.project import SETTINGS_NAMES, Project, find_root, load_project

_LOG = logging.getLogger("feedwright.lsp")


class _Kept(Struct, frozen=True):
    texts: Mapping[Path, str]
    settings: tuple[State, ...]
    desk: Desk

    def fits(self, texts: Mapping[Path, str]) -> bool:
        """Whether the desk still knows what is typed, and what is on disk."""
        same = texts.keys() == self.texts.keys() and all(
            text is self.texts[path] or text == self.texts[path] for path, text in texts.items()
        )
        unchanged = _settings(self.desk.project.root) == self.settings
        return same and unchanged and self.desk.files.unchanged()


class Desks(Struct):
    """The desks of open documents."""

    _kept: dict[Path, _Kept] = field(default_factory=dict)

    def of(self, path: Path, texts: Mapping[Path, str]) -> Desk:
        """The desk of the document `path`; `texts` holds the text of every open document."""
        known = self._kept.get(path)
        if known is not None and known.fits(texts):
            return known.desk
        root = find_root(path.parent)
        settings = _settings(root)
        project = _project(root, path)
        named = {project.shown(one): text for one, text in texts.items()}
        desk = Desk(project, Source(project.shown(path), texts[path]), named)
        self._kept[path] = _Kept(dict(texts), settings, desk)
        return desk

    def clear(self) -> None:
        """Forget what is known: a file may be there that nobody could ask for before."""
        self._kept.clear()


def _settings(root: Path) -> tuple[State, ...]:
    return tuple(state_of(root / name) for name in SETTINGS_NAMES)


def _project(root: Path, path: Path) -> Project:
    """The project; where its settings cannot be read, one of the document's folder alone."""
    try:
        return load_project(root)
    except EngineError as fault:
        _LOG.warning("%s", fault)
        return Project(path.parent)
