"""Rules as workers get them: the source of every file they name, with a hash over all of it.

Workers check the hash, their own version and the schemas they have before they compile: two
machines with different rules would give one feed two meanings.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct, structs

from engine.errors import ProjectError
from engine.language.ruleset import Ruleset
from engine.pipeline import check
from engine.project import SETTINGS_NAMES, Project, load_project
from engine.resources import bundled_files, bundled_name, bundled_path

_OFFER_SCHEMA = "offer.schema.json"


class Shipped(Struct, frozen=True):
    """A project's files by name (contents in base64), for one channel at one instant.

    `schemas` is the hash of what ships with Feedwright, which workers must have as well.
    """

    files: dict[str, str]
    channel: str
    at: str
    version: str
    schemas: str
    hash: str = ""

    def sealed(self) -> Shipped:
        """The same with the hash of all the rest."""
        return structs.replace(self, hash=self.computed_hash())

    def computed_hash(self) -> str:
        """SHA-256 over everything but `hash`."""
        rest = {k: v for k, v in structs.asdict(self).items() if k != "hash"}
        return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()

    def as_text(self) -> str:
        """For the journey to the workers."""
        return json.dumps(structs.asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True)
class _Watched(Project):
    """A project that remembers which files were asked for."""

    found: set[Path] = field(default_factory=set)

    def find(self, path: str, beside: str = "") -> Path | None:
        """As of every project."""
        place = Project.find(self, path, beside)
        if place is not None:
            self.found.add(place)
        return place


def ship(project: Project, channel: str, at: datetime, joined: frozenset[str]) -> Shipped:
    """The files that the rules of `project` read, and `joined`, those that its feeds bring in.

    Raises:
        ProjectError: a file stands outside the project, where no worker can have it.
    """
    names = Project.__dataclass_fields__
    watched = _Watched(**{n: getattr(project, n) for n in names})
    check(watched)
    watched.find(f"schemas/{_OFFER_SCHEMA}")
    wanted = set(watched.found)
    wanted.update(project.root / n for n in (*SETTINGS_NAMES, *joined))
    files: dict[str, str] = {}
    for path in wanted:
        for one in (path, *_beside(path)):
            if one.is_file():
                _add(project, one, files)
    return Shipped(files, channel, at.isoformat(), version("feedwright"), schemas_hash()).sealed()


def _beside(path: Path) -> Iterator[Path]:
    """The channels' facts stand beside the offer schema and are read with it."""
    if path.name == _OFFER_SCHEMA:
        yield from path.parent.rglob("*.json")


def _add(project: Project, path: Path, files: dict[str, str]) -> None:
    root, place = project.root.resolve(), path.resolve()
    if place.is_relative_to(root):
        name = place.relative_to(root).as_posix()
        files[name] = base64.b64encode(path.read_bytes()).decode()
    elif bundled_name(path) is None:
        raise ProjectError(
            f"{path}: stands outside the project's folder {root}, so workers cannot have it; "
            "put it into the project"
        )


@cache
def schemas_hash() -> str:
    """The hash of the schemas, rules and samples that this installation has."""
    made = hashlib.sha256()
    for folder in ("schemas", "rules"):
        for name in bundled_files(folder):
            path = bundled_path(name)
            if path is not None and "__pycache__" not in name:
                made.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def received(text: str) -> Shipped:
    """What `Shipped.as_text` wrote, if this worker may run it.

    Raises:
        ProjectError: it was altered on the way, or this worker has another Feedwright.
    """
    try:
        shipped = Shipped(**json.loads(text))
    except (TypeError, ValueError):
        raise ProjectError("the rules did not arrive whole on this worker") from None
    if shipped.version != version("feedwright"):
        raise ProjectError(
            f"this worker has Feedwright {version('feedwright')}, the driver {shipped.version}; "
            "install the same version everywhere"
        )
    if shipped.hash != shipped.computed_hash():
        raise ProjectError("the rules did not arrive as they were sent: their hash is another")
    if shipped.schemas != schemas_hash():
        raise ProjectError(
            "this worker's schemas are not the driver's; install the same Feedwright everywhere"
        )
    return shipped


@contextmanager
def unpacked(shipped: Shipped) -> Iterator[Project]:
    """The project as files again, for as long as the `with` lasts."""
    with tempfile.TemporaryDirectory(prefix="feedwright-") as folder:
        root = Path(folder)
        for name, content in shipped.files.items():
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(base64.b64decode(content))
        yield load_project(root)


def ruleset_of(project: Project) -> Ruleset:
    """The checked rules of an unpacked project: they were checked by the driver already."""
    checked = check(project)
    if checked.ruleset is None:
        raise ProjectError("the rules have errors on this worker and had none on the driver")
    return checked.ruleset
