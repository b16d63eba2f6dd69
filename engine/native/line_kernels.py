"""Texts put together by a kernel from constants and columns, in the steps of `src/lines.c`."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from enum import IntEnum

import polars as pl
from msgspec import Struct, field

from engine.native.arrow import TEXTS, column_by, taken
from engine.native.library import needed

_JOINED_AT_ONCE = 1 << 20


class Code(IntEnum):
    """What a step does: see `src/lines.c`."""

    CONSTANT = 0
    TEXT = 1
    JSON_TEXT = 2
    NUMBER = 3
    INSTANT = 4
    CONDITION = 5
    ATTEMPT = 6
    OTHERWISE = 7
    LIST = 8
    MEMBER = 9
    MEMBER_END = 10
    LIST_END = 11


KINDS: dict[Code, pl.DataType] = {
    Code.TEXT: pl.String(),
    Code.JSON_TEXT: pl.String(),
    Code.NUMBER: pl.Int64(),
    Code.INSTANT: pl.Datetime("us", "UTC"),
    Code.CONDITION: pl.Boolean(),
}


class _Step(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_int32) for name in ("code", "column", "place", "length", "target")
    )


class Steps(Struct):
    """Steps that write a text for each row, to be added in the order of the text."""

    _steps: list[_Step] = field(default_factory=list)
    _kinds: list[pl.DataType] = field(default_factory=list)
    _constants: bytearray = field(default_factory=bytearray)

    def constant(self, code: Code, text: str = "") -> int:
        """Add a step with a constant, or without; gives its number."""
        place, data = len(self._constants), text.encode()
        self._constants += data
        self._steps.append(_Step(code, 0, place, len(data), 0))
        return len(self._steps) - 1

    def value(self, code: Code, scale: int = 0, decimals: int = 0) -> None:
        """Add a step that takes the next column; `scale` and `decimals` of a number."""
        self._steps.append(_Step(code, len(self._kinds), scale, decimals, 0))
        self._kinds.append(KINDS[code])

    def ends(self, begun: int) -> None:
        """The step that was added last is the end of the attempt or member that was `begun`."""
        self._steps[begun].target = len(self._steps) - 1

    def run(self, columns: Sequence[pl.Series]) -> pl.Series:
        """The texts of rows whose `columns` stand in the order of the steps that take them.

        Raises:
            MemoryError: there is none left.
        """
        cast = [
            c if c.dtype == kind else c.cast(kind)
            for c, kind in zip(columns, self._kinds, strict=True)
        ]
        # A constant has one row for all.
        rows = next((len(column) for column in cast if len(column) != 1), 1)
        cast = [c if len(c) == rows else c.new_from_index(0, rows) for c in cast]
        return column_by(
            "fw_lines",
            cast,
            TEXTS,
            (_Step * len(self._steps))(*self._steps),
            len(self._steps),
            bytes(self._constants),
            ctypes.c_int64(len(self._constants)),
            ctypes.c_int64(rows),
            name=columns[0].name if columns else "text",
        )


def written(column: pl.Series, code: Code, scale: int = 0, decimals: int = 0) -> pl.Series:
    """Each value of a column as its text."""
    steps = Steps()
    steps.value(code, scale, decimals)
    return steps.run([column])


def joined(lines: pl.Series, wanted: pl.Series) -> Iterator[memoryview | bytes]:
    """The `wanted` lines, all of which have a text, each with a line end: piece by piece.

    A piece is good until the next one is asked for.
    """
    kernel = needed().fw_joined
    buffer = ctypes.create_string_buffer(_JOINED_AT_ONCE)
    row, used = 0, ctypes.c_int64()
    with taken([lines, wanted]) as given:
        while row < len(lines):
            row = kernel(
                given,
                ctypes.c_int64(row),
                buffer,
                ctypes.c_int64(_JOINED_AT_ONCE),
                ctypes.byref(used),
            )
            if used.value:
                yield memoryview(buffer)[: used.value]
            elif row < len(lines):  # a line that is longer than the buffer
                yield f"{lines[row]}\n".encode()
                row += 1
