"""The library of kernels: loaded where it was built for this source, else there is none.

It makes nothing that is not made without it; it only makes some of it quicker. Whoever calls a kernel has
another way, and takes that where `kernels()` gives none or a kernel leaves its work.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
SOURCES = _FOLDER / "src"
LIBRARY = _FOLDER / "kernels.so"  # so called on every system: nobody looks for it but we
SWITCH = "FEEDWRIGHT_KERNELS"  # `off`: do without
_COUNTING = ("fw_csv_rows", "fw_csv_cells", "fw_json_records", "fw_joined")  # give 64 bits


def sources_hash() -> str:
    """What the library must have been built from: a hash over its sources."""
    found = hashlib.sha256()
    for path in sorted(SOURCES.glob("*.[ch]")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


@cache
def kernels() -> ctypes.CDLL | None:
    """The library, or None where there is none for these sources, or it is switched off."""
    return None if switched_off() else opened(LIBRARY)


def needed() -> ctypes.CDLL:
    """The library, for those who were told that there is one.

    Raises:
        RuntimeError: there is none.
    """
    library = kernels()
    if library is None:
        raise RuntimeError("there are no kernels")
    return library


def switched_off() -> bool:
    """Whether this process is to do without."""
    return os.environ.get(SWITCH) == "off"


def opened(path: Path) -> ctypes.CDLL | None:
    """The library at `path`; None where it is not one of these sources that loads on this machine."""
    try:
        library = ctypes.CDLL(str(path))
        built_from = library.fw_sources
    except (OSError, AttributeError):
        return None
    built_from.restype = ctypes.c_char_p
    if built_from() != sources_hash().encode():
        return None
    for name in _COUNTING:
        getattr(library, name).restype = ctypes.c_int64
    return library
