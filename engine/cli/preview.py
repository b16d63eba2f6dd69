"""`feedwright preview`: what a feed would become; nothing is written or sent."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import (
    CountType,
    as_option,
    at_option,
    channel_option,
    checked_sources,
    colour_wanted,
    format_among,
    now_utc,
    open_project,
    project_option,
    summary_option,
    write_summary,
)
from engine.cli.outputs import Output, OutputPath, refuse_overwriting
from engine.diagnostics.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

    from engine.diagnostics.place import Source
    from engine.insight.remarks import Remarks
    from engine.offers.accounting import Accounting
    from engine.offers.results import RowResult
    from engine.pipeline import Run


TEXT_ROWS, PAGE_ROWS = 12, 10_000


@click.command("preview")
@click.argument("feed")
@as_option
@channel_option
@at_option
@project_option
@click.option("--sku", help="Show only the rows with this reference, whole.")
@click.option(
    "--rows",
    type=CountType(min=1),
    help="How many rows the table shows (12 if not given; of a page 10,000).",
)
@format_among("text", "jsonl", help_="For people, or one JSON object a row.")
@click.option(
    "--html",
    type=OutputPath(),
    help="Write the preview to this file as one page that needs nothing else.",
)
@summary_option
def command(
    feed: str,
    feed_name: str | None,
    channel: str | None,
    at: datetime | None,
    project_folder: Path | None,
    sku: str | None,
    rows: int | None,
    style: str,
    html: Path | None,
    summary: Path | None,
) -> None:
    """Show the payloads and rejections that FEED gives (a file, `-`, or a feed of the settings).

    The whole feed is read and counted; the table shows its first rows.

    Exit codes: 0 the preview is complete, whatever rows it rejects; 1 the rules have errors;
    2 could not run.
    """
    from engine.pipeline import open_run

    project = open_project(project_folder, or_sample=True)
    refuse_overwriting(project)
    ruleset, sources = checked_sources(project)
    run = open_run(project, ruleset, feed, channel=channel, at=at or now_utc(), feed_name=feed_name)
    if html is not None:
        accounting = _write_page(run, feed, sources, html, rows or PAGE_ROWS)
        click.echo(accounting.sentence(), err=True)
    elif style == "jsonl":
        accounting = _print_lines(run, sku)
        click.echo(accounting.sentence(), err=True)
    elif sku is None:
        accounting = _print_table(run, feed, rows or TEXT_ROWS)
    else:
        accounting = _print_rows(run, feed, sku)
    write_summary(summary, accounting)


def _results(
    run: Run, accounting: Accounting, remarks: Remarks | None = None
) -> Iterator[RowResult]:
    from engine.offers.rows import row_results

    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        if remarks is not None:
            remarks.add(mapped)
        yield from row_results(run.program, mapped)


def _print_lines(run: Run, sku: str | None) -> Accounting:
    from engine.insight.remarks import Remarks
    from engine.offers.accounting import Accounting
    from engine.preview.lines import row_line

    accounting, remarks = Accounting(), Remarks(run.part, run.mapper)
    for result in _results(run, accounting, remarks):
        if sku is None or result.sku == sku:
            sys.stdout.write(row_line(result) + "\n")
    sys.stdout.flush()
    for remark in remarks.sentences():
        click.echo(visible(remark), err=True)
    return accounting


def _write_page(
    run: Run, feed: str, sources: dict[str, Source], html: Path, rows: int
) -> Accounting:
    """Write the page of the feed, its first `rows` rows listed."""
    from engine.insight.remarks import Remarks
    from engine.offers.accounting import Accounting
    from engine.preview.page import preview_page
    from engine.preview.page_data import PageData
    from engine.preview.terminal import Heading

    accounting, remarks = Accounting(), Remarks(run.part, run.mapper)
    data = PageData(run.part, run.program, run.mapper.schema, sources, rows)
    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        remarks.add(mapped)
        data.add(mapped)
    heading = Heading(feed, run.channel, f"{run.at:%Y-%m-%d %H:%M} UTC", run.feed.notes)
    with Output(html) as file:
        file.write(preview_page(heading, accounting, data, remarks.sentences()).encode())
    return accounting


def _print_table(run: Run, feed: str, rows: int) -> Accounting:
    from engine.pipeline import preview_run
    from engine.preview.terminal import Heading, print_preview

    shown = preview_run(run, rows)
    heading = Heading(feed, run.channel, f"{run.at:%Y-%m-%d %H:%M} UTC", shown.notes)
    print_preview(_console(), heading, shown.rows, shown.accounting, shown.remarks)
    return shown.accounting


def _print_rows(run: Run, feed: str, sku: str) -> Accounting:
    from engine.offers.accounting import Accounting
    from engine.preview.terminal import print_row

    accounting = Accounting()
    console = _console()
    found = 0
    for result in _results(run, accounting):
        if result.sku == sku:
            print_row(console, result)
            found += 1
    if not found:
        click.echo(f"feedwright: no row of {feed} has the reference {sku}", err=True)
        sys.exit(1)
    return accounting


def _console() -> Console:
    from rich.console import Console

    # Without colour there are no escape codes at all, bold ones included.
    return Console(color_system="auto" if colour_wanted() else None, highlight=False)
