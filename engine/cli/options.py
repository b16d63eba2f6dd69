"""Options that several commands share, and how their words become values."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from engine.cli.outputs import Output, OutputPath

if TYPE_CHECKING:
    from engine.diagnostics.place import Source
    from engine.language.ruleset import Ruleset
    from engine.offers.accounting import Accounting
    from engine.outbox.obstacles import Obstacle
    from engine.project import Project

Command = TypeVar("Command", bound="Callable[..., Any] | click.Command")

project_option = click.option(
    "--project",
    "project_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project's folder; else the nearest one upwards with a feedwright.yaml.",
)


def open_project(folder: Path | None, *, or_sample: bool = False) -> Project:
    """The project of `--project`, else the one around the working folder.

    `or_sample`: where there is none, the sample project that ships with Feedwright; says so.
    """
    from engine.project import find_root, has_project, load_project, sample_project

    root = folder or find_root(Path.cwd())
    if folder is None and or_sample and not has_project(root):
        click.echo(
            "feedwright: there is no project here; this is the sample that ships with Feedwright",
            err=True,
        )
        return sample_project()
    return load_project(root)


class InstantType(click.ParamType[datetime]):
    """`2025-08-01T09:00+02:00` or `2025-08-01 09:00 Europe/Paris`; a zone is compulsory."""

    name = "instant"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """The instant in UTC; fails with a clear word where there is no zone."""
        if isinstance(value, datetime):
            return value
        from engine.values.instants import read_instant

        try:
            return read_instant(value)
        except ValueError as fault:
            self.fail(f"`{value}`: {fault}", param, ctx)


class CountType(click.IntRange):
    """A number of things, from `min` on: beyond a million millions it is a slip of the keys."""

    MOST = 10**12

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; fails where nothing could be counted that far."""
        number: int = super().convert(value, param, ctx)
        if number > self.MOST:
            self.fail(f"{value} is too many: {self.MOST:,} at most", param, ctx)
        return number


at_option = click.option(
    "--at",
    type=InstantType(),
    metavar="INSTANT",
    help="The instant to decide for, with its zone; now if not given.",
)
as_option = click.option(
    "--as",
    "feed_name",
    metavar="NAME",
    help="Read FEED as this feed of the settings is written; what `-` (stdin) needs.",
)
channel_option = click.option("--channel", metavar="NAME", help="The sales channel to write for.")

seller_option = click.option("--seller", metavar="ID", help="The seller; else the only one.")
plan_file_option = click.option(
    "--out",
    type=OutputPath(dir_okay=False, read_again=True),
    help="The plan's file; else a new one in the folder of plans.",
)


@contextmanager
def plan_file(
    out: Path | None, folder: Path, name: str, ending: str
) -> Iterator[tuple[Path, IO[bytes]]]:
    """The file that a plan is written to, and where it is: `out`, or a new one of its own in `folder`."""
    from engine.outbox.local_disk import own_name, private_file

    (out.parent if out else folder).mkdir(parents=True, exist_ok=True)
    new = own_name(folder, f"{name}-{now_utc():%Y%m%d-%H%M%S}", ending)
    with nullcontext(out) if out else new as path, private_file(path) as file:
        yield path, file


def format_among(*styles: str, help_: str) -> Callable[[Command], Command]:
    """`--format` of a command that prints in several `styles`; the first is the usual one."""
    return click.option(
        "--format",
        "style",
        type=click.Choice(styles),
        default=styles[0],
        show_default=True,
        help=help_,
    )


format_option = format_among("text", "json", help_="For people or for programs.")


def port_option(usual: int) -> Callable[[Command], Command]:
    """`--port` of a command that serves on this machine."""
    return click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=usual,
        show_default=True,
        help="The port on 127.0.0.1; 0 takes any free one.",
    )


html_option = click.option(
    "--html",
    type=OutputPath(dir_okay=False, allow_dash=True),
    help="Write it to this file as one page that needs nothing else.",
)


def write_page(path: Path, page: str) -> None:
    """Write a page or another text: whole or not at all; `-` is stdout."""
    with Output(path) as file:
        file.write(page.encode("utf-8", "backslashreplace"))


def colour_wanted(stream: Any = None) -> bool:
    """Whether to colour what goes to `stream` (stdout if not given)."""
    return (stream or sys.stdout).isatty() and "NO_COLOR" not in os.environ


def now_utc() -> datetime:
    """The one place where the command line asks the clock."""
    return datetime.now(UTC)


def checked_rules(project: Project) -> Ruleset:
    """The project's rules, checked; where they have errors, shows them and ends with exit code 1."""
    return checked_sources(project)[0]


def checked_sources(project: Project) -> tuple[Ruleset, dict[str, Source]]:
    """The same, with the files that the rules stand in, by the names that places give."""
    from engine.diagnostics.render import render_report
    from engine.pipeline import check

    checked = check(project)
    if checked.ruleset is None:
        click.echo(
            render_report(checked.report, "text", colour=colour_wanted(sys.stderr)),
            nl=False,
            err=True,
        )
        sys.exit(1)
    return checked.ruleset, checked.report.sources


summary_option = click.option(
    "--summary",
    type=OutputPath(allow_dash=True),
    help="Write the counts and reasons to this JSON file.",
)


def write_summary(path: Path | None, accounting: Accounting) -> None:
    """Write the counts and reasons as JSON, where a file is asked for."""
    write_json(path, accounting.as_json())


def write_json(path: Path | None, told: Any) -> None:
    """Write a JSON file, whole or not at all, where one is asked for; `-` is stdout."""
    if path is None:
        return
    import json

    with Output(path) as file:
        file.write(f"{json.dumps(told, ensure_ascii=False, indent=2)}\n".encode())


def tell(obstacles: Iterable[Obstacle]) -> None:
    """Say on stderr what is in the way of something, each obstacle once."""
    for obstacle in dict.fromkeys(obstacles):
        for line in obstacle.lines():
            click.echo(line, err=True)
