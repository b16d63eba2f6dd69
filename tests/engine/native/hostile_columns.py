"""Hostile columns and records through all other kernels: `hostile_columns.py LIBRARY COUNT`, as `hostile_blocks.py`.

The columns were made by kernels, so that they stand in memory that is watched.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from engine.native import cell_kernels, csv_kernels, json_kernels, library
from engine.native.key_kernels import keys_of
from engine.native.line_kernels import Code, Steps, joined, written
from engine.offers.marks import no_marks

PIECES = [
    "a",
    "é",
    "€",
    "𝄞",
    " ",
    "\u00a0",
    "\u2007",
    "\t",
    "-",
    ".",
    "0",
    "7",
    "12",
    "x" * 12,
    "y" * 13,
]
LONG = [
    "z" * 40,
    "w" * 20_000,
    "2025-06-25 08:00",
    "2024-02-29",
    "4006381333931",
    "-12.50",
    '"\\\n\x01',
]
RECORDS = ['"', "\\", '\\"', "\\u20ac", "\\u00", "\\ud834", "{", "}", ",", ":", "\n", "é", "x" * 13]


def column(draw: random.Random) -> pl.Series:
    """Texts, some of which may be missing, in a column that may begin within its memory."""
    texts = [
        "".join(draw.choices(PIECES + LONG, k=draw.randint(0, 3)))
        for _ in range(draw.randint(0, 9))
    ]
    cells = "".join(f'"{text.replace(chr(34), chr(34) * 2)}",1\n' for text in texts)
    frame = csv_kernels.cells(cells.encode(), '"', ",", 2, {0: "t"}) if texts else None
    made = pl.Series("t", texts, dtype=pl.String) if frame is None else frame["t"]
    if draw.random() < 0.5:
        made = cell_kernels.trimmed(made)
    return made.slice(draw.randint(0, 2))


def steps(draw: random.Random, texts: pl.Series) -> Callable[[], pl.Series]:
    """A line of constants, values, attempts, lists and conditions."""
    made, columns = Steps(), [texts]
    numbers = cell_kernels.numbers(texts, 16, 2, ".")
    moments = cell_kernels.walls(texts, "yyyy-MM-dd HH:mm").dt.replace_time_zone("UTC")
    made.value(draw.choice([Code.TEXT, Code.JSON_TEXT]))
    for _ in range(draw.randint(0, 4)):
        begun = made.constant(Code.ATTEMPT)
        made.constant(Code.LIST, draw.choice(["[", "long before" * 9]))
        for _ in range(draw.randint(0, 3)):
            member = made.constant(Code.MEMBER, ",")
            made.value(Code.NUMBER, draw.randint(0, 18), draw.randint(0, 3))
            made.value(Code.CONDITION)
            made.value(Code.INSTANT)
            columns += [numbers, texts.is_not_null(), moments]
            made.constant(Code.MEMBER_END)
            made.ends(member)
        made.constant(Code.LIST_END, "]")
        made.constant(Code.OTHERWISE, draw.choice(["", "none"]))
        made.ends(begun)
    return lambda: made.run(columns)


def record_block(draw: random.Random) -> bytes:
    """Records of two texts, of which some bytes may be others."""
    lines = [
        '{{"a":"{}","b": "{}"}}\n'.format(
            *("".join(draw.choices(RECORDS[3:4] + RECORDS[11:], k=2)) for _ in "ab")
        )
        for _ in range(draw.randint(1, 5))
    ]
    text = "".join(lines)
    for _ in range(draw.choice([0, 0, 1, 2])):
        at = draw.randint(0, len(text))
        text = text[:at] + draw.choice(RECORDS) + text[at + draw.randint(0, 1) :]
    return text.encode()[: draw.choice([None, -1, -2])]


def calls(draw: random.Random) -> dict[str, Callable[[], Any]]:
    texts = column(draw)
    block = record_block(draw)
    marks = no_marks(draw.choice([2, 1 << 13]))
    hashes = texts.hash(1)
    marks.add(hashes)
    known = keys_of(draw.choices(PIECES + LONG, k=draw.randint(1, 40)))
    letters = cell_kernels.letters_of(draw.choice(["^[a-z]{1,3}$", "^[.0-9]*$", "^[!-~]{12,}$"]))
    assert letters is not None
    return {
        "trimmed": lambda: cell_kernels.trimmed(texts),
        "numbers": lambda: cell_kernels.numbers(texts, draw.choice([1, 16]), 2, "."),
        "walls": lambda: cell_kernels.walls(texts, "yyyy-MM-dd HH:mm"),
        "codes": lambda: cell_kernels.sound_codes(texts, (8, 13)),
        "rounded": lambda: cell_kernels.rounded_codes(texts),
        "letters": lambda: letters.fit(texts),
        "keys": lambda: known.places(texts, lowered=False),
        "small letters": lambda: known.places(texts, lowered=True),
        "composed": lambda: cell_kernels.composed(texts),
        "written": lambda: written(texts, Code.JSON_TEXT),
        "lines": steps(draw, texts),
        "joined": lambda: b"".join(map(bytes, joined(texts, texts.is_not_null()))),
        "records": lambda: json_kernels.records(block, ["a", "b"], ["__problem", "b"]),
        "marks": lambda: marks.add(hashes),
    }


def tried(draw: random.Random, kernels: Any) -> Iterator[str]:
    """What was made, and how often memory was refused meanwhile."""
    for name, call in calls(draw).items():
        held = kernels.fw_test_held()
        made = call()
        yield name if made is not None else f"{name}: left"
        made = None
        assert kernels.fw_test_held() == held, f"{name} holds memory that nobody has"
        for granted in range(1_000):
            kernels.fw_test_grant(granted)
            with suppress(MemoryError):
                call()
            left = kernels.fw_test_grant_left()
            kernels.fw_test_grant(-1)
            assert kernels.fw_test_held() == held, f"{name} holds memory after it was refused some"
            if left:
                break
            yield "refused"


def main(path: str, count: int) -> None:
    library.LIBRARY = Path(path)
    kernels = library.kernels()
    assert kernels is not None
    draws = map(random.Random, range(count))
    print(json.dumps(Counter(what for draw in draws for what in tried(draw, kernels))))
    sys.stdout.flush()


main(sys.argv[1], int(sys.argv[2]))
