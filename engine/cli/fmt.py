"""`feedwright fmt`: rules in their canonical form."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli.options import colour_wanted, open_project, project_option


@click.command("fmt")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@project_option
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit 1 if a file would change."
)
def command(files: tuple[Path, ...], project_folder: Path | None, *, only_check: bool) -> None:
    """Rewrite FILES (all rule files of the project if none is given) in canonical form.

    Comments are kept. `-` reads stdin and writes stdout. A file with syntax errors is left alone.
    """
    from engine.errors import ProjectError

    if not files:
        root = open_project(project_folder).root
        files = tuple(sorted((root / "rules").rglob("*.rules")))
        if not files:
            raise ProjectError(f"{root / 'rules'}: no *.rules files here; name the files to format")
    outcomes = [_format(file, only_check=only_check) for file in files]
    sys.exit(0 if all(outcomes) else 1)


def _format(file: Path, *, only_check: bool) -> bool:
    """Format one file; whether it is well now (or was, when only checking)."""
    from engine.diagnostics.diagnostic import Report
    from engine.diagnostics.place import Source
    from engine.diagnostics.render import render_report
    from engine.language.parser import parse
    from engine.language.printer import print_rules
    from engine.project import read_source

    if str(file) == "-":
        source = Source("<stdin>", sys.stdin.read())
    else:
        source = read_source(file, file.as_posix())
    tree, faults = parse(source)
    if any(f.severity == "error" for f in faults):
        report = Report(faults, {source.name: source})
        click.echo(
            render_report(report, "text", colour=colour_wanted(sys.stderr)), nl=False, err=True
        )
        return False
    text = print_rules(tree)
    if source.name == "<stdin>":
        click.echo(text, nl=False)
        return text == source.text or not only_check
    if text == source.text:
        return True
    if only_check:
        click.echo(f"would reformat {file}", err=True)
        return False
    file.write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"reformatted {file}", err=True)
    return True
