"""What two implementations must agree on: their offers and rejections in one canonical form.

Offers: keys sorted, numbers as exact decimals without needless zeros, no warnings. Rejections: row and set of
reasons; a cell's fault is known by its column, a rule's by its message (without what helps, where a spreadsheet
rounded a code: that is Feedwright's own). Each line is hashed, and the
hashes are added up, so the order of lines does not matter but their number does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

# A required attribute without a value, and what the marketplace asks of a whole offer: where a cell
# cannot be read, these only follow from it.
CONSEQUENCES = ("R201", "R3")
REMEDY = " (a spreadsheet rounded the code: export the feed anew with its column as text)"


@dataclass(frozen=True, slots=True)
class Digest:
    """How many lines there are, and the sum of their hashes."""

    lines: int
    total: int

    def __str__(self) -> str:
        return f"{self.lines} lines, {self.total:064x}"[:24]


def digest_of(texts: Iterable[str]) -> Digest:
    """The digest of canonical texts."""
    lines = total = 0
    for text in texts:
        lines += 1
        total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return Digest(lines, total % 2**256)


def offers_digest(path: Path) -> Digest:
    """The digest of a file of offer requests."""
    return digest_of(map(canonical_offer, lines_of(path)))


def rejections_digest(path: Path) -> Digest:
    """The digest of a file of rejections."""
    return digest_of(map(canonical_rejection, lines_of(path)))


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a file of JSON Lines, without empty ones."""
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from (line for line in file if line.strip())


def count_lines(path: Path) -> int:
    """How many lines `path` has, counted by its line ends."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))


def canonical_offer(line: str) -> str:
    """An offer with sorted keys and shortest exact numbers; without warnings, which change nothing."""
    read = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    read.pop("warnings", None)
    return _dumps(read)


def canonical_rejection(line: str) -> str:
    """A rejection as its row and what is wrong: `[12,["R101 cost","R102 stock_qty"]]`."""
    read = json.loads(line)
    reasons = [r for r in read["reasons"] if r.get("severity", "error") == "error"]
    causes = [r for r in reasons if not r["code"].startswith(CONSEQUENCES)] or reasons
    return _dumps([read["row"], sorted({_cause(reason) for reason in causes})])


def _cause(reason: dict[str, Any]) -> str:
    told = reason.get("column") or reason.get("message", "").removesuffix(REMEDY)
    return f"{reason['code']} {told}"


def _dumps(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Numbers as marked text, so that 12.50 and 12.5 are one, and neither is the text "12.5"."""
    match value:
        case Decimal():
            return f"\0{value.normalize():f}"
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value


def first_difference(left: Path, right: Path, canonical: Callable[[str], str]) -> str:
    """A line that only one of two files has, for the person who looks for the mistake."""
    a, b = set(map(canonical, lines_of(left))), set(map(canonical, lines_of(right)))
    only_left, only_right = sorted(a - b)[:1], sorted(b - a)[:1]
    return f"only in {left.name}: {only_left}; only in {right.name}: {only_right}"
