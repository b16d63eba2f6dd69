"""The checked rules as a whole: channels, milestones, and a slice for each channel and period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from engine.diagnostics.place import Span
from engine.language.ruleset.orders import OrderRules
from engine.language.ruleset.steps import Step
from engine.language.ruleset.tables import Table
from engine.language.syntax import SendWindow, Test, TestTable
from engine.language.vocabulary import Attribute
from engine.values.field import SourceSchema


class Slice(Struct, frozen=True):
    """What one channel does from `start` until `end` (UTC, None: open).

    Steps stand in an order in which each uses only names of earlier ones; requirements and promises
    come last, in the order of the file. `leans_on` names unconfirmed milestones it depends on.
    """

    channel: str
    start: datetime | None
    end: datetime | None
    steps: tuple[Step, ...]
    leans_on: tuple[str, ...] = ()


class ChannelRules(Struct, frozen=True):
    """A channel as rules declare it, its windows with milestones resolved by name."""

    name: str
    extends: str | None
    windows: tuple[SendWindow, ...]
    span: Span


class MilestoneRules(Struct, frozen=True):
    """A milestone: its instant in UTC, or None while it is to be confirmed."""

    name: str
    at: datetime | None
    span: Span


class Ruleset(Struct, frozen=True):
    """All that the rule files say, checked.

    `tests` keep their syntax: `ruletests/` evaluates their literals through the checker's own
    binding (`check_test_values`).
    """

    currency: str
    timezone: str
    source: SourceSchema
    channels: Mapping[str, ChannelRules]
    milestones: Mapping[str, MilestoneRules]
    tables: Mapping[str, Table]
    slices: tuple[Slice, ...]
    tests: tuple[Test | TestTable, ...] = ()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    orders: OrderRules | None = None

    def slice_at(self, channel: str, at: datetime) -> Slice | None:
        """The slice of `channel` in force at `at` (aware), or None where it has no mapping then."""
        for one in self.slices:
            started = one.start is None or one.start <= at
            over = one.end is not None and one.end <= at
            if one.channel == channel and started and not over:
                return one
        return None
