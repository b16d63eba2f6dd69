"""The state of an order by its name in the rules, from any spelling of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.diagnostics.codes.decisions import STATE_WITHOUT_RULES
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import NOWHERE
from engine.diagnostics.visible import visible
from engine.language.ruleset.orders import StateRules
from engine.orders.closest import folded
from engine.orders.reading import SHOWN
from engine.orders.states import StateFound, state_table

MOST_REMEMBERED = 4096

States = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleStates:
    """The states of the rules on one channel, found by the channel's, the rules' or Lengow's name."""

    channel: str
    states: Mapping[str, StateRules]
    _natives: Mapping[str, str] = field(init=False, repr=False)
    _names: Mapping[str, str] = field(init=False, repr=False)
    _found: dict[tuple[str, bool | None], States | Diagnostic] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        named = {n: s.natives[self.channel] for n, s in self.states.items() if self._has(s)}
        object.__setattr__(self, "_natives", {folded(v): n for n, v in named.items()})
        object.__setattr__(self, "_names", {folded(name): name for name in self.states})
        object.__setattr__(self, "_found", {})

    def _has(self, state: StateRules) -> bool:
        return self.channel in state.natives

    def of(self, written: str, *, lengow_only: bool | None = None) -> States | Diagnostic:
        """The states that `written` may be: several where one of Lengow's stands for them.

        Args:
            written: the state, blanks around it and case aside.
            lengow_only: whether it is known to be Lengow's name (yes) or the channel's (no).
        """
        key = (written, lengow_only)
        known = self._found.get(key)
        if known is None:
            known = self._find(written, lengow_only=lengow_only)
            if len(self._found) < MOST_REMEMBERED:
                self._found[key] = known
        return known

    def _find(self, written: str, *, lengow_only: bool | None) -> States | Diagnostic:
        word, table = folded(written), state_table()
        if lengow_only:
            return self._named(table.of_lengow(written, self.channel))
        if word in self._natives:
            return (self._natives[word],)
        if table.native(written, self.channel) is None and word in self._names:
            return (self._names[word],)
        if lengow_only is False:
            return self._named(table.of_native(written, self.channel))
        names = {n: s.natives[self.channel] for n, s in self.states.items() if self._has(s)}
        return self._named(table.find(written, self.channel, names))

    def _named(self, found: StateFound) -> States | Diagnostic:
        """The states of the rules among those found."""
        if not found.names:
            return found.unknown()
        named = [self._natives[w] for n in found.names if (w := folded(n.name)) in self._natives]
        if named:
            return tuple(dict.fromkeys(named))
        helps = [Help(f"the rules name: {', '.join(self.states)}")]
        return Diagnostic.of(
            STATE_WITHOUT_RULES,
            NOWHERE,
            helps=helps,
            state=visible(found.names[0].name[:SHOWN]),
            channel=self.channel,
        )
