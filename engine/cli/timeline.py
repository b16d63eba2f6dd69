"""`feedwright timeline`: what changes when, and what waits for a date that nobody knows yet."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import (
    at_option,
    colour_wanted,
    format_option,
    html_option,
    now_utc,
    open_project,
    project_option,
    write_page,
)
from engine.cli.outputs import refuse_overwriting

if TYPE_CHECKING:
    from engine.language.declarations import Declarations
    from engine.project import Project


@click.command("timeline")
@project_option
@at_option
@format_option
@html_option
def command(
    project_folder: Path | None, at: datetime | None, style: str, html: Path | None
) -> None:
    """Show milestones, windows and overrides in their order, and how channels start.

    It works while rules have errors: an incomplete mapping is what it looks for.

    Exit codes: 0 every channel starts complete, 1 one does not or the rules have other errors,
    2 could not run.
    """
    from engine.diagnostics.render import render_report
    from engine.language.timeline import timeline_of
    from engine.pipeline import check
    from engine.preview.timeline import timeline_json, timeline_text

    project = open_project(project_folder)
    refuse_overwriting(project)
    checked = check(project)
    found = _declarations(project)
    orders = checked.ruleset.orders if checked.ruleset else None
    line = timeline_of(found, orders.slices if orders else ())
    if html is not None:
        from engine.preview.timeline_page import timeline_page

        write_page(html, timeline_page(line, found.timezone, at or now_utc()))
    elif style == "json":
        click.echo(json.dumps(timeline_json(line), ensure_ascii=False, indent=2))
    else:
        click.echo(timeline_text(line, found.timezone, at or now_utc()), nl=False)
    if checked.report.errors:
        text = render_report(checked.report, "text", colour=colour_wanted(sys.stderr))
        click.echo(text, nl=False, err=True)
    incomplete = any(start.lacking or not start.mapped for start in line.starts)
    sys.exit(1 if incomplete or checked.report.errors else 0)


def _declarations(project: Project) -> Declarations:
    """What the rule files declare, whatever is wrong with them: `check` tells that."""
    from engine.diagnostics.diagnostic import Report
    from engine.language.declarations import gather
    from engine.project import read_source
    from engine.workspace import Workspace

    paths = [path for name in project.rules if (path := project.find(name)) is not None]
    entry, *others = [read_source(path, project.shown(path)) for path in paths]
    return gather(entry, Workspace(project), Report(), others)
