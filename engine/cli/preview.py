"""`feedwright preview`: what a feed would become; nothing is written or sent."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import (
    at_option,
    channel_option,
    checked_sources,
    colour_wanted,
    now_utc,
    open_project,
    project_option,
    write_summary,
)

if TYPE_CHECKING:
    from engine.diagnostics.place import Source
    from engine.offers.accounting import Accounting
    from engine.offers.results import RowResult
    from engine.pipeline import Run


TEXT_ROWS, PAGE_ROWS = 12, 10_000


@click.command("preview")
@click.argument("feed")
@channel_option
@at_option
@project_option
@click.option("--sku", help="Show only the rows with this reference, whole.")
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    help="How many rows the table shows (12 if not given; of a page 10,000).",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="For people, or one JSON object a row.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    help="Write the preview to this file as one page that needs nothing else.",
)
@click.option(
    "--summary",
    type=click.Path(path_type=Path),
    help="Write the counts and reasons to this JSON file.",
)
def command(
    feed: str,
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
    from engine.offers.accounting import Accounting
    from engine.pipeline import open_run

    project = open_project(project_folder, or_sample=True)
    ruleset, sources = checked_sources(project)
    run = open_run(project, ruleset, feed, channel=channel, at=at or now_utc())
    accounting = Accounting()
    if html is not None:
        _write_page(run, accounting, feed, sources, html, rows or PAGE_ROWS)
    elif style == "jsonl":
        _print_lines(run, accounting, sku)
    elif sku is not None:
        _print_sku(run, accounting, feed, sku)
    else:
        _print_text(run, accounting, feed, rows or TEXT_ROWS)
    if style == "jsonl":
        click.echo(accounting.sentence(), err=True)
    write_summary(summary, accounting)


def _results(run: Run, accounting: Accounting) -> Iterator[RowResult]:
    from engine.offers.rows import row_results

    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        yield from row_results(run.program, mapped)


def _print_lines(run: Run, accounting: Accounting, sku: str | None) -> None:
    from engine.preview.lines import row_line

    for result in _results(run, accounting):
        if sku is None or result.sku == sku:
            sys.stdout.write(row_line(result) + "\n")
    sys.stdout.flush()


def _print_sku(run: Run, accounting: Accounting, feed: str, sku: str) -> None:
    """Print the rows with a reference, whole."""
    from rich.console import Console

    from engine.preview.terminal import print_row

    console = Console(no_color=not colour_wanted(), highlight=False, soft_wrap=False)
    found = False
    for result in _results(run, accounting):
        if result.sku == sku:
            print_row(console, result)
            found = True
    if not found:
        click.echo(f"feedwright: no row of {feed} has the reference {sku}", err=True)
        sys.exit(1)


def _print_text(run: Run, accounting: Accounting, feed: str, rows: int) -> None:
    """Print the first rows, and what became of all of them."""
    from rich.console import Console

    from engine.offers.rows import row_results
    from engine.preview.terminal import Heading, print_preview

    console = Console(no_color=not colour_wanted(), highlight=False, soft_wrap=False)
    shown: list[RowResult] = []
    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        if len(shown) < rows:
            shown += islice(row_results(run.program, mapped), rows - len(shown))
    heading = Heading(feed, run.channel, f"{run.at:%Y-%m-%d %H:%M} UTC", run.feed.notes)
    print_preview(console, heading, shown, accounting)


def _write_page(
    run: Run, accounting: Accounting, feed: str, sources: dict[str, Source], html: Path, rows: int
) -> None:
    """Write the page of the feed, its first `rows` rows listed."""
    from engine.cli.render import Output
    from engine.preview.page import preview_page
    from engine.preview.page_data import PageData
    from engine.preview.terminal import Heading

    data = PageData(run.part, run.program, run.mapper.schema, sources, rows)
    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        data.add(mapped)
    heading = Heading(feed, run.channel, f"{run.at:%Y-%m-%d %H:%M} UTC", run.feed.notes)
    with Output(html) as file:
        file.write(preview_page(heading, accounting, data).encode())
    click.echo(accounting.sentence(), err=True)
