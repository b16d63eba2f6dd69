"""`feedwright init`: a project to begin with, drafted from a feed where there is one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from engine.drafting.project import DraftedProject


@click.command("init")
@click.argument("folder", required=False, default=".", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "feed",
    type=click.Path(path_type=Path),
    help="A feed to draft the source schema and the mapping from; a small sample if not given.",
)
def command(folder: Path, feed: Path | None) -> None:
    """Make a project in FOLDER (here if not given): settings, rules, source schema, a test.

    With --from, fields and mapping are guessed from the feed's headers and cells, each guess marked
    with how sure it is. What the feed does not say is left as a line to fill in, and rejects every
    row until then. A file that is already there is never overwritten.

    Exit codes: 0 written, 2 could not run.
    """
    from engine.drafting.project import write_project

    project = _from_sample() if feed is None else _from_feed(feed, folder)
    written, kept = write_project(project, folder)
    _tell(project, folder, written, kept)


def _from_sample() -> DraftedProject:
    """The shop that stands in `SAMPLE_FEED`, drafted as any other feed."""
    from tempfile import TemporaryDirectory

    from engine.drafting.project import SAMPLE_FEED, SAMPLE_NAME, draft_project
    from engine.drafting.sample import read_sample

    with TemporaryDirectory() as made:
        file = Path(made, Path(SAMPLE_NAME).name)
        file.write_bytes(SAMPLE_FEED.encode())
        return draft_project(read_sample(str(file)), SAMPLE_NAME, SAMPLE_FEED.encode())


def _from_feed(feed: Path, folder: Path) -> DraftedProject:
    from engine.drafting.project import LARGEST_COPY, draft_project
    from engine.drafting.sample import read_sample
    from engine.errors import FeedError

    if str(feed) == "-":
        raise FeedError("stdin: a draft needs a file, for the project previews it again; name one")
    sample = read_sample(str(feed))
    inside = feed.resolve()
    root = folder.resolve()
    if inside.is_relative_to(root):
        return draft_project(sample, inside.relative_to(root).as_posix(), None)
    if feed.stat().st_size > LARGEST_COPY:
        return draft_project(sample, os.path.relpath(inside, root), None)
    return draft_project(sample, f"samples/{feed.name}", feed.read_bytes())


def _tell(project: DraftedProject, folder: Path, written: list[str], kept: list[str]) -> None:
    """Say what was made, what to look at, and what comes next."""
    from engine.drafting.project import names_in_order

    for name in names_in_order(written):
        click.echo(f"wrote {folder / name}")
    for name in names_in_order(kept):
        click.echo(f"kept  {folder / name}, which was there" + _hint(name))
    if not project.guesses.currency:
        click.echo(
            "\nThe feed names no currency: its amounts are taken as EUR. Confirm that first."
        )
    doubtful = project.doubtful()
    if doubtful:
        click.echo("\nGuesses to look at:")
    for line in doubtful:
        click.echo(f"  {line}")
    if project.gaps:
        click.echo("\nTo fill in (until then every row is rejected, and says why):")
    for gap in project.gaps:
        click.echo(f"  {gap.attribute}: {gap.reason}; {gap.remedy}")
    inside = "" if str(folder) == "." else f" --project {folder}"
    click.echo(
        "\nTo decide: condition, preparation time, delivery; see DECIDE in rules/offers.rules."
    )
    named = project.to_decide()
    if named:
        click.echo("\nMapped to nothing, for you to decide; rules/offers.rules says how:")
    for line in named:
        click.echo(f"  {line}")
    click.echo("\nNext:")
    for step in ("check", "test", "preview catalogue"):
        click.echo(f"  feedwright {step}{inside}")


def _hint(name: str) -> str:
    return "; it should hold the line `var/`" if name == ".gitignore" else ""
