"""`feedwright render`: a whole feed to files of offers and rejections, at full speed."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from engine.cli.options import (
    CountType,
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
from engine.cli.outputs import Output, OutputPath, refuse_overwriting

# How Polars keeps what it frees, read when it loads: for whichever thread is next, but for little pieces, and
# not for longer than half a second. That is a fifth less memory.
MEMORY = "narenas:1,tcache_max:4096,dirty_decay_ms:500,muzzy_decay_ms:0"


@click.command("render")
@click.argument("feed")
@as_option
@channel_option
@at_option
@project_option
@click.option(
    "--offers",
    type=OutputPath(allow_dash=True),
    help="Write offers here, one JSON object a line.",
)
@click.option(
    "--rejections",
    type=OutputPath(allow_dash=True),
    help="Write rejected and excluded rows here, likewise.",
)
@click.option(
    "--engine",
    "on",
    type=click.Choice(["local", "spark"]),
    default="local",
    help="Where to run: in this process, or on Apache Spark (extra `spark`, needs Java).",
)
@click.option(
    "--master",
    metavar="URL",
    help="With --engine spark: local[N,TRIES], yarn, k8s://..., spark://... or sc://...; "
    "this machine if not given.",
)
@click.option(
    "--out",
    type=OutputPath(folder=True),
    help="With --engine spark: the folder of the parts; _SUCCESS stands in it when it is whole.",
)
@click.option(
    "--split-bytes",
    type=CountType(min=1),
    metavar="N",
    help="With --engine spark: cut files into splits of about N bytes.",
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    help="With --engine spark: the folder of an earlier run, or a seller's journal of what was sent, to "
    "tell what is new or changed.",
)
@click.option(
    "--changes",
    type=OutputPath(folder=True),
    help="With --since: the folder for the offers that are new or changed.",
)
@click.option(
    "--manifest",
    is_flag=True,
    help="With --engine spark: FEED is a CSV file of sellers (seller, project, feed, channel).",
)
@summary_option
def command(
    feed: str,
    feed_name: str | None,
    channel: str | None,
    at: datetime | None,
    project_folder: Path | None,
    offers: Path | None,
    rejections: Path | None,
    on: str,
    master: str | None,
    out: Path | None,
    split_bytes: int | None,
    since: Path | None,
    changes: Path | None,
    manifest: bool,  # noqa: FBT001 - a click flag
    summary: Path | None,
) -> None:
    """Turn the whole of FEED into offers and rejections; sends nothing.

    On Spark FEED may be a folder or a pattern as well, also in a bucket: 'feeds/*.csv',
    's3://shop/feeds/*.csv'. Files appear under their names when they are complete, not before. Exit codes: 0 done, whatever
    rows it rejects; 1 the rules have errors; 2 could not run.
    """
    os.environ.setdefault("_RJEM_MALLOC_CONF", MEMORY)
    from engine.cli.progress import counting
    from engine.pipeline import open_run, write_lines

    if on == "spark":
        if out is None:
            raise click.UsageError("--engine spark writes a folder of parts: name it with --out")
        from engine.cli.on_spark import SparkRun

        wanted = SparkRun(
            master, out, split_bytes, at or now_utc(), channel, feed_name, since, changes
        )
        if manifest:
            if offers or rejections:
                raise click.UsageError(
                    "--offers and --rejections do not go with --manifest: each seller has a folder in --out"
                )
            refuse_overwriting()
            sys.exit(wanted.sellers(Path(feed), summary))
        project = open_project(project_folder, or_sample=True)
        refuse_overwriting(project)
        accounting = wanted.feed(project, feed)
        for path, kind in ((offers, "offers"), (rejections, "rejections")):
            if path is not None:
                with Output(path) as stream:
                    wanted.gather(kind, stream)
        click.echo(accounting.sentence(), err=True)
        write_summary(summary, accounting)
        return
    if master or out or split_bytes or since or changes or manifest:
        raise click.UsageError(
            "--master, --out, --split-bytes, --since, --changes and --manifest go with "
            "--engine spark"
        )
    if offers is None:
        raise click.UsageError("Missing option '--offers'.")
    project = open_project(project_folder, or_sample=True)
    refuse_overwriting(project)
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
