"""Lists of wanted actions, as JSON lines or CSV: one row after the other, none of them kept."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import PurePath
from typing import IO, Any, cast

from msgspec import Struct

from engine.diagnostics.codes.decisions import BROKEN_WISH
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.visible import visible
from engine.errors import ProjectError
from engine.orders.documents import line_place
from engine.orders.reading import SHOWN, UnreadableError, parse_json, shown

ORDER, ACTION, PARAMETERS = "order", "action", "parameters"
KNOWN = frozenset({ORDER, ACTION, PARAMETERS})
NO_ORDERS = frozenset({".", ".."})  # in the path of a request they would lead elsewhere
_JSON = frozenset({".json", ".jsonl", ".ndjson"})
_MARKS = (",", ";", "\t")
_NOT_CLOSED = "a quote that opens in this line is not closed in it; a text of several lines can be given in JSON Lines"


class Wanted(Struct, frozen=True):
    """A row: which order, which action, with what; `line` counts from 1."""

    line: int
    order: str
    action: str
    parameters: Mapping[str, Any]


class Broken(Struct, frozen=True):
    """A row that says no wanted action, and why."""

    line: int
    told: Diagnostic


def read_wanted(file: IO[bytes], name: str) -> Iterator[Wanted | Broken]:
    """The wanted actions of a file or a stream, CSV or JSON lines.

    What the name does not tell, the first sign does: JSON lines begin with a brace.

    Raises:
        ProjectError: a CSV's header cannot be used.
    """
    lines = file if isinstance(file, BufferedReader) else BufferedReader(cast("RawIOBase", file))
    ending = PurePath(name).suffix.lower()
    braced = lines.peek(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")
    if ending == ".csv" or (not braced and ending not in _JSON):
        # What is no UTF-8 is told of the row that it stands in.
        text = TextIOWrapper(lines, encoding="utf-8-sig", errors="surrogateescape", newline="")
        try:
            yield from wanted_csv(text, name)
        finally:
            text.detach()  # whoever opened the file closes it
    else:
        yield from wanted_json(lines, name)


def wanted_json(lines: Iterable[bytes], name: str) -> Iterator[Wanted | Broken]:
    """The wanted actions in JSON lines: {"order": ..., "action": ..., "parameters": {...}}."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _of_json(line, number, name)


def _of_json(line: bytes, number: int, name: str) -> Wanted | Broken:
    try:
        read = parse_json(line)
    except UnreadableError as fault:
        return _broken(number, name, str(fault))
    if not isinstance(read, dict):
        return _broken(number, name, f"expected an object, found {shown(read)}")
    if not read.keys() <= KNOWN:
        word = visible(min(read.keys() - KNOWN)[:SHOWN])
        return _broken(number, name, f"it has no member `{word}`, but order, action and parameters")
    parameters = read.get(PARAMETERS)
    if parameters is not None and not isinstance(parameters, dict):
        return _broken(number, name, f"`parameters` holds {shown(parameters)}, not an object")
    return _wanted(number, name, read.get(ORDER), read.get(ACTION), parameters or {})


def wanted_csv(lines: Iterable[str], name: str) -> Iterator[Wanted | Broken]:
    """The wanted actions of a CSV: columns `order`, `action`, and one for each parameter.

    Each stands on a line of its own: a quote that is not closed there takes in no other action.

    Raises:
        ProjectError: the header cannot be used.
    """
    rows = iter(lines)
    header_line = next(rows, "")
    mark = max(_MARKS, key=header_line.count)
    try:
        header = [cell.strip() for cell in next(csv.reader([header_line], delimiter=mark), [])]
    except csv.Error as fault:
        raise ProjectError(f"{name}:1: the header cannot be read: {fault}") from None
    if {ORDER, ACTION} - set(header) or len(set(header)) < len(header) or "" in header:
        raise ProjectError(
            f"{name}:1: the header must have the columns `order` and `action`, and one of its own "
            f"for each parameter; it has {', '.join(f'`{visible(c[:SHOWN])}`' for c in header)}"
        )
    for number, line in enumerate(rows, 2):
        try:
            cells = next(csv.reader([line], delimiter=mark, strict=True), [])
        except csv.Error as fault:
            said = _NOT_CLOSED if "end of data" in str(fault) else f"it is not CSV: {fault}"
            yield _broken(number, name, said)
            continue
        if cells:
            yield _of_csv(header, cells, number, name)


def _of_csv(header: list[str], cells: list[str], number: int, name: str) -> Wanted | Broken:
    if len(cells) != len(header):
        problem = f"it has {len(cells)} cells, and the header {len(header)}"
        return _broken(number, name, problem)
    row = dict(zip(header, cells, strict=True))
    order, action = row.pop(ORDER), row.pop(ACTION)
    return _wanted(number, name, order, action, {n: v for n, v in row.items() if v.strip()})


def _wanted(
    number: int, name: str, order: Any, action: Any, parameters: Mapping[str, Any]
) -> Wanted | Broken:
    if isinstance(order, int) and not isinstance(order, bool):
        order = str(order)
    for key, value in ((ORDER, order), (ACTION, action)):
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            return _broken(number, name, f"`{key}` holds {shown(value)}, which is not a text")
    if order.strip() in NO_ORDERS:
        return _broken(number, name, f"`{ORDER}` holds {shown(order)}, which can be no order's id")
    return Wanted(number, order.strip(), action.strip(), parameters)


def _broken(number: int, name: str, problem: str) -> Broken:
    place = line_place(name, number)
    return Broken(number, Diagnostic.of(BROKEN_WISH, place, problem=visible(problem)))
