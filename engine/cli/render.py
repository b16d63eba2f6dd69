"""`feedwright render`: a whole feed to files of offers and rejections, at full speed."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO

import click

from engine.cli.options import (
    as_option,
    at_option,
    channel_option,
    checked_rules,
    now_utc,
    open_project,
    project_option,
    summary_option,
    write_summary,
)


@click.command("render")
@click.argument("feed")
@as_option
@channel_option
@at_option
@project_option
@click.option(
    "--offers",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write offers here, one JSON object a line.",
)
@click.option(
    "--rejections",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write rejected and excluded rows here, likewise.",
)
@summary_option
def command(
    feed: str,
    feed_name: str | None,
    channel: str | None,
    at: datetime | None,
    project_folder: Path | None,
    offers: Path,
    rejections: Path | None,
    summary: Path | None,
) -> None:
    """Turn the whole of FEED into offers and rejections; sends nothing.

    Files appear under their names when they are complete, not before. Exit codes: 0 done, whatever
    rows it rejects; 1 the rules have errors; 2 could not run.
    """
    from engine.cli.progress import counting
    from engine.pipeline import open_run, write_lines

    project = open_project(project_folder, or_sample=True)
    ruleset = checked_rules(project)
    run = open_run(project, ruleset, feed, channel=channel, at=at or now_utc(), feed_name=feed_name)
    with ExitStack() as stack:
        to_offers = stack.enter_context(Output(offers))
        to_rejections = stack.enter_context(Output(rejections)) if rejections else None
        count = stack.enter_context(counting("rows"))
        accounting = write_lines(run, to_offers, to_rejections, count)
    for note in run.feed.notes:
        click.echo(f"  {note}", err=True)
    click.echo(accounting.sentence(), err=True)
    write_summary(summary, accounting)


class Output:
    """A file that appears under its name only when it is complete; `-` is stdout."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stdout = str(path) == "-"
        self.part = path.with_name(f"{path.name}.part")
        self.file: IO[bytes] | None = None

    def __enter__(self) -> IO[bytes]:
        from engine.errors import ProjectError

        if self.stdout:
            return sys.stdout.buffer
        try:
            self.file = self.part.open("wb")
        except OSError as fault:
            raise ProjectError(
                f"{self.path}: cannot be written: {fault.strerror or fault}"
            ) from None
        return self.file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.file is None:
            return
        self.file.close()
        if kind is None:
            self.part.replace(self.path)
        else:
            self.part.unlink(missing_ok=True)
