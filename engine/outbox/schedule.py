"""The schedule: which job is due when, each once however many times it was missed.

Times are cron expressions on the clocks of a zone; cronsim knows what daylight saving does to
them. What ran last stands in a file, so that a restart neither forgets nor repeats.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from engine.errors import ProjectError
from engine.outbox.moments import instant_of, wall_of
from engine.values.instants import zone_named
from engine.values.placed import wrong

USUAL = {"orders": "*/15 * * * *", "offers": "0 * * * *", "drift": "30 3 * * *"}
SCHEDULE_KEYS = (*USUAL, "zone", "feed", "metrics_port")
LONGEST_NAP = 30_000  # milliseconds: a clock that is moved is noticed by then


class Job(Struct, frozen=True):
    """A job and when it is due next, in milliseconds of the wall clock.

    `trouble` is what was in the way when it ran last, by seller.
    """

    name: str
    when: str
    due: int
    last: int | None = None
    well: bool | None = None
    trouble: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Times(Struct, frozen=True):
    """The settings of the schedule."""

    jobs: Mapping[str, str]
    zone: tzinfo
    feed: str | None
    metrics_port: int | None


def times_of(read: Mapping[str, Any]) -> Times:
    """The schedule that the settings say, or the usual one.

    Raises:
        ProjectError: one cannot be used.
    """
    for key, value in read.items():
        if key not in SCHEDULE_KEYS:
            known = ", ".join(SCHEDULE_KEYS)
            raise wrong(read, key, f"no setting `schedule.{key}`; known: {known}")
        if not isinstance(value, str):
            raise wrong(read, key, f"schedule.{key} must be a text")
    zone = zone_named(read.get("zone", "Europe/Paris"))
    if zone is None:
        raise wrong(read, "zone", f"no time zone is called {read['zone']}")
    jobs = {name: read.get(name, usual) for name, usual in USUAL.items()}
    jobs = {name: when for name, when in jobs.items() if when != "never"}
    for name, when in jobs.items():
        if next_time(when, instant_of(0), zone) is None:
            words = f"schedule.{name}: `{when}` is no cron expression such as */15 * * * *"
            raise wrong(read, name, words)
    return Times(jobs, zone, read.get("feed"), _port(read))


def _port(read: Mapping[str, Any]) -> int | None:
    port = read.get("metrics_port")
    if port is None:
        return None
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise wrong(read, "metrics_port", "schedule.metrics_port must be a port's number")
    return int(port)


def next_time(when: str, after: datetime, zone: tzinfo) -> datetime | None:
    """The first time after `after` that `when` names on the clocks of `zone`.

    None where `when` is no cron expression, or names no time at all.
    """
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - only a schedule needs it

    try:
        found: datetime = next(CronSim(when, after.astimezone(zone)))
    except (CronSimError, StopIteration):
        return None
    return found


class Schedule:
    """The jobs, kept in a file."""

    def __init__(self, path: Path, times: Times, now: int) -> None:
        self.path = path
        self._times = times
        kept = _kept(path)
        self.jobs = {
            name: self._job(name, when, kept.get(name, {}), now)
            for name, when in times.jobs.items()
        }

    def _job(self, name: str, when: str, kept: Mapping[str, Any], now: int) -> Job:
        """A job as the file knows it; a new one, or one at other times, from now on."""
        fresh = Job(name, when, self._after(name, when, now))
        due, last = kept.get("due"), kept.get("last")
        if kept.get("when") != when or not isinstance(due, int):
            return fresh
        # The wall clock was set back: what is due years ahead would never run again.
        trouble = kept.get("trouble")
        known = trouble if isinstance(trouble, dict) else {}
        return Job(name, when, min(due, fresh.due), last, kept.get("well"), known)

    def _after(self, name: str, when: str, now: int) -> int:
        found = next_time(when, instant_of(now), self._times.zone)
        if found is None:
            raise ProjectError(f"schedule.{name}: `{when}` names no time any more")
        return wall_of(found)

    def due(self, now: int) -> list[Job]:
        """The jobs whose time has come: each once, however often it was missed."""
        return sorted(
            (j for j in self.jobs.values() if j.due <= now), key=lambda j: (j.due, j.name)
        )

    def ran(self, name: str, now: int, trouble: Mapping[str, Sequence[str]] | None = None) -> None:
        """A job ran: its next time is the first one from now on; those missed are not made up."""
        job = self.jobs[name]
        due = self._after(name, job.when, now)
        told = dict(trouble or {})
        self.jobs[name] = replace(job, due=due, last=now, well=not told, trouble=told)

    def nap(self, now: int) -> int:
        """How long nothing is due, in milliseconds; never so long that a moved clock is missed."""
        first = min((job.due for job in self.jobs.values()), default=now + LONGEST_NAP)
        return max(0, min(first - now, LONGEST_NAP))

    def save(self, now: int) -> None:
        """Write the file that says what ran and what is due: also a sign of life.

        Raises:
            ProjectError: it cannot be written.
        """
        read = {
            "alive": instant_of(now).isoformat(),
            "jobs": {
                name: {
                    "when": j.when,
                    "due": j.due,
                    "due_at": instant_of(j.due).isoformat(),
                    "last": j.last,
                    "last_at": None if j.last is None else instant_of(j.last).isoformat(),
                    "well": j.well,
                    "trouble": {seller: list(words) for seller, words in j.trouble.items()},
                }
                for name, j in self.jobs.items()
            },
        }
        half = self.path.with_name(self.path.name + ".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(json.dumps(read, indent=2) + "\n", encoding="utf-8")
            os.replace(half, self.path)  # noqa: PTH105 - the same, and it says what it does
        except OSError as fault:
            raise ProjectError(f"{self.path}: cannot be written: {fault.strerror}") from None


def _kept(path: Path) -> Mapping[str, Any]:
    try:
        read = json.loads(path.read_bytes())
        jobs = read["jobs"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {n: j for n, j in jobs.items() if isinstance(j, dict)} if isinstance(jobs, dict) else {}
