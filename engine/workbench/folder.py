"""The files of a project that the workbench opens and saves: rules and tables, nothing else."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from engine.errors import ProjectError
from engine.project import Project

PLACES = ("rules", "tables")
ENDINGS = (".rules", ".csv")
LARGEST = (
    2_000_000  # bytes of a file that is edited; rules have thousands, a long table some 100,000
)
_BOM = b"\xef\xbb\xbf"


class Opened(Struct, frozen=True):
    """A file as it is on disk: its text with plain line ends, and its `version`, a hash of its bytes."""

    name: str
    text: str
    version: str
    writable: bool


class ConflictError(ProjectError):
    """A file is not what it was when it was read; `current` is what it is, None where it is gone.

    `lines` are those in which it differs from what was to be saved.
    """

    lines: tuple[str, ...] = ()

    def __init__(self, name: str, current: Opened | None) -> None:
        now = "was deleted" if current is None else "changed"
        super().__init__(f"{name} {now} on disk since it was read; it is not overwritten")
        self.current = current


class Folder(Struct, frozen=True):
    """The folder of a project, as far as a person may edit it here."""

    project: Project

    def names(self) -> list[str]:
        """The files that may be opened, by the names that messages give them."""
        found = {self.project.shown(path) for path in self._files()}
        named = (self.project.find(name) for name in self.project.rules)
        # What ships with Feedwright stands in for a file that the project lacks: it is not edited.
        root = self.project.root.resolve()
        own = [path for path in named if path is not None and path.resolve().is_relative_to(root)]
        return sorted(found | {self.project.shown(path) for path in own})

    def _files(self) -> Iterator[Path]:
        for place in PLACES:
            for path in sorted((self.project.root / place).rglob("*")):
                if path.suffix in ENDINGS and path.is_file() and self.may_save(self._name(path)):
                    yield path

    def _name(self, path: Path) -> str:
        return path.relative_to(self.project.root).as_posix()

    def may_save(self, name: str) -> bool:
        """Whether `name` stands below `rules/` or `tables/`, wherever links lead."""
        return self._target(name) is not None

    def _target(self, name: str) -> Path | None:
        """The file that saving `name` writes; None where it may not be written."""
        pure = PurePosixPath(name)
        odd = pure.is_absolute() or ".." in pure.parts or "\\" in name or not name.isprintable()
        if odd or pure.suffix not in ENDINGS or pure.parts[:1] not in [(p,) for p in PLACES]:
            return None
        try:
            path = (self.project.root / pure).resolve()
            inside = any(path.is_relative_to(self._place(p)) for p in PLACES)
            there = path.parent.is_dir() and not path.is_dir()
        except (OSError, RuntimeError):  # a name too long, links that lead round
            return None
        return path if inside and there else None

    def _place(self, name: str) -> Path:
        """`rules/` or `tables/`: the folder itself, not what lies elsewhere behind a link."""
        return self.project.root.resolve() / name

    def open(self, name: str) -> Opened:
        """The file called `name`.

        Raises:
            ProjectError: it is none of the project's rules and tables, or no text.
        """
        if name not in self.names():
            raise ProjectError(f"{name[:200]}: no such file among the project's rules and tables")
        path = self.project.find(name)
        if path is None:
            raise ProjectError(f"{name}: no such file")
        return self._read(path, name)

    def _read(self, path: Path, name: str) -> Opened:
        try:
            if path.stat().st_size > LARGEST:
                raise ProjectError(f"{name}: larger than {LARGEST} bytes; edit it elsewhere")
            raw = path.read_bytes()
            text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as fault:
            message = f"{name}: not UTF-8 at byte {fault.start}; save the file as UTF-8"
            raise ProjectError(message) from None
        except OSError as fault:
            raise ProjectError(f"{name}: {fault.strerror or fault}") from None
        return Opened(name, text, _version(raw), self.may_save(name))

    def versions(self) -> dict[str, str]:
        """The version of each file, to see what changed on disk."""
        found = {}
        for name in self.names():
            path = self.project.find(name)
            if path is not None:
                found[name] = _version(path.read_bytes())
        return found

    def save(self, name: str, text: str, version: str | None) -> Opened:
        """Put `text` in the place of the file's version `version`; None: of no file.

        The file is written whole or not at all; it keeps its line ends, its mark at the beginning and
        its permissions.

        Raises:
            ConflictError: the file is another by now.
            ProjectError: it stands elsewhere, or cannot be written.
        """
        path = self._target(name)
        if path is None:
            raise ProjectError(
                f"{name[:200]}: only *.rules and *.csv in rules/ and tables/ are saved"
            )
        old = self._current(path, name, version)
        raw = text.encode("utf-8")
        if old is not None and b"\r\n" in old:
            raw = raw.replace(b"\n", b"\r\n")
        if old is not None and old.startswith(_BOM):
            raw = _BOM + raw
        if len(raw) > LARGEST:
            raise ProjectError(f"{name}: larger than {LARGEST} bytes; nothing was saved")
        try:
            self._write(path, raw, lambda: self._current(path, name, version))
        except OSError as fault:
            raise ProjectError(f"{name}: not saved: {fault.strerror or fault}") from None
        return self._read(path, name)

    def _current(self, path: Path, name: str, version: str | None) -> bytes | None:
        """The bytes of the file, which must still be of the version that was read."""
        raw = path.read_bytes() if path.is_file() else None
        if (None if raw is None else _version(raw)) != version:
            raise ConflictError(name, None if raw is None else self._read(path, name))
        return raw

    @staticmethod
    def _write(path: Path, raw: bytes, check: Callable[[], object]) -> None:
        """Put `raw` in the place of `path` at once: no reader ever sees a part of it."""
        handle, temporary = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=".new", dir=path.parent
        )
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
            Path(temporary).chmod(mode)
            check()  # again, as late as can be: another editor may have saved meanwhile
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _umask() -> int:
    """What new files are not permitted; it can only be read by setting it."""
    known = os.umask(0o077)
    os.umask(known)
    return known


def _version(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
