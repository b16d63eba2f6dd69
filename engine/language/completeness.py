"""Whether a slice sets all that its offers must have: required attributes, whole groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes import validity
from engine.diagnostics.diagnostic import Help, Label
from engine.diagnostics.place import Span
from engine.language.placement import Period, Placed
from engine.language.scope import Scope


class Completeness(Struct, frozen=True):
    """What the mapping that opens at `place` sets in `period`; `sets` has it by attribute."""

    scope: Scope
    period: Period
    place: Span
    sets: Mapping[str, Sequence[Placed]]

    def required(self) -> None:
        """What every offer has must be set."""
        for attribute in self.scope.vocabulary.attributes.values():
            if self.period.channel in attribute.required_on and self._unset(attribute.name):
                facts: dict[str, Any] = {
                    "name": attribute.name,
                    "channel": self.period.channel,
                }
                labels = [Label(attribute.place, "required here")] if attribute.place.file else []
                helps = [Help(f"give it a value: `{attribute.name} = ...`")]
                self.scope.add(
                    validity.NEVER_SET, self.place, facts=facts, labels=labels, helps=helps
                )

    def groups(self) -> None:
        """Attributes that are sent together are set together."""
        groups: dict[str, list[str]] = {}
        for attribute in self.scope.vocabulary.attributes.values():
            if attribute.group:
                groups.setdefault(attribute.group, []).append(attribute.name)
        for members in groups.values():
            given = [m for m in members if m in self.sets]
            absent = [m for m in members if self._unset(m)]
            if given and absent:
                span = self.sets[given[0]][-1].node.span
                others = " and ".join(f"`{a}`" for a in absent)
                facts: dict[str, Any] = {"name": given[0], "others": others}
                helps = [Help(f"give {others} a value as well, or leave `{given[0]}` out")]
                self.scope.add(validity.GROUP_IN_PART, span, facts=facts, helps=helps)

    def _unset(self, name: str) -> bool:
        """Whether no statement sets the attribute, not even one that cannot be read."""
        return name not in self.sets and name not in self.scope.lost
