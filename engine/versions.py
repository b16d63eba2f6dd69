"""A project as it was or as it is: a folder, a rule file, or a revision of git."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.errors import ProjectError
from engine.project import SETTINGS_NAMES, Project, load_project

# What a project's rules may name; feeds are read from the working tree.
_PARTS = (*SETTINGS_NAMES, "rules", "tables", "schemas", "fixtures")
_LARGEST = 64 * 1024 * 1024


@contextmanager
def project_version(named: str, project: Project) -> Iterator[Project]:
    """The project that `named` means: a folder, a rule file of `project`, or a git revision.

    Raises:
        ProjectError: it is none of them, or git cannot give it.
    """
    path = Path(named)
    if path.is_dir():
        yield load_project(path)
    elif path.is_file():
        yield replace(project, rules=(str(path.resolve()),))
    else:
        with TemporaryDirectory(prefix="feedwright-") as folder:
            _export(named, project.root, Path(folder))
            yield load_project(Path(folder))


def _export(revision: str, root: Path, folder: Path) -> None:
    """Write the parts of the project as `revision` holds them into `folder`."""
    top = _git(revision, root, "rev-parse", "--show-prefix").decode().strip()
    verify = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}")
    tree = _git(revision, root, *verify).decode().strip()
    prefix = f"{tree}:{top.rstrip('/')}" if top else tree
    listed = _git(revision, root, "ls-tree", "--name-only", prefix).decode().splitlines()
    parts = [part for part in _PARTS if part in listed]
    if not parts:
        raise ProjectError(f"{revision}: holds no rules and no settings for {root.name or root}")
    archive = _git(revision, root, "archive", "--format=tar", prefix, *parts)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        # Early Python 3.11 knows no filters; git's own archives hold nothing that leaves the folder.
        if hasattr(tarfile, "data_filter"):
            tar.extraction_filter = tarfile.data_filter
        tar.extractall(folder)  # noqa: S202 - see above


def _git(revision: str, root: Path, *words: str) -> bytes:
    """What git prints when it is asked about `revision`.

    Raises:
        ProjectError: there is no git, or it refuses.
    """
    try:
        run = subprocess.run(  # noqa: S603 - fixed words and a checked revision, no shell
            ["git", "-C", str(root), *words],  # noqa: S607 - the git of the person's PATH
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise ProjectError(
            f"{revision}: no such folder or file, and git is not installed to look for a revision"
        ) from None
    if run.returncode != 0:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        why = f" (git says: {said[-1]})" if said else ""
        raise ProjectError(
            f"`{revision}` is no folder, no rule file and no revision of git here{why}"
        )
    if len(run.stdout) > _LARGEST:
        raise ProjectError(f"{revision}: more than 64 MiB of rules and tables")
    return run.stdout
