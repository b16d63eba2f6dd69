"""The schemas and the sample project that ship with Feedwright, from the wheel or this tree."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from engine.errors import ProjectError

FOLDERS = ("schemas", "rules", "samples")


def bundled_root() -> Path:
    """The folder that holds `schemas/`, `rules/` and `samples/`."""
    package = Path(__file__).parent
    in_wheel = package / "bundled"
    return in_wheel if in_wheel.is_dir() else package.parent


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is of none."""
    try:
        return path.is_file()
    except OSError:  # too long for this file system
        return False


def bundled_path(name: str) -> Path | None:
    """The file that ships as `name` (`schemas/offer.schema.json`), or None where none does."""
    parts = PurePosixPath(name).parts
    if not parts or parts[0] not in FOLDERS or ".." in parts:
        return None
    path = bundled_root().joinpath(*parts)
    return path if is_file(path) else None


def bundled_name(path: Path) -> str | None:
    """What the shipped file at `path` is called (`schemas/offer.schema.json`), or None."""
    root = bundled_root().resolve()
    found = path.resolve()
    within = found.relative_to(root) if found.is_relative_to(root) else None
    return within.as_posix() if within and within.parts[0] in FOLDERS else None


def bundled(name: str) -> str:
    """The text of the file that ships as `name`.

    Raises:
        ProjectError: this installation lacks it.
    """
    path = bundled_path(name)
    if path is None:
        raise ProjectError(f"{name} is missing from this installation; install Feedwright again")
    return path.read_text(encoding="utf-8")


def bundled_files(folder: str) -> tuple[str, ...]:
    """The names of all files that ship below `folder`, sorted."""
    if PurePosixPath(folder).parts[:1] == () or PurePosixPath(folder).parts[0] not in FOLDERS:
        return ()
    root = bundled_root()
    found = (p for p in (root / folder).rglob("*") if p.is_file())
    return tuple(sorted(p.relative_to(root).as_posix() for p in found))
