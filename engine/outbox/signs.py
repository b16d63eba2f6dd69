"""Signs of what sending does: lines of log without secrets, and numbers for Prometheus."""

from __future__ import annotations

import sys
from collections import Counter as Counted
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any, TextIO

from engine.outbox.events import State
from engine.outbox.journal import Journal

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

Masking = Callable[[str], str]


def logger(mask: Masking, to: TextIO | None = None) -> FilteringBoundLogger:
    """A log of JSON lines in which no secret stands, however it got there."""
    import structlog  # noqa: PLC0415 - only what runs for long needs it

    def masked(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {
            key: mask(value) if isinstance(value, str) else value for key, value in event.items()
        }

    def rendered(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
        # Once more over the whole line: a secret may stand inside of a list.
        return mask(str(structlog.processors.JSONRenderer(sort_keys=True)(_, __, event)))

    made: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(to or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            masked,
            rendered,
        ],
    )
    return made


class Numbers:
    """What a Prometheus server may ask for, on a loopback port."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge  # noqa: PLC0415 - the same

        self.registry = CollectorRegistry()
        registry = self.registry
        self._runs = Counter(
            "feedwright_job_runs", "Jobs that ran.", ["job", "outcome"], registry=registry
        )
        self._messages = Gauge(
            "feedwright_messages",
            "Messages not at their end.",
            ["seller", "state"],
            registry=registry,
        )
        self._halts = Gauge("feedwright_halts", "Halts that stand.", ["seller"], registry=registry)
        self._packages = Gauge(
            "feedwright_packages", "Packages under way.", ["seller"], registry=registry
        )
        self._drift = Gauge(
            "feedwright_drifted_offers",
            "Offers that are not as they were confirmed.",
            ["seller", "channel"],
            registry=registry,
        )

    def serve(self, port: int) -> None:
        """Answer on 127.0.0.1 alone."""
        from prometheus_client import start_http_server  # noqa: PLC0415 - the same

        start_http_server(port, addr="127.0.0.1", registry=self.registry)

    def ran(self, job: str, *, well: bool) -> None:
        """A job ran."""
        self._runs.labels(job, "well" if well else "failed").inc()

    def see(self, journal: Journal) -> None:
        """Take the numbers of a seller's journal."""
        counted = Counted(r.state for r in journal.records(*(s.value for s in OPEN)))
        for state in OPEN:
            self._messages.labels(journal.seller, state.value).set(counted[state])
        self._halts.labels(journal.seller).set(len(journal.halts))
        self._packages.labels(journal.seller).set(len(journal.book.open_packages()))

    def drifted(self, seller: str, channel: str, number: int) -> None:
        """So many offers are not as they were confirmed."""
        self._drift.labels(seller, channel).set(number)


OPEN = (State.APPROVED, State.SENDING, State.ANSWERED, State.UNKNOWN, State.HELD)
