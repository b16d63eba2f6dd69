"""A preview as terminal text: a table of rows, one payload whole, reasons ranked, the sum.

Texts out of a feed are made visible first: a cell can neither colour the terminal nor move its cursor.
Payloads are indented and never cut; where a terminal is narrower than a value, it wraps by itself, so
that what is copied from it is what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from engine.diagnostics.visible import visible
from engine.offers.accounting import Accounting, RankedReason
from engine.offers.results import Outcome, Reason, RowResult
from engine.preview.xml_layout import laid_out

_COLOURS = {Outcome.OFFER: "green", Outcome.EXCLUDED: "yellow", Outcome.REJECTED: "red"}
_SEVERITIES = {"error": "red", "warning": "yellow", "excluded": "yellow"}
_SHOWN_ATTRIBUTES = ("Price", "Stock")
_HEADINGS = ("row", "SKU", "outcome", *_SHOWN_ATTRIBUTES, "package")
_TO_THE_RIGHT = frozenset({"row", *_SHOWN_ATTRIBUTES})
_WIDEST_SKU = 24
_LONGEST_TEXT = 400  # a sentence that quotes a huge cell is cut on a terminal; jsonl has all of it


class Heading(Struct, frozen=True):
    """What the preview is of."""

    feed: str
    channel: str
    at: str
    notes: Sequence[str]


def print_preview(
    console: Console,
    heading: Heading,
    rows: Sequence[RowResult],
    accounting: Accounting,
    remarks: Sequence[str] = (),
) -> None:
    """Print the first `rows` of a feed and what became of all of it; `remarks` are about the whole."""
    console.print(
        f"[bold]{escape(heading.feed)}[/] for [bold]{escape(heading.channel)}[/] at {heading.at}"
    )
    for note in heading.notes:
        console.print(f"  {escape(note)}", style="dim", highlight=False)
    console.print()
    _print_rows(console, rows, accounting)
    _print_payload(console, rows)
    _print_reasons(console, accounting.ranked())
    _print_remarks(console, remarks)
    console.print(f"[bold]{escape(accounting.sentence())}[/]", highlight=False)
    if accounting.packages:
        console.print(f"  packages: {escape(packages_text(accounting))}", highlight=False)


def print_row(console: Console, row: RowResult) -> None:
    """Print one row whole: its attributes, its payload, its reasons."""
    outcome = f"[{_COLOURS[row.outcome]}]{row.outcome}[/]"
    sku = escape(_short(row.sku or "(none)"))
    console.print(f"row {row.row}  SKU [bold]{sku}[/]  {outcome}")
    for reason in row.reasons:
        _print_reason(console, reason, 2)
        for line in _places(reason.column, reason.value, reason.file, reason.line):
            console.print(Padding(Text(line), (0, 0, 0, 4)))
    if row.attributes:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("attribute")
        table.add_column("value", overflow="fold")
        for name, value in row.attributes.items():
            table.add_row(name, escape(_short(value_text(value))))
        console.print(table)
    if row.package:
        console.print(f"sent as {row.package}: {row.package_why}", markup=False, highlight=False)
    if row.payload is not None:
        unsent = " (for comparison; it is not sent)" if row.package == "xml" else ""
        console.print(f"JSON offer request{unsent}:", style="bold")
        _print_json(console, row.payload)
    if row.xml is not None:
        console.print("XML offer:", style="bold")
        _print_xml(console, row.xml)


def value_text(value: Any) -> str:
    """A value as a person writes it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case list():
            return ", ".join("-" if v is None else value_text(v) for v in value)
        case _:
            return str(value)


def payload_text(payload: Any, indent: int | None = 2) -> str:
    """A payload as JSON text with exact numbers: a Decimal keeps its digits."""
    # json has no exact decimals: they go out as marked strings, whose quotes are then taken off.
    mark = "\u0000number:"
    text = json.dumps(payload, default=lambda d: f"{mark}{d}", ensure_ascii=False, indent=indent)
    marked = json.dumps(mark)[1:-1]
    parts = text.split(f'"{marked}')
    return parts[0] + "".join(p.replace('"', "", 1) for p in parts[1:])


