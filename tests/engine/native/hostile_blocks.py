"""Hostile blocks through kernels of CSV that watch their memory: `hostile_blocks.py LIBRARY COUNT`.

The library ends the process where a byte beyond its memory is read or written; and it counts the memory
that it holds, and refuses some. See test_sanitized.py, which builds it. Written out is what was tried.
"""

import ctypes
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from engine.native import csv_kernels, library
from engine.native.arrow import ArrowArray

LIBC = ctypes.CDLL(None)
LIBC.malloc.restype = ctypes.c_void_p
TEXTS = ["a", "é", "€", "𝄞", " ", "\x1e", "\x00", "x" * 12, "y" * 13, "z" * 40, "w" * 20_000]
ASTRAY = [b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9d\x84", "\ufffd".encode()]
SIGNS = ["{m}", "{m}{m}", "{d}", "\n", "{m}{d}", "{d}{m}", "{m}\n", "\n{m}", "{m}a\nb{m}"]


@contextmanager
def alone(text: bytes) -> Iterator[Any]:
    """The bytes in memory of their own, without the zero that Python keeps behind them."""
    place = ctypes.c_void_p(LIBC.malloc(ctypes.c_size_t(len(text))))
    ctypes.memmove(place, text, len(text))
    yield (ctypes.c_char * len(text)).from_address(place.value or 0)
    LIBC.free(place)


def block(draw: random.Random, quote: str, delimiter: str, columns: int) -> bytes:
    """Pieces as they come, or rows of which some bytes may be lost or put in; perhaps truncated."""
    mark = quote or '"'
    signs = [sign.format(m=mark, d=delimiter).encode() for sign in SIGNS]
    pieces = [*signs, *(text.encode() for text in TEXTS[: draw.choice([-1, None])]), *ASTRAY]
    if draw.random() < 0.3:
        text = b"".join(draw.choices(pieces, k=draw.randint(0, 24)))
    else:
        lines = [line(draw, quote, delimiter, columns) for _ in range(draw.randint(0, 8))]
        changed = bytearray("".join(lines).encode())
        for _ in range(draw.choice([0, 0, 1, 2])):
            at = draw.randint(0, len(changed))
            changed[at : at + draw.randint(0, 1)] = draw.choice(pieces)
        text = bytes(changed)
    if draw.random() < 0.1:
        return text[: draw.randint(0, len(text))]
    return text if draw.random() < 0.1 else text + b"\n"


def line(draw: random.Random, quote: str, delimiter: str, columns: int) -> str:
    """A row, or one time in ten nothing."""
    if draw.random() < 0.1:
        return draw.choice(["\n", f"{quote}{quote}\n"])
    cells = []
    for _ in range(columns):
        cell = "".join(draw.choices(TEXTS, k=draw.randint(0, 2)))
        if quote and draw.random() < 0.5:
            held = cell + draw.choice(["", "", quote * 2, quote * 4, delimiter, "\n"])
            cell = f"{quote}{held}{quote}"
        cells.append(cell)
    return delimiter.join(cells) + "\n"


def tried(draw: random.Random, kernels: Any) -> Iterator[str]:
    """What became of a block."""
    quote, delimiter = draw.choice(['"', '"', "'", ""]), draw.choice([",", ";", "\t", "|"])
    columns = draw.randint(1, 5)
    read = {n: f"c{n}" for n in draw.sample(range(columns), draw.randint(0, columns))}
    with alone(block(draw, quote, delimiter, columns)) as text:
        most, ended = draw.choice([1, 2, 10_000]), draw.random() < 0.5
        end = csv_kernels.rows_end(text, quote, delimiter, most=most, ended=ended)
        yield "no row ends" if end is None else "rows end"
        made = csv_kernels.cells(text, quote, delimiter, columns, read)
        yield "left" if made is None else "taken"
        holds = made is not None and made.height > 0 and bool(read)
        assert bool(kernels.fw_test_held()) is holds
        for granted in range(0 if made is None else 1_000):
            kernels.fw_test_grant(granted)
            again = csv_kernels.cells(text, quote, delimiter, columns, read)
            kernels.fw_test_grant(-1)
            if again is not None:
                assert made is not None
                assert again.equals(made)
                break
            yield "refused"
        again = made = None
        assert kernels.fw_test_held() == 0, "memory is held that nobody has"


def no_such_columns(kernels: Any) -> None:
    """Columns that are none, or wanted twice: the caller gives none, but they must do no harm."""
    places: list[list[int]] = [[0, 0], [1, 0, 1], [-1], [2], [2**31 - 1], [-(2**31)]]
    for columns in (2, 1, 0, -1, -(2**31)):
        for chosen in [*places, [], [0]]:
            arrays = (ArrowArray * len(chosen))()
            wanted = (ctypes.c_int32 * len(chosen))(*chosen)
            with alone(b"a,b\n\n") as text:
                size, count = ctypes.c_int64(len(text)), len(chosen)
                rows = kernels.fw_csv_cells(text, size, 34, 44, columns, wanted, count, arrays)
            assert (rows >= 0) is (columns == 2 and chosen in ([], [0]))
            kernels.fw_give_back(arrays, count)
            assert kernels.fw_test_held() == 0


def given_back_where_polars_fails(kernels: Any) -> None:
    """Where a column is not taken over, neither it nor those behind it are lost."""

    def failing(*_: object) -> pl.Series:
        raise MemoryError

    taking_over, pl.Series = pl.Series, failing  # type: ignore[assignment,misc]
    try:
        csv_kernels.cells(b"a,b\n", '"', ",", 2, {0: "a", 1: "b"})
    except MemoryError:
        pass
    else:
        raise AssertionError("Polars took columns over")
    finally:
        pl.Series = taking_over  # type: ignore[misc]
    assert kernels.fw_test_held() == 0


def main(path: str, count: int) -> None:
    library.LIBRARY = Path(path)
    kernels = library.kernels()
    assert kernels is not None
    no_such_columns(kernels)
    given_back_where_polars_fails(kernels)
    draws = map(random.Random, range(count))
    found = Counter(what for draw in draws for what in tried(draw, kernels))
    print(json.dumps(found))


main(sys.argv[1], int(sys.argv[2]))
