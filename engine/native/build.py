"""Builds the library of kernels with the package, where there is a C compiler; else it goes without.

Who changes the sources builds it anew: `python engine/native/build.py`.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

# Nothing of this machine's own (`-march`): a wheel runs on every machine of its platform.
_OPTIONS = ("-std=c11", "-O3", "-fPIC", "-shared", "-fvisibility=default")


class KernelsHook(BuildHookInterface[Any]):
    """Puts the library beside its sources and makes the wheel one for this platform."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are gathered; what an earlier build left is packed by no later one."""
        if not built() or version == "editable":  # that wheel only says where this tree is
            return
        library = _library().LIBRARY.relative_to(self.root)
        build_data["artifacts"].append(f"/{library.as_posix()}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"


def built() -> bool:
    """Build the library with `CC`, or else `cc`; says on stderr why there is none.

    Where it is not built, one that was there before stays: only who finds its own sources uses it.
    """
    try:
        why_not = _build(_library())
    except ValueError as fault:
        why_not = f"CC: {fault}"
    except OSError as fault:  # such as where nothing may be written
        why_not = str(fault)
    if why_not:
        sys.stderr.write(f"Feedwright goes without its C kernels and is slower: {why_not}\n")
    return not why_not


def _build(library: ModuleType) -> str:
    """Build, try, and only then put in place at once, for others may build and run; says why not, or ""."""
    compiler = shlex.split(os.environ.get("CC", "")) or ["cc"]
    if shutil.which(compiler[0]) is None:
        return f"no C compiler ({compiler[0]})"
    sources = sorted(map(str, library.SOURCES.glob("*.c")))
    named = f'-DSOURCES="{library.sources_hash()}"'
    handle, name = tempfile.mkstemp(".so", "kernels-", library.LIBRARY.parent)
    os.close(handle)
    half = Path(name)
    try:
        done = subprocess.run(  # noqa: S603 - the compiler is whose who builds
            [*compiler, *_OPTIONS, named, *sources, "-o", name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            return f"{compiler[0]} ended with {done.returncode}{_fault(done.stderr)}"
        if library.opened(half) is None:
            return f"what {compiler[0]} built cannot be loaded here"
        half.chmod(0o755)
        half.replace(library.LIBRARY)
    finally:
        half.unlink(missing_ok=True)
    return ""


def _fault(told: str) -> str:
    """Of what a compiler told, the line that matters most."""
    lines = told.splitlines()
    return next(
        (f": {line}" for line in lines if "error" in line), "".join(f": {s}" for s in lines[:1])
    )


def _platform() -> str:
    """This platform as the tag of a wheel, not of one that runs elsewhere too."""
    return next(tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))


def _library() -> ModuleType:
    """The module beside this one, by its file: the package may not be installed yet."""
    path = Path(__file__).with_name("library.py")
    spec = importlib.util.spec_from_file_location("library", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(not built())
