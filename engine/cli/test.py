"""`feedwright test`: the tests that stand in the rule files."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import at_option, checked_rules, now_utc, open_project, project_option

if TYPE_CHECKING:
    from engine.ruletests.coverage import Coverage
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
@click.option("-k", "only", metavar="TEXT", help="Run only tests whose name contains TEXT.")
def command(
    project_folder: Path | None,
    at: datetime | None,
    only: str | None,
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

    project = open_project(project_folder, or_sample=not update)
    if update and not has_project(project.root):
        raise ProjectError(f"{project.root}: no project here whose snapshots could be written")
    ruleset = checked_rules(project)
    results, coverage, written = run_tests(
        project, ruleset, at or now_utc(), only=only, update=update
    )
    for result in results:
        _print_result(result)
    for file in written:
        click.echo(f"wrote {file}", err=True)
    if show_coverage:
        _print_coverage(coverage)
    failed = sum(not r.passed for r in results)
    click.echo(f"{len(results) - failed} passed, {failed} failed")
    if not results:
        click.echo('no test ran: write `test "..." on CHANNEL ... end` in a rule file', err=True)
    sys.exit(1 if failed or not results else 0)


def _print_result(result: CaseResult) -> None:
    mark = "passed" if result.passed else "FAILED"
    click.echo(f"{mark}  {result.case.name}  ({result.case.span})")
    for failure in result.failures:
        for line in failure.splitlines():
            click.echo(f"        {line}")


def _print_coverage(coverage: Coverage) -> None:
    click.echo(
        f"coverage: {coverage.hit} of {coverage.total} cases, rows and requirement outcomes are reached"
    )
    for span, what in coverage.missed():
        click.echo(f"  never reached: {what} at {span}")
