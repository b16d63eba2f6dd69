"""Look-up tables as CSV files: small, read whole, every cell a text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from msgspec import Struct

from engine.diagnostics.codes import testing as codes
from engine.diagnostics.decoding import decoded
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source, Spans

DELIMITERS = ",;\t"


class CsvTable(Struct, frozen=True):
    """Header, rows and the line (from 1) on which each row starts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line_of_row: tuple[int, ...]
    source: Source


def read_csv_table(path: Path, shown: str) -> tuple[CsvTable | None, list[Diagnostic]]:
    """The table in `path`; without it, the diagnostics say why."""
    text, unreadable = decoded(path.read_bytes(), shown)
    return (None, [unreadable]) if unreadable else csv_table(text, shown)


def csv_table(text: str, shown: str) -> tuple[CsvTable | None, list[Diagnostic]]:
    """The table that `text`, a file called `shown`, holds; without it, the diagnostics say why."""
    # Lines are counted as the csv module counts them, however they end.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    source = Source(shown, text)
    spans = Spans(shown, text)
    header_line = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines, faults = [], [], []
    columns: tuple[str, ...] = ()
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            says = f"cannot be read as CSV: {fault}"
            return None, [
                Diagnostic.of(
                    codes.CSV_CELL, spans.line_span(min(line, len(spans.starts))), fault=says
                )
            ]
        if cells is None:
            break
        if not columns:
            columns = tuple(c.strip() for c in cells)
            faults += _header_faults(columns, spans)
        elif cells and len(cells) != len(columns):
            says = f"has {len(cells)} cells, the header has {len(columns)}"
            faults.append(
                Diagnostic.of(codes.CSV_CELL, spans.line_span(line), fault=f"this row {says}")
            )
        elif cells:
            rows.append(tuple(cells))
            lines.append(line)
    if not columns:
        faults.append(Diagnostic.of(codes.CSV_HEADER, spans.span(0, 0), fault="the file is empty"))
    table = CsvTable(columns, tuple(rows), tuple(lines), source)
    return (None if faults else table), faults


def _header_faults(columns: tuple[str, ...], spans: Spans) -> list[Diagnostic]:
    faults = []
    for column in sorted(set(columns)):
        if not column:
            fault = "a column has no name"
        elif columns.count(column) > 1:
            fault = f"two columns are called `{column}`"
        else:
            continue
        faults.append(Diagnostic.of(codes.CSV_HEADER, spans.line_span(1), fault=fault))
    return faults
