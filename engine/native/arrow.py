"""Columns to and from kernels, by Arrow's C data interface, without a copy."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from engine.native.library import needed

_WIDTH = 8  # bytes of a number
# As the interface writes the formats.
TEXTS, WHOLE_NUMBERS, PLACES, YES_NO = b"vu", b"l", b"I", b"b"


class ArrowSchema(ctypes.Structure):
    """What a column is."""

    _fields_ = (
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_char_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    )


class ArrowArray(ctypes.Structure):
    """What a column holds."""

    _fields_ = (
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.c_void_p),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    )


_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)

_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = (ctypes.py_object, ctypes.c_char_p)


@contextmanager
def taken(columns: Sequence[pl.Series]) -> Iterator[ctypes.Array[ArrowArray]]:
    """The memory of `columns`, for a kernel to read while the context lasts."""
    library = needed()
    arrays = (ArrowArray * len(columns))()
    try:
        for array, column in zip(arrays, columns, strict=True):
            stream = column.rechunk().__arrow_c_stream__(None)
            if library.fw_take(
                ctypes.c_void_p(_pointer(stream, b"arrow_array_stream")), ctypes.byref(array)
            ):
                raise MemoryError
        yield arrays
    finally:
        library.fw_give_back(arrays, len(columns))


def handed_over(
    arrays: ctypes.Array[ArrowArray], kind: bytes, names: Iterable[str]
) -> list[pl.Series]:
    """The columns that a kernel made, called by `names`, for Polars to own.

    What it does not take over, because something failed, is given back.
    """
    try:
        made = zip(arrays, names, strict=True)
        return [pl.Series(_Made(array, kind)).alias(name) for array, name in made]
    finally:
        needed().fw_give_back(arrays, len(arrays))


def column_by(
    kernel: str, columns: Sequence[pl.Series], kind: bytes, *arguments: object, name: str = ""
) -> pl.Series:
    """The column that a kernel makes of `columns` and, behind them, of `arguments`.

    Raises:
        MemoryError: there is none left.
    """
    made = (ArrowArray * 1)()
    with taken(columns) as given:
        if getattr(needed(), kernel)(given, *arguments, made):
            raise MemoryError
    return handed_over(made, kind, [name])[0]


def bytes_of_numbers(column: pl.Series) -> bytes:
    """The memory of a column of numbers of 64 bits, none of which is missing."""
    with taken([column]) as (given,):
        values = ctypes.cast(given.buffers, ctypes.POINTER(ctypes.c_void_p))[1]
        if not values:
            return b""
        return ctypes.string_at(values + given.offset * _WIDTH, given.length * _WIDTH)


class _Made:
    """A column that a kernel made, as Polars asks for it."""

    def __init__(self, array: ArrowArray, kind: bytes) -> None:
        self._array, self._schema = array, ArrowSchema()
        needed().fw_schema(ctypes.byref(self._schema), kind)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """The column. It may be asked for once: then the memory is Polars' own."""
        del requested_schema
        return (
            _new_capsule(ctypes.addressof(self._schema), b"arrow_schema", None),
            _new_capsule(ctypes.addressof(self._array), b"arrow_array", None),
        )
