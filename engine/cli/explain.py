"""`feedwright explain`: the page of a diagnostic, or why a row of a feed is what it is."""

from __future__ import annotations

import sys
from datetime import datetime
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
)

if TYPE_CHECKING:
    from engine.offers.results import RowResult


@click.command("explain")
@click.argument("what", metavar="[CODE | ATTRIBUTE]", required=False)
@click.argument("feed", required=False)
@click.option("--sku", help="Explain the rows of FEED with this reference.")
@click.option("--row", type=click.IntRange(min=1), help="Explain this row of FEED, from 1.")
@channel_option
@at_option
@project_option
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or one JSON object a row.",
)
def command(
    what: str | None,
    feed: str | None,
    sku: str | None,
    row: int | None,
    channel: str | None,
    at: datetime | None,
    project_folder: Path | None,
    style: str,
) -> None:
    """Show the page of the diagnostic CODE, or why ATTRIBUTE is what it is in rows of FEED.

    Without a code, all of them are listed; a code may also be given by its name, `unknown-field`.

    A value is asked for with --sku or --row, as in `explain --sku LU-1005 Price FEED`: the rule
    line, the cells it read, the rows of tables, each value on the way, the case that was taken and
    what kept the others from it; for a row that makes no offer, why not.

    Exit codes: 0 explained; 1 the rules have errors; 2 there is no such code, attribute or row.
    """
    if sku is None and row is None:
        if feed is not None:
            raise click.UsageError("say which row of the feed, with --sku or --row")
        _page(what) if what else _list()
        return
    if feed is None or what is None:
        raise click.UsageError("say of which FEED: `explain --sku S ATTRIBUTE FEED`")
    project = open_project(project_folder)
    ruleset, sources = checked_sources(project)
    from engine.pipeline import explain_rows, open_run

    def wanted(result: RowResult) -> bool:
        return (sku is None or result.sku == sku) and (row is None or result.row == row)

    run = open_run(project, ruleset, feed, channel=channel, at=at or now_utc())
    found = list(explain_rows(run, sources, wanted, what))
    if not found:
        which = f"the reference {sku}" if sku is not None else f"number {row}"
        click.echo(
            f"feedwright: no row of {feed} has {which}; rows without a readable reference are "
            "found by --row",
            err=True,
        )
        sys.exit(2)
    if style == "json":
        from engine.preview.terminal import payload_text

        for one in found:
            click.echo(payload_text(one.as_json(), indent=None))
        return
    from rich.console import Console

    from engine.preview.derivations import print_explanations

    print_explanations(Console(no_color=not colour_wanted(), highlight=False), found)


def _list() -> None:
    """Every diagnostic, family by family."""
    from engine.diagnostics.codes import families

    for title, codes in families():
        click.echo(f"\n{title}")
        for code in codes:
            click.echo(f"  {code.number}  {code.severity.value:7}  {code.name}")
    click.echo("\n`feedwright explain CODE` shows what each means, a bad and a good example.")


def _page(code: str) -> None:
    from engine.diagnostics.codes import all_codes
    from engine.diagnostics.pages import page

    named = {one.name: number for number, one in all_codes().items()}
    text = page(named.get(code.lower(), code.upper()))
    if text is None:
        from rapidfuzz import process

        family = [c for c in all_codes() if c[0] == code[:1].upper()]
        known = (family or list(all_codes())) if code[1:].isdigit() else list(named)
        close = [c for c, *_ in process.extract(code, known, limit=3)]
        click.echo(
            f"feedwright: no diagnostic has the code {code}; closest: {', '.join(close)}. "
            "To explain a value: `explain --sku S ATTRIBUTE FEED`",
            err=True,
        )
        sys.exit(2)
    if colour_wanted():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text, nl=not text.endswith("\n"))