def _print_rows(console: Console, rows: Iterable[RowResult], accounting: Accounting) -> None:
    """A line a row, and below it why it is no offer, over the whole width of the terminal."""
    listed = list(rows)
    cells = [_HEADINGS, *(_cells(row) for row in listed)]
    widths = [max(cell_len(line[i]) for line in cells) for i in range(len(_HEADINGS))]
    console.print(_line(_HEADINGS, widths), style="bold", no_wrap=True, overflow="crop")
    for row, line in zip(listed, cells[1:], strict=True):
        text = _line(line, widths)
        text.highlight_words([row.outcome.value], _COLOURS[row.outcome])
        console.print(text, no_wrap=True, overflow="crop")
        for reason in row.reasons:
            _print_reason(console, reason, widths[0] + 2)
    if len(listed) < accounting.read:
        console.print(
            f"... {len(listed)} of {accounting.read} rows shown (--rows N for more); "
            "all of them are counted below",
            style="dim",
            highlight=False,
        )
    console.print()


def _cells(row: RowResult) -> tuple[str, ...]:
    sku = visible(row.sku or "")
    if cell_len(sku) > _WIDEST_SKU:
        sku = set_cell_size(sku, _WIDEST_SKU - 1) + "…"
    values = (value_text(row.attributes.get(name, "")) for name in _SHOWN_ATTRIBUTES)
    return (str(row.row), sku, row.outcome.value, *values, row.package or "")


def _line(cells: Sequence[str], widths: Sequence[int]) -> Text:
    """The cells in columns two blanks apart, numbers to the right."""
    padded = [
        " " * (width - cell_len(cell)) + cell
        if name in _TO_THE_RIGHT
        else set_cell_size(cell, width)
        for name, cell, width in zip(_HEADINGS, cells, widths, strict=True)
    ]
    return Text("  ".join(padded).rstrip())


def _print_reason(console: Console, reason: Reason, indent: int) -> None:
    text = Text.assemble(
        (f"{reason.sort} {reason.code}", _SEVERITIES[reason.sort]),
        f": {_short(reason.message)}",
    )
    console.print(Padding(text, (0, 0, 0, indent), expand=False))


def _short(text: str) -> str:
    """`text` without hidden characters, cut where it is longer than anybody reads."""
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}… ({len(text)} characters)"
    return visible(text)


def _print_json(console: Console, payload: Any) -> None:
    _print_code(console, payload_text(payload), "json")


def _print_xml(console: Console, xml: str) -> None:
    _print_code(console, laid_out(xml, console.width), "xml")


def _print_code(console: Console, code: str, language: str) -> None:
    """Code in colours, its lines left whole: the terminal wraps those that are too long."""
    shown = "\n".join(visible(line) for line in code.split("\n"))
    text = Syntax("", language, background_color="default").highlight(shown)
    text.rstrip()
    console.print(text, soft_wrap=True)


def _print_payload(console: Console, rows: Iterable[RowResult]) -> None:
    first = next((r for r in rows if r.payload is not None), None)
    if first is None:
        return
    console.print(
        f"The offer of row {first.row}, as {first.package}: {first.package_why}", markup=False
    )
    if first.package == "xml" and first.xml is not None:
        _print_xml(console, first.xml)
    else:
        _print_json(console, first.payload)
    console.print()


def _print_reasons(console: Console, ranked: Sequence[RankedReason]) -> None:
    if not ranked:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rows", justify="right")
    table.add_column("why")
    table.add_column("for example", overflow="fold", ratio=1)
    for reason in ranked:
        example = reason.example
        sku = f" ({_short(reason.example_sku)})" if reason.example_sku else ""
        place = f"  {example.file}:{example.line}" if example.file else ""
        table.add_row(
            str(reason.rows),
            f"{example.sort} {example.code}",
            escape(f"row {reason.example_row}{sku}: {_short(example.message)}{place}"),
        )
    console.print(table)
    console.print()


def _print_remarks(console: Console, remarks: Sequence[str]) -> None:
    if not remarks:
        return
    console.print("Of the feed as a whole", style="bold")
    for remark in remarks:
        console.print(Padding(Text(visible(remark)), (0, 0, 0, 2)))
    console.print()


def packages_text(accounting: Accounting) -> str:
    """How many offers go by each package: `12 json, 3 xml`."""
    return ", ".join(f"{count} {name}" for name, count in sorted(accounting.packages.items()))


def _places(
    column: str | None,
    value: str | None,
    file: str | None,
    line: int | None,
) -> Iterable[str]:
    if column is not None:
        yield f"cell: column {visible(column)}" + (f", value “{_short(value)}”" if value else "")
    if file is not None:
        yield f"rule: {file}:{line}"
