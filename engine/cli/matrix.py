"""`feedwright matrix`: what may be done with orders, on which channel, in which state."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from engine.cli.options import (
    at_option,
    checked_rules,
    format_among,
    html_option,
    now_utc,
    open_project,
    project_option,
    write_page,
)
from engine.cli.outputs import refuse_overwriting


@click.command("matrix")
@project_option
@at_option
@click.option("--channel", metavar="NAME", help="Show one sales channel only.")
@click.option("--all-times", is_flag=True, help="Show every period, not only what holds at --at.")
@format_among("text", "md", "csv", "json", help_="For a terminal, as Markdown, or for programs.")
@html_option
def command(
    project_folder: Path | None,
    at: datetime | None,
    channel: str | None,
    style: str,
    html: Path | None,
    *,
    all_times: bool,
) -> None:
    """Show each channel's states and actions: allowed, or denied and why, and what to do instead.

    Exit codes: 0 shown, 1 the rules have errors, 2 could not run.
    """
    from engine.errors import ProjectError
    from engine.orders.matrix import matrix, matrix_json
    from engine.preview.matrix import matrix_csv, matrix_markdown, matrix_text

    project = open_project(project_folder)
    refuse_overwriting(project)
    ruleset = checked_rules(project)
    if ruleset.orders is None:
        raise ProjectError("these rules say nothing about orders; write them in rules/orders.rules")
    if channel is not None and channel not in ruleset.orders.channels:
        known = ", ".join(ruleset.orders.channels)
        raise ProjectError(f"no rule is about orders on `{channel}`; there are rules for {known}")
    moment = None if all_times else at or now_utc()
    slices = matrix(ruleset.orders, ruleset.timezone, channel=channel, at=moment)
    if html is not None:
        from engine.language.orders.checker import shown_instant
        from engine.preview.matrix_page import matrix_page

        when = f"At {shown_instant(moment, ruleset.timezone)}" if moment else "In every period"
        write_page(html, matrix_page(slices, when))
        return
    match style:
        case "md":
            text = matrix_markdown(slices)
        case "csv":
            text = matrix_csv(slices)
        case "json":
            text = json.dumps(matrix_json(slices), ensure_ascii=False, indent=2) + "\n"
        case _:
            text = matrix_text(slices)
    click.echo(text, nl=False)
    sys.exit(0)
