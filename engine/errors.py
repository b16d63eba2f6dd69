"""What stops a run.

EngineError
├── ProjectError   settings, or a file that the project names, cannot be used
└── FeedError      a feed cannot be read at all (a bad row is data, not an error)

None is worth repeating without a change: each says what to change.
"""


class EngineError(Exception):
    """A run cannot go on; the message tells a person what to do. Exit code 2."""


class ProjectError(EngineError):
    """The settings, or a file they name, cannot be used."""


class FeedError(EngineError):
    """A feed cannot be read at all: missing, unknown format, broken archive."""
