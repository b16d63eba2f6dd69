"""The names of order states: each channel's own, those of rules, and Lengow's, to one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from msgspec import Struct

from engine.diagnostics.codes.orders import UNKNOWN_ORDER_STATE
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import NOWHERE, Span
from engine.marketplace.facts import Fact, JsonObject, entries, fact_of, member, text, texts
from engine.orders.closest import closest, folded
from engine.orders.facts import read_facts

STATES = "schemas/octopia/orders/states.json"
NO_NAMES: Mapping[str, str] = {}


class Spelling(StrEnum):
    """In whose words a state was written."""

    NATIVE = "the channel's name"
    RULES = "the rules' name"
    COMMON = "the common name"
    LENGOW = "Lengow's name"


class StateName(Struct, frozen=True):
    """A state as a channel writes it; `state` is its name across channels, None without one."""

    channel: str
    name: str
    state: str | None
    lengow: str | None
    fact: Fact


class StateFound(Struct, frozen=True):
    """What a written state may be: one of `names`, or unknown where there are none.

    Lengow's `shipped` stands for both Shipped and Delivered, so `names` may hold several; which
    one the order is in, nobody said.
    """

    written: str
    channel: str
    spelling: Spelling | None
    names: tuple[StateName, ...]
    closest: tuple[str, ...] = ()

    @property
    def only(self) -> StateName | None:
        """The state, where there is no doubt about it."""
        return self.names[0] if len(self.names) == 1 else None

    def unknown(self, span: Span = NOWHERE) -> Diagnostic:
        """The diagnostic of a state that was not found."""
        helps = [Help(f"did you mean `{name}`?") for name in self.closest]
        return Diagnostic.of(
            UNKNOWN_ORDER_STATE, span, helps=helps, value=self.written, channel=self.channel
        )


@dataclass(frozen=True, slots=True)
class StateTable:
    """All names of states, found by channel and by any spelling, in any case."""

    names: tuple[StateName, ...]
    lengow_statuses: tuple[str, ...]
    _native: Mapping[tuple[str, str], StateName] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {(n.channel, folded(n.name)): n for n in self.names}
        object.__setattr__(self, "_native", index)

    def channels(self) -> tuple[str, ...]:
        """The channels whose states are known."""
        return tuple(dict.fromkeys(n.channel for n in self.names))

    def on(self, channel: str) -> tuple[StateName, ...]:
        """The states of `channel`, in the order of an order's life."""
        return tuple(n for n in self.names if n.channel == channel)

    def native(self, written: str, channel: str) -> StateName | None:
        """The state that `channel` itself calls `written`."""
        return self._native.get((channel, folded(written)))

    def find(
        self, written: str, channel: str, rule_names: Mapping[str, str] = NO_NAMES
    ) -> StateFound:
        """What `written` means on `channel`, in the channel's, the rules', or Lengow's spelling.

        Args:
            written: the state as a person or a document writes it; blanks and case are no matter.
            channel: the channel's name in rules.
            rule_names: the rules' own names of states, and what `channel` calls each.
        """
        native = self.native(written, channel)
        if native:
            return StateFound(written, channel, Spelling.NATIVE, (native,))
        word = folded(written)
        meant = [rule_names[n] for n in rule_names if folded(n) == word]
        for spelling, names in (
            (Spelling.RULES, [n for m in meant if (n := self.native(m, channel))]),
            (Spelling.COMMON, [n for n in self.on(channel) if folded(n.state or "") == word]),
            (Spelling.LENGOW, [n for n in self.on(channel) if n.lengow == word]),
        ):
            if names:
                return StateFound(written, channel, spelling, tuple(names))
        return StateFound(
            written, channel, None, (), self._closest(written, channel, rule_names.keys())
        )

    def of_native(self, written: str, channel: str) -> StateFound:
        """What `written` means on `channel`, where it is known to be the channel's own name."""
        name = self.native(written, channel)
        if name:
            return StateFound(written, channel, Spelling.NATIVE, (name,))
        return StateFound(written, channel, None, (), self._closest(written, channel, ()))

    def of_lengow(self, status: str, channel: str) -> StateFound:
        """What Lengow's `status` means on `channel`, where it is known to be Lengow's."""
        names = tuple(n for n in self.on(channel) if n.lengow == folded(status))
        spelling = Spelling.LENGOW if names else None
        return StateFound(
            status, channel, spelling, names, () if names else self._closest(status, channel, ())
        )

    def across(self, name: StateName, channel: str) -> tuple[StateName, ...]:
        """What `channel` calls the state that another channel calls `name`."""
        if name.state is None:
            return ()
        return tuple(n for n in self.on(channel) if n.state == name.state)

    def _closest(self, written: str, channel: str, rule_names: Iterable[str]) -> tuple[str, ...]:
        """The counterpart where another channel has this very name; else names that look alike."""
        elsewhere = (self.native(written, other) for other in self.channels() if other != channel)
        paired = [n.name for e in elsewhere if e for n in self.across(e, channel)]
        if paired:
            return tuple(paired)
        own = self.on(channel)
        known = [n.name for n in own] + [n.lengow for n in own if n.lengow]
        return closest(written, [*known, *rule_names])


@cache
def state_table() -> StateTable:
    """The table that ships with Feedwright.

    Source: schemas/octopia/orders/states.json
    """
    return read_facts(STATES, _table)


def _table(read: JsonObject) -> StateTable:
    names = [
        StateName(
            text(n, "channel"), text(n, "name"), text(s, "state"), text(n, "lengow"), fact_of(n)
        )
        for s in entries(read, "states")
        for n in entries(s, "names")
    ]
    for group in entries(read, "only_on"):
        channel, fact = text(group, "channel"), fact_of(group)
        names += [StateName(channel, name, None, None, fact) for name in texts(group, "names")]
    return StateTable(tuple(names), texts(member(read, "lengow"), "statuses"))
