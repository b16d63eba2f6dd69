"""A preview as terminal text: a table of rows, one payload whole, reasons ranked, the sum."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from engine.offers.accounting import Accounting, RankedReason
from engine.offers.results import Outcome, RowResult

_COLOURS = {Outcome.OFFER: "green", Outcome.EXCLUDED: "yellow", Outcome.REJECTED: "red"}
_SHOWN_ATTRIBUTES = ("Price", "Stock")


@dataclass(frozen=True, slots=True)
class Heading:
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
) -> None:
    """Print the first `rows` of a feed and what became of all of it."""
    console.print(
        f"[bold]{escape(heading.feed)}[/] for [bold]{escape(heading.channel)}[/] at {heading.at}"
    )
    for note in heading.notes:
        console.print(f"  {escape(note)}", style="dim", highlight=False)
    console.print()
    _print_rows(console, rows, accounting)
    _print_payload(console, rows)
    _print_reasons(console, accounting.ranked())
    console.print(f"[bold]{escape(accounting.sentence())}[/]", highlight=False)
    if accounting.packages:
        console.print(f"  packages: {escape(_packages(accounting))}", highlight=False)


def print_row(console: Console, row: RowResult) -> None:
    """Print one row whole: its attributes, its payload, its reasons."""
    outcome = f"[{_COLOURS[row.outcome]}]{row.outcome}[/]"
    console.print(f"row {row.row}  SKU [bold]{escape(row.sku or '(none)')}[/]  {outcome}")
    for reason in row.reasons:
        console.print(f"  {reason.severity}[{reason.code}]: {reason.message}", markup=False)
        for line in _places(reason.column, reason.value, reason.file, reason.line):
            console.print(f"    {line}", markup=False, highlight=False)
    if row.attributes:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("attribute")
        table.add_column("value", overflow="fold")
        for name, value in row.attributes.items():
            table.add_row(name, escape(value_text(value)))
        console.print(table)
    if row.package:
        console.print(f"sent as {row.package}: {row.package_why}", markup=False, highlight=False)
    if row.payload is not None:
        console.print("JSON offer request:", style="bold")
        console.print(Syntax(payload_text(row.payload), "json", background_color="default"))
    if row.xml is not None:
        console.print("XML offer:", style="bold")
        console.print(Syntax(row.xml, "xml", background_color="default", word_wrap=True))


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
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("row", justify="right")
    table.add_column("SKU", no_wrap=True, max_width=24)
    table.add_column("outcome")
    for name in _SHOWN_ATTRIBUTES:
        table.add_column(name, justify="right")
    table.add_column("package")
    table.add_column("what stands out", overflow="fold", ratio=1)
    shown = 0
    for row in rows:
        shown += 1
        table.add_row(
            str(row.row),
            escape(row.sku or ""),
            f"[{_COLOURS[row.outcome]}]{row.outcome}[/]",
            *(value_text(row.attributes.get(name, "")) for name in _SHOWN_ATTRIBUTES),
            row.package or "",
            escape("; ".join(f"{r.code} {r.message}" for r in row.reasons)),
        )
    console.print(table)
    if shown < accounting.read:
        console.print(
            f"... {shown} of {accounting.read} rows shown (--rows N for more); "
            "all of them are counted below",
            style="dim",
            highlight=False,
        )
    console.print()


def _print_payload(console: Console, rows: Iterable[RowResult]) -> None:
    first = next((r for r in rows if r.payload is not None), None)
    if first is None:
        return
    console.print(
        f"The offer of row {first.row}, as {first.package}: {first.package_why}", markup=False
    )
    if first.package == "xml" and first.xml is not None:
        console.print(Syntax(first.xml, "xml", background_color="default", word_wrap=True))
    else:
        console.print(Syntax(payload_text(first.payload), "json", background_color="default"))
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
        sku = f" ({reason.example_sku})" if reason.example_sku else ""
        place = f"  {example.file}:{example.line}" if example.file else ""
        table.add_row(
            str(reason.rows),
            f"{example.severity} {example.code}",
            escape(f"row {reason.example_row}{sku}: {example.message}{place}"),
        )
    console.print(table)
    console.print()


def _packages(accounting: Accounting) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(accounting.packages.items()))


def _places(
    column: str | None,
    value: str | None,
    file: str | None,
    line: int | None,
) -> Iterable[str]:
    if column is not None:
        yield f"cell: column {column}" + (f", value {value!r}" if value is not None else "")
    if file is not None:
        yield f"rule: {file}:{line}"
