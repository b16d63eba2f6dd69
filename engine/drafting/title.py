"""A title, or when a file was made, above the header: told, for it would be taken for the header.

A feed has its header first. What stands above it is best left out where the shop exports it: the line
would come again with the next export.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from engine.drafting.fitting import shown
from engine.drafting.headers import exact_role
from engine.errors import FeedError

if TYPE_CHECKING:
    from engine.feeds.feed import Feed

_LOOKED_AT = 30  # records: a title is not longer
_ENOUGH = 2  # words for columns that make a header
_LEAST_COLUMNS = 3
_SHOWN = 3  # columns of the header
_HEAD = 1 << 16
_WIDEST = 400  # columns of a sheet that are looked at


def refuse_title(feed: Feed, path: str) -> None:
    """Say what to do where the header stands further down.

    Raises:
        FeedError: the first line is a title.
    """
    from engine.feeds.csv_feed import CsvFeed  # noqa: PLC0415 - Polars is heavy
    from engine.feeds.xlsx_feed import XlsxFeed  # noqa: PLC0415

    if _words(feed.columns) >= _ENOUGH:
        return
    uncut = len(feed.columns) == 1
    if isinstance(feed.opened, CsvFeed):
        for records in _ways_of_cutting(path):
            place = header_place([cells for _, cells in records], uncut=uncut)
            if place:
                raise _refusal(
                    path, records[0][1], records[place][1], f"in line {records[place][0]}"
                )
    elif isinstance(feed.opened, XlsxFeed):
        rows = _rows_of_sheet(path)
        place = header_place(rows, uncut=uncut)
        if place:
            raise _refusal(path, rows[0], rows[place], "further down")


def header_place(records: Sequence[Sequence[str]], *, uncut: bool) -> int:
    """Which of the first records is the header: 0 unless what stands above it is plainly none.

    `uncut` tells that the first line is one cell however lines are cut: then it is no header of rows
    of many cells, whatever the words of the line that is.
    """
    words = [_words(cells) for cells in records]
    filled = [sum(1 for cell in cells if cell.strip()) for cells in records]
    for place in range(1, len(records)):
        above = max(filled[:place]) < filled[place] and max(words[:place]) < words[place]
        if words[place] >= _ENOUGH and above:
            return place
    return _behind_lines_of_one_cell([len(cells) for cells in records]) if uncut else 0


def _behind_lines_of_one_cell(widths: Sequence[int]) -> int:
    """Where rows begin that mostly have one width, behind lines of one cell."""
    place = next((i for i, width in enumerate(widths) if width > 1), 0)
    rows = widths[place:]
    alike = rows.count(rows[0]) * 2 > len(rows) > 1 if rows else False
    return place if alike and rows[0] >= _LEAST_COLUMNS else 0


def _words(cells: Sequence[str]) -> int:
    """How many different things the cells are known to name."""
    found = (exact_role(cell) for cell in cells)
    return len({role for role, _ in filter(None, found)})


def _refusal(path: str, title: Sequence[str], header: Sequence[str], where: str) -> FeedError:
    said = " ".join(cell.strip() for cell in title if cell.strip())
    columns = [f"`{shown(cell)}`" for cell in header if cell.strip()]
    others = " and others" if len(columns) > _SHOWN else ""
    return FeedError(
        f"{path}: a feed begins with its header, and this one with “{shown(said)}”; the header seems to stand "
        f"{where}: {', '.join(columns[:_SHOWN])}{others}. Take out what is above it, best where the shop "
        "exports the file, and draft again"
    )


def _ways_of_cutting(path: str) -> Iterator[list[tuple[int, list[str]]]]:
    """The first records of a CSV file and the line of each, cut at each delimiter that there may be."""
    from engine.feeds.archive import open_bytes  # noqa: PLC0415
    from engine.feeds.dialect import DELIMITERS, find_encoding  # noqa: PLC0415

    with open_bytes(path) as source:
        head = source.read(_HEAD)
    encoding = find_encoding(head, None, whole=len(head) < _HEAD)
    text = head[encoding.bom :].decode(encoding.name, "replace")
    for delimiter in DELIMITERS:
        yield list(islice(_records(text, delimiter), _LOOKED_AT))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    line = 1
    try:
        for cells in rows:
            if cells:
                yield line, cells
            line = rows.line_num + 1
    except csv.Error:  # a cell without end: what stands before it is enough
        return


def _rows_of_sheet(path: str) -> list[list[str]]:
    """The first rows of a workbook, with the one that was taken for its header."""
    from engine.feeds.feed import open_feed  # noqa: PLC0415
    from engine.feeds.feed_settings import FeedSettings  # noqa: PLC0415

    names = tuple(f"column {number}" for number in range(1, _WIDEST + 1))
    feed = open_feed(FeedSettings(header=names), path, Path())
    rows: list[list[str]] = []
    for batch in feed.batches(names):
        rows += [_trimmed(row) for row in batch.select(names).iter_rows()]
        if len(rows) >= _LOOKED_AT:
            break
    feed.opened.source.close()
    return rows[:_LOOKED_AT]


def _trimmed(row: Sequence[str | None]) -> list[str]:
    """The cells of a row up to the last that holds something."""
    cells = [cell or "" for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells
