"""What stops a run.

EngineError
├── RulesError     the rules have errors, so nothing can run; `report` holds them
├── ProjectError   settings, or a file that the project names, cannot be used
├── FeedError      a feed cannot be read at all (a bad row is data, not an error)
├── JournalError   what was sent cannot be read or written: nothing may be sent
└── HaltedError    nothing may be sent until a person looks: exit code 3

None is worth repeating without a change: each says what to change.
"""

from __future__ import annotations

from collections.abc import Iterable


class EngineError(Exception):
    """A run cannot go on; the message tells a person what to do. Exit code 2."""


class RulesError(EngineError):
    """The rules have errors; `report` (a `diagnostics.Report`) holds every one of them."""

    def __init__(self, report: Iterable[object]) -> None:
        super().__init__("the rules have errors; see the report")
        self.report = report


class ProjectError(EngineError):
    """The settings, or a file they name, cannot be used."""


class FeedError(EngineError):
    """A feed cannot be read at all: missing, unknown format, broken archive."""


class JournalError(EngineError):
    """The journal of what was sent cannot be trusted, read or written; nothing may be sent."""


class HaltedError(EngineError):
    """A plan is stale, altered or foreign, or a guard rail halted; a person must look. Exit code 3."""
