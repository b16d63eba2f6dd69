"""`feedwright check`: the rules, tables and schemas of a project, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli.options import colour_wanted, format_among, open_project, project_option


@click.command("check")
@click.argument("rules", required=False, type=click.Path(path_type=Path, allow_dash=True))
@project_option
@format_among("text", "json", "sarif", "junit", "github", help_="How to write the diagnostics.")
@click.option("--strict", is_flag=True, help="Warnings fail as errors do.")
def command(rules: Path | None, project_folder: Path | None, style: str, *, strict: bool) -> None:
    """Check RULES (the project's rules if not given), with the tables and schemas they name.

    RULES may be `-`: stdin then takes the place of the project's first rule file.

    Exit codes: 0 no errors, 1 errors (or warnings with --strict), 2 could not run.
    """
    from engine.diagnostics.place import Source
    from engine.diagnostics.render import render_report
    from engine.feeds.feed_settings import feed_settings
    from engine.pipeline import check

    project = open_project(project_folder, or_sample=rules is None)
    for name in project.feeds:  # else a run says what is wrong with one, and CI nothing
        feed_settings(project.feed_settings(name)[1], f"feeds.{name}")
    typed = Source(project.rules[0], sys.stdin.read()) if str(rules) == "-" else None
    checked = check(project, typed or rules)
    click.echo(render_report(checked.report, style, colour=colour_wanted()), nl=False)
    failed = checked.report.errors or (strict and checked.report.warnings)
    sys.exit(1 if failed else 0)
