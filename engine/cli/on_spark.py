"""What `feedwright render --engine spark` does; PySpark is imported when a session is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from msgspec import Struct

from engine.cli.options import checked_rules, write_json
from engine.cli.outputs import refuse_overwriting
from engine.errors import ProjectError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from engine.offers.accounting import Accounting
    from engine.outbox.journal import Journal
    from engine.project import Project


def _loaded(path: Path) -> Journal:
    """The journal of a seller, to be read."""
    from engine.outbox.moments import SystemClock
    from engine.outbox.opening import read_journal

    journal = read_journal(path, SystemClock())
    journal.load()
    return journal


class SparkRun(Struct, frozen=True):
    """The options of a run on Spark."""

    master: str | None
    out: Path
    split_bytes: int | None
    at: datetime
    channel: str | None
    feed_name: str | None
    since: Path | None
    changes: Path | None

    def __post_init__(self) -> None:
        if (self.since is None) != (self.changes is None):
            raise click.UsageError("--since and --changes go together")
        if self.since is not None and self.since.resolve() == self.out.resolve():
            raise click.UsageError("--since names the folder that --out overwrites")

    def feed(self, project: Project, feed: str) -> Accounting:
        """Render one feed, and tell what changed where that is asked for."""
        from engine.cluster.job import prepare, render_on_spark
        from engine.cluster.output import may_overwrite

        ruleset = checked_rules(project)
        may_overwrite(self.out)
        if self.since is not None:
            self._refuse_the_past(self.since)  # before any work is done
        job = prepare(
            project,
            feed,
            at=self.at,
            channel=self.channel,
            feed_name=self.feed_name,
            ruleset=ruleset,
            split_bytes=self._split_bytes(),
        )
        with self._session() as spark:
            accounting = render_on_spark(spark, job, self.out)
            if self.since is not None and self.changes is not None:
                count = self._changed(spark, self.since, self.changes, job.shipped.channel)
                click.echo(f"{count} offers are new or changed", err=True)
        for note in job.notes:
            click.echo(f"  {note}", err=True)
        return accounting

    def _refuse_the_past(self, since: Path) -> None:
        """See that it is an output that is whole, or a journal that can be read."""
        from engine.cluster.kinds import OFFERS
        from engine.cluster.output import parts

        if since.is_file():
            _loaded(since).close()
        else:
            parts(since, OFFERS)

    def _changed(self, spark: SparkSession, since: Path, to: Path, channel: str) -> int:
        """Write the offers that are not as an earlier run, or the journal of what was sent, has them."""
        from engine.cluster.changes import changed_offers, offers_to_send

        if not since.is_file():
            return changed_offers(spark, self.out, since, to)
        with _loaded(since) as journal:
            return offers_to_send(spark, self.out, journal, channel, to)

    def sellers(self, manifest: Path, summary: Path | None) -> int:
        """Render the feeds of a manifest; exit code 1 where a seller's could not be rendered."""
        from engine.cluster.sellers import read_manifest, render_sellers
        from engine.project import load_project

        if self.since or self.channel or self.feed_name:
            raise click.UsageError("--since, --channel and --feed-name do not go with --manifest")
        sellers = read_manifest(manifest)
        for seller in sellers:
            project = None
            with suppress(ProjectError):  # the run says so, and goes on with the others
                project = load_project(seller.project)
            refuse_overwriting(project, seller.feed)
        told: dict[str, Any] = {}
        failed = 0
        with self._session() as spark:
            for ended in render_sellers(
                spark, sellers, self.out, at=self.at, split_bytes=self._split_bytes()
            ):
                name = ended.seller.name
                if ended.accounting is None:
                    failed += 1
                    told[name] = {"failure": ended.failure}
                    click.echo(f"{name}: not rendered: {ended.failure}", err=True)
                else:
                    told[name] = ended.accounting.as_json()
                    click.echo(f"{name}: {ended.accounting.sentence()}", err=True)
        write_json(summary, told)
        return 1 if failed else 0

    def gather(self, kind: str, to: IO[bytes]) -> None:
        """Copy the parts of a kind into one file."""
        from engine.cluster.output import gather

        gather(self.out, kind, to)

    def _split_bytes(self) -> int:
        from engine.cluster.splits import SPLIT

        return self.split_bytes or SPLIT

    @contextmanager
    def _session(self) -> Iterator[SparkSession]:
        from engine.cluster.session import HERE, start_session, stop_session

        spark = start_session(self.master or HERE)
        try:
            yield spark
        finally:
            stop_session(spark)
