"""`feedwright run`: the schedule; orders every 15 minutes, offers every hour."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from engine.cli.options import open_project, project_option


@click.command("run")
@project_option
@click.option("--once", is_flag=True, help="Run what is due now, and end.")
def command(project_folder: Path | None, *, once: bool) -> None:
    """Run the schedule until it is ended: no job beside another, missed times once.

    What ran and what is due stands in var/schedule.json, written at least every half minute: a
    sign of life. Log lines go to stderr as JSON, without secrets.

    Exit codes: 0 ended, 1 with --once: a job failed, 2 could not run.
    """
    from engine.outbox.account import masked_logs, open_sender
    from engine.outbox.local_disk import lock
    from engine.outbox.moments import SystemClock
    from engine.outbox.schedule import Schedule, times_of
    from engine.outbox.settings import Seller, sending_settings
    from engine.outbox.signs import Numbers, logger
    from engine.sending.runner import Runner
    from engine.transport.outcome import Sender

    project = open_project(project_folder)
    sending, times, clock = (
        sending_settings(project),
        times_of(project.schedule),
        SystemClock(),
    )
    mask = masked_logs(sending)

    def connect(seller: Seller, channel: str) -> Sender:
        return open_sender(sending.root, seller, channel, mask)

    path = project.root / "var/schedule.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    held = lock(path.with_suffix(".lock"))
    try:
        schedule = Schedule(path, times, clock.now().wall)
        numbers = Numbers()
        if times.metrics_port is not None and not once:
            numbers.serve(times.metrics_port)
        runner = Runner(
            project, sending, schedule, clock, connect, logger(mask), times.feed, numbers
        )
        if once:
            sys.exit(0 if runner.once() else 1)
        runner.forever()
    finally:
        os.close(held)
