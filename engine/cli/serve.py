"""`feedwright serve`: the workbench, a local page to write rules beside what they do to a feed."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.options import now_utc, open_project, port_option


@click.command("serve")
@click.argument(
    "project", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@port_option(8780)
@click.option("--feed", help="The feed to preview: a file, or a feed of the settings.")
@click.option("--channel", metavar="NAME", help="The sales channel to begin with.")
@click.option("--no-browser", is_flag=True, help="Only show the address; open no browser.")
def command(
    project: Path | None, port: int, feed: str | None, channel: str | None, *, no_browser: bool
) -> None:
    """Serve the workbench for PROJECT: rules with help as you type, beside what becomes of the feed.

    It listens on 127.0.0.1 alone, and answers only who has the address that is shown. Nothing is sent;
    files change only when you save, and only in rules/ and tables/. Without PROJECT, the project around
    the working folder.

    Exit codes: 0 ended, 2 could not run.
    """
    from engine.errors import ProjectError
    from engine.pipeline import feed_of
    from engine.project import has_project
    from engine.workbench.app import Desktop
    from engine.workbench.bench import Bench
    from engine.workbench.feed_answers import timeline_answer
    from engine.workbench.server import Workbench

    found = open_project(project)
    if not has_project(found.root):
        raise ProjectError(f"{found.root}: there is no project here; `feedwright init` makes one")
    if feed is not None:
        if feed == "-":
            raise ProjectError("a page asks for a feed again and again: name a file, not `-`")
        feed_of(found, feed)  # better told here than in the page
    bench = Bench(found.root, feed)
    if channel is not None:
        known = timeline_answer(bench, {}, now_utc())["channels"]
        if known and channel not in known:  # rules that cannot be read yet name none
            words = f"no rules are for the channel `{channel}`; they know {', '.join(known)}"
            raise ProjectError(words)
    served = Workbench(Desktop(bench, channel), port)
    click.echo(f"workbench  {served.address}")
    click.echo("stop with Ctrl+C")
    if not no_browser:
        click.launch(served.address_once())
    served.run()
