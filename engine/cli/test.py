"""`feedwright test`: the tests that stand in the rule files."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import (
    at_option,
    checked_rules,
    format_among,
    now_utc,
    open_project,
    project_option,
)

if TYPE_CHECKING:
    from engine.ruletests.order_cases import OrderCaseResult
    from engine.ruletests.runner import CaseResult


@click.command("test")
@project_option
@at_option
@click.option(
    "--coverage",
    "show_coverage",
    is_flag=True,
    help="Show which cases, rows and requirements no test reaches.",
)
@click.option(
    "--update",
    is_flag=True,
    help="Write the snapshots anew; read their differences before you keep them.",
)
@format_among("text", "json", "junit", "github", help_="How to write the results.")
@click.option("-k", "only", metavar="TEXT", help="Run only tests whose name contains TEXT.")
def command(
    project_folder: Path | None,
    at: datetime | None,
    only: str | None,
    style: str,
    *,
    show_coverage: bool,
    update: bool,
) -> None:
    """Run the tests of the project's rules.

    Exit codes: 0 all pass, 1 a test fails or the rules have errors, 2 could not run.
    """
    from engine.errors import ProjectError
    from engine.pipeline import run_tests
    from engine.project import has_project
    from engine.ruletests.formats import RunOfTests, render_tests
    from engine.ruletests.order_cases import run_order_tests

    project = open_project(project_folder, or_sample=not update)
    if update and not has_project(project.root):
        raise ProjectError(f"{project.root}: no project here whose snapshots could be written")
    ruleset = checked_rules(project)
    results, coverage, written = run_tests(
        project, ruleset, at or now_utc(), only=only, update=update, coverage=show_coverage
    )
    decided, permissions = run_order_tests(project, ruleset, at or now_utc(), only=only)
    every: list[CaseResult | OrderCaseResult] = [*results, *decided]
    report = RunOfTests(every)
    if show_coverage:
        report = RunOfTests(every, coverage, permissions, ruleset.timezone)
    click.echo(render_tests(report, style), nl=False)
    for file in written:
        click.echo(f"wrote {file}", err=True)
    if not every:
        click.echo('no test ran: write `test "..." on CHANNEL ... end` in a rule file', err=True)
    sys.exit(1 if report.failed or not every else 0)
