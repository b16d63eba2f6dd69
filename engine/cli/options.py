"""Options that several commands share, and how their words become values."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from engine.project import Project

project_option = click.option(
    "--project",
    "project_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project's folder; else the nearest one upwards with a feedwright.yaml.",
)


def open_project(folder: Path | None) -> Project:
    """The project of `--project`, else the one around the working folder."""
    from engine.project import find_root, load_project

    return load_project(folder or find_root(Path.cwd()))


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


at_option = click.option(
    "--at",
    type=InstantType(),
    metavar="INSTANT",
    help="The instant to decide for, with its zone; now if not given.",
)
channel_option = click.option("--channel", metavar="NAME", help="The sales channel to write for.")


def colour_wanted(stream: Any = None) -> bool:
    """Whether to colour what goes to `stream` (stdout if not given)."""
    return (stream or sys.stdout).isatty() and "NO_COLOR" not in os.environ


def now_utc() -> datetime:
    """The one place where the command line asks the clock."""
    return datetime.now(UTC)
