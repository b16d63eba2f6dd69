"""`feedwright explain CODE`: the page of a diagnostic."""

from __future__ import annotations

import sys

import click

from engine.cli.options import colour_wanted


@click.command("explain")
@click.argument("code")
def command(code: str) -> None:
    """Show the page of the diagnostic CODE: what it means, a bad and a good example."""
    from engine.diagnostics.codes import all_codes
    from engine.diagnostics.pages import page

    text = page(code.upper())
    if text is None:
        from rapidfuzz import process

        close = [c for c, *_ in process.extract(code.upper(), list(all_codes()), limit=3)]
        click.echo(
            f"feedwright: no diagnostic has the code {code}; closest: {', '.join(close)}", err=True
        )
        sys.exit(2)
    if colour_wanted():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text, nl=not text.endswith("\n"))
