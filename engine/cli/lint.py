"""`feedwright lint`: what could be better in rules that work, and the edits that mend it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import colour_wanted, open_project, project_option

if TYPE_CHECKING:
    from engine.diagnostics.diagnostic import Diagnostic, Report
    from engine.project import Project

ROUNDS = 20  # an edit can make room for another; more than a few rounds never happen


@click.command("lint")
@project_option
@click.option(
    "--fix", is_flag=True, help="Make the safe edits; those that ask a choice are listed."
)
def command(project_folder: Path | None, *, fix: bool) -> None:
    """Check the project's rules, and show the edits that mend them.

    A safe edit keeps the meaning (a decimal comma, a needless default, the canonical form); with
    --fix these are made, in files of the project only. Edits that ask for a choice are never made.

    Exit codes: 0 no errors are left, 1 errors are, 2 could not run.
    """
    from engine.diagnostics.render import render_report
    from engine.pipeline import check

    project = open_project(project_folder, or_sample=not fix)
    made = _fix(project) if fix else 0
    report = check(project).report
    click.echo(render_report(report, "text", colour=colour_wanted()), nl=False)
    for line in _choices(report):
        click.echo(line)
    if fix:
        click.echo(f"{made} safe {'edit' if made == 1 else 'edits'} made", err=True)
    sys.exit(1 if report.errors else 0)


def _fix(project: Project) -> int:
    """Make safe edits until there is none; how many were made."""
    from engine.diagnostics.edits import apply_edits, safe_edits
    from engine.pipeline import check

    total = 0
    for _ in range(ROUNDS):
        report = check(project).report
        texts = {
            name: source.text
            for name, source in report.sources.items()
            if (project.root / name).is_file() and name.endswith(".rules")
        }
        changed, made = apply_edits(texts, safe_edits(report))
        for name, text in changed.items():
            _write(project.root / name, text)
        total += made
        if not made:
            break
    return total


def _write(path: Path, text: str) -> None:
    """Put `text` into the file, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


def _choices(report: Report) -> list[str]:
    """The edits that a person must choose, a line each."""
    found = [line for diagnostic in report for line in _choice_lines(diagnostic)]
    return ["", "Edits to choose from:", *found] if found else []


def _choice_lines(diagnostic: Diagnostic) -> list[str]:
    from engine.diagnostics.diagnostic import EditLevel

    return [
        f"  {diagnostic.span} {diagnostic.code.number}: {one.says}"
        for one in diagnostic.helps
        if one.level is EditLevel.CHOICE and one.replacements
    ]
