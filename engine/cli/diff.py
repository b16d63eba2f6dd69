"""`feedwright diff`: what a change of rules changes on a whole feed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from engine.cli.options import (
    at_option,
    channel_option,
    checked_sources,
    format_among,
    now_utc,
    open_project,
    project_option,
)

if TYPE_CHECKING:
    from engine.diagnostics.place import Source
    from engine.feeds.feed import Feed
    from engine.insight.impact import Impact
    from engine.insight.side import Side
    from engine.project import Project


class Version(Struct, frozen=True):
    """One of the two versions: its project, its rules ready to run, and their texts."""

    project: Project
    side: Side
    sources: dict[str, Source]

    def open(self, feed: str) -> Feed:
        """The feed, read as the settings of this version say."""
        from engine.pipeline import feed_of

        return feed_of(self.project, feed)


class PercentType(click.ParamType[Decimal]):
    """`20%` or `+1%`, as a number of percent."""

    name = "percent"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """The number of percent."""
        if isinstance(value, Decimal):
            return value
        if not re.fullmatch(r"\+?[0-9]{1,6}(\.[0-9]{1,6})?\s*%", value):
            self.fail(f"`{value}` is no percentage; write `20%`", param, ctx)
        return Decimal(value.strip("+% \t"))


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@click.option("--feed", help="The feed to try both versions on; else the only one of the settings.")
@channel_option
@at_option
@project_option
@format_among("text", "json", "markdown", help_="For people, for programs, for a pull request.")
@click.option(
    "--max-rejected",
    type=PercentType(),
    metavar="+1%",
    help="Fail only where more of the rows read are newly rejected.",
)
@click.option(
    "--max-price-move",
    type=PercentType(),
    metavar="20%",
    help="Fail only where a Price moves further, up or down.",
)
def command(
    old: str,
    new: str | None,
    feed: str | None,
    channel: str | None,
    at: datetime | None,
    project_folder: Path | None,
    style: str,
    max_rejected: Decimal | None,
    max_price_move: Decimal | None,
) -> None:
    """Show what changes between two versions of the rules, on the whole feed, or between two plans.

    OLD and NEW are folders of projects, rule files, or revisions of git (`main HEAD`, also
    `main..HEAD`); without NEW, the project as it stands here. The feed is read as NEW's settings
    say. Each change is told with the rule that caused it. Or OLD and NEW are plans, of offers or of
    orders: what the newer one would send differently.

    Exit codes: 0 nothing changes (with limits: nothing beyond them); 1 something does; 2 could not
    run.
    """
    limits = (max_rejected, max_price_move)
    if new is not None and _is_plan(old) and _is_plan(new):
        from engine.cli.plan_diffs import show

        sys.exit(1 if show(Path(old), Path(new), style, limits) else 0)
    from engine.pipeline import diff
    from engine.preview.impacts import SAME, impact_json, impact_markdown, impact_text

    project = open_project(project_folder)
    feed = feed or _only_feed(project)
    range_of = re.fullmatch(r"([^.\s][^\s]*?)\.\.\.?([^./\s][^\s]*)", old)
    if new is None and range_of is not None and not Path(old).exists():
        old, new = range_of.groups()
    at = at or now_utc()
    with (
        _version(old, project, channel, at) as before,
        _version(new, project, channel, at) as after,
    ):
        impact = diff(before.side, after.side, after.open(feed))
        sources = (before.sources, after.sources)
    if style == "json":
        from engine.preview.terminal import payload_text

        click.echo(payload_text(impact_json(impact)))
    elif impact is None:
        click.echo(SAME)
    elif style == "markdown":
        click.echo(impact_markdown(impact, sources), nl=False)
    else:
        for line in impact_text(impact, sources):
            click.echo(line)
    if impact is not None and _fails(impact, max_rejected, max_price_move):
        sys.exit(1)


def _only_feed(project: Project) -> str:
    if len(project.feeds) == 1:
        return next(iter(project.feeds))
    known = f"; the settings know {', '.join(project.feeds)}" if project.feeds else ""
    raise click.UsageError(f"Missing option '--feed'{known}.")


def _is_plan(named: str) -> bool:
    """Whether it is a plan's file: rules begin with a word, a plan with a brace."""
    path = Path(named)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(1) == b"{"


@contextmanager
def _version(
    named: str | None, project: Project, channel: str | None, at: datetime
) -> Iterator[Version]:
    """Check and compile one version; where its rules have errors, shows them and ends with 2."""
    from engine.pipeline import compile_side
    from engine.versions import project_version

    with nullcontext(project) if named is None else project_version(named, project) as found:
        try:
            ruleset, sources = checked_sources(found)
        except SystemExit:
            shown = named or "the project"
            click.echo(f"feedwright: the rules of {shown} have errors: no comparison", err=True)
            sys.exit(2)
        yield Version(found, compile_side(found, ruleset, channel, at), sources)


def _fails(impact: Impact, rejected: Decimal | None, moved: Decimal | None) -> bool:
    """Whether the changes are beyond what is allowed; without limits, whether there are any."""
    if rejected is None and moved is None:
        return impact.any
    beyond = []
    if rejected is not None and impact.read:
        share = Decimal(impact.lost * 100) / impact.read
        if share > rejected:
            beyond.append(f"{impact.lost} of {impact.read} rows make no offer any more")
    if moved is not None:
        far = impact.farthest("Price")
        if far is not None and far > moved:
            beyond.append(f"a Price moves by {far} %, and at most {moved} % are allowed")
    for line in beyond:
        click.echo(f"feedwright: beyond the limit: {line}", err=True)
    return bool(beyond)
