"""States of order lines: the names they have today, and whether they stand with the order's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache

from msgspec import Struct

from engine.marketplace.facts import (
    Fact,
    JsonObject,
    UnusableError,
    entries,
    fact_of,
    member,
    text,
    texts,
)
from engine.orders.closest import folded
from engine.orders.facts import read_facts
from engine.values.instants import zone_named

LINE_STATES = "schemas/octopia/orders/line-states.json"


class Rename(Struct, frozen=True):
    """A line state that changed its name: `before` until the end of the day `migrated`."""

    channel: str
    order: str
    before: str
    after: str
    lengow_before: str
    starts: datetime
    ends: datetime  # from here on, no line carries the old name in this sense
    fact: Fact

    def applies(self, channel: str, order: str, written: str, at: datetime | None) -> bool:
        """Whether a line `written` so, in an order in state `order` at `at`, means `after`."""
        if channel != self.channel or at is None or at >= self.ends:
            return False
        return folded(order) == folded(self.order) and folded(written) in {
            folded(self.before),
            folded(self.lengow_before),
        }


class LineStates(Struct, frozen=True):
    """The names of line states by channel, in any case, and which go with which order state."""

    names: Mapping[tuple[str, str], str]
    renames: tuple[Rename, ...]
    together_on: str
    together: Mapping[str, frozenset[str]]
    fact: Fact

    def today(self, channel: str, order: str, written: str, at: datetime | None) -> str | None:
        """The name that a line's state has today, None where it is not known.

        Args:
            channel: the channel's name in rules.
            order: the state of the line's order, as the channel writes it.
            written: the line's state as the document has it.
            at: when the document was written; without it, no rename is assumed.
        """
        for rename in self.renames:
            if rename.applies(channel, order, written, at):
                return rename.after
        return self.names.get((channel, folded(written)))

    def agree(self, channel: str, order: str, line: str) -> bool:
        """Whether a line in state `line` is usual in an order in state `order`."""
        if channel != self.together_on or order not in self.together:
            return True
        return line in self.together[order]


@cache
def line_states() -> LineStates:
    """The line states that ship with Feedwright.

    Source: schemas/octopia/orders/line-states.json
    """
    return read_facts(LINE_STATES, _line_states)


def _line_states(read: JsonObject) -> LineStates:
    names: dict[tuple[str, str], str] = {}
    for group in entries(read, "lines"):
        channel, spellings = text(group, "channel"), member(group, "spellings")
        names |= {(channel, folded(n)): n for n in texts(group, "states")}
        names |= {(channel, folded(n)): text(spellings, n) for n in spellings}
    together = member(read, "together")
    states = member(together, "states")
    return LineStates(
        names,
        tuple(_rename(entry) for entry in entries(read, "renames")),
        text(together, "channel"),
        {order: frozenset(texts(states, order)) for order in states},
        fact_of(together),
    )


def _rename(entry: JsonObject) -> Rename:
    zone = zone_named(text(entry, "zone"))
    if zone is None:
        raise UnusableError(f"no time zone is called {text(entry, 'zone')}", "zone")
    first, last = (date.fromisoformat(text(entry, key)) for key in ("on", "migrated"))
    after_last = last + timedelta(days=1)
    return Rename(
        channel=text(entry, "channel"),
        order=text(entry, "order"),
        before=text(entry, "from"),
        after=text(entry, "to"),
        lengow_before=text(member(entry, "lengow"), "from"),
        starts=datetime(first.year, first.month, first.day, tzinfo=zone),
        ends=datetime(after_last.year, after_last.month, after_last.day, tzinfo=zone),
        fact=fact_of(entry),
    )
