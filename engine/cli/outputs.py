"""Files that commands write: whole or not at all, none that is read, none twice, none of the project's own."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from io import BufferedWriter, FileIO
from itertools import chain, combinations
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from msgspec import Struct

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from engine.project import Project

_HASH = re.compile("[0-9a-f]{64}")  # the name of a plan that was pushed
_QUOTED = re.compile(r'"([^"\n]{1,1000})"')


class OutputPath(click.Path):
    """The type of an option that names what a command writes: by it `refuse_overwriting` finds it.

    Args:
        folder: it is a folder of Spark's, and whatever stands in it is replaced.
        read_again: it is a plan, which a device or a pipe would not give back.
        settings: those of `click.Path`.
    """

    def __init__(self, *, folder: bool = False, read_again: bool = False, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)
        self.folder = folder
        self.read_again = read_again


class _Place(Struct, frozen=True):
    """A file or folder by what it is, not by how it is called: links and `./` hide nothing.

    `file` is its device and inode, None where there is none yet: then the path tells.
    """

    path: Path
    file: tuple[int, int] | None

    def is_same(self, other: _Place) -> bool:
        """Whether both are one file."""
        if self.file is not None and other.file is not None:
            return self.file == other.file
        return self.path == other.path


class _Output(Struct, frozen=True):
    """What an option has written: `subject` begins a sentence about it, `shown` ends one."""

    option: str
    subject: str
    shown: str
    place: _Place
    kind: OutputPath

    def replaces(self, other: _Place) -> bool:
        """Whether writing this takes away what stands, or is to stand, at `other`."""
        inside = self.kind.folder and other.path.is_relative_to(self.place.path)
        return inside or self.place.is_same(other)


class _Kept(Struct, frozen=True):
    """A file that must stay, and how a sentence ends that says so."""

    place: _Place
    says: str


def refuse_overwriting(project: Project | None = None, *feeds: str) -> None:
    """See that what the running command is told to write takes nothing away.

    To be asked before anything is opened. The command's options say what it writes (`OutputPath`),
    its arguments and its other paths what it reads. `-`, devices and pipes may be written by several.

    Args:
        project: whose files stay; the one around the working folder if not given.
        feeds: what the command reads beside what it was given.

    Raises:
        UsageError: an option names what is read, what another one writes, or what the project needs.
    """
    context = click.get_current_context()
    outputs = list(_outputs(context))
    if not outputs:
        return
    _refuse_twice(outputs)
    project = project or project_around()
    kept = chain(_inputs(context, project), *(_files_of_feed(feed, project) for feed in feeds))
    # What is new replaces no file that is there, and then rules need not be looked through.
    if project is not None and any(o.place.file or o.kind.folder for o in outputs):
        kept = chain(kept, _files_of(project))
    _refuse_kept(outputs, kept)
    if project is not None:
        _refuse_the_journal(outputs, project)


def _refuse_twice(outputs: list[_Output]) -> None:
    for one, other in combinations(outputs, 2):
        if one.option != other.option and (one.replaces(other.place) or other.replaces(one.place)):
            _refuse(other, f"{one.shown}, which is written too")


def _refuse_kept(outputs: list[_Output], kept: Iterable[_Kept]) -> None:
    for one in kept:
        for output in outputs:
            if output.replaces(one.place):
                _refuse(output, one.says)
    for output in outputs:  # also rules that no settings name yet
        if output.place.path.suffix == ".rules" and output.place.file:
            _refuse(output, "a file of rules")


def _refuse(output: _Output, why: str) -> None:
    raise click.UsageError(f"{output.subject} is {why}: name another file")


# --- what is written, what is read ---------------------------------------------------------------


def _outputs(context: click.Context) -> Iterator[_Output]:
    """What the options name to be written, and what stands beside it until it is whole."""
    for param in context.command.params:
        value = context.params.get(param.name or "")
        if not isinstance(param.type, OutputPath) or value is None or str(value) == "-":
            continue
        option, kind = param.opts[0], param.type
        place = _place(value)
        if kind.read_again and (place is None or is_stream(value)):
            raise click.UsageError(f"{option} is a device or a pipe: name a file for the plan")
        if place is None:
            continue
        yield _Output(option, option, f"what {option} names", place, kind)
        # A plan has a name that nothing else has until it is whole, and takes no other file's.
        own = kind.folder or kind.read_again
        half = None if own else _place(value.with_name(f"{value.name}.part"))
        if half is not None:
            subject = f"{option} is written as `{half.path.name}` until it is whole, and that"
            shown = f"where {option} is written until it is whole"
            yield _Output(option, subject, shown, half, kind)


def is_stream(path: Path) -> bool:
    """Whether `path` is a name for what this process has open, such as /dev/stdout.

    Where that is a file, it looks as one: but its name is the system's, and not to be replaced.
    """
    found = Path(os.path.abspath(path))  # noqa: PTH100 - without following links
    streams = {Path("/dev/stdin"), Path("/dev/stdout"), Path("/dev/stderr")}
    return found in streams or found.parent in {Path("/dev/fd"), Path("/proc/self/fd")}


def _place(path: str | Path) -> _Place | None:
    """What stands, or is to stand, at `path`; None for a device or a pipe, which lose nothing."""
    real = Path(os.path.realpath(path))
    try:
        found = Path(path).stat()  # not of `real`: the links of /dev/fd lead to no path
    except OSError:
        return _Place(real, None)
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        return None
    return _Place(real, (found.st_dev, found.st_ino))


def _kept(paths: Iterable[str | Path], says: str) -> Iterator[_Kept]:
    for path in paths:
        place = _place(path)
        if place is not None:
            yield _Kept(place, says)


def _inputs(context: click.Context, project: Project | None) -> Iterator[_Kept]:
    """What the command reads: its arguments, and the paths among its options."""
    for param in context.command.params:
        value = context.params.get(param.name or "")
        if isinstance(param.type, OutputPath) or value is None or str(value) == "-":
            continue
        if param.name == "feed":
            yield from _files_of_feed(value, project)
        elif isinstance(param, click.Argument):
            yield from _kept([value], f"what {param.human_readable_name} names, which is read")
        elif isinstance(param.type, click.Path) or "FILE" in (param.metavar or ""):
            yield from _kept([value], f"what {param.opts[0]} names, which is read")


def _files_of_feed(feed: str, project: Project | None) -> Iterator[_Kept]:
    yield from _kept(_feed_files(feed, project), "the feed, which is read")


def _feed_files(feed: str, project: Project | None) -> list[str | Path]:
    """The files of a feed: one that the settings name, a file, or those of a folder or a pattern."""
    if project is None:
        return [feed]
    name, settings = project.feed_settings(feed)
    path = settings.get("path") if name == feed else None
    if isinstance(path, str):
        return [project.root / path]
    file = Path(project.feed_file(feed))
    if file.is_file():
        return [file]
    from engine.cluster.places import found_files, is_remote
    from engine.errors import FeedError

    try:
        return [] if is_remote(feed) else [*found_files(feed)]
    except FeedError:  # none there: the run itself says so
        return [file]


# --- what a project lives from -------------------------------------------------------------------


def project_around() -> Project | None:
    """The project of the working folder, for commands that need none; None where it is not usable."""
    from engine.errors import ProjectError
    from engine.project import find_root, has_project, load_project

    root = find_root(Path.cwd())
    try:
        return load_project(root) if has_project(root) else None
    except ProjectError:
        return None


def _files_of(project: Project) -> Iterator[_Kept]:
    """The settings, the rules, and every file that they name."""
    from engine.project import SETTINGS_NAMES

    settings = [project.root / name for name in SETTINGS_NAMES]
    said = (project.feeds, project.sellers, project.sending, project.schedule)
    named = [project.root / text.removeprefix("file:") for text in _texts(said)]
    files = [path for path in (*settings, *named) if path.is_file()]
    for path in dict.fromkeys((*files, *_files_of_rules(project))):
        yield from _kept([path], f"`{project.shown(path)}`, a file of the project")


def _texts(read: Any) -> Iterator[str]:
    """Every text in settings."""
    if isinstance(read, str):
        yield read
    elif isinstance(read, dict):
        yield from _texts(tuple(read.values()))
    elif isinstance(read, list | tuple):
        for one in read:
            yield from _texts(one)


def _files_of_rules(project: Project) -> set[Path]:
    """The rule files, and what stands in quotes in them where it is a file.

    They are read as text: a file must stay where the rules that name it have errors as well.
    """
    found: set[Path] = set()
    left = [path for name in project.rules if (path := project.find(name)) is not None]
    while left:
        file = left.pop()
        if file in found:
            continue
        found.add(file)
        if file.suffix != ".rules":
            continue
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        beside = project.shown(file)
        named = (project.find(quoted, beside) for quoted in set(_QUOTED.findall(text)))
        left += [path for path in named if path is not None]
    return found


def _refuse_the_journal(outputs: list[_Output], project: Project) -> None:
    """Nothing is put among the journals: they alone tell what was sent.

    Raises:
        UsageError: an output stands there, or is one of them under another name.
    """
    from engine.outbox.folders import journal_folder, plan_folder

    folder = Path(os.path.realpath(journal_folder(project)))
    plans = Path(os.path.realpath(plan_folder(project)))
    _refuse_kept(outputs, _kept(folder.glob("*.sqlite*"), "a journal of what was sent"))
    kept = [path for path in plans.glob("*.json") if _HASH.fullmatch(path.stem)]
    _refuse_kept(outputs, _kept(kept, "a plan that was pushed, which is kept to go on with"))
    own = [project.root / f"var/schedule.{ending}" for ending in ("json", "lock")]
    _refuse_kept(outputs, _kept(own, "a file of `feedwright run`"))
    for output in outputs:
        path = output.place.path
        # Settings may keep the plans in the journal's folder.
        among_plans = plans.is_relative_to(folder) and path.is_relative_to(plans)
        if path.is_relative_to(folder) and not among_plans:
            raise click.UsageError(
                f"{output.option} stands in {project.shown(folder)}, among the journals of what was "
                "sent: name a file elsewhere"
            )


# --- writing -------------------------------------------------------------------------------------


class Output:
    """A file that appears under its name only when it is complete; `-` is stdout.

    A device or a pipe is written as it is: a file in its place would be another thing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stdout = str(path) == "-"
        self.as_it_is = is_stream(path) or (path.exists() and not path.is_file())
        self.part = path if self.as_it_is else path.with_name(f"{path.name}.part")
        self.file: IO[bytes] | None = None

    def __enter__(self) -> IO[bytes]:
        from engine.errors import ProjectError

        if self.stdout:
            sys.stdout.flush()  # what was printed stands before what is written past it
            return sys.stdout.buffer
        try:
            self.file = BufferedWriter(_Named(self.part, self.path, own=not self.as_it_is))
        except BlockingIOError:
            raise ProjectError(f"{self.path}: another process is writing it") from None
        except OSError as fault:
            raise ProjectError(
                f"{self.path}: cannot be written: {fault.strerror or fault}"
            ) from None
        return self.file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.file is None:
            return
        whole = False
        try:
            self.file.close()
            whole = kind is None
        finally:
            if not self.as_it_is and not whole:
                self.part.unlink(missing_ok=True)
        if whole and not self.as_it_is:
            self.part.replace(self.path)


class _Named(FileIO):
    """A file whose faults tell how the person called it: one that cannot grow tells no name.

    `own`: nobody else may write it until it is closed.

    Raises:
        BlockingIOError: somebody does.
        OSError: it cannot be written.
    """

    def __init__(self, part: Path, path: Path, *, own: bool) -> None:
        if not own:
            super().__init__(part, "w")
        else:
            super().__init__(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666), "w")
            try:
                fcntl.flock(self, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not part.exists() or not os.path.samestat(os.fstat(self.fileno()), part.stat()):
                    raise BlockingIOError  # it was whole just now, and has its name
                self.truncate()
            except OSError:
                self.close()
                raise
        self.name = str(path)

    def write(self, data: ReadableBuffer, /) -> int:
        """Write some of `data`, and say how many bytes."""
        try:
            return super().write(data)
        except OSError as fault:
            fault.filename = self.name
            raise
