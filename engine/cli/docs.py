"""`feedwright docs`: the reference of attributes, functions, diagnostics, settings and lineage."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli.options import checked_rules, open_project, project_option, write_page
from engine.cli.outputs import OutputPath, refuse_overwriting


@click.command("docs")
@project_option
@click.option(
    "--out",
    type=OutputPath(allow_dash=True),
    help="Write there instead of rules/REFERENCE.md; `-` is stdout.",
)
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit 1 if the file is not current."
)
def command(project_folder: Path | None, out: Path | None, *, only_check: bool) -> None:
    """Write the reference of the project: what rules may write, call and set, and where it goes.

    It holds the attributes with kind, bounds, wire names, source and confidence, the functions with
    examples, the diagnostics, the settings, and which fields each attribute comes from.

    Exit codes: 0 written or current, 1 not current or the rules have errors, 2 could not run.
    """
    from engine.reference import reference
    from engine.workspace import Workspace

    project = open_project(project_folder)
    refuse_overwriting(project)
    ruleset = checked_rules(project)
    schema, _ = Workspace(project).offer_schema()
    text = reference(schema, ruleset)
    file = out or project.root / "rules/REFERENCE.md"
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    current = file.is_file() and file.read_text(encoding="utf-8") == text
    if only_check:
        if not current:
            click.echo(f"{file} is not current; run `feedwright docs`", err=True)
        sys.exit(0 if current else 1)
    write_page(file, text)
    click.echo(f"wrote {file}", err=True)
