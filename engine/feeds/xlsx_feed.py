"""XLSX feeds: the first sheet, or the one that the settings name; numbers as a person sees them."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
from msgspec import Struct, field

from engine.errors import FeedError
from engine.feeds.archive import ByteSource
from engine.feeds.csv_feed import unique_names
from engine.feeds.feed_settings import FeedSettings
from engine.feeds.records import Record, gathered
from engine.feeds.xlsx_errors import problem_of, with_errors_shown

LARGEST = 256 << 20
_MANY_DIGITS = 15


class XlsxFeed(Struct):
    """An open workbook."""

    source: ByteSource
    settings: FeedSettings
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    _rows: Iterator[list[Any]] = field(default_factory=lambda: iter(()))

    def __post_init__(self) -> None:
        import python_calamine  # noqa: PLC0415 - only workbooks need it

        data = bytearray()
        while chunk := self.source.read():
            data += chunk
            if len(data) > LARGEST:
                raise FeedError(
                    f"{self.source.shown}: larger than {LARGEST >> 20} MB; export it as CSV"
                )
        try:
            book = python_calamine.load_workbook(io.BytesIO(with_errors_shown(bytes(data))))
            names = book.sheet_names
            sheet = self.settings.sheet or next(iter(names), "")
            if sheet in names:
                self._rows = book.get_sheet_by_name(sheet).iter_rows()
        except Exception as fault:  # noqa: BLE001 - the library raises many sorts, and all mean the same
            raise FeedError(f"{self.source.shown}: not a readable workbook: {fault}") from None
        if sheet not in names:
            raise FeedError(
                f"{self.source.shown}: has no sheet `{sheet}`; it has {', '.join(names)}"
            )
        self.notes.append(f"XLSX, sheet `{sheet}`")
        header = self.settings.header or self._first_row()
        if not header:
            raise FeedError(
                f"{self.source.shown}: the sheet `{sheet}` is empty; a header was expected"
            )
        self.columns = unique_names(header, self.notes)

    def _first_row(self) -> list[str]:
        """The first row that holds anything: the header."""
        filled = (row for row in self._rows if not _is_empty(row))
        names = [_text(c).strip() for c in next(filled, [])]
        while names and not names[-1]:
            names.pop()
        return names

    def batches(self, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
        """Batches with `__row`, `__problem` and the `wanted` columns that the sheet has."""
        read = [(i, c) for i, c in enumerate(self.columns) if c in wanted]
        names = [c for _, c in read]
        yield from gathered(self._records(read), names, frozenset())

    def _records(self, read: list[tuple[int, str]]) -> Iterator[Record]:
        rounded: set[str] = set()
        for row in self._rows:
            if _is_empty(row):
                continue
            if not _is_empty(row[len(self.columns) :]):
                width = max(i for i, c in enumerate(row, 1) if c not in ("", None))
                says = f"the header has {len(self.columns)} columns, this row has {width} cells"
                yield Record({}, says)
                continue
            cells = {}
            for index, name in read:
                cell = row[index] if index < len(row) else ""
                if _may_be_rounded(cell):
                    rounded.add(name)
                cells[name] = _text(cell)
            faults = (problem_of(name, text) for name, text in cells.items())
            problem = next((fault for fault in faults if fault), None)
            yield Record({}, problem) if problem else Record(cells)
        for name in sorted(rounded):
            self.notes.append(
                f"`{name}` holds numbers of {_MANY_DIGITS} digits or more: a spreadsheet keeps 15, "
                "so the last ones may be lost; format the column as text",
            )


def _is_empty(row: list[Any]) -> bool:
    return all(c in ("", None) for c in row)


def _may_be_rounded(cell: Any) -> bool:
    number = type(cell).__name__ == "float"
    return number and abs(cell) >= 10 ** (_MANY_DIGITS - 1)


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case str():
            return cell
        case datetime():
            return cell.isoformat() if cell.time() != time() else cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return _number(cell)


def _number(cell: Any) -> str:
    """The decimal that the spreadsheet shows for its binary number: it has 15 digits."""
    whole = int(cell)
    if cell == whole:
        return str(whole)
    text = f"{cell:.15g}"
    if "e" not in text:
        return text
    from decimal import Decimal  # noqa: PLC0415 - rare

    return f"{Decimal(text):f}"
