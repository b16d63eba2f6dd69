"""Texts looked up among keys by a kernel: see `src/keys.c`."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from itertools import accumulate

import polars as pl
from msgspec import Struct

from engine.native.arrow import PLACES, ArrowArray, handed_over, taken
from engine.native.library import needed


class Keys(Struct, frozen=True):
    """Texts to look for, and where they stand by their hashes."""

    texts: bytes
    ends: ctypes.Array[ctypes.c_int64]
    slots: ctypes.Array[ctypes.c_uint32]

    def places(self, cells: pl.Series, *, lowered: bool) -> pl.Series | None:
        """The number of the key that each cell equals, from 0; null where none does.

        Cells in small letters, where `lowered` asks for it. None if those of a cell are not known here.

        Raises:
            MemoryError: there is none left.
        """
        made = (ArrowArray * 1)()
        room = ctypes.c_int64(len(self.slots))
        with taken([cells]) as given:
            failed = needed().fw_places(
                given, self.texts, self.ends, self.slots, room, int(lowered), made
            )
        if failed < 0:
            raise MemoryError
        return None if failed else handed_over(made, PLACES, [cells.name])[0]


def keys_of(texts: Iterable[str]) -> Keys:
    """Keys with the numbers that they have in `texts`. Of equal ones the first one counts."""
    data = [text.encode() for text in texts]
    ends = (ctypes.c_int64 * len(data))(*accumulate(map(len, data)))
    slots = (ctypes.c_uint32 * (2 << len(data).bit_length()))()
    joined = b"".join(data)
    needed().fw_keys(joined, ends, ctypes.c_int64(len(data)), slots, ctypes.c_int64(len(slots)))
    return Keys(joined, ends, slots)
