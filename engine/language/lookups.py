"""Look-up tables: CSV texts and rows written in place, with the kind that each column holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from msgspec import Struct

from engine.diagnostics.codes import cases as codes
from engine.diagnostics.codes import names
from engine.diagnostics.diagnostic import Diagnostic, Help, Label, Report
from engine.diagnostics.place import Spans
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.files import ProjectFiles, TextTable
from engine.language.suggestions import did_you_mean
from engine.values.kinds import DATE, INTEGER, NUMBER, PERCENT, TEXT, YES_NO, Kind, choice, money

_LEAST_COLUMNS = 2  # a key, and what is looked up
_YES_NO = {"yes": True, "oui": True, "no": False, "non": False}
_PLAIN = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,12})?")
_CODE = re.compile(r"\d{8,}")  # an EAN is no number, though it is written in digits
_MONEY = re.compile(r"(-?\d{1,15}(?:\.\d{1,6})?) ([A-Z]{3})")
_PERCENT = re.compile(r"(-?\d{1,12}(?:\.\d{1,6})?) ?%")


class _Reader(Struct, frozen=True):
    kind: Kind
    read: Callable[[str], r.Scalar]


def text_table(
    node: s.TableFromCsv,
    files: ProjectFiles,
    report: Report,
) -> r.Table | None:
    """The table of a CSV file, or None where it cannot be used."""
    found = files.text_table(node.path.value, node.span.file)
    if found is None:
        facts: dict[str, Any] = {"what": "file", "name": node.path.value}
        columns = [key.text for key in node.keys]
        where = f"it is looked for beside {node.span.file}, and in the project's folder"
        helps = [Help(how_a_file_looks(node.path.value, columns)), Help(where)]
        report.add(Diagnostic.of(names.UNKNOWN_NAME, node.path.span, helps=helps, **facts))
        return None
    table, faults = found
    report.extend(faults)
    if table is None:
        return None
    report.sources[table.source.name] = table.source
    for key in node.keys:
        if key.text not in table.columns:
            helps = did_you_mean(
                key.span, key.text, table.columns, "the header has: " + ", ".join(table.columns)
            )
            facts = {"what": "column", "name": key.text}
            report.add(Diagnostic.of(names.UNKNOWN_NAME, key.span, helps=helps, **facts))
            return None
    return _typed(node, table, report)


def how_a_file_looks(path: str, columns: Sequence[str]) -> str:
    """How to make the CSV file `path` of a look-up table whose columns begin with `columns`."""
    header = ",".join((*columns, *(["value"] if len(columns) < _LEAST_COLUMNS else [])))
    return f"make the file {path}: its first line names the columns, such as `{header}`, and each further line is a row"


def how_to_add_table(name: str, *columns: str) -> list[Help]:
    """How to add a look-up table: one line in the rules, and a file; no setting is needed."""
    path = f"tables/{name}.csv"
    declared = f'table {name} from "{path}" key {columns[0]}'
    return [
        Help(f"to add it, write `{declared}` above the mappings; no setting is needed"),
        Help(how_a_file_looks(path, columns)),
    ]


def _typed(node: s.TableFromCsv, table: TextTable, report: Report) -> r.Table:
    spans = Spans(table.source.name, table.source.text)
    columns, cells = [], []
    for index, name in enumerate(table.columns):
        texts = [row[index].strip() for row in table.rows]
        reader = _reader([t for t in texts if t], table.source.name)
        columns.append(r.Column(name, reader.kind, "" in texts, spans.line_span(1)))
        cells.append([reader.read(t) if t else None for t in texts])
    rows = tuple(zip(*cells, strict=True)) if cells else ()
    keys = tuple(k.text for k in node.keys)
    lines = table.line_of_row
    made = r.Table(
        node.name.text,
        keys,
        tuple(columns),
        rows,
        lambda row: spans.line_span(lines[row]),
        node.span,
    )
    _keys_once(made, report)
    return made


def _reader(texts: list[str], name: str) -> _Reader:
    """How the cells of a column are read: the narrowest kind that all of them have."""
    lowered = {t.casefold() for t in texts}
    if lowered and lowered <= _YES_NO.keys():
        return _Reader(YES_NO, lambda t: _YES_NO[t.casefold()])
    codes_only = all(_CODE.fullmatch(t) for t in texts)
    if texts and not codes_only and all(_PLAIN.fullmatch(t) for t in texts):
        return _Reader(NUMBER if any("." in t for t in texts) else INTEGER, Decimal)
    if texts and all(_PERCENT.fullmatch(t) for t in texts):
        return _Reader(PERCENT, lambda t: Decimal(t.rstrip("% ")) / 100)
    amounts = [_MONEY.fullmatch(t) for t in texts]
    currencies = {a[2] for a in amounts if a}
    if texts and all(amounts) and len(currencies) == 1:
        return _Reader(money(currencies.pop()), lambda t: Decimal(t.split(" ")[0]))
    if texts and all(_is_date(t) for t in texts):
        return _Reader(DATE, date.fromisoformat)
    return _Reader(choice(tuple(dict.fromkeys(texts)), name) if texts else TEXT, str)


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def table_in_place(
    node: s.TableInPlace,
    literal: Callable[[s.Literal], r.Bound],
    report: Report,
) -> r.Table | None:
    """The table written in the rules; `literal` binds its cells."""
    names_ = [c.text for c in node.columns]
    for key in node.keys:
        if key.text not in names_:
            helps = did_you_mean(key.span, key.text, names_, "the header has: " + ", ".join(names_))
            report.add(
                Diagnostic.of(
                    names.UNKNOWN_NAME, key.span, helps=helps, what="column", name=key.text
                )
            )
            return None
    rows = [row for row in node.rows if len(row.cells) == len(names_)]
    bound = [[literal(c) if c is not None else None for c in row.cells] for row in rows]
    columns = []
    for index, name in enumerate(node.columns):
        cells = [row[index] for row in bound]
        columns.append(
            r.Column(name.text, _column_kind(cells, node.span.file), None in cells, name.span)
        )
    values = tuple(
        tuple(c.value if isinstance(c, r.Constant) else None for c in row) for row in bound
    )
    keys = tuple(k.text for k in node.keys)
    made = r.Table(
        node.name.text, keys, tuple(columns), values, lambda row: rows[row].span, node.span
    )
    _keys_once(made, report)
    return made


def _column_kind(cells: list[r.Bound | None], file: str) -> Kind:
    known = [c for c in cells if c is not None]
    if not known:
        return TEXT
    if all(isinstance(c, r.Constant) and isinstance(c.value, str) for c in known):
        texts = dict.fromkeys(str(c.value) for c in known if isinstance(c, r.Constant))
        return choice(tuple(texts), file)
    kinds = {c.kind for c in known}
    return NUMBER if kinds == {NUMBER, INTEGER} else known[0].kind


def _keys_once(table: r.Table, report: Report) -> None:
    """A key that stands twice would make the look-up depend on the order of rows."""
    index = [[c.name for c in table.columns].index(k) for k in table.keys]
    first: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(table.rows):
        key = tuple(normalize("NFC", str(row[i])).strip().casefold() for i in index)
        if key in first:
            labels = [Label(table.row_span(first[key]), "first stands here")]
            span = table.row_span(number)
            shown = ", ".join(str(row[i]) for i in index)
            report.add(
                Diagnostic.of(codes.KEY_TWICE, span, key=shown, table=table.name, labels=labels)
            )
        first.setdefault(key, number)
