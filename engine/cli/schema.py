"""`feedwright schema`: how the cells of a feed are read, as the engine understood it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import (
    checked_rules,
    colour_wanted,
    format_among,
    open_project,
    project_option,
)

if TYPE_CHECKING:
    from engine.values.field import SourceSchema


@click.command("schema")
@click.argument("file", required=False, type=click.Path(path_type=Path, allow_dash=True))
@project_option
@format_among("text", "json", help_="For people, or as one JSON object.")
def command(file: Path | None, project_folder: Path | None, style: str) -> None:
    """Show how the source schema FILE reads each cell, defaults included.

    FILE may be `-`. Without it, the schema that the project's rules read is shown.

    Exit codes: 0 shown, 1 the schema cannot be used, 2 could not run.
    """
    from engine.feeds.schema_words import fields_as_json, fields_as_text

    schema = _from_file(file) if file else _from_rules(project_folder)
    click.echo(fields_as_json(schema) if style == "json" else fields_as_text(schema), nl=False)


def _from_file(file: Path) -> SourceSchema:
    from engine.diagnostics.diagnostic import Report
    from engine.diagnostics.place import Source
    from engine.diagnostics.render import render_report
    from engine.feeds.source_schema import read_source_schema
    from engine.project import read_source

    if str(file) == "-":
        source = Source("<stdin>", sys.stdin.read())
    else:
        source = read_source(file, file.as_posix())
    schema, faults = read_source_schema(source.text, source.name)
    if schema is None:
        report = Report(faults, {source.name: source})
        text = render_report(report, "text", colour=colour_wanted(sys.stderr))
        click.echo(text, nl=False, err=True)
        sys.exit(1)
    return schema


def _from_rules(folder: Path | None) -> SourceSchema:
    return checked_rules(open_project(folder, or_sample=True)).source
